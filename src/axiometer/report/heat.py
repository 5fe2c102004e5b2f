"""Values by rank: how probable each place is, as ink."""

from collections.abc import Mapping

from markupsafe import Markup

from axiometer.report.escaping import shortened
from axiometer.report.svg import figure, tag, text

LEFT, CELL, ROW, TOP = 150.0, 44.0, 27.0, 30.0


def heat(ranks: Mapping[str, tuple[float, ...]], ident: str, title: str, slot: int = 0) -> Markup:
    """The map as one SVG element; rows in order of expected rank, the most probable place outlined.

    Args:
        ranks: title of a value -> probability of being 1st, 2nd, ...
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
        slot: whose colour.
    """
    rows = sorted(ranks, key=lambda name: sum(i * p for i, p in enumerate(ranks[name])))
    places = max(map(len, ranks.values()), default=0)
    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", f"In order: {', '.join(rows)}.", id=f"{ident}-d"),
        *(text(LEFT + CELL * (i + 0.5), TOP - 9, str(i + 1), "tick") for i in range(places)),
    ]
    for r, name in enumerate(rows):
        y = TOP + ROW * r
        parts.append(text(LEFT - 10, y + ROW / 2 + 5, shortened(name, 20), "label", "end"))
        most = max(range(len(ranks[name])), key=lambda i: ranks[name][i])
        for i, p in enumerate(ranks[name]):
            x = LEFT + CELL * i
            cell = tag(
                "rect", x=x, y=y, width=CELL, height=ROW, class_="cell", fill_opacity=f"{0.04 + 0.9 * p:.3f}"
            )
            parts.append(cell)
            if p >= 0.05:
                shade = "chip light" if p > 0.55 else "chip"
                parts.append(text(x + CELL / 2, y + ROW / 2 + 4, f"{100 * p:.0f}", shade))
            if i == most:
                parts.append(tag("rect", x=x + 1, y=y + 1, width=CELL - 2, height=ROW - 2, class_="most"))
    return figure(
        *parts,
        ident=ident,
        width=LEFT + CELL * places + 4,
        height=TOP + ROW * len(rows) + 6,
        class_=f"heat s{slot % 6}",
    )
