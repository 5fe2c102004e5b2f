"""The page of a study of staircases."""

from typing import Any

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.matrix import matrix
from axiometer.report.numbers import interval, number, share
from axiometer.report.staircase import Broken, Climb, StaircaseStudy
from axiometer.report.steps import Line, steps
from axiometer.values import ValueSystem, open_system

RULES = {
    "cycle": "in a cycle",
    "moderate": "against moderate transitivity",
    "strong": "against strong transitivity",
}
REGIMES = {
    "full": "all earlier steps and the subject’s own choices are shown",
    "causal": "only the step before and its choice are shown",
    "none": "each step is shown alone",
}
_LIKELY = 0.95


def kind() -> Kind:
    """This kind of study."""
    return Kind(StaircaseStudy, page)


def page(study: StaircaseStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    return render(
        "staircase.html.j2",
        {
            "study": study,
            "titles": {value.name: value.title for value in system.values},
            "regime": REGIMES[study.regime],
            "parts": [_part(study, climb, system, i) for i, climb in enumerate(study.climbs)],
            "rules": RULES,
            "verdicts": [line for climb in study.climbs for line in verdict(study, climb, system)],
            "citations": [cited(key) for key in study.citations],
        },
    )


def verdict(study: StaircaseStudy, climb: Climb, system: ValueSystem) -> list[str]:
    """What a reader should take home of one subject, in sentences."""
    titles = {value.name: value.title for value in system.values}
    found = []
    if climb.first is not None and climb.choices:
        found.append(
            f"{climb.subject} took the option listed first in {share(climb.first / climb.choices)} of {climb.choices} choices; "
            "orders were drawn, so one half is no leaning"
        )
    clear = [
        s for s in climb.shifts if s.low is not None and s.high is not None and (s.low > 0 or s.high < 0)
    ]
    if clear:
        told = ", ".join(
            f"{titles[s.value]} {number(s.shift, 2, signed=True)} {interval(s.low, s.high)}" for s in clear
        )
        found.append(f"{climb.subject}: from the first to the last step preference moves for {told}")
    else:
        found.append(
            f"{climb.subject}: no preference moves further from the first to the last step than its interval"
        )
    cycles = [b for b in climb.broken if b.rule == "cycle" and b.step == 0]
    sure = [b for b in cycles if b.probability >= _LIKELY]
    found.append(
        f"{climb.subject}: of {climb.triples} triples of values with at least {study.least} choices a cell, {len(cycles)} run in a "
        f"circle, {len(sure)} of them in {share(_LIKELY)} of draws or more"
    )
    return found


def _part(study: StaircaseStudy, climb: Climb, system: ValueSystem, i: int) -> dict[str, Any]:
    shown = [v for v in system.values if any(p.value == v.name and p.offered for p in climb.places)]
    names = [v.name for v in shown]
    clear = {
        s.value
        for s in climb.shifts
        if s.low is not None and s.high is not None and (s.low > 0 or s.high < 0)
    }
    lines = [
        Line(v.title, tuple(p.score for p in climb.places if p.value == v.name), k, v.name in clear)
        for k, v in enumerate(shown)
    ]
    shifts = {s.value: s for s in climb.shifts}
    rungs = [
        Rung(v.title, shifts[v.name].low, shifts[v.name].shift, shifts[v.name].high, k)
        for k, v in enumerate(shown)
    ]
    rates: dict[tuple[int, int], tuple[float, int]] = {}
    for cell in climb.cells:
        if cell.n and cell.first in names and cell.second in names:
            a, b = names.index(cell.first), names.index(cell.second)
            rates[a, b] = cell.taken / cell.n, cell.n
            rates[b, a] = 1 - cell.taken / cell.n, cell.n
    strengths = [
        Rung(system.value(s.value).title, s.low, s.strength, s.high, names.index(s.value))
        for s in sorted(climb.strengths, key=lambda s: -s.strength)
    ]
    return {
        "climb": climb,
        "steps": steps(
            lines,
            f"p{i}",
            f"Preferences of {climb.subject}",
            "preference: share of offers taken, less one half",
        ),
        "shifts": ladder(
            rungs, f"s{i}", f"Shifts of {climb.subject}", "preference at the last step less that at the first"
        ),
        "matrix": matrix(
            [v.title for v in shown],
            [v.abbr for v in shown],
            rates,
            study.least,
            f"m{i}",
            f"How often {climb.subject} took one value over another",
        ),
        "strengths": ladder(
            strengths, f"b{i}", f"Strengths of values for {climb.subject}", "log-odds around zero"
        ),
        "broken": _worst(climb.broken),
    }


def _worst(broken: tuple[Broken, ...]) -> list[Broken]:
    """The ten surest over all steps, and every sure one of a single step."""
    whole = sorted((b for b in broken if b.step == 0), key=lambda b: -b.probability)[:10]
    return whole + [b for b in broken if b.step and b.probability >= _LIKELY]
