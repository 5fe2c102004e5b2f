"""The page of a steered subject."""

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.report.steering import Cost, Effect, Held, Null, SteeringStudy
from axiometer.values import open_system

ROLES = {
    "raised": "to be raised",
    "lowered": "to be lowered",
    "kept": "left alone",
    "opposite": "opposite",
    "neighbour": "neighbour",
    "free": "",
}
_SLOTS = {"raised": 0, "lowered": 0, "kept": 2, "opposite": 1, "neighbour": 3, "free": 4}


def kind() -> Kind:
    """This kind of study."""
    return Kind(SteeringStudy, page)


def page(study: SteeringStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    titles = {value: system.value(value).title for value in system.names}
    return render(
        "steering.html.j2",
        {
            "study": study,
            "titles": titles,
            "verdict": verdict(study, titles),
            "effects": _drawn(
                study.effects, titles, "e", "Shift in dilemmas", "nats per token of the answer"
            ),
            "verified": _drawn(
                study.verified, titles, "v", "Shift by the instrument", f"{study.unit}, from the own mean"
            )
            if study.verified
            else None,
            "roles": ROLES,
            "told": told,
            "null": null,
            "held": held,
            "spent": spent,
            "citations": [cited(key) for key in study.citations],
        },
    )


def verdict(study: SteeringStudy, titles: dict[str, str]) -> list[str]:
    """What happened to each value that was to move, or to be left alone, in a sentence each."""
    found = []
    for e in study.effects:
        if e.role not in ("raised", "lowered", "kept"):
            continue
        if e.role == "kept":
            met = e.low <= 0 <= e.high
            word = "did not measurably move" if met else "moved, and was to be left alone"
        else:
            sign = 1 if e.role == "raised" else -1
            met = sign * (e.low if sign > 0 else e.high) > 0
            word = (f"was {e.role}" if met else f"was to be {e.role}, and no movement is certain") + _beyond(
                study, e, sign
            )
        found.append(f"{titles[e.value]} {word}: {told(e)} nats per token, n = {e.n} dilemmas.")
    return found


def told(e: Effect) -> str:
    """A shift with its interval."""
    return f"{number(e.shift, 3, signed=True)} {interval(e.low, e.high, 3)}"


def null(n: Null) -> str:
    """What random directions did, in a sentence."""
    drawn = ", ".join(number(s, 3, signed=True) for s in n.shifts)
    return f"{len(n.shifts)} random directions at the same price moved it by {drawn}"


def held(h: Held, titles: dict[str, str]) -> str:
    """Whether steering holds against an instruction, in a sentence."""
    over_plain, over_told = (
        f"{number(s, 3, signed=True)} {interval(low, high, 3)}"
        for s, low, high in (h.over_plain, h.over_told)
    )
    return (
        f"{titles[h.value]}: told the opposite, the steered subject stays {over_told} above the unsteered one told the same, "
        f"and {over_plain} above the unsteered one told nothing (preference towards the goal, n = {h.n} dilemmas)"
    )


def spent(c: Cost) -> str:
    """A cost with its interval."""
    if c.unit == "ratio":
        return f"×{number(c.shift, 3)} {interval(c.low, c.high, 3)}"
    return f"{number(c.shift, 3, signed=True)} {interval(c.low, c.high, 3)}"


def _beyond(study: SteeringStudy, e: Effect, sign: int) -> str:
    drawn = [s for n in study.nulls if n.value == e.value for s in n.shifts]
    if not drawn:
        return ""
    return (
        ", beyond every random direction"
        if sign * e.shift > max(drawn)
        else ", no further than random directions"
    )


def _drawn(effects: tuple[Effect, ...], titles: dict[str, str], ident: str, title: str, unit: str) -> object:
    rungs = [Rung(titles[e.value], e.low, e.shift, e.high, _SLOTS[e.role], ROLES[e.role]) for e in effects]
    return ladder(rungs, ident, title, unit)
