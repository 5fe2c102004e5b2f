"""The page of questions that were grown."""

from markupsafe import Markup

from axiometer.report.axis import axis_over
from axiometer.report.frame import Kind, cited, render
from axiometer.report.grown import GrowthStudy
from axiometer.report.numbers import count, ticked
from axiometer.report.svg import figure, line, path, tag, text

WIDTH, LEFT, RIGHT, TOP, HEIGHT, FOOT = 860.0, 60.0, 20.0, 14.0, 260.0, 46.0


def kind() -> Kind:
    """This kind of study."""
    return Kind(GrowthStudy, page)


def page(study: GrowthStudy) -> str:
    """The report; the same study gives the same text."""
    return render(
        "growth.html.j2",
        {"study": study, "curve": curve(study), "citations": [cited(key) for key in study.citations]},
    )


def curve(study: GrowthStudy) -> Markup:
    """Informativeness of the best questions against calls; the seeds as a line to compare with."""
    levels = [point.level for point in study.points]
    across, up = (
        axis_over([float(p.calls) for p in study.points]),
        axis_over([*levels, study.seeds or 0.0], steps=5),
    )
    start, end, bottom = LEFT, WIDTH - RIGHT, TOP + HEIGHT
    parts = [
        tag("title", "Informativeness against calls", id="c-t"),
        tag("desc", f"{len(levels)} pulls.", id="c-d"),
    ]
    for tick in up.ticks:
        y = up.at(tick, bottom, TOP)
        parts += [
            line(start, y, end, y, "grid zero" if tick == 0 else "grid"),
            text(start - 8, y + 4, ticked(tick, up.digits), "tick", "end"),
        ]
    parts += [
        text(across.at(tick, start, end), bottom + 18, count(round(tick)), "tick") for tick in across.ticks
    ]
    parts.append(text((start + end) / 2, bottom + 38, "calls", "note"))
    if study.seeds is not None:
        y = up.at(study.seeds, bottom, TOP)
        parts += [
            tag("g", line(start, y, end, y, "whisker"), class_="s1"),
            text(end, y - 6, "seed questions", "tick", "end"),
        ]
    points = [(across.at(float(p.calls), start, end), up.at(p.level, bottom, TOP)) for p in study.points]
    if points:
        parts.append(tag("g", tag("path", d=path(points, closed=False), class_="thread"), class_="s0"))
    return figure(*parts, ident="c", width=WIDTH, height=bottom + FOOT, class_="steps")
