"""Trying a judge on texts that people have rated, and rewriting its rubric until it agrees no better with held-out ones.

Source: couple
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.analyse.interrater import Agreement, agreement
from axiometer.canon import derived, draws
from axiometer.data import read_text
from axiometer.errors import BadInput, StorageFailure
from axiometer.raters import open_rater
from axiometer.raters.judge import RANGES, Judge, Judgement, rewrite_prompt
from axiometer.raters.replies import read_levels
from axiometer.studies.asking import ledger_path
from axiometer.subjects import Missing, Subject
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system

LEAST = 0.4
_SHOWN = 8
_HELD = 0.4


@dataclass(frozen=True)
class Labelled:
    """A text and the number that people gave each value; values that nobody rated are not there."""

    text: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Trial:
    """A judge on labelled texts.

    Attributes:
        agreement: with people, over all values.
        per_value: value -> the same for it alone.
        missing: reason -> texts without a rating.
    """

    agreement: Agreement
    per_value: Mapping[str, Agreement]
    missing: Mapping[str, int]


@dataclass(frozen=True)
class Round:
    """A rubric, and how far the judge was from people with it: on the texts it was rewritten from, and on held-out ones."""

    rubric: tuple[str, ...]
    fitted: float
    held: float


def read_labelled(path: Path, system: str) -> list[Labelled]:
    """Texts with numbers: a CSV file with a column `text` and one for each value, or JSON lines with `text` and `values`.

    Raises:
        BadInput: no text, no number, or a number that is none; the message names the line.
        UnknownName: a column that is no value of the system.
    """
    found = []
    for at, text, given in _rows(path):
        try:
            numbers = {
                open_system(system).value(name).name: float(number)
                for name, number in given.items()
                if number not in ("", None)
            }
        except (TypeError, ValueError) as error:
            raise BadInput(f"{at}: {error}; every value must have a number, or nothing.") from None
        if not text.strip() or not numbers or not np.isfinite(list(numbers.values())).all():
            raise BadInput(f"{at} needs a text and at least one number.")
        found.append(Labelled(text, numbers))
    if len(found) < 2:
        raise BadInput(f"{path} holds {len(found)} labelled texts; give at least two.")
    return found


def try_judge(judge: Judge, labelled: Sequence[Labelled]) -> Trial:
    """How far a judge agrees with people.

    Raises:
        BadInput: it rated none of the texts.
    """
    return _compared(judge, labelled, judge.judge([one.text for one in labelled]))


def _compared(judge: Judge, labelled: Sequence[Labelled], judged: Sequence[Judgement | Missing]) -> Trial:
    names = open_system(judge.system).names
    people = np.array([[one.numbers.get(name, np.nan) for name in names] for one in labelled])
    own = np.full(people.shape, np.nan)
    missing: Counter[str] = Counter()
    for i, found in enumerate(judged):
        if isinstance(found, Missing):
            missing[f"{found.why}: {found.detail}"[:90]] += 1
        else:
            means = found.mean()
            own[i] = [means[name] for name in names]
    if np.isnan(own + people).all():
        why = next(iter(missing), "no label fits")
        raise BadInput(
            f"{judge.spec['rater']} rated none of {len(labelled)} texts ({why}); take another judge."
        )
    return Trial(
        agreement(own, people),
        {
            name: agreement(own[:, [i]], people[:, [i]])
            for i, name in enumerate(names)
            if not np.isnan(own[:, i] + people[:, i]).all()
        },
        dict(missing.most_common()),
    )


def trusted(
    judge: Judge, labelled: Sequence[Labelled], least: float = LEAST, *, force: bool = False
) -> Trial:
    """The trial of a judge that agrees well enough with people.

    Raises:
        BadInput: its weighted kappa is below `least`, unless forced.
    """
    trial = try_judge(judge, labelled)
    if trial.agreement.kappa < least and not force:
        raise BadInput(
            f"the judge's weighted kappa with people is {trial.agreement.kappa:.2f} (n = {trial.agreement.n} texts), below "
            f"{least:g}; take another judge, calibrate it with `axiometer study judge --calibrate`, or use --force."
        )
    return trial


def calibrate(
    judge: Judge,
    labelled: Sequence[Labelled],
    author: Subject,
    *,
    rounds: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Judge, list[Round]]:
    """The judge with the rubric that comes closest to people on held-out texts, and every rubric that was tried.

    The author sees the worst disagreements on the other texts and writes the rubric anew, until the deviation on held-out texts no longer
    falls. The first rubric is among those compared, so that calibrating never makes a judge worse there.

    Raises:
        BadInput: too few texts, or another scale than levels.
    """
    if judge.scale != "levels":
        raise BadInput(
            "a judge that answers there or not has no rubric to rewrite; calibrate one with levels."
        )
    if len(labelled) < 6:
        raise BadInput(f"{len(labelled)} labelled texts are too few to hold some out; give at least six.")
    order = draws(seed, "held out").permutation(len(labelled))
    cut = max(2, round(_HELD * len(labelled)))
    held, fitted = ([labelled[i] for i in part] for part in (order[:cut], order[cut:]))
    found: list[Round] = []
    now, best = judge, judge
    for number in range(rounds + 1):
        judged = now.judge([one.text for one in fitted])
        apart = _compared(now, fitted, judged).agreement.deviation
        beyond = try_judge(now, held).agreement.deviation
        found.append(Round(now.levels, apart, beyond))
        progress(number + 1, rounds + 1)
        if number and beyond >= min(one.held for one in found[:-1]):
            break
        best = now
        if number == rounds:
            break
        asked = rewrite_prompt(now.levels, _worst(fitted, judged, RANGES[judge.scale]))
        (reply,) = author.answer([asked], seed=derived(seed, "rubric", number))
        levels = read_levels(reply)
        if isinstance(levels, Missing):
            break
        now = replace(now, rubric=levels)
    return best, found


@contextmanager
def opened_judge(name: str, ledger: Path | None = None) -> Iterator[Judge]:
    """The judge of this name behind the ledger, for as long as the context lasts.

    Raises:
        BadInput: the name of another rater.
    """
    judge = open_rater(name)
    if not isinstance(judge, Judge):
        raise BadInput(f"{name} is no judge; give one such as judge:schwartz10:inspect:openai/gpt-4o.")
    with Ledger(ledger_path(ledger)) as kept:
        yield replace(judge, subject=remember(judge.subject, kept))


def plan(judge: Judge, labelled: Sequence[Labelled], rounds: int = 0) -> str:
    """What trying, and calibrating, can cost, before anything is asked."""
    cost = judge.cost([one.text for one in labelled])
    times = 1 + (rounds + 1 if rounds else 0)
    return (
        f"{len(labelled)} texts: at most {times * cost.calls + rounds} calls to {judge.subject.card.name}, about "
        f"{times * cost.words} words sent; what the ledger knows is not asked again"
    )


def calibrated(
    judge: Judge,
    labelled: Sequence[Labelled],
    author: str,
    out: Path,
    ledger: Path | None = None,
    rounds: int = 5,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Judge, list[Round]]:
    """As `calibrate`, with an author by name; writes the rubric so that `judge:SYSTEM,rubric=OUT:SUBJECT` opens it.

    Raises:
        StorageFailure: the file cannot be written.
    """
    with Ledger(ledger_path(ledger)) as kept:
        writer = remember(open_subject(author), kept)
        best, found = calibrate(judge, labelled, writer, rounds=rounds, progress=progress)
    listed = "".join(f"  {json.dumps(level, ensure_ascii=False)},\n" for level in best.levels)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(f"schema = 1\nrubric = [\n{listed}]\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(f"cannot write {out}: {error.strerror or error}; give another file.") from None
    return best, found


def lines(trial: Trial, rounds: Sequence[Round] = ()) -> Iterator[str]:
    """The trial in words."""
    for number, tried in enumerate(rounds):
        yield f"rubric {number}: mean deviation {tried.fitted:.3f} on fitted texts, {tried.held:.3f} on held-out ones"
    yield f"{'all values':<16} {_told(trial.agreement)}"
    for name, one in trial.per_value.items():
        yield f"{name:<16} {_told(one)}"
    for why, n in trial.missing.items():
        yield f"no rating, {why}: {n}"


def _told(one: Agreement) -> str:
    return (
        f"weighted kappa {one.kappa:+.2f} [{one.low:+.2f}, {one.high:+.2f}]  same {one.same:.2f}  within one {one.near:.2f}  "
        f"deviation {one.deviation:.2f}  n = {one.n} texts, {one.cells} numbers"
    )


def _worst(
    labelled: Sequence[Labelled], judged: Sequence[Judgement | Missing], limits: tuple[int, int]
) -> str:
    """The largest disagreements, a line each."""
    apart = []
    low, high = limits
    for one, found in zip(labelled, judged, strict=True):
        if isinstance(found, Missing):
            continue
        for name, mean in found.mean().items():
            if name in one.numbers and low <= one.numbers[name] <= high:
                apart.append((abs(mean - one.numbers[name]), name, mean, one))
    apart.sort(key=lambda row: (-row[0], row[3].text, row[1]))
    return "\n".join(
        f"{name}: the judge says {mean:g}, people say {one.numbers[name]:g}, of: {one.text[:300]!r}"
        for _, name, mean, one in apart[:_SHOWN]
    )


def _rows(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    text = read_text(path)
    if path.suffix == ".csv":
        table = csv.DictReader(io.StringIO(text, newline=""))
        if "text" not in (table.fieldnames or ()):
            raise BadInput(f"{path} has no column `text`; it has: {', '.join(table.fieldnames or ())}.")
        for i, row in enumerate(table, 2):
            yield f"{path}, line {i}", row["text"] or "", {k: v for k, v in row.items() if k and k != "text"}
        return
    for i, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
            yield f"{path}, line {i}", row["text"], dict(row["values"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path}, line {i} has no `text` and `values`: {error!r:.80}.") from None
