"""How far an intervention moves answers to requests that it is not meant for."""

from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.canon import derived
from axiometer.data import need, read_toml, shipped
from axiometer.errors import BadInput
from axiometer.subjects import Answer, Missing, Prompt, Weigher


@dataclass(frozen=True)
class Strayed:
    """One answer of the unsteered subject, as both subjects weigh it.

    Attributes:
        prompt: what was asked.
        lost: its log-probability unsteered minus steered, in nats, over its tokens.
        tokens: how many.
    """

    prompt: str
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
    prompts = [Prompt(text) for text in texts]
    said = base.answer(prompts, seed=seed)
    some = [i for i, answer in enumerate(said) if isinstance(answer, Answer) and answer.text]
    asked = [prompts[i] for i in some]
    options = [[answer.text] for answer in (said[i] for i in some) if isinstance(answer, Answer)]
    weighed = dict(
        zip(some, zip(base.weigh(asked, options), steered.weigh(asked, options), strict=True), strict=True)
    )
    found: list[Strayed | Missing] = []
    for i, answer in enumerate(said):
        if isinstance(answer, Missing):
            found.append(answer)
        elif i not in weighed:
            found.append(Missing("unparsed", "an empty answer"))
        else:
            before, after = weighed[i]
            if isinstance(before, Missing):
                found.append(before)
            elif isinstance(after, Missing):
                found.append(after)
            else:
                found.append(Strayed(texts[i], before.logp[0] - after.logp[0], before.tokens[0]))
    return found
