"""How far two profiles agree. Arrays in, numbers out."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy.stats import kendalltau, rankdata, spearmanr

from axiometer.analyse.variance import Array

EXACT = 8


@dataclass(frozen=True)
class Agreement:
    """A profile against another over n values.

    Attributes:
        spearman: rank correlation.
        p: probability under random order, one-sided, exact up to eight values.
        kendall: Kendall's tau b.
        distance: root mean squared difference, in the profiles' unit.
    """

    spearman: float
    p: float
    kendall: float
    distance: float
    n: int


def agreement(profile: Array, norm: Array, rng: np.random.Generator, draws: int = 10_000) -> Agreement:
    """The agreement of two profiles.

    Shapes: profile, norm (values,), at least three.
    """
    found = float(spearmanr(profile, norm).statistic)
    if len(norm) <= EXACT:
        orders = np.array(list(permutations(range(len(norm)))))
    else:
        orders = np.array([rng.permutation(len(norm)) for _ in range(draws)])
    null = _correlations(rankdata(profile)[orders], rankdata(norm))
    as_high = int((null >= found - 1e-12).sum())
    p = as_high / len(orders) if len(norm) <= EXACT else (1 + as_high) / (1 + len(orders))
    return Agreement(
        found,
        float(p),
        float(kendalltau(profile, norm).statistic),
        float(np.sqrt(((profile - norm) ** 2).mean())),
        len(norm),
    )


def _correlations(rows: Array, b: Array) -> Array:
    rows, b = rows - rows.mean(axis=1, keepdims=True), b - b.mean()
    return np.asarray((rows @ b) / np.sqrt((rows**2).sum(axis=1) * (b @ b)))
