"""The map of values: where scaling puts them, against where the theory does."""

from collections.abc import Sequence

from markupsafe import Markup

from axiometer.report.people import Place
from axiometer.report.svg import figure, line, tag, text

SIZE, MARGIN, LINE = 520.0, 78.0, 16.0


def map_of(places: Sequence[Place], titles: Sequence[str], ident: str, title: str) -> Markup:
    """The map as one SVG element: open rings are the theory's places, filled dots what was found.

    Args:
        places: values with both positions.
        titles: of the values, in the same order.
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
    """
    reach = max((abs(c) for p in places for c in (p.x, p.y, p.theory_x, p.theory_y)), default=1.0)

    def at(x: float, y: float) -> tuple[float, float]:
        half = SIZE / 2
        return half + x / reach * (half - MARGIN), half - y / reach * (half - MARGIN)

    radius = (SIZE / 2 - MARGIN) / reach
    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag(
            "desc",
            "Each value's place found and its place in theory; numbers are in the table.",
            id=f"{ident}-d",
        ),
        tag("circle", cx=SIZE / 2, cy=SIZE / 2, r=radius, class_="ring"),
    ]
    labels: list[tuple[float, float, str, str]] = []
    for place, name in zip(places, titles, strict=True):
        x, y = at(place.x, place.y)
        tx, ty = at(place.theory_x, place.theory_y)
        anchor = "start" if x > SIZE * 0.56 else "end" if x < SIZE * 0.44 else "middle"
        shift = {"start": 9.0, "end": -9.0, "middle": 0.0}[anchor]
        drop = 5.0 if anchor != "middle" else (18.0 if y > SIZE / 2 else -10.0)
        labels.append((x + shift, y + drop, name, anchor))
        parts += [
            line(x, y, tx, ty, "link"),
            tag("circle", cx=tx, cy=ty, r=5.0, class_="theory"),
            tag("circle", cx=x, cy=y, r=5.5, class_="found"),
        ]
    parts += [text(x, y, name, "label", anchor) for x, y, name, anchor in _apart(labels)]
    return figure(*parts, ident=ident, width=SIZE, height=SIZE, class_="map")


def _apart(labels: list[tuple[float, float, str, str]]) -> list[tuple[float, float, str, str]]:
    """The labels with those that would overlap moved down by a line."""
    placed: list[tuple[float, float, str, str]] = []
    for x, y, name, anchor in sorted(labels, key=lambda label: label[1]):
        near = [other for _, other, _, side in placed if side == anchor and abs(other - y) < LINE]
        placed.append((x, max(near) + LINE if near else y, name, anchor))
    return placed
