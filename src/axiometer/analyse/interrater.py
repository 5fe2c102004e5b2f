"""How far raters agree on numbers that they give the same texts: pure mathematics.

Source: cohen1968, krippendorff2004
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
_RESAMPLES = 2000


@dataclass(frozen=True)
class Agreement:
    """How two raters agree, or a rater with people.

    Attributes:
        same: share of cells with the same number, after rounding.
        near: share that differ by at most 1.
        kappa: quadratic weighted kappa; 0 is chance, also for a rater that always gives the same number.
        low: lower end of the 95 % bootstrap interval of kappa over texts.
        high: its upper end.
        deviation: mean absolute difference.
        n: texts.
        cells: numbers compared.
    """

    same: float
    near: float
    kappa: float
    low: float
    high: float
    deviation: float
    n: int
    cells: int


def agreement(one: Floats, other: Floats, seed: int = 0) -> Agreement:
    """The agreement over all cells that both rated.

    Shapes: both [texts, values]; nan where there is no number. At least one cell must be rated by both.
    """
    both = ~(np.isnan(one) | np.isnan(other))
    apart = np.abs(one - other)[both]
    rng = draws(seed, "agreement", len(one))
    drawn = rng.integers(len(one), size=(_RESAMPLES, len(one)))
    kappas = np.array([weighted_kappa(one[rows], other[rows]) for rows in drawn])
    low, high = np.nanquantile(kappas, [0.025, 0.975]) if np.isfinite(kappas).any() else (np.nan, np.nan)
    rounded = np.abs(np.rint(one) - np.rint(other))[both]
    return Agreement(
        float((rounded == 0).mean()),
        float((rounded <= 1).mean()),
        weighted_kappa(one, other),
        float(low),
        float(high),
        float(apart.mean()),
        int(both.any(axis=1).sum()),
        int(both.sum()),
    )


def weighted_kappa(one: Floats, other: Floats) -> float:
    """Cohen's kappa with quadratic weights, on the numbers themselves; 0 where one of the two never varies, nan without cells.

    Shapes: any two alike; cells with nan are left out.
    """
    both = ~(np.isnan(one) | np.isnan(other))
    a, b = one[both], other[both]
    if not len(a):
        return float("nan")
    chance = a.var() + b.var() + (a.mean() - b.mean()) ** 2
    if not chance:
        return 1.0 if a.var() else 0.0
    return float(1 - ((a - b) ** 2).mean() / chance)


def krippendorff(ratings: Floats) -> float:
    """Krippendorff's alpha for numbers with equal steps, over any number of raters; nan where nothing varies.

    Shapes: [raters, units]; nan where a rater gave none.
    """
    count = (~np.isnan(ratings)).sum(axis=0)
    units = ratings[:, count > 1]
    count = count[count > 1]
    if not len(count):
        return float("nan")
    pairs = np.nanvar(units, axis=0) * count  # sum of squares within a unit
    observed = 2 * (pairs * count / (count - 1)).sum() / count.sum()
    values = units[~np.isnan(units)]
    expected = 2 * values.var(ddof=1)
    return float(1 - observed / expected) if expected else float("nan")
