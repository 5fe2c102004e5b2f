"""How far what was shown is from what was wanted: pure mathematics on levels.

Source: couple
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
_RESAMPLES = 2000


@dataclass(frozen=True)
class Deviation:
    """The distance of texts from an objective.

    Attributes:
        total: sum over values of the absolute difference, a mean over texts; what the published tables print.
        total_low: of its 95 % bootstrap interval over texts.
        total_high: its upper end.
        mean: the mean over values instead of the sum.
        order: share of ordered pairs of values that stand in the wanted order; nan where no pair is ordered.
        order_low: of its 95 % bootstrap interval over texts.
        order_high: its upper end.
        pairs: ordered pairs, over all texts.
        rank: mean rank correlation, ties by their mean rank, over texts where neither side is constant; nan where there is none.
        ranked: those texts.
        n: texts.
    """

    total: float
    total_low: float
    total_high: float
    mean: float
    order: float
    order_low: float
    order_high: float
    pairs: int
    rank: float
    ranked: int
    n: int


def deviation(wanted: Floats, shown: Floats, seed: int = 0) -> Deviation:
    """The distance of levels that texts show from those wanted.

    Shapes: both [texts, values]; nan in `wanted` where a value is free. Every text must have at least one value wanted.
    """
    apart = distances(wanted, shown)
    right, pairs = ordered(wanted, shown)
    ranks = np.array([rank_correlation(*_known(a, b)) for a, b in zip(wanted, shown, strict=True)])
    rows = draws(seed, "deviation", len(wanted)).integers(len(wanted), size=(_RESAMPLES, len(wanted)))
    low, high = np.quantile(apart[rows].mean(axis=1), [0.025, 0.975])
    with np.errstate(invalid="ignore"):
        share = right[rows].sum(axis=1) / pairs[rows].sum(axis=1)
    good = share[np.isfinite(share)]
    ends = np.quantile(good, [0.025, 0.975]) if len(good) else (np.nan, np.nan)
    there = np.isfinite(ranks)
    return Deviation(
        float(apart.mean()),
        float(low),
        float(high),
        float((apart / np.isfinite(wanted).sum(axis=1)).mean()),
        float(right.sum() / pairs.sum()) if pairs.sum() else float("nan"),
        float(ends[0]),
        float(ends[1]),
        int(pairs.sum()),
        float(ranks[there].mean()) if there.any() else float("nan"),
        int(there.sum()),
        len(wanted),
    )


def distances(wanted: Floats, shown: Floats) -> Floats:
    """[texts] the sum of absolute differences over the values that are wanted."""
    return np.asarray(np.nansum(np.abs(wanted - shown), axis=1))


def ordered(wanted: Floats, shown: Floats) -> tuple[Floats, Floats]:
    """[texts] how many of the ordered pairs stand in the wanted order, strictly, and how many there are."""
    with np.errstate(invalid="ignore"):
        above = wanted[:, :, None] > wanted[:, None, :]
        there = shown[:, :, None] > shown[:, None, :]
    return (above & there).sum(axis=(1, 2)).astype(float), above.sum(axis=(1, 2)).astype(float)


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation with mean ranks for ties; nan where a side is constant or shorter than two."""
    if len(one) < 2 or not np.ptp(one) or not np.ptp(other):
        return float("nan")
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def ratio(one: Floats, other: Floats, seed: int = 0) -> tuple[float, float, float]:
    """The mean of `one` over that of `other`, with a 95 % bootstrap interval over texts; the same texts in both.

    Shapes: both [texts]
    """
    rows = draws(seed, "ratio", len(one)).integers(len(one), size=(_RESAMPLES, len(one)))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = one[rows].mean(axis=1) / other[rows].mean(axis=1)
        found = one.mean() / other.mean()
    good = drawn[np.isfinite(drawn)]
    low, high = np.quantile(good, [0.025, 0.975]) if len(good) else (np.nan, np.nan)
    return float(found), float(low), float(high)


def steering_matrix(before: Floats, wanted: Floats, shown: Floats, levels: int = 5) -> tuple[Floats, Floats]:
    """The mean absolute difference by the level that was there and the level that was wanted, and the number of cases in each cell.

    Shapes: all [texts, values], nan in `wanted` where a value is free; -> twice [levels, levels], nan where there is no case
    """
    rows, columns = np.clip(np.rint(before), 1, levels), wanted
    total, n = np.zeros((levels, levels)), np.zeros((levels, levels))
    there = np.isfinite(rows) & np.isfinite(columns) & np.isfinite(shown)
    at = (rows[there].astype(int) - 1, columns[there].astype(int) - 1)
    np.add.at(total, at, np.abs(wanted - shown)[there])
    np.add.at(n, at, 1)
    return np.divide(total, n, out=np.full_like(total, np.nan), where=n > 0), n


def _known(wanted: Floats, shown: Floats) -> tuple[Floats, Floats]:
    there = np.isfinite(wanted) & np.isfinite(shown)
    return wanted[there], shown[there]
