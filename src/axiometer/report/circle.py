"""The circle of values: a polar chart of means and intervals, the groups as labelled arcs around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin
from textwrap import wrap

from markupsafe import Markup

from axiometer.report.axis import Axis, Series
from axiometer.report.escaping import shortened
from axiometer.report.legend import NO_SIGNAL, who
from axiometer.report.numbers import digits_of, finite, ticked, told
from axiometer.report.svg import figure, line, marker, path, polar, tag, text
from axiometer.values import Group, Value, ValueSystem

LINE = 26.0


@dataclass(frozen=True)
class Layout:
    """Where things lie; lengths in units of the view box."""

    width: float
    height: float
    cx: float
    cy: float
    radius: float
    hole: float
    arcs: float
    labels: float
    abbrs: float
    font: float
    mark: float


WIDE = Layout(880, 722, 440, 366, 246, 44, 259, 302, 322, 15, 5.5)
SMALL = Layout(420, 436, 210, 232, 138, 26, 147, 184, 184, 14, 4.0)


def circle(
    system: ValueSystem, series: Sequence[Series], axis: Axis, ident: str, layout: Layout = WIDE
) -> Markup:
    """The circle of values as one SVG element.

    Args:
        system: a value system with a circle.
        series: who is drawn.
        axis: shared by all that is to be compared.
        ident: prefix of ids, different for every figure of a page.
        layout: `SMALL` names the values by their abbreviations.
    """
    assert series  # noqa: S101  the caller chose the figure
    places, small = spread(system), layout is SMALL
    names = ", ".join(s.name for s in series)
    title = f"Circle of values: {names}"
    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", _told(system, series), id=f"{ident}-d"),
        *_rings(axis, layout),
        *_spokes(places, layout),
        *_arcs(system, places, layout, ident),
        *_labels(system, places, layout, short=small or _crowded(places, layout)),
        *_figures(system, series, places, axis, layout),
        *_tick_labels(places, axis, layout),
        *_notes(series, layout, small=small),
    ]
    return figure(
        *parts,
        ident=ident,
        width=layout.width,
        height=layout.height + _foot(series, small=small),
        class_="circle small" if small else "circle",
    )


def spread(system: ValueSystem) -> dict[str, float]:
    """The angle of every value; values that share a wedge stand side by side in it.

    Units: degrees, clockwise from the top, in circle order.
    """
    found = sorted({v.angle for v in system.values if v.angle is not None})
    gap = min((b - a for a, b in pairwise([*found, found[0] + 360])), default=360.0)
    places: dict[str, float] = {}
    for angle in found:
        own = [v.name for v in system.values if v.angle == angle]
        for i, name in enumerate(own):
            places[name] = angle + (i - (len(own) - 1) / 2) * gap / len(own)
    return places


def arcs_of(system: ValueSystem, places: dict[str, float]) -> list[tuple[Group, float, float]]:
    """The groups that can be drawn in one ring, as (group, from, to) in degrees.

    Why: a system may name groups that overlap; those that are unbroken on the circle and share no value with one before
    them are drawn.
    """
    order, taken, found = list(places), set[str](), list[tuple[Group, float, float]]()
    for group in system.groups:
        inside = [name in group.values for name in order]
        starts = [i for i in range(len(order)) if inside[i] and not inside[i - 1]]
        if len(starts) != 1 or taken & set(group.values):
            continue
        taken |= set(group.values)
        first, last = starts[0], starts[0] + sum(inside) - 1
        found.append((group, _edge(places, first - 1, first), _edge(places, last, last + 1)))
    return [(g, a, b if b > a else b + 360) for g, a, b in found]


def _edge(places: dict[str, float], before: int, after: int) -> float:
    """The angle halfway between two neighbours in circle order."""
    angles = list(places.values())
    a, b = angles[before % len(angles)], angles[after % len(angles)]
    return (a + ((b - a) % 360) / 2) % 360


def _crowded(places: dict[str, float], layout: Layout) -> bool:
    angles = sorted(places.values())
    gap = min((b - a for a, b in pairwise([*angles, angles[0] + 360])), default=360.0)
    return radians(gap) * layout.labels < 2.4 * layout.font


def _rings(axis: Axis, at: Layout) -> list[Markup]:
    return [
        tag(
            "circle",
            cx=at.cx,
            cy=at.cy,
            r=axis.at(tick, at.hole, at.radius),
            class_="ring zero" if tick == 0 else "ring",
        )
        for tick in axis.ticks
    ]


def _spokes(places: dict[str, float], at: Layout) -> list[Markup]:
    return [
        line(*polar(at.cx, at.cy, at.hole, angle), *polar(at.cx, at.cy, at.radius, angle), "spoke")
        for angle in places.values()
    ]


def _tick_labels(places: dict[str, float], axis: Axis, at: Layout) -> list[Markup]:
    """The scale, written between the last value and the first."""
    angle, size = _edge(places, -1, 0), at.font * 0.8
    found = []
    for tick in axis.ticks:
        x, y = polar(at.cx, at.cy, axis.at(tick, at.hole, at.radius), angle)
        shown = ticked(tick, axis.digits)
        found.append(text(x, y + size * 0.35, shown, "tick zero" if tick == 0 else "tick"))
    return found


def _arcs(system: ValueSystem, places: dict[str, float], at: Layout, ident: str) -> list[Markup]:
    found: list[Markup] = []
    for i, (group, start, end) in enumerate(arcs_of(system, places)):
        lower = 90 < ((start + end) / 2) % 360 < 270
        found.append(tag("path", d=_arc(at, at.arcs, start + 1.2, end - 1.2), class_="group"))
        if len(group.title) * at.font * 0.5 > radians(end - start) * at.arcs:
            continue
        radius = at.arcs + at.font * (1.2 if lower else 0.55)
        found.append(
            tag(
                "path",
                id=f"{ident}-g{i}",
                d=_arc(at, radius, end, start) if lower else _arc(at, radius, start, end),
                fill="none",
            )
        )
        words = tag("textPath", group.title, href=f"#{ident}-g{i}", startOffset="50%")
        found.append(tag("text", words, class_="grouped", text_anchor="middle"))
    return found


def _arc(at: Layout, radius: float, start: float, end: float) -> str:
    (x1, y1), (x2, y2) = polar(at.cx, at.cy, radius, start), polar(at.cx, at.cy, radius, end)
    large, sweep = int(abs(end - start) > 180), int(end > start)
    return f"M{x1:.1f} {y1:.1f}A{radius:.1f} {radius:.1f} 0 {large} {sweep} {x2:.1f} {y2:.1f}"


def _labels(system: ValueSystem, places: dict[str, float], at: Layout, *, short: bool) -> list[Markup]:
    found: list[Markup] = []
    for name, angle in places.items():
        value = system.value(name)
        if not short:
            found.append(_label(title_lines(value), angle, at, "label full"))
        found.append(_label([value.abbr], angle, at, "label abbr only" if short else "label abbr"))
    return found


def title_lines(value: Value) -> list[str]:
    """A value's title in short lines, broken after a colon."""
    head, colon, tail = value.title.partition(": ")
    if colon:
        return [shortened(head, 15) + ":", shortened(tail, 16)]
    return wrap(value.title, 16, max_lines=2, placeholder="…")


