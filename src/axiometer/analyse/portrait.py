"""The mathematics of value portraits: correlations of ratings and values, tags, power, structure. Arrays in, arrays out.

Source: valueportrait
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata, t

from axiometer.analyse.variance import Array, Index


@dataclass(frozen=True)
class Structure:
    """How near on the circle the values of tags on one item lie.

    Units: steps on the circle. `p` is the probability that dealing the same number of signed tags to values at random in
    each item sets same-signed tags as near, and opposite-signed ones as far, as they are.
    """

    same: float
    opposite: float
    same_pairs: int
    opposite_pairs: int
    p: float


def correlations(ratings: Array, scores: Array) -> tuple[Array, Array, Index]:
    """Spearman correlation of each item's ratings with each value's scores, its two-sided p, and the raters behind it.

    p is Student's t with n - 2 degrees of freedom. A pair without variance, or with fewer than three raters, is nan.

    Shapes: ratings (raters, items), nan where not rated; scores (raters, values) -> (items, values), (items, values),
    (items,).
    """
    items, values = ratings.shape[1], scores.shape[1]
    rho, count = np.full((items, values), np.nan), np.zeros(items, dtype=np.int64)
    ranked: dict[bytes, Array] = {}
    for k in range(items):
        rated = ~np.isnan(ratings[:, k])
        count[k] = rated.sum()
        if count[k] < 3:
            continue
        pattern = np.packbits(rated).tobytes()
        if pattern not in ranked:
            ranked[pattern] = _standard(rankdata(scores[rated], axis=0))
        rho[k] = _standard(rankdata(ratings[rated, k])[:, None])[:, 0] @ ranked[pattern]
    n = count[:, None].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * t.sf(np.abs(rho) * np.sqrt((n - 2) / np.maximum(1 - rho**2, 0.0)), n - 2)
    return rho, np.where(np.isnan(rho), np.nan, p), count


def power(n: int, rho: float, alpha: float = 0.05) -> float:
    """The probability of finding a correlation significant, two-sided, by Fisher's z with Spearman's variance.

    Source: fieller1957
    """
    if n < 4:
        return 0.0
    shift = np.arctanh(rho) * np.sqrt((n - 3) / 1.06)
    bound = norm.ppf(1 - alpha / 2)
    return float(norm.sf(bound - shift) + norm.cdf(-bound - shift))


def structure(
    tags: npt.NDArray[np.int8], ring: Index, rng: np.random.Generator, draws: int = 2000
) -> Structure:
    """Whether tags of one item lie where the circle says.

    Shapes: tags (items, values) of -1, 0 and +1; ring (values,) each value's place on a ring of as many places.
    """
    size = len(ring)
    step = np.abs(ring[:, None] - ring[None, :])
    distance = np.minimum(step, size - step).astype(float)
    same, opposite, pairs = _distances(tags, distance)
    at_random = np.empty((draws, 2))
    for i in range(draws):
        at_random[i] = _distances(rng.permuted(tags, axis=1), distance)[:2]
    found = opposite - same
    p = (1 + np.sum(at_random[:, 1] - at_random[:, 0] >= found)) / (1 + draws)
    return Structure(same, opposite, *pairs, float(p))


def _standard(ranks: Array) -> Array:
    """Columns of length 1 around 0; nan where nothing varies."""
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(length > 0, centred / length, np.nan))


def _distances(tags: npt.NDArray[np.int8], distance: Array) -> tuple[float, float, tuple[int, int]]:
    a, b = np.triu_indices(len(distance), 1)
    product = tags[:, a].astype(int) * tags[:, b]
    same, opposite = (product > 0).sum(axis=0), (product < 0).sum(axis=0)
    mean = [
        float(count @ distance[a, b] / count.sum()) if count.sum() else float("nan")
        for count in (same, opposite)
    ]
    return mean[0], mean[1], (int(same.sum()), int(opposite.sum()))
