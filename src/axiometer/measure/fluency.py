"""What a text costs a subject: perplexity of plain passages, the price of an intervention."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from axiometer.data import need, read_toml, shipped
from axiometer.errors import BadInput
from axiometer.subjects import Missing, Prompt, Weigher

_SHORTEST = 8


@dataclass(frozen=True)
class Cost:
    """How unlikely some passages are to a subject.

    Units:
        nats, summed over the tokens of the second half of each passage.
    """

    logp: tuple[float, ...]
    tokens: tuple[int, ...]

    @property
    def perplexity(self) -> float:
        """Over all tokens of all passages."""
        return exp(-sum(self.logp) / sum(self.tokens))


def neutral_passages() -> tuple[str, ...]:
    """Our own passages about things, in which nobody wants anything."""
    path = shipped("neutral", "paragraphs.toml")
    return tuple(need(read_toml(path), "paragraphs", list, str(path)))


def cost(subject: Weigher, passages: Sequence[str]) -> Cost:
    """What the second half of each passage costs the subject after the first, as plain text.

    Why: an intervention may change how a prompt is read, how an answer is said, or both; the first half is read as the
    prompt and the second said as the answer, so the damage of each shows.

    Raises:
        BadInput: a passage of a few words, or one that the subject cannot weigh.
    """
    prompts, options = [], []
    for passage in passages:
        words = passage.split()
        if len(words) < _SHORTEST:
            raise BadInput(
                f"the passage {passage!r:.40} has {len(words)} words; give passages of at least {_SHORTEST}."
            )
        half = len(words) // 2
        prompts.append(Prompt(" ".join(words[:half]), chat=False))
        options.append([" " + " ".join(words[half:])])
    found = subject.weigh(prompts, options)
    for passage, weights in zip(passages, found, strict=True):
        if isinstance(weights, Missing):
            raise BadInput(f"the passage {passage!r:.40} cannot be weighed: {weights.detail}")
    kept = [weights for weights in found if not isinstance(weights, Missing)]
    return Cost(tuple(w.logp[0] for w in kept), tuple(w.tokens[0] for w in kept))
