"""A square of rates: how often the value of a row was taken over that of a column, with the number of choices."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from axiometer.report.escaping import shortened
from axiometer.report.svg import figure, tag, text

LEFT, CELL, ROW, TOP = 150.0, 62.0, 38.0, 34.0


def matrix(
    names: Sequence[str],
    short: Sequence[str],
    rates: Mapping[tuple[int, int], tuple[float, int]],
    least: int,
    ident: str,
    title: str,
) -> Markup:
    """The square as one SVG element; the fewer choices a cell has below `least`, the paler it is.

    Args:
        names: of the rows.
        short: of the columns.
        rates: (row, column) -> rate and number of choices.
        least: choices that a rate needs.
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
    """
    many = len(names)
    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", f"{many} values; all numbers are in the table.", id=f"{ident}-d"),
        *(text(LEFT + CELL * (j + 0.5), TOP - 10, short[j], "tick") for j in range(many)),
    ]
    for i, name in enumerate(names):
        y = TOP + ROW * i
        parts.append(text(LEFT - 10, y + ROW / 2 + 5, shortened(name, 20), "label", "end"))
        for j in range(many):
            parts += _cell(LEFT + CELL * j, y, rates.get((i, j)), least, same=i == j)
    return figure(
        *parts, ident=ident, width=LEFT + CELL * many + 4, height=TOP + ROW * many + 6, class_="matrix"
    )


def _cell(x: float, y: float, found: tuple[float, int] | None, least: int, *, same: bool) -> list[Markup]:
    if same or found is None:
        return [tag("rect", x=x, y=y, width=CELL, height=ROW, class_="empty")]
    rate, n = found
    # one colour above one half, another below: the further, the stronger; and the paler the fewer choices
    sure = min(1.0, n / max(least, 1))
    strength = min(1.0, 2 * abs(rate - 0.5)) * 0.85 * sure + 0.04
    side = "s0" if rate >= 0.5 else "s1"
    shade = "chip light" if strength > 0.57 else "chip"
    return [
        tag("rect", x=x, y=y, width=CELL, height=ROW, class_=f"cell {side}", fill_opacity=f"{strength:.3f}"),
        text(x + CELL / 2, y + ROW / 2, f"{100 * rate:.0f}", shade if sure == 1 else "few"),
        text(x + CELL / 2, y + ROW / 2 + 13, f"n {n}", f"{shade} small"),
    ]
