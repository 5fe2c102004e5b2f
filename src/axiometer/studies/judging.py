"""Trying judges on texts that people have rated: how they agree with people, with each other, and with themselves.

Source: couple
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.analyse.interrater import Agreement, Alpha, agreement, alpha_of
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.raters import open_rater
from axiometer.raters.judge import Judge, Judgement
from axiometer.studies.asking import ledger_path
from axiometer.subjects import Missing
from axiometer.subjects.ledger import Ledger, remember
from axiometer.values import open_system

Floats = npt.NDArray[np.float64]
LEAST = 0.4


@dataclass(frozen=True)
class Labelled:
    """A text and the number that people gave each value; values that nobody rated are not there."""

    text: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Trial:
    """A judge on labelled texts.

    Attributes:
        judge: its name.
        agreement: with people, over all values.
        per_value: value -> the same for it alone.
        draws: how its own draws agree with each other; None where each text is judged once.
        missing: reason -> texts without a rating.
        means: [texts, values] its mean over draws; nan where there is none.
    """

    judge: str
    agreement: Agreement
    per_value: Mapping[str, Agreement]
    draws: Alpha | None
    missing: Mapping[str, int]
    means: Floats = field(repr=False, compare=False)


@dataclass(frozen=True)
class Among:
    """How several judges agree with each other on the same texts, whatever people say.

    Attributes:
        alpha: of all of them together.
        pairs: (one, other) -> the agreement of two.
    """

    alpha: Alpha
    pairs: Mapping[tuple[str, str], Agreement]


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
    return compared(judge, labelled, judge.judge([one.text for one in labelled]))


def compared(judge: Judge, labelled: Sequence[Labelled], judged: Sequence[Judgement | Missing]) -> Trial:
    """How far what a judge found agrees with people, and its draws with each other.

    Raises:
        BadInput: it rated none of the texts.
    """
    names = open_system(judge.system).names
    people = np.array([[one.numbers.get(name, np.nan) for name in names] for one in labelled])
    drawn = np.full((judge.draws, *people.shape), np.nan)
    missing: Counter[str] = Counter()
    for i, found in enumerate(judged):
        if isinstance(found, Missing):
            missing[f"{found.why}: {found.detail}"[:90]] += 1
        else:
            for draw, scores in enumerate(found.scores):
                drawn[draw, i] = [scores[name] for name in names]
    rated = np.isfinite(drawn).any(axis=0)
    own = np.where(rated, np.nansum(drawn, axis=0) / np.maximum(np.isfinite(drawn).sum(axis=0), 1), np.nan)
    if np.isnan(own + people).all():
        why = next(iter(missing), "no label fits")
        raise BadInput(
            f"{judge.spec['rater']} rated none of {len(labelled)} texts ({why}); take another judge."
        )
    return Trial(
        str(judge.spec["rater"]),
        agreement(own, people),
        {
            name: agreement(own[:, [i]], people[:, [i]])
            for i, name in enumerate(names)
            if not np.isnan(own[:, i] + people[:, i]).all()
        },
        alpha_of(drawn) if judge.draws > 1 else None,
        dict(missing.most_common()),
        own,
    )


def check_agreement(trials: Sequence[Trial], least: float = LEAST, *, force: bool = False) -> None:
    """That every judge agrees well enough with people.

    Raises:
        BadInput: the weighted kappa of some is below `least`, unless forced.
    """
    low = [one for one in trials if not one.agreement.kappa >= least]
    if low and not force:
        told = "; ".join(
            f"{one.judge}: {one.agreement.kappa:.2f} (n = {one.agreement.n} texts)" for one in low
        )
        raise BadInput(
            f"the judge's weighted kappa with people is below {least:g}: {told}; take another judge, calibrate it with `axiometer study "
            "judge --calibrate`, or use --force."
        )


def among(trials: Sequence[Trial]) -> Among | None:
    """How judges agree with each other; None for fewer than two.

    Shapes: the means of all trials are alike: the same texts and values.
    """
    if len(trials) < 2:
        return None
    return Among(
        alpha_of(np.stack([one.means for one in trials])),
        {
            (one.judge, other.judge): agreement(one.means, other.means)
            for one, other in combinations(trials, 2)
            if not np.isnan(one.means + other.means).all()
        },
    )


@contextmanager
def opened_judges(names: Sequence[str], ledger: Path | None = None) -> Iterator[list[Judge]]:
    """The judges of these names behind the ledger, for as long as the context lasts.

    Raises:
        BadInput: the name of another rater, one named twice, or judges whose numbers cannot be compared.
    """
    judges = []
    for name in names:
        judge = open_rater(name)
        if not isinstance(judge, Judge):
            raise BadInput(f"{name} is no judge; give one such as judge:schwartz10:inspect:openai/gpt-4o.")
        judges.append(judge)
    if not judges or len(set(names)) < len(judges):
        raise BadInput(f"judges are {', '.join(names) or 'none'}; name at least one, each once.")
    if len({(one.system, one.scale) for one in judges}) > 1:
        told = ", ".join(f"{one.name} ({one.system}, {one.scale})" for one in judges)
        raise BadInput(f"judges that are compared need one system and one scale; got {told}.")
    with Ledger(ledger_path(ledger)) as kept:
        yield [replace(one, subject=remember(one.subject, kept)) for one in judges]


def plan(judges: Sequence[Judge], labelled: Sequence[Labelled], rounds: int = 0) -> str:
    """What trying, and calibrating, can cost, before anything is asked."""
    times = 1 + (rounds + 1 if rounds else 0)
    parts = []
    for judge in judges:
        cost = judge.cost([one.text for one in labelled])
        parts.append(
            f"at most {times * cost.calls + rounds} calls to {judge.subject.card.name}, about {times * cost.words} words sent"
        )
    return f"{len(labelled)} texts: {'; '.join(parts)}; what the ledger knows is not asked again"


def lines(trials: Sequence[Trial]) -> Iterator[str]:
    """Each trial in words, and how several judges agree with each other."""
    for trial in trials:
        if len(trials) > 1:
            yield trial.judge
        yield f"{'all values':<16} {_told(trial.agreement)}"
        for name, one in trial.per_value.items():
            yield f"{name:<16} {_told(one)}"
        if trial.draws is not None:
            yield f"between its draws: {_alpha(trial.draws, 'draws')}"
        for why, n in trial.missing.items():
            yield f"no rating, {why}: {n}"
    if found := among(trials):
        yield f"between judges: {_alpha(found.alpha, 'judges')}"
        for (first, second), pair in found.pairs.items():
            yield f"{first} and {second}: {_told(pair)}"


def _alpha(one: Alpha, raters: str) -> str:
    if np.isnan(one.alpha):
        return f"nothing to compare, n = {one.n} texts"
    return (
        f"Krippendorff's alpha {one.alpha:+.2f} [{one.low:+.2f}, {one.high:+.2f}]  {one.raters} {raters}, n = {one.n} texts, "
        f"{one.cells} numbers"
    )


def _told(one: Agreement) -> str:
    return (
        f"weighted kappa {one.kappa:+.2f} [{one.low:+.2f}, {one.high:+.2f}]  same {one.same:.2f}  within one {one.near:.2f}  "
        f"deviation {one.deviation:.2f}  n = {one.n} texts, {one.cells} numbers"
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
