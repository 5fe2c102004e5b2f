"""Steered subjects as folders: what is done in JSON, the numbers as safetensors; opened again by name."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from axiometer import __version__
from axiometer.data import need, read_text
from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.steer.edits import Add, Reach
from axiometer.steer.steered import Steered, steer
from axiometer.steer.vectors import SCOPES, Vector
from axiometer.subjects.opening import open_subject
from axiometer.subjects.protocol import Cues
from axiometer.subjects.sites import Floats, OpenModel, Site

NAME, NUMBERS = "steering.json", "steering.safetensors"
_SCHEMA = 1


def save_steering(folder: Path, subject: str, vectors: Sequence[Vector], evidence: Mapping[str, Any]) -> None:
    """Writes value vectors and the name of the subject they are for.

    Args:
        folder: made if it is not there.
        subject: what opens the subject again.
        vectors: what is done to it.
        evidence: plain JSON kept beside them: how they were found, and how well.

    Raises:
        Incapable: safetensors is not installed.
        StorageFailure: the folder cannot be written.
    """
    arrays, described = {}, []
    for i, vector in enumerate(vectors):
        pushes = []
        for push in vector.pushes:
            name = f"{i}.{vector.value}.{push.site.part}.{push.site.layer}"
            (arrays[name],) = push.arrays.values()
            kind = "add" if isinstance(push, Add) else "reach"
            pushes.append({"name": name, "kind": kind, **push.settings})
        named = {
            "value": vector.value,
            "method": vector.method,
            "weights": vector.fingerprint,
            "scope": vector.scope,
        }
        described.append({**named, "pushes": pushes})
    table = {
        "schema": _SCHEMA,
        "axiometer": __version__,
        "subject": subject,
        "vectors": described,
        "evidence": dict(evidence),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _numbers().save_file(arrays, folder / NUMBERS)
        (folder / NAME).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None


def load_steering(folder: Path) -> tuple[str, tuple[Vector, ...]]:
    """The subject's name and the vectors in a folder.

    Raises:
        BadInput: not such a folder, or a broken one.
        Incapable: safetensors is not installed.
    """
    where = str(folder / NAME)
    if not (folder / NAME).is_file():
        raise BadInput(f"{folder} has no {NAME}; give a folder that `axiometer locate vector` wrote.")
    try:
        table = json.loads(read_text(folder / NAME))
        arrays = _numbers().load_file(folder / NUMBERS)
    except Incapable:
        raise
    except Exception as error:  # safetensors has an error class of its own for each mishap
        raise BadInput(f"{folder} cannot be read: {error}; locate the value again.") from None
    if not isinstance(table, dict) or table.get("schema") != _SCHEMA:
        raise BadInput(f"{where} is of another schema; this version reads schema {_SCHEMA}.")
    vectors = tuple(_vector(row, arrays, where) for row in need(table, "vectors", list, where))
    return need(table, "subject", str, where), vectors


def open_steered(rest: str, cues: Cues) -> Steered:
    """The subject that a folder steers, under its vectors.

    Raises:
        BadInput: no such folder.
        Incapable: a subject with other weights than the vectors were made for.
    """
    if not rest:
        raise BadInput("steered: needs a folder: steered:FOLDER, as `axiometer locate vector` writes it.")
    name, vectors = load_steering(Path(rest).expanduser())
    subject = open_subject(name, cues)
    found = steer(subject, *vectors)
    assert isinstance(subject, OpenModel)  # noqa: S101 - `steer` has refused any other
    for vector in vectors:
        vector.check(subject)
    return found


def _vector(row: dict[str, Any], arrays: dict[str, Floats], where: str) -> Vector:
    pushes: list[Reach | Add] = []
    for push in need(row, "pushes", list, where):
        array = arrays.get(need(push, "name", str, where))
        if array is None:
            raise BadInput(
                f"{where}: the numbers {push['name']!r} are not in {NUMBERS}; locate the value again."
            )
        site = Site(need(push, "layer", int, where), need(push, "part", str, where))
        if need(push, "kind", str, where) == "add":
            pushes.append(Add(site, array))
        else:
            bias, odds = (float(need(push, name, (int, float), where)) for name in ("bias", "odds"))
            pushes.append(Reach(site, array, bias, odds, need(push, "sign", int, where)))
    scope = need(row, "scope", str, where)
    if scope not in SCOPES:
        raise BadInput(f"{where}: scope is {scope!r}; it must be one of {', '.join(SCOPES)}.")
    value, method, weights = (need(row, name, str, where) for name in ("value", "method", "weights"))
    return Vector(value, method, weights, tuple(pushes), scope)


def _numbers() -> Any:
    try:
        import safetensors.numpy as numbers
    except ImportError:
        raise Incapable("saved vectors need safetensors: pip install 'axiometer[local]'.") from None
    return numbers
