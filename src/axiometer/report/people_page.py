"""The page of people's answers."""

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.mds import map_of
from axiometer.report.numbers import interval, number, probability
from axiometer.report.people import PeopleStudy, Range
from axiometer.values import open_system


def kind() -> Kind:
    """This kind of study."""
    return Kind(PeopleStudy, page)


def page(study: PeopleStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    ranked = sorted(study.values, key=lambda v: -(v.mean.value or 0.0))
    rungs = [Rung(system.value(v.name).title, v.mean.low, v.mean.value, v.mean.high) for v in ranked]
    circle = study.circle
    return render(
        "people.html.j2",
        {
            "study": study,
            "system": system,
            "ranked": ranked,
            "rows": ladder(rungs, "p", "Importance of values", "points of the scale, from the own mean"),
            "map": map_of(
                circle.places, [system.value(p.name).title for p in circle.places], "m", "Map of values"
            )
            if circle
            else None,
            "verdict": circle_verdict(study),
            "told": told,
            "probability": probability,
            "citations": [cited(key) for key in study.citations],
        },
    )


def told(r: Range, digits: int = 2) -> str:
    """A number with its interval."""
    return "–" if r.value is None else f"{number(r.value, digits)} {interval(r.low, r.high, digits)}"


def circle_verdict(study: PeopleStudy) -> str:
    """Whether the circle is there, in a sentence."""
    c = study.circle
    if c is None:
        return f"The circle was not tested: {study.why}"
    held = c.in_order == 1.0 and c.ring_p < 0.01
    return (
        f"{'The values lie around the map in the order of the theory' if held else 'The order of the theory is not fully there'} "
        f"({100 * c.in_order:.0f} % of neighbours): stress-1 {c.stress:.3f}, congruence {c.congruence:.2f}, "
        f"{probability(c.predictions_p)} for its order predictions; n = {c.n} people."
    )
