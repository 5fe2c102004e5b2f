"""Whether revision does what it says: values that are not at stake change nothing, a point taken away takes its value along, other thresholds.

Source: couple
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.deviation import distances
from axiometer.analyse.effects import moved
from axiometer.raters import Rater
from axiometer.raters.levels import Leveled, level, level_replies
from axiometer.report.couple import Check, Threshold
from axiometer.steer.couple import Couple, Trace
from axiometer.steer.couple_asking import Case, ask_answer
from axiometer.steer.steered import Say
from axiometer.subjects import Answer, Missing, Prompt
from axiometer.values import open_system
from axiometer.values.levels import HIGH, Levels

Floats = npt.NDArray[np.float64]
THETAS = (0.0, 1.0, 2.0, 3.0)
_HIGH = 4


@dataclass(frozen=True)
class Asked:
    """What a study has of every question.

    Attributes:
        rows: the questions that were read in every way.
        names: values of the aim, the columns.
        wanted: [rows, names] nan where a value is not at stake.
        shown: way -> [rows, names] by the judge.
    """

    prompts: Sequence[Prompt]
    firsts: Sequence[Answer | Missing]
    traces: Sequence[Trace | Missing]
    rows: Sequence[int]
    names: Sequence[str]
    wanted: Floats
    shown: Mapping[str, Floats]


def thresholds(asked: Asked) -> tuple[Threshold, ...]:
    """What other thetas would have come to, from the same answers."""
    own = [asked.traces[i] for i in asked.rows]
    off = np.array([one.deviation if isinstance(one, Trace) else np.nan for one in own])
    revised, first = (distances(asked.wanted, asked.shown[way]) for way in ("revised", "raw"))
    return tuple(
        Threshold(
            theta, float(np.where(off > theta, revised, first).mean()), int((off > theta).sum()), len(off)
        )
        for theta in THETAS
    )


def checks(how: Couple, asked: Asked, judge: Rater, say: Say, seed: int) -> tuple[Check, ...]:
    """The placebo, and the points taken away where points were written."""
    return tuple(
        one
        for one in (_placebo(how, asked, judge, say, seed), _pointless(asked, how, judge, say, seed))
        if one
    )


def _placebo(how: Couple, asked: Asked, judge: Rater, say: Say, seed: int) -> Check | None:
    """The same with a value besides set to 5 that has nothing to do with those at stake; the distance on those is to stay."""
    rows, cases = [], []
    read = level_replies(how.reader, asked.firsts)
    for row, i in enumerate(asked.rows):
        one, first = asked.traces[i], read[i]
        if isinstance(one, Trace) and isinstance(first, Leveled) and one.revised:
            aside = _aside(how, one.aim)
            if aside:
                aim = Levels(how.aim.system, {**one.aim, aside: HIGH})
                observed = {name: first.levels[name] for name in aim.levels}
                rows.append(row)
                cases.append(Case(asked.prompts[i], one.first, one.points, observed, aim))
    if not cases:
        return None
    changed = how.engine.change(cases, how.reader, how.relation, say)
    found = level_replies(judge, [one if isinstance(one, Missing) else Answer(one.answer) for one in changed])
    there = [(row, one) for row, one in zip(rows, found, strict=True) if isinstance(one, Leveled)]
    if not there:
        return None
    at = [row for row, _ in there]
    shown = np.array([[one.levels[name] for name in asked.names] for _, one in there])
    before = distances(asked.wanted[at], asked.shown["revised"][at])
    shift = moved(before, distances(asked.wanted[at], shown), seed)
    return Check("placebo", float(before.mean()), shift.shift, shift.low, shift.high, shift.n)


def _aside(how: Couple, aim: Mapping[str, int]) -> str:
    """A value that stands in no relation to any of an aim; empty where there is none."""
    for name in open_system(how.aim.system).names:
        if name not in aim and all(how.relation(name, other) == "other" for other in aim):
            return name
    return ""


def _pointless(asked: Asked, how: Couple, judge: Rater, say: Say, seed: int) -> Check | None:
    """The answer again without the point of its most important value: what is read of that value is to fall."""
    cases = []
    for prompt, one in zip(asked.prompts, asked.traces, strict=True):
        if isinstance(one, Trace) and len(one.changed) > 1 and isinstance(one.answer, str):
            name = max(one.changed, key=lambda value: one.aim[value])
            if one.aim[name] >= _HIGH:
                case = Case(prompt, one.first, one.points, one.observed, Levels(how.aim.system, one.aim))
                left = {value: point for value, point in one.changed.items() if value != name}
                cases.append((name, one.answer, ask_answer(case, left)))
    if not cases:
        return None
    whole = level(judge, [answer for _, answer, _ in cases])
    less = level_replies(judge, say([prompt for _, _, prompt in cases]))
    pairs = [
        (a.levels[name], b.levels[name])
        for (name, _, _), a, b in zip(cases, whole, less, strict=True)
        if isinstance(a, Leveled) and isinstance(b, Leveled)
    ]
    if not pairs:
        return None
    before, after = np.array(pairs).T
    shift = moved(before, after, seed)
    return Check("points", float(before.mean()), shift.shift, shift.low, shift.high, shift.n)
