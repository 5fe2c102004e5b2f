"""How far an intervention moves answers to requests that it is not meant for."""

from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.canon import derived
from axiometer.data import need, read_toml, shipped
from axiometer.errors import BadInput
from axiometer.subjects import Answer, Missing, Prompt, Weigher, Weights


@dataclass(frozen=True)
class Strayed:
    """One answer of the unsteered subject, as both subjects weigh it.

    Attributes:
        prompt: what was asked.
        said: what the unsteered subject answered.
        lost: its log-probability unsteered minus steered, in nats, over its tokens.
        tokens: how many.
    """

    prompt: str
    said: str
    lost: float
    tokens: int


def neutral_prompts() -> tuple[str, ...]:
    """Our own everyday requests, in which nobody's values are at stake."""
    path = shipped("neutral", "prompts.toml")
    return tuple(need(read_toml(path), "prompts", list, str(path)))


def strayed(
    base: Weigher, steered: Weigher, prompts: Sequence[str], *, repeats: int = 1, seed: int = 0
) -> list[Strayed | Missing]:
    """What the unsteered subject's own answers lose in likelihood under steering.

    The sum of what is lost over the sum of tokens estimates the divergence KL(unsteered || steered) in nats per said
    token, without bias where the base samples at temperature 1. At temperature 0 it is the loss along the likeliest
    answer, which is another and usually smaller number. The decision to stop is not counted.

    Args:
        base: gives the answers, at its own temperature.
        steered: the same subject, changed.
        prompts: requests.
        repeats: how many answers to each.
        seed: of the answers.

    Raises:
        BadInput: fewer than one repeat.
    """
    if repeats < 1:
        raise BadInput(f"{repeats} answers to each request were asked for; ask for at least one.")
    found: list[Strayed | Missing] = []
    for repeat in range(repeats):
        found += _once(base, steered, prompts, derived(seed, "drift", repeat))
    return found


def _once(base: Weigher, steered: Weigher, texts: Sequence[str], seed: int) -> list[Strayed | Missing]:
    said = base.answer([Prompt(text) for text in texts], seed=seed)
    found = [
        Missing("unparsed", "an empty answer") if isinstance(answer, Answer) and not answer.text else answer
        for answer in said
    ]
    some = [(i, answer.text) for i, answer in enumerate(found) if isinstance(answer, Answer)]
    asked, options = [Prompt(texts[i]) for i, _ in some], [[text] for _, text in some]
    both = zip(base.weigh(asked, options), steered.weigh(asked, options), strict=True)
    lost = {i: _strayed(texts[i], text, *weighed) for (i, text), weighed in zip(some, both, strict=True)}
    return [answer if isinstance(answer, Missing) else lost[i] for i, answer in enumerate(found)]


def _strayed(
    prompt: str, said: str, before: Weights | Missing, after: Weights | Missing
) -> Strayed | Missing:
    if isinstance(before, Missing):
        return before
    if isinstance(after, Missing):
        return after
    return Strayed(prompt, said, before.logp[0] - after.logp[0], before.tokens[0])
