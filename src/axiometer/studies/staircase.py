"""Staircases: what subjects prefer as stakes rise, whether that shifts, and whether it makes an order.

Source: mmds
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import isfinite

import numpy as np
import numpy.typing as npt

from axiometer.analyse.intervals import wilson_each
from axiometer.analyse.pairwise import LEAST, course, preferences, resampled, stability, tally
from axiometer.analyse.strength import bradley_terry
from axiometer.analyse.transitivity import RULES, transitivity
from axiometer.canon import key
from axiometer.errors import BadInput
from axiometer.instruments.staircase import Staircases
from axiometer.measure import Progress
from axiometer.measure.staircase import Choice, FormName, Regime, climb, climb_spec, default_form
from axiometer.report.cite import sources
from axiometer.report.staircase import Broken, Cell, Climb, Place, Shift, StaircaseStudy, Strong
from axiometer.studies.administer import note, recorded
from axiometer.subjects import Missing, Subject
from axiometer.values import open_system

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Climbed:
    """A study and the choices behind it, as (subject name, choice)."""

    study: StaircaseStudy
    choices: tuple[tuple[str, Choice], ...]


def staircase(
    staircases: Staircases,
    subjects: Sequence[Subject],
    *,
    form: FormName | None = None,
    regime: Regime = "full",
    repeats: int = 1,
    least: int = LEAST,
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Climbed:
    """Lets every subject climb, and says what it preferred.

    Args:
        staircases: what.
        subjects: who; names must differ.
        form: how they choose; None for what fits each.
        regime: what a step shows of those before.
        repeats: how often, where choices are said in words.
        least: choices that a cell of the matrix needs to be judged.
        seed: of orders, answers and bootstrap.
        progress: makes a listener for each subject and form.

    Raises:
        BadInput: no subject, or one named twice.
    """
    names = [subject.card.name for subject in subjects]
    if not names or len(set(names)) < len(names):
        raise BadInput(f"subjects are {', '.join(names) or 'none'}; name at least one, each once.")
    chosen: list[tuple[str, Choice]] = []
    climbs = []
    for subject in subjects:
        own = form or default_form(subject)
        heard = progress(subject.card.name, own)
        found = climb(
            subject, staircases, form=own, regime=regime, repeats=repeats, seed=seed, progress=heard
        )
        chosen += [(subject.card.name, choice) for choice in found]
        climbs.append(analysed(subject.card.name, own, staircases, found, least=least, seed=seed))
    ranked, rho = _ranked(climbs, staircases)
    spec = {
        "study": "staircase",
        **climb_spec(staircases, regime, repeats, seed),
        "form": [one.form for one in climbs],
        "subjects": [subject.spec for subject in subjects],
        "least": least,
    }
    cited = [
        *open_system(staircases.system).source,
        *staircases.source,
        *sources(climb, bradley_terry, wilson_each),
    ]
    about = {
        "name": staircases.name,
        "title": "Dilemmas that climb",
        "licence": staircases.licence,
        "dilemmas": len(staircases.dilemmas),
        "key": key(staircases.spec),
    }
    study = StaircaseStudy(
        **recorded(spec, about, staircases.system, cited),
        subjects=tuple(note(subject) for subject in subjects),
        regime=regime,
        height=staircases.height,
        dilemmas=len(staircases.dilemmas),
        left_out=staircases.reasons(),
        least=least,
        climbs=tuple(ranked),
        rho=rho,
    )
    return Climbed(study, tuple(chosen))


def analysed(
    subject: str,
    form: str,
    staircases: Staircases,
    choices: Sequence[Choice],
    *,
    least: int = LEAST,
    seed: int = 0,
) -> Climb:
    """What one subject's choices say."""
    made = [one for one in choices if not isinstance(one.chosen, Missing)]
    missing = Counter(one.chosen.why for one in choices if isinstance(one.chosen, Missing))
    values, height = open_system(staircases.system).names, staircases.height
    wins = _wins(made, staircases, values)
    by_step, drawn = wins.sum(axis=0), resampled(wins, seed)
    pooled = by_step.sum(axis=0)
    flat, strengths = _strengths(pooled, values)
    whole = transitivity(pooled, drawn.sum(axis=1), least)
    rules = [(0, whole), *((s + 1, transitivity(by_step[s], drawn[:, s], least)) for s in range(height))]
    leans = [one.lean for one in made if one.lean is not None]
    listed = [one for one in made if one.first is not None]
    return Climb(
        subject,
        form,
        len(made),
        {str(why): n for why, n in missing.items()},
        sum(one.chosen == one.first for one in listed) if listed else None,
        float(np.mean(leans)) if leans else None,
        *_course(by_step, drawn, values),
        _cells(pooled, values),
        tuple(
            Broken(rule, step, tuple(values[v] for v in one.values), one.rates, one.n, one.probability)
            for step, found in rules
            for rule, rows in zip(RULES, (found.cycles, found.moderate, found.strong), strict=True)
            for one in rows
        ),
        strengths,
        whole.triples,
        flat,
    )


