"""The page of a measurement with open questions."""

from axiometer.report.escaping import shortened
from axiometer.report.frame import Kind, cited, render
from axiometer.report.grown import GrownStudy, Told
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.values import open_system


def kind() -> Kind:
    """This kind of study."""
    return Kind(GrownStudy, page)


def page(study: GrownStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    rungs = []
    for value in system.values:
        own = [g for g in study.grades if g.value == value.name]
        for i, g in enumerate(own):
            rungs.append(
                Rung(
                    value.title if not i else "",
                    g.low - 0.5,
                    g.rate - 0.5,
                    g.high - 0.5,
                    i,
                    shortened(g.subject, 14),
                    strong=not i,
                )
            )
    told = [("these questions", study.told), *study.beside.items()]
    rows = [Rung(name, t.low, t.mean, t.high, i, f"n {t.n}") for i, (name, t) in enumerate(told)]
    return render(
        "grown.html.j2",
        {
            "study": study,
            "titles": {value.name: value.title for value in system.values},
            "rates": ladder(rungs, "r", "Win rates", "win rate against the other subjects, less one half"),
            "told": ladder(rows, "t", "What the questions tell", "nats a question")
            if len(told) > 1
            else None,
            "informative": informative,
            "topics": _topics(study),
            "citations": [cited(key) for key in study.citations],
        },
    )


def informative(t: Told) -> str:
    """What a set of questions tells, with its interval."""
    return f"{number(t.mean, 3)} {interval(t.low, t.high, 3)} nats a question, n = {t.n}"


def _topics(study: GrownStudy) -> dict[str, list[tuple[str, int, list[tuple[str, float]]]]]:
    """Topic -> subject, replies, and its three most shown values."""
    found: dict[str, list[tuple[str, int, list[tuple[str, float]]]]] = {}
    for topic in dict.fromkeys(g.topic for g in study.topics):
        for subject in dict.fromkeys(g.subject for g in study.topics if g.topic == topic):
            own = sorted(
                (g for g in study.topics if (g.topic, g.subject) == (topic, subject)), key=lambda g: -g.shown
            )
            found.setdefault(topic, []).append((subject, own[0].n, [(g.value, g.shown) for g in own[:3]]))
    return found
