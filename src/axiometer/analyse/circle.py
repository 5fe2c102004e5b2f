"""How well correlations of values follow a circle. Arrays in, numbers out.

Source: schwartz1992, kruskal1964, smacof, hubert1987
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, minimize
from scipy.stats import rankdata

from axiometer.analyse.variance import Array, Index

STARTS = 20
ITERATIONS = 2000
CLOSE = 1e-8


@dataclass(frozen=True)
class Scaling:
    """A two-dimensional scaling.

    Shapes: points (n, 2), of the size of the disparities.

    Attributes:
        stress: stress-1, with disparities of unit mean square as in the R package smacof.
    """

    points: Array
    stress: float


def distance_correlation(
    r: Array, ring: Array, rng: np.random.Generator, draws: int = 5000
) -> tuple[float, float]:
    """Spearman correlation of ring distance and correlation, and the share of permuted values with one as low.

    Shapes: r (n, n), ring (n, n) distances.
    """
    pairs = np.triu_indices(len(r), 1)
    # a permutation of values moves ranks about and makes none anew
    ranks = np.zeros_like(r)
    ranks[pairs] = rankdata(r[pairs])
    ranks += ranks.T
    along = _centred(rankdata(ring[pairs]))
    found = float(along @ _centred(ranks[pairs]))
    as_low = 0
    for _ in range(draws):
        p = rng.permutation(len(r))
        as_low += float(along @ _centred(ranks[np.ix_(p, p)][pairs])) <= found + 1e-12
    return found, (1 + as_low) / (1 + draws)


def cosine_fit(r: Array, angles: Array) -> tuple[float, float, float]:
    """Least squares of r_ij = a + b cos(angle_i - angle_j): a, b and R squared over pairs.

    Shapes: r (n, n), angles (n,) in radians.
    """
    i, j = np.triu_indices(len(r), 1)
    design = np.stack([np.ones(len(i)), np.cos(angles[i] - angles[j])], axis=1)
    solved = np.linalg.lstsq(design, r[i, j], rcond=None)[0]
    residual = r[i, j] - design @ solved
    total = ((r[i, j] - r[i, j].mean()) ** 2).sum()
    return float(solved[0]), float(solved[1]), float(1 - (residual**2).sum() / total) if total > 0 else 0.0


def free_angles(r: Array, start: Array) -> tuple[Array, float]:
    """The angles with the best cosine fit, from the theory's on, and its R squared; (n,) radians, the first as given."""

    def misfit(rest: Array) -> float:
        return 1 - cosine_fit(r, np.concatenate([start[:1], rest]))[2]

    found = minimize(misfit, start[1:], method="BFGS")
    return np.concatenate([start[:1], found.x]), float(1 - found.fun)


def dissimilarities(r: Array) -> Array:
    """sqrt(1 - r), as the R package smacof makes distances of correlations."""
    return np.sqrt(np.maximum(1 - r, 0.0))


def scale(
    dissimilarity: Array,
    theory: Array,
    rng: np.random.Generator,
    *,
    ordinal: bool = True,
    starts: int = STARTS,
    close: float = CLOSE,
) -> Scaling:
    """The two-dimensional scaling with the least stress-1 over several starts: classical, the theory's, and random ones.

    Ordinal scaling keeps only the order of the dissimilarities, ties free (Kruskal's primary approach).

    Shapes: dissimilarity (n, n), theory (n, 2).

    Source: smacof, kruskal1964
    """
    size = len(dissimilarity)
    begun = [classical(dissimilarity), theory, *(rng.standard_normal((size, 2)) for _ in range(starts))]
    found = [majorised(dissimilarity, start, ordinal=ordinal, close=close) for start in begun]
    return min(found, key=lambda each: each.stress)


def classical(dissimilarity: Array) -> Array:
    """Torgerson's scaling; (n, 2)."""
    n = len(dissimilarity)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centre @ dissimilarity**2 @ centre)
    return np.asarray(vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0)))


def majorised(dissimilarity: Array, start: Array, *, ordinal: bool, close: float = CLOSE) -> Scaling:
    """SMACOF from one start, until stress falls by less than `close`."""
    i, j = np.triu_indices(len(dissimilarity), 1)
    given, pairs = dissimilarity[i, j], len(i)
    x, before = start - start.mean(axis=0), np.inf
    stress = np.inf
    for _ in range(ITERATIONS):
        distance = np.sqrt(((x[i] - x[j]) ** 2).sum(axis=1))
        target = _monotone(given, distance) if ordinal else given
        length = np.sqrt((target**2).sum())
        if length <= 0:
            break
        target = target * np.sqrt(pairs) / length
        # the best size of the configuration for these disparities
        x = x * (distance @ target) / max(float(distance @ distance), 1e-300)
        distance = np.sqrt(((x[i] - x[j]) ** 2).sum(axis=1))
        stress = float(np.sqrt(((target - distance) ** 2).sum() / pairs))
        if before - stress < close:
            break
        before = stress
        ratio = np.divide(target, distance, out=np.zeros(pairs), where=distance > 1e-12)
        b = np.zeros(dissimilarity.shape)
        b[i, j] = b[j, i] = -ratio
        np.fill_diagonal(b, -b.sum(axis=1))
        x = b @ x / len(x)
    return Scaling(x, stress)


