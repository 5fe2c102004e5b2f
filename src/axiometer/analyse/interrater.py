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


@dataclass(frozen=True)
class Alpha:
    """How several raters, or several draws of one, agree by Krippendorff's alpha for numbers with equal steps.

    Attributes:
        alpha: 1 where all say the same, 0 is chance; nan where nothing varies or nothing was rated twice.
        low: lower end of the 95 % bootstrap interval over texts.
        high: its upper end.
        raters: how many.
        n: texts that at least two of them rated.
        cells: numbers in cells that at least two of them rated.
    """

    alpha: float
    low: float
    high: float
    raters: int
    n: int
    cells: int


def agreement(one: Floats, other: Floats, seed: int = 0) -> Agreement:
    """The agreement over all cells that both rated.

    Shapes: both [texts, values]; nan where there is no number. At least one cell must be rated by both.
    """
    both = ~(np.isnan(one) | np.isnan(other))
    apart = np.abs(one - other)[both]
    kappas = _drawn_kappas(one, other, both, draws(seed, "agreement", len(one)))
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


def _drawn_kappas(
    one: Floats, other: Floats, both: npt.NDArray[np.bool_], rng: np.random.Generator
) -> Floats:
    """[draws] the weighted kappa over texts drawn with replacement, out of sums of each text: a draw is a product of matrices."""
    middle = one[both].mean() if both.any() else 0.0
    a, b = (np.where(both, each - middle, 0.0) for each in (one, other))
    sums = np.stack([each.sum(axis=1) for each in (both, a, b, a**2, b**2, (a - b) ** 2)], axis=1)
    weights = np.zeros((_RESAMPLES, len(one)))
    drawn = rng.integers(len(one), size=weights.shape)
    np.add.at(weights, (np.arange(_RESAMPLES)[:, None], drawn), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        n, *means = (weights @ sums).T
        a_mean, b_mean, a_square, b_square, apart = (each / n for each in means)
        chance = a_square - a_mean**2 + b_square - b_mean**2 + (a_mean - b_mean) ** 2
        return np.asarray(np.where(n > 0, np.where(chance > 1e-12, 1 - apart / chance, 0.0), np.nan))


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


def alpha_of(ratings: Floats, seed: int = 0) -> Alpha:
    """Krippendorff's alpha of several raters, with an interval over texts: the values of a text stay together.

    Shapes: ratings [raters, texts, values]; nan where a rater gave no number
    """
    many, texts = ratings.shape[:2]
    counts = (~np.isnan(ratings)).sum(axis=0)
    there = counts > 1
    # sums of each text, so that a draw is a product of matrices
    held = np.where(np.isnan(ratings) | ~there, 0.0, ratings - (np.nanmean(ratings) if counts.any() else 0.0))
    own = np.where(there, counts, 0)
    total, squares = held.sum(axis=0), (held**2).sum(axis=0)
    within = np.where(there, (squares - total**2 / np.maximum(own, 1)) * own / np.maximum(own - 1, 1), 0.0)
    sums = np.stack([each.sum(axis=1) for each in (within, own, total, squares)], axis=1)
    rng = draws(seed, "alpha", many, texts)
    drawn = rng.multinomial(texts, np.full(texts, 1 / texts), size=_RESAMPLES) @ sums
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (drawn[:, 3] - drawn[:, 2] ** 2 / drawn[:, 1]) / (drawn[:, 1] - 1)
        found = np.where(spread > 1e-12, 1 - drawn[:, 0] / drawn[:, 1] / spread, np.nan)
    low, high = np.nanquantile(found, [0.025, 0.975]) if np.isfinite(found).any() else (np.nan, np.nan)
    return Alpha(
        krippendorff(ratings.reshape(many, -1)),
        float(low),
        float(high),
        many,
        int(there.any(axis=1).sum()),
        int(own.sum()),
    )
