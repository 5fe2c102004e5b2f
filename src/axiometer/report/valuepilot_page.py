"""The page of a study of the value assessment network."""

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.report.valuepilot import ValuePilotStudy
from axiometer.values import open_system

WAYS = {"network": "Network", "constant": "Constant mean", "words": "Words of the definition"}
RULES = {
    "promethee": "PROMETHEE",
    "sum": "Weighted sum (AHP)",
    "topsis": "TOPSIS",
    "utility": "Utility (MAUT)",
}


def kind() -> Kind:
    """This kind of study."""
    return Kind(ValuePilotStudy, page)


def page(study: ValuePilotStudy) -> str:
    """The report; the same study gives the same text."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    similar = [
        Rung(RULES[d.rule], d.low, d.similarity, d.high, 0, reference=d.chance) for d in study.decisions
    ]
    return render(
        "valuepilot.html.j2",
        {
            "study": study,
            "titles": titles,
            "ways": WAYS,
            "rules": RULES,
            "verdicts": verdict(study),
            "similar": ladder(
                similar, "d", "Rankings alike", "OS-Sim; the other mark is the constant mean, a drawn order"
            ),
            "citations": [cited(key) for key in study.citations],
        },
    )


def verdict(study: ValuePilotStudy) -> list[str]:
    """What a reader should take home, in sentences."""
    found = []
    for m in study.margins:
        sure = "" if m.low > 0 else " (not told apart)"
        found.append(
            f"on {m.scenes} other scenes the network is off by {number(m.less, 3)} {interval(m.low, m.high, 3)} less than "
            f"{WAYS[m.way].lower()}{sure}, in points of a scale from -1 to 1"
        )
    best = study.decisions[0]
    found.append(
        f"for {best.preferences} drawn preferences a scene, its rankings are alike to those by the ratings by {number(best.similarity, 2)} "
        f"{interval(best.low, best.high)} (OS-Sim; the constant mean {number(best.chance, 2)}), and begin with the same action in "
        f"{100 * best.first:.0f} % (constant mean {100 * best.chance_first:.0f} %)"
    )
    return found
