"""Intervals in rows on one axis: contrasts, distances to a norm, what a remedy changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.axis import Axis, axis_over
from axiometer.report.escaping import shortened
from axiometer.report.numbers import ticked
from axiometer.report.svg import figure, line, marker, tag, text

LEFT, RIGHT, WIDTH, STEP, FOOT = 230.0, 92.0, 860.0, 24.0, 44.0


@dataclass(frozen=True)
class Rung:
    """One row: an interval with its middle, and what it is set against.

    Attributes:
        label: at the left; empty repeats nothing under the row above.
        aside: at the right, such as a probability.
        slot: whose colour and mark.
        reference: another number to stand beside it, such as a human norm; with `spread` around it.
        strong: whether a new group of rows starts here.
    """

    label: str
    low: float | None
    middle: float | None
    high: float | None
    slot: int = 0
    aside: str = ""
    reference: float | None = None
    spread: float | None = None
    strong: bool = False


def ladder(
    rungs: Sequence[Rung], ident: str, title: str, unit: str, *, band: float | None = None, aside: str = ""
) -> Markup:
    """The rows as one SVG element.

    Args:
        rungs: the rows, from the top.
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
        unit: of the axis.
        band: half-width of a band around zero, such as a region of practical equivalence.
        aside: heading of what stands at the right.
    """
    ends = [x for r in rungs for x in (r.low, r.middle, r.high, r.reference) if x is not None]
    ends += [
        r.reference + s * r.spread for r in rungs if r.reference is not None and r.spread for s in (1, -1)
    ]
    axis = axis_over([*ends, band or 0.0, -(band or 0.0)], steps=6)
    top, start, end = 26.0, LEFT + 12, WIDTH - RIGHT
    bottom = top + STEP * len(rungs)
    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", f"{len(rungs)} rows; all numbers are in the table.", id=f"{ident}-d"),
    ]
    if band:
        x, width = axis.at(-band, start, end), axis.at(band, start, end) - axis.at(-band, start, end)
        parts.append(tag("rect", x=x, y=top, width=width, height=bottom - top, class_="rope"))
    for tick in axis.ticks:
        x = axis.at(tick, start, end)
        parts.append(line(x, top, x, bottom, "grid zero" if tick == 0 else "grid"))
        parts.append(text(x, bottom + 17, ticked(tick, axis.digits), "tick"))
    parts.append(text((start + end) / 2, bottom + 36, unit, "note"))
    if aside:
        parts.append(text(WIDTH, 15, aside, "tick", "end"))
    for i, rung in enumerate(rungs):
        parts += _rung(rung, axis, start, end, top + STEP * i)
    return figure(*parts, ident=ident, width=WIDTH, height=bottom + FOOT, class_="ladder")


def _rung(rung: Rung, axis: Axis, start: float, end: float, y: float) -> list[Markup]:
    at = y + STEP / 2
    found = [line(0, y, WIDTH, y, "rule")] if rung.strong else []
    found.append(text(LEFT, at + 5, shortened(rung.label, 32), "label", "end"))
    if rung.aside:
        found.append(text(WIDTH, at + 5, rung.aside, "tick", "end"))
    if rung.reference is not None:
        x = axis.at(rung.reference, start, end)
        if rung.spread:
            ends = [axis.at(rung.reference + s * rung.spread, start, end) for s in (-1, 1)]
            found.append(line(ends[0], at, ends[1], at, "human"))
        found.append(tag("rect", x=x - 4.5, y=at - 4.5, width=9.0, height=9.0, class_="human"))
    if rung.middle is not None:
        drawn = []
        if rung.low is not None and rung.high is not None:
            ends = [axis.at(e, start, end) for e in (rung.low, rung.high)]
            drawn.append(line(ends[0], at, ends[1], at, "whisker"))
        drawn.append(marker(rung.slot, axis.at(rung.middle, start, end), at, 4.6))
        found.append(tag("g", *drawn, class_=f"s{rung.slot % 6}"))
    return found
