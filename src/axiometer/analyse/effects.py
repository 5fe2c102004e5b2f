"""How far something moved, paired item by item: pure mathematics."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.intervals import wilson
from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
_RESAMPLES = 4000


@dataclass(frozen=True)
class Moved:
    """A mean shift over items, with its 95 % bootstrap interval over items; `n` items."""

    shift: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Share:
    """How many of n, with Wilson's 95 % interval."""

    hits: int
    n: int
    low: float
    high: float


def moved(before: Floats, after: Floats, seed: int = 0) -> Moved:
    """How far items moved; each is its own control.

    Shapes: both [items], at least one.
    """
    shifts = after - before
    rng = draws(seed, "moved", len(shifts))
    means = shifts[rng.integers(len(shifts), size=(_RESAMPLES, len(shifts)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Moved(float(shifts.mean()), float(low), float(high), len(shifts))


def share(hits: npt.NDArray[np.bool_]) -> Share:
    """How many are true.

    Shapes: [items]
    """
    many = int(hits.sum())
    return Share(many, len(hits), *wilson(many, len(hits)))


def item_shifts(
    change: Floats, value: npt.NDArray[np.int64], many: int, seed: int = 0
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """How far each value's items moved from the mean of all, as other items of the same kind would show it.

    Args:
        change: [items] after minus before.
        value: [items] the number of the value that each item measures; at least two items for each value.
        many: how many values there are.
        seed: of the draws, which pool item residuals over values.

    Shapes:
        shifts [values], drawn [draws, values], items [values]
    """
    counts = np.bincount(value, minlength=many)
    means = np.bincount(value, change, minlength=many) / counts
    residual = (change - means[value]) * np.sqrt(counts / (counts - 1))[value]
    rng = draws(seed, "item shifts")
    noise = np.stack(
        [residual[rng.integers(len(residual), size=(_RESAMPLES, int(n)))].mean(axis=1) for n in counts],
        axis=1,
    )
    centre = change.mean()
    drawn = means - centre + noise - (noise * counts).sum(axis=1, keepdims=True) / counts.sum()
    return means - centre, drawn, counts


def ratio(before: Floats, after: Floats, tokens: Floats, seed: int = 0) -> Moved:
    """The exponential of the mean cost per token after minus before: the ratio of perplexities, resampled over passages.

    Args:
        before: [passages] log-probability of each.
        after: [passages] the same afterwards.
        tokens: [passages] how many tokens each has.
        seed: of the resampling.
    """
    rng = draws(seed, "ratio", len(tokens))
    drawn = rng.integers(len(tokens), size=(_RESAMPLES, len(tokens)))
    found = np.exp((before - after)[drawn].sum(axis=1) / tokens[drawn].sum(axis=1))
    low, high = np.quantile(found, [0.025, 0.975])
    return Moved(float(np.exp((before - after).sum() / tokens.sum())), float(low), float(high), len(tokens))
