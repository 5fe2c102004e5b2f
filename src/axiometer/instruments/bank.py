"""Banks of value portraits: replies to real questions, each tagged with the values of people who find it like themselves.

A bank is a folder, and an instrument.

Files: `bank.toml` (head), `items.jsonl` (id, kind, title, text, reply), `tags.csv` (item, value, rho, p, n: every pair that
was tested).

Source: valueportrait
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from axiometer.data import need, read_text, read_toml, sources
from axiometer.errors import BadInput, StorageFailure
from axiometer.instruments.instrument import LABELS, Instrument, Scale, TaggedItem
from axiometer.values import open_system

KINDS = ("scenario", "message")
FIELDS = ("id", "kind", "title", "text", "reply")


@dataclass(frozen=True)
class Portrait:
    """One reply to one question: `kind` says whether a person asks for advice (scenario) or asks a machine (message)."""

    id: str
    kind: str
    title: str
    text: str
    reply: str

    def shown(self) -> str:
        """The question with the reply under it."""
        title = f"Title: {self.title}\n" if self.title else ""
        head = "Situation" if self.kind == "scenario" else "Message"
        return f"{title}{head}: {self.text}\n\nReply: {self.reply}"


@dataclass(frozen=True)
class Tag:
    """What was found of one item and one value: Spearman correlation, its p, and how many people it rests on."""

    item: str
    value: str
    rho: float
    p: float
    n: int


@dataclass(frozen=True)
class Bank:
    """A bank: its head, portraits, and every pair of item and value that was tested.

    Attributes:
        threshold: a pair is a tag where |rho| is above it ...
        alpha: ... and p is below this.
    """

    name: str
    title: str
    version: str
    licence: str
    origin: str
    system: str
    source: tuple[str, ...]
    threshold: float
    alpha: float
    portraits: tuple[Portrait, ...]
    tested: tuple[Tag, ...]

    def tags(self) -> tuple[Tag, ...]:
        """The pairs that count as tags."""
        return tuple(t for t in self.tested if abs(t.rho) > self.threshold and t.p < self.alpha)

    def instrument(self) -> Instrument:
        """The bank as an instrument: the portraits that carry at least one positive tag."""
        own: dict[str, list[tuple[str, float]]] = {}
        for tag in self.tags():
            own.setdefault(tag.item, []).append((tag.value, tag.rho))
        items = tuple(
            TaggedItem(p.id, "", first=p.shown(), tags=tuple(sorted(own[p.id], key=lambda t: -t[1])))
            for p in self.portraits
            if any(rho > 0 for _, rho in own.get(p.id, ()))
        )
        if not items:
            raise BadInput(
                f"the bank {self.name} has no item with a positive tag; lower --threshold or add raters."
            )
        return Instrument(
            self.name,
            self.title,
            self.version,
            self.licence,
            self.origin,
            self.system,
            self.source,
            items,
            Scale(LABELS),
            "similarity",
        )


def read_bank(folder: Path) -> Bank:
    """The bank in a folder, checked.

    Raises:
        BadInput: a file is missing or broken; the message names file and line.
    """
    table, where = read_toml(folder / "bank.toml"), str(folder / "bank.toml")
    portraits = read_portraits(folder / "items.jsonl")
    system = open_system(need(table, "system", str, where))
    tested = _read_tags(folder / "tags.csv", {p.id for p in portraits}, set(system.names))
    return Bank(
        name=need(table, "name", str, where),
        title=need(table, "title", str, where),
        version=need(table, "version", str, where),
        licence=need(table, "licence", str, where),
        origin=need(table, "origin", str, where),
        system=system.name,
        source=sources(table, where),
        threshold=float(need(table, "threshold", (int, float), where)),
        alpha=float(need(table, "alpha", (int, float), where)),
        portraits=portraits,
        tested=tested,
    )


def write_bank(folder: Path, bank: Bank) -> None:
    """Writes the three files of a bank, the head last: a folder with it is complete.

    Raises:
        StorageFailure: no space, no permission.
    """
    head = ["schema = 1"] + [
        f"{field} = {json.dumps(getattr(bank, field), ensure_ascii=False)}"
        for field in ("name", "title", "version", "licence", "origin", "system")
    ]
    head += [
        f"source = {json.dumps(list(bank.source))}",
        f"threshold = {bank.threshold}",
        f"alpha = {bank.alpha}",
    ]
    rows = [{field: getattr(p, field) for field in FIELDS} for p in bank.portraits]
    tags = [[t.item, t.value, repr(t.rho), repr(t.p), t.n] for t in bank.tested]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_jsonl(folder / "items.jsonl", rows)
        write_csv(folder / "tags.csv", ("item", "value", "rho", "p", "n"), tags)
        (folder / "bank.toml").write_text("\n".join(head) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; give another folder with --out."
        ) from None


def write_portraits(path: Path, portraits: Iterable[Portrait]) -> None:
    """Writes items.jsonl."""
    _write_jsonl(path, [{field: getattr(p, field) for field in FIELDS} for p in portraits])


def write_csv(path: Path, names: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Writes a CSV file with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def read_portraits(path: Path) -> tuple[Portrait, ...]:
    """The portraits in a JSONL file, checked.

    Raises:
        BadInput: with the line.
    """
    found: list[Portrait] = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        at = f"{path}, line {number}"
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{at}: not valid JSON ({error}); write one object a line.") from None
        if not isinstance(row, dict):
            raise BadInput(f"{at} is {row!r:.60}; write one object a line with {', '.join(FIELDS)}.")
        portrait = Portrait(**{field: need({"title": "", **row}, field, str, at) for field in FIELDS})
        if portrait.kind not in KINDS:
            raise BadInput(f"{at}: kind is {portrait.kind!r}; it must be {' or '.join(KINDS)}.")
        if not portrait.id.strip() or not portrait.reply.strip():
            raise BadInput(f"{at}: an item needs an id and a reply.")
        found.append(portrait)
    ids = [p.id for p in found]
    twice = sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else []
    if twice or not found:
        raise BadInput(
            f"{path}: item id {twice[0]!r} stands twice."
            if twice
            else f"{path} holds no item; write one object a line."
        )
    return tuple(found)


def _read_tags(path: Path, items: set[str], values: set[str]) -> tuple[Tag, ...]:
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    found = []
    try:
        for row in reader:
            at = f"{path}, line {reader.line_num}"
            item, value = str(row.get("item")), str(row.get("value"))
            if item not in items or value not in values:
                raise BadInput(f"{at}: {item!r} with {value!r} is no item and value of this bank.")
            try:
                rho, p, n = float(row["rho"]), float(row["p"]), int(row["n"])
            except (KeyError, TypeError, ValueError):
                raise BadInput(f"{at}: columns must be item, value, rho, p, n with numbers.") from None
            if not (isfinite(rho) and -1 <= rho <= 1 and 0 <= p <= 1):
                raise BadInput(f"{at}: rho {rho} and p {p} must lie in -1 to 1 and 0 to 1.")
            found.append(Tag(item, value, rho, p, n))
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num + 1}: not readable as CSV ({error}).") from None
    return tuple(found)


def _write_jsonl(path: Path, rows: Iterable[object]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
