"""Where the shipped data lie, and how a TOML file of ours or of a user is read."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from axiometer.errors import BadInput

SCHEMA = 1


def shipped(*parts: str) -> Path:
    """The path of a shipped data file or folder."""
    return Path(str(files(__package__))).joinpath(*parts)


def shipped_names(folder: str) -> list[str]:
    """The names of the TOML files in a shipped folder."""
    return sorted(path.stem for path in shipped(folder).glob("*.toml"))


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        BadInput: missing, a folder, unreadable or in another encoding.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(
            f"{path}, line {line}: byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"cannot read {path}: {why}; give the path of a readable file.") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file that says `schema = 1`.

    Raises:
        BadInput: unreadable, not TOML, or of another schema.
    """
    text = read_text(path)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        raise BadInput(f"{path} is not valid TOML: {error}.") from None
    if table.get("schema") != SCHEMA:
        raise BadInput(f"{path} says schema = {table.get('schema')!r}; this version reads schema = {SCHEMA}.")
    return table


def need(table: dict[str, Any], name: str, kind: type | tuple[type, ...], where: str) -> Any:
    """A field that must be there and of a kind.

    Raises:
        BadInput: absent or of another kind.
    """
    if name not in table:
        raise BadInput(f"{where}: {name!r} is missing; it has: {', '.join(map(str, table)) or 'nothing'}.")
    value = table[name]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join(k.__name__ for k in kinds)
        raise BadInput(f"{where}: {name!r} is {value!r:.80}; it must be {wanted}.")
    return value


def several(table: dict[str, Any], name: str, kind: type, where: str) -> tuple[Any, ...]:
    """A list of one kind; empty where the field is absent.

    Raises:
        BadInput: something else.
    """
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
        wanted = {"str": "a list of texts", "dict": f"tables [[{name}]]"}[kind.__name__]
        raise BadInput(f"{where}: {name!r} is {found!r:.80}; it must be {wanted}.")
    return tuple(found)


def sources(table: dict[str, Any], where: str) -> tuple[str, ...]:
    """The reference keys of a file: one text, or a list of them."""
    found = table.get("source", [])
    return (found,) if isinstance(found, str) else several(table, "source", str, where)


def toml_text(text: str) -> str:
    """A text as TOML writes it; JSON's are, but for the one control sign that JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
