"""Intervals of a centred profile by a residual bootstrap over items and conditions. Arrays in, arrays out.

Why residuals are pooled over values: with three items a value, resampling a value's own items has two degrees of
freedom and covers about 80 %; pooled item residuals have one for every item beyond a value's first. Our own proposal.

Source: efron1993
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from axiometer.analyse.variance import Array, Index, mean_squares


def bootstrap(ratings: Array, key: Index, draws: int, rng: np.random.Generator) -> Array | None:
    """Draws of the error of each value's centred mean, or None where no value has two items.

    Shapes: ratings (items, conditions), complete; key (items,), -1 for items that count for the centre alone
    -> (draws, values).
    """
    residuals = item_residuals(ratings, key)
    if residuals is None:
        return None
    values, scored = int(key.max()) + 1, key >= 0
    groups = np.where(scored, key, values)
    sizes = np.bincount(groups, minlength=values + 1)
    noise = np.zeros((draws, values + 1))
    for v, size in enumerate(sizes):
        if size:
            noise[:, v] = residuals[rng.integers(len(residuals), size=(draws, size))].mean(axis=1)
    crossed = condition_residuals(ratings[scored], key[scored])
    if crossed is not None:
        conditions = ratings.shape[1]
        noise[:, :values] += crossed[rng.integers(len(crossed), size=(draws, values, conditions))].mean(
            axis=2
        )
    centre = (noise * sizes).sum(axis=1, keepdims=True) / sizes.sum()
    groups_with_two = int((np.bincount(key[scored]) > 1).sum())
    widen = t.ppf(0.975, len(residuals) - groups_with_two) / norm.ppf(0.975)
    return np.asarray((noise[:, :values] - centre) * widen)


def item_residuals(ratings: Array, key: Index) -> Array | None:
    """Each item's distance from its value's mean, scaled up to the spread of items; None where no value has two."""
    item, pool = ratings.mean(axis=1), []
    for v in range(int(key.max()) + 1):
        own = item[key == v]
        if len(own) > 1:
            pool.append((own - own.mean()) * np.sqrt(len(own) / (len(own) - 1)))
    return np.concatenate(pool) if pool else None


def condition_residuals(ratings: Array, key: Index) -> Array | None:
    """How far each value stands from itself under each condition, less what item noise alone explains; (values x C,)."""
    squares, conditions = mean_squares(ratings, key), ratings.shape[1]
    if conditions < 2 or squares.value_condition <= squares.item_condition or not squares.df[3]:
        return None
    adjusted = ratings - ratings.mean(axis=0)
    crossed = adjusted - adjusted.mean(axis=1, keepdims=True)
    cells = np.stack([crossed[key == v].mean(axis=0) for v in range(int(key.max()) + 1)])
    own = np.sqrt(1 - squares.item_condition / squares.value_condition)
    return np.asarray((cells * own * np.sqrt(conditions / (conditions - 1))).ravel())


def wilson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share; the whole range where nothing was counted."""
    low, high = wilson_each(np.array(hits), np.array(n), level)
    return float(low), float(high)


def wilson_each(
    hits: npt.NDArray[Any], n: npt.NDArray[Any], level: float = 0.95
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Wilson's interval of each share; the whole range where nothing was counted.

    Shapes: hits, n alike -> low, high alike.
    Source: wilson1927
    """
    z = float(norm.ppf((1 + level) / 2))
    spread = z * np.sqrt(hits * (n - hits) / np.maximum(n, 1) + z * z / 4)
    low, high = (hits + z * z / 2 - spread) / (n + z * z), (hits + z * z / 2 + spread) / (n + z * z)
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)


def complete(ratings: Array, present: npt.NDArray[np.bool_], item: Array, effect: Array) -> Array:
    """The table with absent cells at their additive expectation."""
    return np.where(present, ratings, item[:, None] + effect[None, :])
