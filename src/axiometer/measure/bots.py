"""Who watches a feed: a subject that is asked, frame by frame, whether it goes on watching.

Three kinds, as in the source: `plain` has no persona, `simple` is told trait sentences and decides, `questionnaire` rates six items, and a percentage decides.

Source: valuespectrum
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

from axiometer.canon import draws
from axiometer.data import read_toml, shipped
from axiometer.data.wording import filled
from axiometer.instruments.frames import Arm, Frame
from axiometer.measure.spectrum import read_liking
from axiometer.subjects import Answer, Missing, Prompt, Subject
from axiometer.subjects.pictures import read_picture
from axiometer.subjects.protocol import check_sees

Kind: TypeAlias = Literal["plain", "simple", "questionnaire"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ITEMS: Mapping[str, float] = {"appeal": 10, "wonder": 10, "feeling": 10, "worth": 10, "match": 1, "action": 1}
THRESHOLD = 60.0
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True)
class Decision:
    """What a bot did with a frame.

    Attributes:
        watches: or why that is not known; what is not known counts as skipped, and is counted.
        reason: in its words.
        trait: number of the trait that the frame touches, from 1; None for none.
        scores: of the six items, for a questionnaire.
        percent: what they come to; None otherwise.
    """

    watches: bool | Missing
    reason: str = ""
    trait: int | None = None
    scores: Mapping[str, float] | None = None
    percent: float | None = None


def decide(
    subject: Subject,
    kind: Kind,
    asks: Sequence[tuple[tuple[str, ...], Frame]],
    arm: Arm,
    *,
    threshold: float = THRESHOLD,
    seed: int = 0,
) -> list[Decision]:
    """Whether bots go on watching, each with traits and a frame of its own, all in one call.

    Args:
        subject: who is asked.
        kind: how.
        asks: (sentences about itself, what is on show).
        arm: whether pictures are shown or captions put.
        threshold: percent from which a questionnaire watches.
        seed: of the subject.
    """
    prompts = [bot_prompt(kind, traits, frame, arm) for traits, frame in asks]
    check_sees(subject.card, prompts)
    found = []
    for reply, (traits, _) in zip(subject.answer(prompts, seed=seed), asks, strict=True):
        if kind == "plain":
            found.append(Decision(read_liking(reply), reply.text if isinstance(reply, Answer) else ""))
        else:
            found.append(_simple(reply, traits) if kind == "simple" else _rated(reply, threshold))
    return found


def bot_prompt(kind: Kind, traits: tuple[str, ...], frame: Frame, arm: Arm) -> Prompt:
    """What a bot is asked about a frame."""
    texts = _texts()
    told = "\n".join(f"{i}. {trait}" for i, trait in enumerate(traits, 1))
    parts = {"shown": texts[arm], "traits": told}
    caption = f'"{frame.caption.strip()}"\n' if arm == "caption" else ""
    pictures = (read_picture(frame.picture),) if arm == "picture" else ()
    system = filled(texts["persona"].strip(), parts) if traits and kind != "plain" else ""
    return Prompt(
        caption + filled(texts[kind].strip(), parts),
        system=system,
        about=f"feed/{frame.id}",
        pictures=pictures,
    )


def percentage(scores: Mapping[str, float]) -> float:
    """What six items come to, from 0 to 100: four of ten points each, and two of one point that count ten.

    Source:
        valuespectrum
    """
    return 100.0 * sum(scores[name] * (1 if most == 10 else 10) for name, most in ITEMS.items()) / 60.0


def stay(decision: Decision, kind: Kind, frame: str, most: float, seed: int) -> float:
    """How many seconds the frame is watched: a plain bot any time at all, the others to the end or not."""
    if kind == "plain":
        return float(draws(seed, "stay", frame).uniform(0, most))
    return most if decision.watches is True else 0.0


def open_traits() -> Mapping[str, tuple[str, ...]]:
    """The shipped personas: name -> trait sentences."""
    return {name: tuple(some) for name, some in _texts()["personas"].items()}


def _simple(reply: Answer | Missing, traits: tuple[str, ...]) -> Decision:
    found = _object(reply)
    if isinstance(found, Missing):
        return Decision(found)
    said = str(found.get("decision", "")).strip().casefold()
    if said not in ("yes", "no"):
        return Decision(Missing("unparsed", f"the decision is {said!r:.40}"))
    number = found.get("trait")
    trait = (
        number
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= len(traits)
        else None
    )
    return Decision(said == "yes", str(found.get("reason", ""))[:400], trait)


def _rated(reply: Answer | Missing, threshold: float) -> Decision:
    found = _object(reply)
    if isinstance(found, Missing):
        return Decision(found)
    scores: dict[str, float] = {}
    for name, most in ITEMS.items():
        number = found.get(name)
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= most:
            return Decision(Missing("unparsed", f"{name} is {number!r:.20}; it must be from 0 to {most:g}"))
        scores[name] = float(number)
    percent = percentage(scores)
    return Decision(percent >= threshold, "", None, scores, percent)


def _object(reply: Answer | Missing) -> dict[str, Any] | Missing:
    if isinstance(reply, Missing):
        return reply
    found = _OBJECT.search(reply.text)
    try:
        table = json.loads(found[0]) if found else None
    except (ValueError, RecursionError):
        table = None
    return (
        table
        if isinstance(table, dict)
        else Missing("unparsed", f"no JSON object: {reply.text.strip()[:60]!r}")
    )


@cache
def _texts() -> dict[str, Any]:
    return read_toml(shipped("forms", "bots.toml"))
