"""The plot of values in rows: a mean and an interval for every value and subject on one straight axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.axis import MANY, Axis, Series
from axiometer.report.escaping import shortened
from axiometer.report.legend import over, who
from axiometer.report.numbers import digits_of, finite, ticked, told
from axiometer.report.svg import figure, line, marker, tag, text
from axiometer.values import ValueSystem

LEFT, FOOT, MARK, LINE = 196.0, 46.0, 4.6, 20.0


@dataclass(frozen=True)
class Panel:
    """One straight axis and who is drawn on it."""

    start: float
    end: float
    series: tuple[Series, ...]


def forest(system: ValueSystem, series: Sequence[Series], axis: Axis, ident: str) -> Markup:
    """The rows of values as one SVG element; up to three subjects share an axis, more get one each.

    Args:
        system: the value system.
        series: who is drawn.
        axis: shared by all that is to be compared.
        ident: prefix of ids, different for every figure of a page.
    """
    assert series  # noqa: S101  the caller chose the figure
    names, panels = rows(system, series), _panels(series)
    several = len(panels) > 1
    step = 26.0 if several else max(26.0, 14.0 + 12.0 * len(series))
    top = 30.0 if several else 8.0 + LINE * (len(series) if len(series) > 1 else 0)
    width, bottom = panels[-1].end + 24.0, top + step * len(names)
    named = ", ".join(s.name for s in series)
    parts = [
        tag("title", f"Values in rows: {named}", id=f"{ident}-t"),
        tag("desc", "Mean and 95 % interval of every value; all numbers are in the table.", id=f"{ident}-d"),
        *_bands(names, top, step, width),
        *_titles(system, names, top, step),
    ]
    for panel in panels:
        parts += _scale(panel, axis, top, bottom)
        parts += _head(panel.series[0], panel) if several else who(panel.series, panel.start, 14, LINE)
        for i, name in enumerate(names):
            parts += _row(system, panel, name, top + step * (i + 0.5), axis)
        if not any(one.clear for one in panel.series):
            parts += over((panel.start + panel.end) / 2, (top + bottom) / 2, panel.end - panel.start)
    unit = f"{shortened(series[0].profile.unit, 40)}, from the subject’s own mean"
    parts.append(text((panels[0].start + panels[-1].end) / 2, bottom + FOOT - 6, unit, "note"))
    return figure(
        *parts, ident=ident, width=width, height=bottom + FOOT, class_="forest wide" if several else "forest"
    )


def rows(system: ValueSystem, series: Sequence[Series]) -> list[str]:
    """The values in circle order; without a circle by the first subject's mean, if it has a signal to rank by."""
    names = list(system.names)
    if system.circle or not series[0].clear:
        return names
    ranked = series[0].profile.order()
    return ranked + [name for name in names if name not in ranked]


def _panels(series: Sequence[Series]) -> list[Panel]:
    if len(series) <= MANY:
        return [Panel(LEFT + 14, LEFT + 474, tuple(series))]
    width = 780 / len(series)
    return [Panel(LEFT + 14 + i * width, LEFT + (i + 1) * width - 20, (one,)) for i, one in enumerate(series)]


def _bands(names: list[str], top: float, step: float, width: float) -> list[Markup]:
    return [
        tag("rect", x=0, y=top + i * step, width=width, height=step, class_="band")
        for i in range(0, len(names), 2)
    ]


def _titles(system: ValueSystem, names: list[str], top: float, step: float) -> list[Markup]:
    found: list[Markup] = []
    for i, name in enumerate(names):
        value, y = system.value(name), top + step * (i + 0.5) + 5
        found.append(text(LEFT, y, shortened(value.title, 28), "label full", "end"))
        found.append(text(LEFT, y, value.abbr, "label abbr", "end"))
    return found


def _scale(panel: Panel, axis: Axis, top: float, bottom: float) -> list[Markup]:
    found: list[Markup] = []
    narrow = panel.end - panel.start < 260
    for tick in axis.ticks:
        x = axis.at(tick, panel.start, panel.end)
        found.append(line(x, top, x, bottom, "grid zero" if tick == 0 else "grid"))
        if not narrow or tick in (axis.ticks[0], 0, axis.ticks[-1]):
            found.append(text(x, bottom + 17, ticked(tick, axis.digits), "tick"))
    return found


def _head(one: Series, panel: Panel) -> list[Markup]:
    """The subject over its own panel."""
    mark = tag("g", marker(one.slot, panel.start + 5, 14, MARK), class_=f"s{one.slot % 6}")
    room = int((panel.end - panel.start - 16) / 8)
    return [mark, text(panel.start + 15, 19, shortened(one.name, room), "heading", "start")]


def _row(system: ValueSystem, panel: Panel, name: str, y: float, axis: Axis) -> list[Markup]:
    found: list[Markup] = []
    for i, one in enumerate(panel.series):
        estimate = one.profile.values.get(name)
        mean = None if estimate is None else finite(estimate.mean)
        if estimate is None or mean is None:
            continue
        low, high = finite(estimate.low), finite(estimate.high)
        at = y + (i - (len(panel.series) - 1) / 2) * 12
        drawn = []
        if low is not None and high is not None:
            ends = [axis.at(x, panel.start, panel.end) for x in (low, high)]
            drawn.append(line(ends[0], at, ends[1], at, "whisker"))
        digits = digits_of([one.profile])
        shown = f"{one.name}, {told(system.value(name).title, estimate, one.profile.unit, digits)}"
        x = axis.at(mean, panel.start, panel.end)
        size = MARK if panel.end - panel.start > 260 else 3.4
        drawn.append(marker(one.slot, x, at, size, hollow=low is None or high is None, title=shown))
        found.append(tag("g", *drawn, class_=one.class_))
    return found
