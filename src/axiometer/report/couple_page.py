"""The page of a study of counterfactual revision."""

from markupsafe import Markup

from axiometer.report.couple import Against, Check, CoupleStudy
from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.report.svg import figure, tag, text
from axiometer.values import open_system

_LEVELS = range(1, 6)
_LEFT, _CELL, _TOP = 120.0, 66.0, 46.0
WAYS = {"raw": "Asked as it is", "told": "With the levels told", "revised": "Revised"}


def kind() -> Kind:
    """This kind of study."""
    return Kind(CoupleStudy, page)


def page(study: CoupleStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    rungs = [
        Rung(way_of(one.way), one.low, one.total, one.high, 0 if one.way == "revised" else 1)
        for one in study.reached
    ]
    return render(
        "couple.html.j2",
        {
            "study": study,
            "titles": {value.name: value.title for value in system.values},
            "way_of": way_of,
            "verdicts": verdict(study),
            "reached": ladder(
                rungs, "r", "Distance from the objective", "sum of absolute differences, levels"
            ),
            "matrix": _matrix(study),
            "citations": [cited(key) for key in study.citations],
        },
    )


def way_of(way: str) -> str:
    """A way of answering, as a reader knows it."""
    return WAYS.get(way, f"Revised {way}")


def verdict(study: CoupleStudy) -> list[str]:
    """What a reader should take home, in sentences."""
    found = [_against(one) for one in study.against if one.way in WAYS]
    found += [_check(one) for one in study.checks]
    return found


def _against(one: Against) -> str:
    other = {"raw": "answers as they come", "told": "answers with the levels told"}[one.way]
    tally = f"nearer on {one.win}, alike on {one.tie}, further on {one.lose} questions"
    if one.ratio is None or one.low is None or one.high is None:
        return f"against {other}, which miss by nothing, revised ones are {tally}"
    sure = "" if one.high < 1 else " (not told apart)" if one.low <= 1 else " (worse)"
    return f"revised answers are {one.ratio:.2f} times as far from the objective as {other} {interval(one.low, one.high)}{sure}: {tally}"


def _check(one: Check) -> str:
    said = f"{number(one.change, 2, signed=True)} {interval(one.low, one.high)} from {number(one.before, 2)}, n = {one.n}"
    if one.name == "placebo":
        return (
            f"a value set besides that has nothing to do with those at stake moves their distance by {said}"
        )
    return f"without the point of its most important value, that value is read as {said}"


def _matrix(study: CoupleStudy) -> Markup:
    """How far off revised answers are, by the level that was there (rows) and the level that was wanted (columns)."""
    cells = {(cell.before, cell.wanted): cell for cell in study.cells}
    parts = [
        tag("title", "Distance by level before and level wanted", id="m-t"),
        tag("desc", "All numbers are in the table below.", id="m-d"),
        text(_LEFT + 2.5 * _CELL, 16, "level wanted", "tick"),
        *(text(_LEFT + _CELL * (j - 0.5), _TOP - 10, str(j), "tick") for j in _LEVELS),
    ]
    for i in _LEVELS:
        y = _TOP + 40 * (i - 1)
        parts.append(text(_LEFT - 12, y + 25, f"{'before: ' if i == 1 else ''}{i}", "label", "end"))
        for j in _LEVELS:
            x, cell = _LEFT + _CELL * (j - 1), cells.get((i, j))
            if cell is None:
                parts.append(tag("rect", x=x, y=y, width=_CELL, height=40, class_="empty"))
                continue
            strength = min(cell.off / 3, 1.0) * 0.85 + 0.04
            shade = "chip light" if strength > 0.57 else "chip"
            parts += [
                tag(
                    "rect", x=x, y=y, width=_CELL, height=40, class_="cell s1", fill_opacity=f"{strength:.3f}"
                ),
                text(x + _CELL / 2, y + 19, f"{cell.off:.2f}", shade),
                text(x + _CELL / 2, y + 33, f"n {cell.n}", f"{shade} small"),
            ]
    return figure(*parts, ident="m", width=_LEFT + 5 * _CELL + 4, height=_TOP + 206, class_="matrix")
