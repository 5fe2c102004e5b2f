"""New staircases written by an author and labelled by several raters, with a queue for what they do not agree on.

Source: mmds
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from axiometer.canon import key, plain
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.grow.dilemma_asking import shipped_norms
from axiometer.grow.dilemmas import Decided, Dilemmas, Settled, Wish, dilemmas_spec, grow_dilemmas, place
from axiometer.grow.labelling import nominal_alpha
from axiometer.instruments.staircase_files import as_toml
from axiometer.studies.asking import ledger_path, rater_behind
from axiometer.studies.folder import check_own, check_writable, write_rows, write_text
from axiometer.studies.sheet import sheet
from axiometer.subjects.ledger import Ledger, Remembered, remember
from axiometer.subjects.opening import open_subject
from axiometer.values import ValueSystem, open_system

FILE, QUEUE, REJECTS, RECORD = "staircases.toml", "queue.csv", "rejects.jsonl", "growth.json"
_COLUMNS = ("option", "value", "votes", "author", "situation", "question", "text")
_LINKED = 0.05


@dataclass(frozen=True)
class DilemmaGrowth:
    """What a growth of staircases brought, and where it lies."""

    author: str
    grown: Dilemmas
    decided: int
    fresh: int
    known: int
    folder: Path


def read_norms(path: Path | None) -> tuple[str, ...]:
    """The norms in a file, a line each; the shipped ones without a file.

    Raises:
        BadInput: a file without any.
    """
    if path is None:
        return shipped_norms()
    found = tuple(dict.fromkeys(line.strip() for line in read_text(path).splitlines() if line.strip()))
    if not found:
        raise BadInput(f"{path} has no norm; write one a line, such as: You should return what you borrow.")
    return found


def read_decided(path: Path, system: ValueSystem) -> Decided:
    """What people found in a queue: option -> value; rows without a value are still open.

    Raises:
        BadInput: no such columns, or an option with two values.
        UnknownName: no value of the system.
    """
    table = csv.DictReader(io.StringIO(read_text(path), newline=""))
    if not {"option", "value"} <= set(table.fieldnames or ()):
        raise BadInput(f"{path} has no columns option and value; give the {QUEUE} of the growth, filled in.")
    found: dict[str, str] = {}
    for row in table:
        option, said = (row["option"] or "").strip(), (row["value"] or "").strip()
        if not option or not said:
            continue
        value = system.value(said.casefold()).name
        if found.setdefault(option, value) != value:
            raise BadInput(f"{path} says {found[option]} and {value} of {option}; let one of them stand.")
    return found


def plan(author: str, raters: Sequence[str], wish: Wish) -> str:
    """What growing can cost, before anything is asked."""
    steps = len(wish.norms) * wish.height
    judged = sum(2 * 2 * steps * _draws(name) for name in raters if name.startswith("judge:"))
    return (
        f"{len(wish.norms)} staircases of {wish.height} steps by {author}: {steps} to {steps * wish.tries} calls, and at most {judged} of "
        f"judges among {len(raters)} raters; what the ledger knows is not asked again"
    )


def grown_dilemmas(
    author: str,
    raters: Sequence[str],
    out: Path,
    wish: Wish,
    *,
    system: str = "schwartz10",
    decided: Path | None = None,
    ledger: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DilemmaGrowth:
    """Grows staircases and writes them, the queue of options for people, and what was rejected.

    Args:
        author: a subject that talks.
        raters: by name; who says what an option shows.
        out: the folder.
        wish: what is to be grown.
        system: whose values.
        decided: the queue of an earlier run with the column `value` filled in.
        ledger: another ledger file.
        progress: heard after each step.

    Raises:
        BadInput: a folder that holds another growth, or raters of another system.
        UnknownName: no such subject, rater or system.
    """
    valued = open_system(system)
    found = {} if decided is None else read_decided(decided, valued)
    check_writable(out)
    with ExitStack() as stack:
        kept = stack.enter_context(Ledger(ledger_path(ledger)))
        heard: list[Remembered] = [remember(open_subject(author), kept)]
        opened = [rater_behind(name, kept, heard) for name in raters]
        spec = dilemmas_spec(heard[0], opened, valued, wish)
        check_own(out, RECORD, key(spec), "staircases")
        grown = grow_dilemmas(heard[0], opened, valued, wish, decided=found, progress=progress)
        used = {
            place(one.draft.name, number, o)
            for one in grown.settled
            for number in range(1, wish.height + 1)
            for o in (0, 1)
        }
        strange = sorted(set(found) - used)
        if strange:
            raise BadInput(f"{decided} decides on {strange[0]}, which was not grown here; give the queue of this growth.")  # fmt: skip
        fresh, again = (sum(getattr(each.heard, name) for each in heard) for name in ("fresh", "known"))
    _write(out, grown, author, valued.name, {"schema": 1, "key": key(spec), "spec": spec, "decided": found})
    return DilemmaGrowth(author, grown, len(found), fresh, again, out)


def lines(growth: DilemmaGrowth) -> Iterator[str]:
    """The yield, the agreement and the continuity in words."""
    grown = growth.grown
    kept, undecided, rejected = (grown.of(fate) for fate in ("kept", "undecided", "rejected"))
    yield f"{len(kept)} staircases kept, {len(undecided)} wait for people, {len(rejected)} rejected"
    yield f"{growth.fresh} calls put, {growth.known} known from the ledger; {growth.decided} options decided by people"
    for why, n in grown.reasons().items():
        yield f"rejected, {why}: {n}"
    rated = list(grown.labels())
    if rated:
        agreed = [(own, label.value) for own, label in rated if label.value]
        same = sum(own == value for own, value in agreed)
        alpha, n = nominal_alpha([label for _, label in rated])
        said = (
            f"Krippendorff's alpha {alpha:.2f} (nominal, n = {n})"
            if not isnan(alpha)
            else "no alpha: fewer than two raters"
        )
        yield f"raters agree on {len(agreed)} of {len(rated)} options; {said}; the author's own label is theirs in {same} of {len(agreed)}"
    linked = [one.draft.continuity for one in (*kept, *undecided) if one.draft.continuity]
    if linked and linked[0].p is not None:
        loose = sum(one.p is not None and one.p > _LINKED for one in linked)
        yield f"{loose} of {len(linked)} do not go on from step to step better than steps of different stories do (p > {_LINKED:g})"
    if undecided:
        yield f"fill in the column `value` of {growth.folder / QUEUE} and run the same command with --decided"
    if kept:
        yield f"Saved in {growth.folder / FILE}; read it before you trust it: axiometer measure staircase {growth.folder / FILE}"


def _draws(name: str) -> int:
    found = [part.partition("=")[2] for part in name.split(":")[1].split(",") if part.startswith("draws=")]
    return int(found[0]) if found and found[0].isdigit() else 1


def _write(out: Path, grown: Dilemmas, author: str, system: str, record: Mapping[str, Any]) -> None:
    """The record first: a file of staircases never lies there without it."""
    kept = grown.of("kept")
    rows = [
        {
            "name": one.draft.name,
            "fate": one.fate,
            "continuity": plain(one.draft.continuity),
            "author": [list(step.values) for step in one.draft.steps],
            "votes": [[label.said() for label in pair] for pair in one.draft.labels],
        }
        for one in grown.settled
    ]
    write_text(
        out, RECORD, json.dumps(plain({**record, "staircases": rows}), indent=1, ensure_ascii=False) + "\n"
    )
    write_rows(
        out,
        REJECTS,
        (
            {"name": one.draft.name, "norm": one.draft.plot.norm, "reply": plain(reply), **vars(wrong)}
            for one in grown.settled
            for reply, wrong in one.draft.refused
        ),
    )
    write_text(out, QUEUE, _queue(grown.of("undecided")))
    note = "Written by a model, labelled by raters and filtered by rule, read by nobody yet."
    text = as_toml([one.staircase for one in kept], system, f"as the output of {author}", ["mmds"], note)
    if kept:
        write_text(out, FILE, text)


def _queue(undecided: Sequence[Settled]) -> str:
    """One row for each option that somebody has to look at."""
    rows = []
    for one in undecided:
        for number, o in one.open:
            step, label = one.draft.steps[number - 1], one.draft.labels[number - 1][o]
            rows.append(
                [
                    place(one.draft.name, number, o),
                    "",
                    label.said(),
                    step.options[o].value,
                    step.situation,
                    step.question,
                    step.options[o].text,
                ]
            )
    return sheet(_COLUMNS, rows)
