"""The study folder: study.json, responses.parquet, profiles.json, report.html; written whole or not at all."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from axiometer.canon import formed, plain
from axiometer.data import read_text
from axiometer.errors import BadInput, StorageFailure
from axiometer.measure import Response
from axiometer.registry import Registry
from axiometer.report.frame import Kind
from axiometer.report.page import page
from axiometer.report.study import Study
from axiometer.studies.administer import Measured
from axiometer.subjects import Missing

VERSION = 1
PLAIN = "measure"
KINDS: Registry[Kind] = Registry(
    "study kind",
    {
        "cultural": "axiometer.report.cultural_page:kind",
        "personas": "axiometer.report.personas_page:kind",
        "people": "axiometer.report.people_page:kind",
        "steering": "axiometer.report.steering_page:kind",
        "staircase": "axiometer.report.staircase_page:kind",
        "grown": "axiometer.report.grown_page:kind",
        "growth": "axiometer.report.growth_page:kind",
        "couple": "axiometer.report.couple_page:kind",
        "valuepilot": "axiometer.report.valuepilot_page:kind",
        "spectrum": "axiometer.report.spectrum_page:kind",
        "feed": "axiometer.report.feed_page:kind",
    },
)


def profiles_json(study: Study) -> dict[str, Any]:
    """What `--json` prints and `profiles.json` holds; its schema is data/schemas/profiles.schema.json."""
    return {"schema": VERSION, "study": study.key, "profiles": [plain(profile) for profile in study.profiles]}


def write(folder: Path, measured: Measured) -> None:
    """Writes the four files, each to a temporary name first, study.json last: a folder with it is complete.

    Raises:
        StorageFailure: no space, no permission.
    """
    study = measured.study
    rows = [(subject, "", response) for subject, response in measured.responses]
    head = {f.name: plain(getattr(study, f.name)) for f in fields(study) if f.name != "profiles"}
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / "responses.parquet", _parquet(rows))
        _replace(folder / "profiles.json", _text(profiles_json(study)))
        _replace(folder / "report.html", page(study).encode())
        _replace(folder / "study.json", _text({"schema": VERSION, **head}))


def write_kind(
    folder: Path, kind: str, record: Any, responses: Sequence[tuple[str, str, Response]] = ()
) -> None:
    """Writes a study that is not a plain measurement: its record, its page, and (subject, condition, response) rows.

    Raises:
        StorageFailure: no space, no permission.
    """
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if responses:
            _replace(folder / "responses.parquet", _parquet(responses))
        _replace(folder / "report.html", KINDS.opener(kind)().page(record).encode())
        body = plain(record)
        assert isinstance(body, dict)  # noqa: S101
        _replace(folder / "study.json", _text({"schema": VERSION, "kind": kind, **body}))


def write_said(folder: Path, name: str, said: Iterable[tuple[str, Any]]) -> None:
    """Writes (subject, record) pairs as JSON lines, the subject's name among the record's fields.

    Raises:
        StorageFailure: no space, no permission.
    """
    rows = []
    for subject, record in said:
        body = plain(record)
        assert isinstance(body, dict)  # noqa: S101
        rows.append({"subject": subject, **body})
    write_rows(folder, name, rows)


def write_rows(folder: Path, name: str, rows: Iterable[Any]) -> None:
    """Writes plain rows as JSON lines beside a study.

    Raises:
        StorageFailure: no space, no permission.
    """
    write_text(folder, name, "".join(json.dumps(plain(row), ensure_ascii=False) + "\n" for row in rows))


def write_text(folder: Path, name: str, text: str) -> None:
    """Writes a file of its own beside a study.

    Raises:
        StorageFailure: no space, no permission.
    """
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / name, text.encode())


def read_kind(folder: Path) -> tuple[str, Any]:
    """The kind of study in a folder, and its record.

    Raises:
        BadInput: no folder, no study in it, or one that is broken or of another version.
    """
    if not os.path.isdir(folder):  # noqa: PTH112  a path too long or barred is no folder either
        raise BadInput(f"{folder} is no folder; give the folder that `axiometer measure --out` wrote.")
    head = _object(folder / "study.json")
    kind = str(head.get("kind", PLAIN))
    if kind == PLAIN:
        return kind, read(folder)
    if kind not in KINDS.names():
        raise BadInput(
            f"{folder} holds a study of kind {kind!r}; this version knows {', '.join(KINDS.names())}."
        )
    body = {name: value for name, value in head.items() if name not in ("schema", "kind")}
    try:
        return kind, formed(KINDS.opener(kind)().record, body, "study")
    except TypeError as error:
        raise BadInput(f"{folder} holds a study that cannot be read: {error}; run it again.") from None


def read(folder: Path) -> Study:
    """The study in a folder.

    Raises:
        BadInput: no folder, no study in it, or one that is broken or of another version.
    """
    if not os.path.isdir(folder):  # noqa: PTH112  a path too long or barred is no folder either
        raise BadInput(f"{folder} is no folder; give the folder that `axiometer measure --out` wrote.")
    head, body = _object(folder / "study.json"), _object(folder / "profiles.json")
    if body.get("study") != head.get("key"):
        raise BadInput(f"{folder} holds files of two studies; the last run did not finish: run it again.")
    try:
        study: Study = formed(
            Study,
            {name: value for name, value in {**body, **head}.items() if name not in ("schema", "study")},
            "study",
        )
    except TypeError as error:
        raise BadInput(f"{folder} holds a study that cannot be read: {error}; measure again.") from None
    return study


def draw(folder: Path) -> Path:
    """Draws report.html again from what the folder holds, without asking anybody anything."""
    kind, record = read_kind(folder)
    text = page(record) if kind == PLAIN else KINDS.opener(kind)().page(record)
    with _storage(folder):
        _replace(folder / "report.html", text.encode())
    return folder / "report.html"


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailure(
            f"cannot write to {folder}: {error.strerror or error}; free some space or give another folder with --out "
            "(answers already received are in the ledger: the same command asks nothing again)."
        ) from None


def check_writable(folder: Path) -> None:
    """That a study can be written here, before anybody is asked anything.

    Raises:
        StorageFailure: it cannot.
        BadInput: a file is in the way.
    """
    with _storage(folder):
        # the nearest folder that is there; a study that is never made leaves no folder behind
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not there.is_dir():
            raise BadInput(f"{there} is a file; give a folder with --out.")
        probe = there / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()


def check_own(folder: Path, record: str, wanted: str, what: str) -> None:
    """That a folder holds nothing but an earlier run of the same growth.

    Args:
        folder: to be written.
        record: the file in it that says, under `key`, which growth it is of.
        wanted: the key of this one.
        what: was grown, in a word.

    Raises:
        BadInput: something else lies there.
    """
    if not (folder / record).exists() and not any(folder.glob("*.toml")):
        return
    try:
        own = _object(folder / record).get("key") == wanted
    except BadInput:
        own = False
    if not own:
        raise BadInput(
            f"{folder} holds {what} of another growth; give another folder, or ask for the same as before."
        )


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _text(thing: Any) -> bytes:
    return (json.dumps(thing, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _parquet(responses: Sequence[tuple[str, str, Response]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [_row(*each) for each in responses]
    schema = pa.schema(
        [
            ("subject", pa.string()),
            ("condition", pa.string()),
            ("form", pa.string()),
            ("item", pa.string()),
            ("value", pa.string()),
            ("wording", pa.string()),
            ("order", pa.string()),
            ("repeat", pa.int32()),
            ("rating", pa.float64()),
            ("missing", pa.string()),
            ("detail", pa.string()),
            ("text", pa.string()),
            ("choice", pa.int32()),
            ("mass", pa.float64()),
            ("logp", pa.list_(pa.float64())),
        ]
    )
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _row(subject: str, condition: str, response: Response) -> dict[str, Any]:
    ask, reading = response.ask, response.reading
    missing = reading.rating if isinstance(reading.rating, Missing) else None
    return {
        "subject": subject,
        "condition": condition,
        "form": ask.form,
        "item": ask.item,
        "value": ask.value,
        "wording": ask.condition.wording,
        "order": ask.condition.order,
        "repeat": ask.repeat,
        "rating": None if missing else reading.rating,
        "missing": missing.why if missing else None,
        "detail": missing.detail if missing else None,
        "text": reading.text,
        "choice": reading.choice,
        "mass": reading.mass,
        "logp": list(reading.logp),
    }


def _object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BadInput(
            f"{path.parent} holds no {path.name}, so no finished study; run `axiometer measure` into it."
        )
    text = read_text(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not valid JSON: {error}; measure again into this folder.") from None
    if not isinstance(found, dict) or found.get("schema") != VERSION:
        got = found.get("schema") if isinstance(found, dict) else type(found).__name__
        raise BadInput(f"{path} says schema {got!r}; this version reads schema {VERSION}.")
    return found