def _label(lines: list[str], angle: float, at: Layout, class_: str) -> Markup:
    x, y = polar(at.cx, at.cy, at.labels if class_ == "label full" else at.abbrs, angle)
    side, step = sin(radians(angle)), at.font * 1.15
    anchor = "middle" if abs(side) < 0.12 else "start" if side > 0 else "end"
    if class_ != "label full":
        anchor = "middle"
    top = y - cos(radians(angle)) * step * len(lines) / 2 - step * (len(lines) / 2 - 0.8)
    spans = [tag("tspan", piece, x=x, y=top + i * step) for i, piece in enumerate(lines)]
    return tag("text", *spans, class_=class_, text_anchor=anchor)


def _figures(
    system: ValueSystem, series: Sequence[Series], places: dict[str, float], axis: Axis, at: Layout
) -> list[Markup]:
    angles = sorted(places.values())
    gap = min((b - a for a, b in pairwise([*angles, angles[0] + 360])), default=90.0)
    apart = min(5.0, gap * 0.22)
    found, crowd = list[Markup](), " several" if len(series) > 1 else ""
    for i, one in enumerate(series):
        turned = {name: angle + (i - (len(series) - 1) / 2) * apart for name, angle in places.items()}
        found.append(
            tag(
                "g",
                *_outline(one, turned, axis, at),
                *_dots(system, one, turned, axis, at),
                class_=one.class_ + crowd,
            )
        )
    return found