def _wins(made: Sequence[Choice], staircases: Staircases, values: Sequence[str]) -> Floats:
    place = {dilemma.name: i for i, dilemma in enumerate(staircases.dilemmas)}
    number = {value: i for i, value in enumerate(values)}
    rows = [
        (place[one.dilemma], one.step - 1, number[one.values[one.chosen]], number[one.values[1 - one.chosen]])
        for one in made
        if not isinstance(one.chosen, Missing)
    ]
    dilemma, step, winner, loser = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    found = tally(dilemma, step, winner, loser, (len(staircases.dilemmas), staircases.height, len(values)))
    score, offered = preferences(found.sum(axis=0))
    assert np.abs(np.nansum(score * offered, axis=-1)).max() < 1e-6  # noqa: S101 - they must sum to zero
    return found


def _course(
    wins: Floats, drawn: Floats, values: Sequence[str]
) -> tuple[tuple[Place, ...], tuple[Shift, ...]]:
    found = course(wins, drawn)
    places = tuple(
        Place(
            value,
            s + 1,
            _number(found.score[s, v]),
            _number(found.low[s, v]),
            _number(found.high[s, v]),
            int(found.offered[s, v]),
        )
        for v, value in enumerate(values)
        for s in range(len(wins))
    )
    shifts = tuple(
        Shift(value, *(_number(each[v]) for each in (found.shift, found.shift_low, found.shift_high)))
        for v, value in enumerate(values)
    )
    return places, shifts


def _cells(wins: Floats, values: Sequence[str]) -> tuple[Cell, ...]:
    low, high = wilson_each(wins, wins + wins.T)
    return tuple(
        Cell(
            values[a],
            values[b],
            int(wins[a, b]),
            int(wins[a, b] + wins[b, a]),
            float(low[a, b]),
            float(high[a, b]),
        )
        for a, b in combinations(range(len(values)), 2)
    )


def _strengths(wins: Floats, values: Sequence[str]) -> tuple[bool, tuple[Strong, ...]]:
    """Strengths of the values that were offered; a small penalty keeps them finite where it must."""
    there = [v for v in range(len(values)) if wins[v].any() or wins[:, v].any()]
    if len(there) < 2:
        return False, ()
    own, flat = wins[np.ix_(there, there)], False
    try:
        found = bradley_terry(own)
    except BadInput:
        found, flat = bradley_terry(own, penalty=0.5), True
    return flat, tuple(
        Strong(values[v], float(s), float(s - 1.96 * e), float(s + 1.96 * e))
        for v, s, e in zip(there, found.theta, found.error, strict=True)
    )


def _ranked(climbs: Sequence[Climb], staircases: Staircases) -> tuple[list[Climb], dict[str, float | None]]:
    """Each climb with how its ranks among the subjects changed, and how well ranks hold."""
    if len(climbs) < 2:
        return list(climbs), {}
    rho: dict[str, float | None] = {}
    changes: dict[str, list[float]] = {}
    for value in open_system(staircases.system).names:
        table = np.array(
            [
                [p.score if p.score is not None else np.nan for p in one.places if p.value == value]
                for one in climbs
            ]
        )
        if np.isnan(table[:, [0, -1]]).any():
            continue
        found = stability(table[:, [0, -1]])
        changes[value] = found.change.tolist()
        if len(climbs) > 2:
            rho[value] = _number(found.rho)
    return [
        replace(
            one,
            shifts=tuple(
                replace(shift, rank_change=changes[shift.value][i]) if shift.value in changes else shift
                for shift in one.shifts
            ),
        )
        for i, one in enumerate(climbs)
    ], rho


def lines(study: StaircaseStudy) -> Iterator[str]:
    """The study in words."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    yield f"{study.dilemmas} dilemmas of up to {study.height} steps, {study.system}, regime {study.regime}"
    for why, n in study.left_out.items():
        yield f"left out, {why}: {n}"
    for one in study.climbs:
        missing = ", ".join(f"{why} {n}" for why, n in one.missing.items()) or "none"
        first = "" if one.first is None else f"; listed first was taken {one.first} of {one.choices} times"
        yield f"{one.subject}, form {one.form}: {one.choices} choices, missing: {missing}{first}"
        strengths = {s.value: s for s in one.strengths}
        for shift in sorted(
            one.shifts, key=lambda s: -(strengths[s.value].strength if s.value in strengths else -9)
        ):
            steps = " ".join(
                f"{p.score:+.2f}" if p.score is not None else "  -  "
                for p in one.places
                if p.value == shift.value
            )
            strong = strengths.get(shift.value)
            odds = (
                ""
                if strong is None
                else f"strength {strong.strength:+.2f} [{strong.low:+.2f}, {strong.high:+.2f}]"
            )
            moved = "no shift" if shift.shift is None else f"shift {shift.shift:+.2f} {_between(shift)}"
            n = sum(p.offered for p in one.places if p.value == shift.value)
            yield f"  {titles[shift.value]:<16} by step {steps}  {moved}  {odds}  n = {n}"
        for rule in RULES:
            rows = [b for b in one.broken if b.rule == rule and b.step == 0]
            likely = sum(b.probability >= 0.95 for b in rows)
            yield (
                f"  {rule}: {len(rows)} of {one.triples} triples with at least {study.least} choices a cell, {likely} of them in "
                "95 % of bootstrap draws"
            )


def _between(shift: Shift) -> str:
    return (
        "(offered too rarely for an interval)"
        if shift.low is None
        else f"[{shift.low:+.2f}, {shift.high:+.2f}]"
    )


def _number(x: float) -> float | None:
    return float(x) if isfinite(x) else None
