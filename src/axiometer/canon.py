"""Canonical JSON, content keys and keyed randomness: what makes a run repeatable.

Two things that behave differently have different keys; a subset or another order of asks draws the same numbers.
"""

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import numpy as np

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Spec: TypeAlias = dict[str, Any]


def canonical(thing: object) -> str:
    """The one JSON text of a plain value or a dataclass: sorted keys, no spaces, no NaN.

    Raises:
        TypeError: for an object that has no plain form.
        ValueError: for NaN and infinities, which JSON does not know.
    """
    return json.dumps(
        plain(thing), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def plain(thing: object) -> Json:
    """The same thing in dicts, lists, strings and numbers; a dataclass becomes the dict of its fields.

    A field with `plain` False in its metadata is left out; one with `sparse` True is, where it is empty, so that a field that came later leaves what
    was written before as it is.
    """
    if thing is None or isinstance(thing, str | bool | int | float):
        return thing
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: plain(getattr(thing, f.name)) for f in fields(thing) if _is_told(f, thing)}
    if isinstance(thing, dict):
        return {str(name): plain(value) for name, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [plain(value) for value in thing]
    raise TypeError(f"{type(thing).__name__} has no plain form")


def _is_told(part: Field[Any], thing: Any) -> bool:
    if not part.metadata.get("plain", True):
        return False
    return not part.metadata.get("sparse") or bool(getattr(thing, part.name))


def formed(kind: Any, thing: Json, at: str = "it") -> Any:
    """The inverse of `plain`: a value of this type out of its plain form.

    Raises:
        TypeError: the form does not fit the type; the message names the place.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        fitting = [part for part in parts if _fits(part, thing)]
        return formed(fitting[0] if fitting else parts[0], thing, at)
    if not _fits(kind, thing):
        raise TypeError(f"{at} is {thing!r:.60}")
    if isinstance(thing, dict) and is_dataclass(kind):
        return _record(kind, thing, at)
    if isinstance(thing, dict) and origin is dict:
        return {name: formed(parts[1], value, f"{at}.{name}") for name, value in thing.items()}
    if isinstance(thing, list) and origin is tuple:
        return tuple(formed(parts[0], value, f"{at}[{i}]") for i, value in enumerate(thing))
    return thing


def _fits(kind: Any, thing: Json) -> bool:
    if get_origin(kind) is Literal:
        return thing in get_args(kind)
    if kind is float:
        return isinstance(thing, int | float) and not isinstance(thing, bool) and isfinite(thing)
    if is_dataclass(kind):
        return isinstance(thing, dict)
    wanted = {tuple: list, dict: dict}.get(get_origin(kind), kind)
    return kind is Any or (isinstance(thing, wanted) and not (wanted is int and isinstance(thing, bool)))


def _record(kind: Any, thing: dict[str, Json], at: str) -> Any:
    hints, named = get_type_hints(kind), {f.name for f in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    for name in sorted((set(thing) - named) | (needed - set(thing))):
        raise TypeError(f"{at}.{name} is {'unknown' if name in thing else 'missing'}")
    return kind(**{name: formed(hints[name], value, f"{at}.{name}") for name, value in thing.items()})


def key(thing: object) -> str:
    """The content key of a thing: a blake2b of its canonical JSON, the same on every machine."""
    return text_key(canonical(thing))


def text_key(text: str) -> str:
    """The content key of a text that is canonical JSON already."""
    return "b2:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def file_key(path: Path) -> str:
    """The content key of a file's bytes, read in pieces."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(1 << 22):
            digest.update(piece)
    return "b2:" + digest.hexdigest()


def draws(seed: int, *parts: object) -> np.random.Generator:
    """A generator of its own for each (seed, parts): item, form, repeat, or whatever names the draw."""
    return np.random.default_rng(_digest(seed, parts))


def derived(seed: int, *parts: object) -> int:
    """A seed of its own for each (seed, parts), small enough for any provider (31 bits)."""
    return _digest(seed, parts) % (1 << 31)


def _digest(seed: int, parts: tuple[object, ...]) -> int:
    digest = hashlib.blake2b(canonical([seed, list(parts)]).encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big")
