"""Posterior predictive bars: how often each rating was given, over what the model expects of new answers."""

from collections.abc import Sequence

from markupsafe import Markup

from axiometer.analyse.ordinal import Bars
from axiometer.report.svg import figure, line, tag, text

WIDTH, HEIGHT, LEFT, TOP, FOOT = 420.0, 200.0, 44.0, 12.0, 26.0


def bars(drawn: Bars, ratings: Sequence[int], ident: str, title: str, slot: int = 0) -> Markup:
    """The bars as one SVG element; dots are observed shares.

    Args:
        drawn: observed and predicted shares.
        ratings: the number of each rating, lowest first.
        ident: prefix of ids, different for every figure of a page.
        title: for those who do not see it.
        slot: whose colour.
    """
    top = max([*drawn.high, *drawn.observed, 0.05])
    bottom, step = TOP + HEIGHT, (WIDTH - LEFT) / len(ratings)

    def y(share: float) -> float:
        return bottom - HEIGHT * share / top

    parts = [
        tag("title", title, id=f"{ident}-t"),
        tag("desc", _told(drawn, ratings), id=f"{ident}-d"),
        line(LEFT, bottom, WIDTH, bottom, "grid"),
        *(text(LEFT - 6, y(s) + 4, f"{100 * s:.0f} %", "tick", "end") for s in (0.0, top / 2, top)),
    ]
    for i, rating in enumerate(ratings):
        x = LEFT + step * (i + 0.5)
        height = bottom - y(drawn.predicted[i])
        parts += [
            tag("rect", x=x - step * 0.32, y=bottom - height, width=step * 0.64, height=height, class_="bar"),
            line(x, y(drawn.low[i]), x, y(drawn.high[i]), "whisker"),
            tag("circle", cx=x, cy=y(drawn.observed[i]), r=4.2, class_="dot"),
            text(x, bottom + 17, str(rating), "tick"),
        ]
    return figure(*parts, ident=ident, width=WIDTH, height=bottom + FOOT, class_=f"bars s{slot % 6}")


def _told(drawn: Bars, ratings: Sequence[int]) -> str:
    return "; ".join(
        f"rating {r}: observed {100 * o:.0f} %, expected {100 * e:.0f} %"
        for r, o, e in zip(ratings, drawn.observed, drawn.predicted, strict=True)
    )
