"""Elements of SVG as text; children that are not markup are made visible and escaped."""

from math import cos, radians, sin

from markupsafe import Markup

from axiometer.report.escaping import safe

Child = str | Markup
SHAPES = 6


def tag(name: str, *children: Child, **attributes: object) -> Markup:
    """One element; attribute names take `_` for `-`, a trailing `_` is dropped, None leaves the attribute out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_shown(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(safe(child) for child in children)
    return Markup(f"<{name}{given}>{inner}</{name}>" if children else f"<{name}{given}/>")  # noqa: S704  escaped above


def text(x: float, y: float, content: Child, class_: str, anchor: str = "middle") -> Markup:
    """A line of text."""
    return tag("text", content, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def polar(cx: float, cy: float, radius: float, angle: float) -> tuple[float, float]:
    """The point at a radius and an angle in degrees, 0 at the top, clockwise."""
    return cx + radius * sin(radians(angle)), cy - radius * cos(radians(angle))


def path(points: list[tuple[float, float]], *, closed: bool) -> str:
    """The `d` of a path through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")


def marker(
    slot: int, x: float, y: float, size: float = 5.0, *, hollow: bool = False, title: str = ""
) -> Markup:
    """The mark of a subject: circle, square, triangle, diamond, triangle down, pentagon; hollow without an interval."""
    shape = slot % SHAPES
    class_ = "dot hollow" if hollow else "dot"
    children = [tag("title", title)] if title else []
    if shape == 0:
        return tag("circle", *children, cx=x, cy=y, r=size, class_=class_)
    corners, turn, scale = ((4, 45, 1.25), (3, 0, 1.35), (4, 0, 1.3), (3, 180, 1.35), (5, 0, 1.25))[shape - 1]
    points = [polar(x, y, size * scale, turn + 360 * i / corners) for i in range(corners)]
    return tag("path", *children, d=path(points, closed=True), class_=class_)


def figure(*parts: Markup, ident: str, width: float, height: float, class_: str) -> Markup:
    """A figure that a page holds, named by the title `ident`-t and described by `ident`-d among its parts."""
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby=f"{ident}-t {ident}-d",
        class_=f"figure {class_}",
    )


def _shown(value: object) -> Markup:
    return safe(f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value)
