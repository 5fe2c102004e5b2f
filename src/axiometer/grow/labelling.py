"""Which value a text shows, by several raters: what most of them say, or a queue for people.

Source: mmds
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.raters import Rater, Rating
from axiometer.subjects import Missing

_LEAST = 0.5


@dataclass(frozen=True)
class Label:
    """What several raters say that a text shows above all.

    Attributes:
        value: what more than half of all raters say; empty where they do not agree.
        votes: one for each rater, who may part it between values that it rates alike; empty for one that could not rate.
    """

    value: str
    votes: tuple[Mapping[str, float], ...]

    def said(self) -> str:
        """The votes in words."""
        return "; ".join(
            " or ".join(f"{name}" for name in vote) if vote else "no rating" for vote in self.votes
        )


def label(raters: Sequence[Rater], contents: Sequence[str]) -> list[Label]:
    """A label for every text. A rater that finds nothing, or cannot rate, agrees with nobody.

    That a rater parts its vote between values that it rates alike is our own; the source's raters name one each.
    """
    rated = [rater.rate(contents) for rater in raters]
    return [_joined([_vote(each[i]) for each in rated]) for i in range(len(contents))]


def nominal_alpha(labels: Sequence[Label]) -> tuple[float, int]:
    """Krippendorff's alpha of the raters' votes as names, and the number of texts with at least two of them; nan where nothing varies.

    A parted vote counts in parts.

    Source:
        krippendorff2004
    """
    names = sorted({name for one in labels for vote in one.votes for name in vote})
    units = [_table(one, names) for one in labels]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        return float("nan"), 0
    # two votes agree as far as the same value is drawn from both
    apart = sum(
        sum(1 - a @ b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j) / (len(unit) - 1)
        for unit in units
    )
    total = sum(len(unit) for unit in units)
    every = np.concatenate(units)
    summed = every.sum(axis=0)
    chance = (total**2 - summed @ summed - (total - (every * every).sum())) / (total - 1)
    return (float(1 - apart / chance) if chance > 0 else float("nan")), len(units)


def _vote(rating: Rating | Missing) -> dict[str, float]:
    if isinstance(rating, Missing) or not (most := max(rating.scores.values())) > 0:
        return {}
    best = [name for name, score in rating.scores.items() if score >= most - 1e-9]
    return dict.fromkeys(best, 1 / len(best))


def _joined(votes: Sequence[Mapping[str, float]]) -> Label:
    total: dict[str, float] = {}
    for vote in votes:
        for name, share in vote.items():
            total[name] = total.get(name, 0.0) + share
    agreed = [name for name, share in total.items() if share > _LEAST * len(votes)]
    return Label(agreed[0] if agreed else "", tuple(votes))


def _table(one: Label, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """[votes, values] of those who voted."""
    return np.array([[vote.get(name, 0.0) for name in names] for vote in one.votes if vote]).reshape(
        -1, len(names)
    )
