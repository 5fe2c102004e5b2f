"""What steering costs where no value is at stake: knowledge, drift of neutral answers, and how they are worded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyse.effects import Floats, Moved, Share, moved
from axiometer.analyse.paired import Change, change, rate
from axiometer.analyse.wording import Sign, compared
from axiometer.canon import derived
from axiometer.instruments.knowledge import FourChoice, open_knowledge
from axiometer.measure.capability import By, Choice, choices
from axiometer.measure.drift import Strayed, neutral_prompts, strayed
from axiometer.steer.steered import SteeredWeigher
from axiometer.subjects import Answer, Prompt

_CHANCE = 0.25


@dataclass(frozen=True)
class Price:
    """What steering did to answers that it is not meant for.

    Attributes:
        by: how questions of knowledge were answered.
        knowledge: right and wrong before and after; None where none was answered by both.
        share: the log of the right answer's share among the four, in nats, after minus before.
        knowledge_missing: questions that one of the two did not answer.
        temperature: at which the unsteered subject gave the answers whose drift is told; None where it does not say.
        drift: what these answers lose under steering, in nats per token.
        drift_missing: requests without an answer that both could weigh.
        wording: signs of the answers to the same requests, before and after.
    """

    subject: str
    by: By
    knowledge: Change | None
    share: Moved | None
    knowledge_missing: int
    temperature: float | None
    drift: Moved | None
    drift_missing: int
    wording: tuple[Sign, ...]


def price(
    steered: SteeredWeigher,
    *,
    questions: Sequence[FourChoice] = (),
    by: By = "letters",
    prompts: Sequence[str] = (),
    seed: int = 0,
) -> Price:
    """The price of a subject's interventions, against the same subject without them.

    Args:
        steered: the subject under its interventions.
        questions: of knowledge; none for our own hundred.
        by: how they are answered.
        prompts: neutral requests; none for our own forty.
        seed: of answers and intervals.
    """
    asked, texts = questions or open_knowledge(), prompts or neutral_prompts()
    known = _known(steered, asked, by)
    told = [one for one in strayed(steered.base, steered, texts, seed=seed) if isinstance(one, Strayed)]
    after = steered.answer([Prompt(one.prompt) for one in told], seed=derived(seed, "drift", 0))
    said = [
        (one.said, other.text) for one, other in zip(told, after, strict=True) if isinstance(other, Answer)
    ]
    lost, tokens = (np.array([float(getattr(one, name)) for one in told]) for name in ("lost", "tokens"))
    return Price(
        steered.card.name,
        by,
        change(known["right"][0] > 0, known["right"][1] > 0, seed) if known["right"].size else None,
        moved(known["share"][0], known["share"][1], seed) if known["share"].size else None,
        len(asked) - known["right"].shape[1],
        steered.base.spec.get("temperature"),
        rate(lost, tokens, seed) if told else None,
        len(texts) - len(told),
        compared([one for one, _ in said], [other for _, other in said], seed),
    )


def _known(steered: SteeredWeigher, asked: Sequence[FourChoice], by: By) -> dict[str, Floats]:
    """`right` and `share`, before and after: [2, questions that both answered]."""
    both = [
        pair
        for pair in zip(choices(steered.base, asked, by), choices(steered, asked, by), strict=True)
        if all(isinstance(one, Choice) for one in pair)
    ]
    return {
        name: np.array([[float(getattr(one, name)) for one in pair] for pair in both]).reshape(-1, 2).T
        for name in ("right", "share")
    }


def lines(found: Price) -> Iterator[str]:
    """The price in words."""
    yield f"{found.subject}: what steering did where no value is at stake; 95 % bootstrap intervals, paired"
    knowledge, share = found.knowledge, found.share
    if knowledge is None or share is None:
        yield f"knowledge: no question was answered by both, missing {found.knowledge_missing}"
    else:
        yield (
            f"knowledge, by {found.by}: right {_told(knowledge.before)} -> {_told(knowledge.after)}, difference "
            f"{_moved(knowledge.difference)}, {knowledge.lost} lost and {knowledge.gained} gained (p = {knowledge.p:.3f}), "
            f"log share of the right answer {_moved(share)} nats, n = {share.n}{_missing(found.knowledge_missing)}"
        )
        if knowledge.before.low <= _CHANCE:
            yield "  Before steering, chance (.25) is not excluded: on these questions there was nothing to lose."
    if found.drift is None:
        yield f"drift: no neutral request has an answer that both could weigh{_missing(found.drift_missing)}"
    else:
        yield (
            f"drift on neutral requests: {_moved(found.drift)} nats per token of the unsteered answers, at "
            f"{_heat(found.temperature)}, n = {found.drift.n} answers{_missing(found.drift_missing)}"
        )
    for sign in found.wording:
        yield (
            f"{sign.name:<10} {sign.before.shift:.3g} -> {sign.after.shift:.3g}, shift {_moved(sign.shift)}, "
            f"n = {sign.shift.n} answers"
        )


def _told(share: Share) -> str:
    return f"{share.hits / share.n:.2f} [{share.low:.2f}, {share.high:.2f}]"


def _moved(one: Moved) -> str:
    return f"{one.shift:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"


def _missing(many: int) -> str:
    return f", missing {many}" if many else ""


def _heat(temperature: float | None) -> str:
    if temperature == 1:
        return "temperature 1: an estimate of KL(unsteered || steered)"
    return f"temperature {temperature}" if temperature is not None else "a temperature that is not known"
