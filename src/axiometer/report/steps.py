"""Preferences from step to step, a line for each value, named where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.axis import axis_over
from axiometer.report.escaping import shortened
from axiometer.report.numbers import ticked
from axiometer.report.svg import figure, line, marker, path, tag, text

WIDTH, LEFT, RIGHT, TOP, HEIGHT, FOOT = 860.0, 60.0, 210.0, 14.0, 340.0, 46.0
APART = 17.0


@dataclass(frozen=True)
class Line:
    """A value's preference at each step; None where it was not offered.

    Attributes:
        label: its name.
        points: at each step.
        slot: whose colour and mark.
        strong: whether it stands out; the others are drawn thin.
    """

    label: str
    points: tuple[float | None, ...]
    slot: int
    strong: bool = True


def steps(lines: Sequence[Line], ident: str, title: str, unit: str) -> Markup:
    """The lines as one SVG element.

    Args:
        lines: all with as many points.
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
        unit: of the axis.
    """
    axis = axis_over([p for one in lines for p in one.points if p is not None], steps=5)
    many = max((len(one.points) for one in lines), default=1)
    start, end, bottom = LEFT, WIDTH - RIGHT, TOP + HEIGHT

    def x(i: int) -> float:
        return start + (end - start) * (i + 0.5) / many

    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", f"{len(lines)} values over {many} steps; all numbers are in the table.", id=f"{ident}-d"),
    ]
    for tick in axis.ticks:
        y = axis.at(tick, bottom, TOP)
        parts += [
            line(start, y, end, y, "grid zero" if tick == 0 else "grid"),
            text(start - 8, y + 4, ticked(tick, axis.digits), "tick", "end"),
        ]
    parts += [text(x(i), bottom + 18, f"step {i + 1}", "tick") for i in range(many)]
    parts.append(text((start + end) / 2, bottom + 38, unit, "note"))
    ends = []
    for one in lines:
        found = [(x(i), axis.at(p, bottom, TOP)) for i, p in enumerate(one.points) if p is not None]
        if not found:
            continue
        drawn = [tag("path", d=path(found, closed=False), class_="thread" if one.strong else "thread thin")]
        drawn += [marker(one.slot, *point, 3.8) for point in found]
        parts.append(tag("g", *drawn, class_=f"s{one.slot % 6}"))
        ends.append((found[-1][1], found[-1], one))
    parts += _named(ends, end, bottom)
    return figure(*parts, ident=ident, width=WIDTH, height=bottom + FOOT, class_="steps")


def _named(ends: list[tuple[float, tuple[float, float], Line]], right: float, bottom: float) -> list[Markup]:
    """The names at the right, moved apart where lines end close together."""
    ends.sort(key=lambda one: one[0])
    places: list[float] = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + APART) if places else max(y, TOP + 6))
    over = places[-1] - bottom if places else 0.0
    for i in reversed(range(len(places))):  # push back up what fell off the bottom
        places[i] = (
            min(places[i] - max(over, 0.0), places[i + 1] - APART)
            if i + 1 < len(places)
            else places[i] - max(over, 0.0)
        )
    found = []
    for place, (_, point, one) in zip(places, ends, strict=True):
        drawn = [
            line(point[0] + 7, point[1], right + 18, place, "leader"),
            marker(one.slot, right + 26, place, 4.2),
        ]
        found += [
            tag("g", *drawn, class_=f"s{one.slot % 6}"),
            text(right + 38, place + 5, shortened(one.label, 22), "label", "start"),
        ]
    return found
