"""The page of a study of personas."""

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.report.personas import Agreement, Effect, PersonaStudy
from axiometer.values import open_system


def kind() -> Kind:
    """This kind of study."""
    return Kind(PersonaStudy, page)


def page(study: PersonaStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    groups = list(dict.fromkeys((e.attribute, e.group) for e in study.effects))
    parts = []
    for i, (attribute, group) in enumerate(groups):
        own = [e for e in study.effects if (e.attribute, e.group) == (attribute, group)]
        rungs = [
            Rung(system.value(e.value).title, e.low, e.effect, e.high, i, _aside(e), reference=e.human)
            for e in own
        ]
        agreed = next((a for a in study.agreements if (a.attribute, a.group) == (attribute, group)), None)
        drawn = ladder(
            rungs, f"e{i}", f"Effect of {group}", f"change in {study.unit}", aside="bias" if agreed else ""
        )
        parts.append((attribute, group, own, agreed, drawn))
    return render(
        "personas.html.j2",
        {
            "study": study,
            "system": system,
            "parts": parts,
            "told": told,
            "agreed": agreement,
            "bias": bias,
            "citations": [cited(key) for key in study.citations],
        },
    )


def told(e: Effect) -> str:
    """An effect with its interval."""
    return f"{number(e.effect, signed=True)} {interval(e.low, e.high)}"


def bias(e: Effect) -> str:
    """An effect less people's difference, with the interval of the effect."""
    if e.human is None or e.bias is None:
        return "–"
    return f"{number(e.bias, signed=True)} {interval(e.low - e.human, e.high - e.human)}"


def agreement(a: Agreement) -> str:
    """How far effects follow people's differences, in a sentence."""
    return (
        f"{a.same_sign} of {a.n} values move the same way as among people [{a.sign_low:.2f}, {a.sign_high:.2f}]; correlation "
        f"over values {number(a.correlation)} {interval(a.low, a.high)}"
    )


def _aside(e: Effect) -> str:
    return "" if e.bias is None else number(e.bias, signed=True)
