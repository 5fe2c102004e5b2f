"""What changed between two rounds of the same tasks: pure mathematics."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from axiometer.analyse.effects import Floats, Moved, Share, moved, share
from axiometer.canon import draws

_RESAMPLES = 4000


@dataclass(frozen=True)
class Change:
    """Right and wrong before and after, task by task.

    Attributes:
        before, after: how many were right.
        difference: of the shares, after minus before, with its 95 % bootstrap interval over tasks.
        lost: right before and wrong after.
        gained: wrong before and right after.
        p: two-sided exact probability of so uneven a split of those that changed, were losing as likely as gaining.
    """

    before: Share
    after: Share
    difference: Moved
    lost: int
    gained: int
    p: float


def change(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_], seed: int = 0) -> Change:
    """How many tasks went from right to wrong and back.

    Shapes: both [tasks], at least one.

    Source: mcnemar1947
    """
    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    difference = moved(before.astype(np.float64), after.astype(np.float64), seed)
    p = min(1.0, 2.0 * float(binom.cdf(min(lost, gained), lost + gained, 0.5)))
    return Change(share(before), share(after), difference, lost, gained, p)


def rate(amounts: Floats, counts: Floats, seed: int = 0) -> Moved:
    """The sum of amounts over the sum of counts, with its 95 % bootstrap interval over texts.

    Shapes: both [texts], at least one.
    """
    rng = draws(seed, "rate", len(counts))
    drawn = rng.integers(len(counts), size=(_RESAMPLES, len(counts)))
    found = amounts[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(found, [0.025, 0.975])
    return Moved(float(amounts.sum() / counts.sum()), float(low), float(high), len(counts))
