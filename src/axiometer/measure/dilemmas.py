"""Which option of a dilemma a subject prefers, by how likely it finds each as its own answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.instruments.contrast import Dilemma
from axiometer.subjects import Missing, Prompt, Weigher


@dataclass(frozen=True)
class Preference:
    """How much a subject prefers the option that expresses the value.

    Attributes:
        dilemma: its name.
        expressing_first: log-odds per token when that option is named first.
        other_first: the same when it is named last.

    Units:
        nats per token of the answer, expressing minus other.
    """

    dilemma: str
    expressing_first: float
    other_first: float

    @property
    def mean(self) -> float:
        """Over both orders, so that a liking for the first option cancels."""
        return (self.expressing_first + self.other_first) / 2

    @property
    def chosen(self) -> bool:
        """Whether the option that expresses the value is preferred."""
        return self.mean > 0


def preferences(subject: Weigher, dilemmas: Sequence[Dilemma]) -> list[Preference | Missing]:
    """A preference, or why there is none, for every dilemma."""
    prompts = [
        Prompt(dilemma.question(expressing_first=first), about=dilemma.name)
        for dilemma in dilemmas
        for first in (True, False)
    ]
    options = [dilemma.answers() for dilemma in dilemmas for _ in (True, False)]
    odds: list[float | Missing] = []
    for weights in subject.weigh(prompts, options):
        if isinstance(weights, Missing):
            odds.append(weights)
        else:
            means = [logp / max(tokens, 1) for logp, tokens in zip(weights.logp, weights.tokens, strict=True)]
            odds.append(means[0] - means[1])
    found: list[Preference | Missing] = []
    for dilemma, first, last in zip(dilemmas, odds[0::2], odds[1::2], strict=True):
        if isinstance(first, Missing):
            found.append(first)
        elif isinstance(last, Missing):
            found.append(last)
        else:
            found.append(Preference(dilemma.name, first, last))
    return found