def _outline(one: Series, places: dict[str, float], axis: Axis, at: Layout) -> list[Markup]:
    """The closed line through the means; none where a value has no score, so that nothing is made up."""
    means = {name: _mean(one, name) for name in places}
    points = [
        polar(at.cx, at.cy, axis.at(mean, at.hole, at.radius), places[name])
        for name, mean in means.items()
        if mean is not None
    ]
    if len(points) < len(places) or len(points) < 3:
        return []
    return [tag("path", d=path(points, closed=True), class_="outline")]


def _dots(system: ValueSystem, one: Series, places: dict[str, float], axis: Axis, at: Layout) -> list[Markup]:
    found, digits = list[Markup](), digits_of([one.profile])
    for name, angle in places.items():
        mean = _mean(one, name)
        if mean is None:
            continue
        estimate = one.profile.values[name]
        low, high = finite(estimate.low), finite(estimate.high)
        if low is not None and high is not None:
            ends = [polar(at.cx, at.cy, axis.at(x, at.hole, at.radius), angle) for x in (low, high)]
            found.append(line(*ends[0], *ends[1], "whisker"))
        x, y = polar(at.cx, at.cy, axis.at(mean, at.hole, at.radius), angle)
        shown = f"{one.name}, {told(system.value(name).title, estimate, one.profile.unit, digits)}"
        found.append(marker(one.slot, x, y, at.mark, hollow=low is None or high is None, title=shown))
    return found


def _mean(one: Series, name: str) -> float | None:
    estimate = one.profile.values.get(name)
    return None if estimate is None else finite(estimate.mean)


def _notes(series: Sequence[Series], at: Layout, *, small: bool) -> list[Markup]:
    """The subject over a small figure; who is who and the zero ring under a large one; no signal said over it."""
    found: list[Markup] = []
    if small:
        found.append(text(at.cx, 18, shortened(series[0].name, 40), "heading"))
    else:
        found += who(series, at.cx - 180, at.height + 12, LINE)
        note = f"dashed ring: 0, the subject’s own mean; bars: 95 % intervals; unit: {shortened(series[0].profile.unit, 40)}"
        found.append(text(at.cx, at.height + _foot(series, small=False) - 10, note, "note"))
    if not any(one.clear for one in series):
        found.append(text(at.cx, at.cy + at.font * 0.5, NO_SIGNAL, "nosignal"))
    return found


def _foot(series: Sequence[Series], *, small: bool) -> float:
    return (
        0.0
        if small
        else 30.0 + (12.0 if len(series) > 1 else 0.0) + LINE * (len(series) if len(series) > 1 else 0)
    )


def _told(system: ValueSystem, series: Sequence[Series]) -> str:
    """The figure in a sentence for each subject, for those who do not see it."""
    sentences = []
    for one in series:
        if not one.clear:
            sentences.append(f"{one.name}: {NO_SIGNAL}.")
            continue
        order = [system.value(name).title for name in one.profile.order()]
        sentences.append(f"{one.name}: highest {', '.join(order[:3])}; lowest {', '.join(order[-3:])}.")
    return " ".join([*sentences, "All numbers are in the table of values."])
