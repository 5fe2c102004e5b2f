"""Licensed questionnaires: we ship their scoring keys, which are facts; users bring the texts they hold a licence for."""

import csv
import io
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from axiometer.data import need, read_text, read_toml, shipped, shipped_names
from axiometer.errors import BadInput, StorageFailure, unknown
from axiometer.instruments.loading import read_instrument


@dataclass(frozen=True)
class ScoringKey:
    """Which item of a licensed questionnaire belongs to which value; unscored items count for the centre alone."""

    name: str
    title: str
    system: str
    n_items: int
    source: tuple[str, ...]
    low: int
    labels: tuple[str, ...]
    items: dict[int, str]
    max_missing: int
    max_identical: int
    unscored: tuple[int, ...] = ()


def key_names() -> list[str]:
    """The shipped scoring keys."""
    return shipped_names("keys")


def open_key(name: str) -> ScoringKey:
    """The scoring key of this name.

    Raises:
        UnknownName: no such key.
    """
    if name not in key_names():
        raise unknown("scoring key", name, key_names())
    where = f"{name}.toml"
    table = read_toml(shipped("keys", where))
    scale, cleaning = need(table, "scale", dict, where), need(table, "cleaning", dict, where)
    return ScoringKey(
        name=need(table, "name", str, where),
        title=need(table, "title", str, where),
        system=need(table, "system", str, where),
        n_items=need(table, "n_items", int, where),
        source=tuple(need(table, "source", list, where)),
        low=need(scale, "low", int, where),
        labels=tuple(need(scale, "labels", list, where)),
        items={int(number): value for number, value in need(table, "items", dict, where).items()},
        max_missing=need(cleaning, "max_missing", int, where),
        max_identical=need(
            {"max_identical": need(table, "n_items", int, where), **cleaning}, "max_identical", int, where
        ),
        unscored=tuple(table.get("unscored", ())),
    )


def import_texts(file: Path, key_name: str, person: str, out: Path) -> int:
    """Writes an instrument from a CSV with columns item,text, and returns how many items it has.

    Raises:
        BadInput: wrong count, a duplicate or unknown number, an empty text, a wrong encoding; with line and remedy.
        StorageFailure: `out` cannot be written.
    """
    scoring = open_key(key_name)
    if out.suffix != ".toml":
        raise BadInput(f"{out} does not end in .toml; instruments are TOML files.")
    texts = _texts(file, scoring)
    missing = sorted({*scoring.items, *scoring.unscored} - set(texts))
    if missing:
        raise BadInput(
            f"{file} has {len(texts)} items, {scoring.name} has {scoring.n_items}; "
            f"add the missing numbers: {', '.join(map(str, missing[:12]))}{' ...' if len(missing) > 12 else ''}."
        )
    content = _toml(scoring, texts, person)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(content, encoding="utf-8")
        read_instrument(part)
        part.replace(out)
    except OSError as error:
        raise StorageFailure(
            f"cannot write {out}: {error.strerror or error}; give another path with --out."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()
    return len(texts)


def _texts(file: Path, scoring: ScoringKey) -> dict[int, str]:
    reader = csv.DictReader(io.StringIO(read_text(file)), strict=True)
    found: dict[int, str] = {}
    lines: dict[int, int] = {}
    try:
        names = reader.fieldnames or []
        if not {"item", "text"} <= set(names):
            raise BadInput(f"{file}, line 1: columns are {', '.join(names) or 'none'}; name them item,text.")
        for row in reader:
            number, text = _row(row, file, reader.line_num, scoring)
            if number in found:
                raise BadInput(
                    f"{file}, line {reader.line_num}: item {number} already stands in line {lines[number]}; "
                    "remove one of the two."
                )
            found[number], lines[number] = text, reader.line_num
    except csv.Error as error:
        raise BadInput(
            f'{file}, line {reader.line_num + 1}: not readable as CSV ({error}); quote texts with ".'
        ) from None
    return found


def _row(row: dict[str | None, Any], file: Path, line: int, scoring: ScoringKey) -> tuple[int, str]:
    label, text = (row.get("item") or "").strip(), " ".join((row.get("text") or "").split())
    number = int(label) if label.isascii() and label.isdigit() and len(label) < 6 else -1
    if number not in scoring.items and number not in scoring.unscored:
        raise BadInput(
            f"{file}, line {line}: {label!r} is no item of {scoring.name}; numbers go from 1 to {scoring.n_items}."
        )
    if None in row:
        raise BadInput(
            f'{file}, line {line}: more cells than columns; put texts that hold commas in quotes (").'
        )
    if not text or any(category(sign) == "Cc" for sign in text):
        what = "has an empty text" if not text else "has a text with control characters"
        raise BadInput(f"{file}, line {line}: item {number} {what}; give the licensed wording of that item.")
    return number, text


def _toml(scoring: ScoringKey, texts: dict[int, str], person: str) -> str:
    labels = list(scoring.labels)
    if "" in labels:
        # a scale with unlabelled points is shown by its numbers
        labels = [f"{scoring.low + i}" + (f" ({label})" if label else "") for i, label in enumerate(labels)]
    style = "principles" if scoring.name == "svs" else "portraits"
    head = [
        "schema = 1",
        f"name = {_quoted(scoring.name)}",
        f"title = {_quoted(scoring.title)}",
        'version = "imported"',
        'licence = "licensed by its author; do not redistribute"',
        'origin = "texts supplied by the user"',
        f"system = {_quoted(scoring.system)}",
        f"source = [{', '.join(map(_quoted, scoring.source))}]",
        f"style = {_quoted(style)}",
        "",
        "[scale]",
        f"low = {scoring.low}",
        f"labels = [{', '.join(map(_quoted, labels))}]",
    ]
    for number, text in sorted(texts.items()):
        head += ["", "[[items]]", f"id = {_quoted(f'{scoring.name}-{number}')}"]
        head += [f"value = {_quoted(scoring.items.get(number, ''))}", f"{person} = {_quoted(text)}"]
    return "\n".join(head) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)