def fitted_to(points: Array, theory: Array) -> tuple[Array, float]:
    """The points turned, mirrored and sized to the theory's, and Tucker's congruence with it.

    Shapes: points, theory (n, 2) -> (n, 2).
    """
    x, y = points - points.mean(axis=0), theory - theory.mean(axis=0)
    u, s, v = np.linalg.svd(x.T @ y)
    turned = x @ (u @ v) * s.sum() / max(float((x**2).sum()), 1e-300)
    lengths = np.sqrt((turned**2).sum() * (y**2).sum())
    return turned + theory.mean(axis=0), float((turned * y).sum() / lengths) if lengths > 0 else 0.0


def order_of(points: Array) -> Index:
    """The points' numbers in the order in which they lie around their centre, clockwise from the first on."""
    x = points - points.mean(axis=0)
    angle = np.arctan2(x[:, 0], x[:, 1])
    order = np.argsort((angle - angle[0]) % (2 * np.pi))
    return np.asarray(order, dtype=np.int64)


def circular_agreement(points: Array, wedges: Index) -> float:
    """The share of neighbours around the circle found that lie in the same or neighbouring wedges of the theory.

    Shapes: points (n, 2), wedges (n,) place of each on the theory's ring, equal where order is not predicted.
    """
    order, ring = wedges[order_of(points)], int(wedges.max()) + 1
    step = np.abs(order - np.roll(order, -1))
    return float(np.mean(np.minimum(step, ring - step) <= 1))


def order_test(
    r: Array, ring: Array, rng: np.random.Generator, draws: int = 5000
) -> tuple[float, int, float]:
    """Correspondence index, number of order predictions, and p: nearer pairs should correlate more.

    Every two pairs of values whose ring distances differ are a prediction; the index is the share met less the share
    violated. p is the share of permuted values that meet as many.

    Shapes: r, ring (n, n).

    Source: hubert1987
    """
    pairs = np.triu_indices(len(r), 1)
    found, count = _correspondence(r[pairs], ring[pairs])
    as_high = 0
    for _ in range(draws):
        p = rng.permutation(len(r))
        as_high += _correspondence(r[np.ix_(p, p)][pairs], ring[pairs])[0] >= found - 1e-12
    return found, count, (1 + as_high) / (1 + draws)


def stress_null(dissimilarity: Array, theory: Array, rng: np.random.Generator, draws: int = 100) -> Array:
    """Stress-1 of scalings whose dissimilarities were dealt to pairs at random; (draws,)."""
    i, j = np.triu_indices(len(dissimilarity), 1)
    found = np.empty(draws)
    for d in range(draws):
        dealt = np.zeros_like(dissimilarity)
        dealt[i, j] = dealt[j, i] = rng.permutation(dissimilarity[i, j])
        found[d] = scale(dealt, theory, rng, starts=0, close=1e-6).stress
    return found


def sinusoid(profile: Array, angles: Array) -> tuple[float, float, float]:
    """The best single wave through a profile: its height, the angle of its top in radians, and R squared.

    Shapes: profile, angles (n,).
    """
    design = np.stack([np.ones(len(angles)), np.cos(angles), np.sin(angles)], axis=1)
    solved = np.linalg.lstsq(design, profile, rcond=None)[0]
    residual = profile - design @ solved
    total = ((profile - profile.mean()) ** 2).sum()
    height = float(np.hypot(solved[1], solved[2]))
    top = float(np.arctan2(solved[2], solved[1]) % (2 * np.pi))
    return height, top, float(1 - (residual**2).sum() / total) if total > 0 else 0.0


def ring_distances(wedges: Index, size: int) -> Array:
    """Steps between places on a ring; (n, n)."""
    step = np.abs(wedges[:, None] - wedges[None, :])
    return np.asarray(np.minimum(step, size - step), dtype=np.float64)


def _monotone(given: Array, distance: Array) -> Array:
    """The distances made to rise with the given order; equal ones may differ."""
    order = np.lexsort((distance, given))
    found = np.empty_like(distance)
    found[order] = isotonic_regression(distance[order]).x
    return found


def _centred(x: Array) -> Array:
    """A vector of length 1 around 0."""
    x = x - x.mean()
    return np.asarray(x / np.sqrt(x @ x))


def _correspondence(r: Array, ring: Array) -> tuple[float, int]:
    nearer = ring[:, None] < ring[None, :]
    more, less = (r[:, None] > r[None, :]) & nearer, (r[:, None] < r[None, :]) & nearer
    count = int(nearer.sum())
    return (float(more.sum() - less.sum()) / count if count else 0.0), count
