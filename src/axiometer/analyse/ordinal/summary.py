"""What draws say: intervals, direction, equivalence, ranks, and whether the chains agree. Arrays in, arrays out.

Source: vehtari2021, makowski2019, kruschke2018
"""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from axiometer.analyse.variance import Array

RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0


def hdi(draws: Array, mass: float = 0.95) -> tuple[float, float]:
    """The shortest interval that holds `mass` of the draws; (draws,)."""
    ordered = np.sort(draws)
    inside = min(len(ordered) - 1, int(np.floor(mass * len(ordered))))
    width = ordered[inside:] - ordered[: len(ordered) - inside]
    first = int(np.argmin(width))
    return float(ordered[first]), float(ordered[first + inside])


def direction(draws: Array) -> float:
    """The probability of direction: the share of draws on the median's side of zero, ties split evenly."""
    above = float(np.mean(draws > 0) + 0.5 * np.mean(draws == 0))
    return max(above, 1 - above)


def inside(draws: Array, half_width: float) -> float:
    """The share of draws within `half_width` of zero."""
    return float(np.mean(np.abs(draws) <= half_width))


def rank_probabilities(draws: Array) -> Array:
    """How often each quantity is 1st, 2nd, ... (highest first).

    Shapes: draws (draws, quantities) -> (quantities, ranks), rows sum to 1.
    """
    order = np.argsort(-draws, axis=1, kind="stable")
    count, size = np.zeros((draws.shape[1],) * 2), draws.shape[1]
    for rank in range(size):
        count[:, rank] = np.bincount(order[:, rank], minlength=size)
    return np.asarray(count / len(draws))


def rhat(chains: Array) -> float:
    """Rank-normalised split R-hat, the larger of bulk and folded; nan where nothing varies.

    Shapes: chains (chains, draws).
    """
    if np.ptp(chains) == 0:
        return float("nan")
    folded = np.abs(chains - np.median(chains))
    return max(_plain_rhat(_normal_scores(_split(x))) for x in (chains, folded))


def ess(chains: Array) -> float:
    """Effective sample size: the smallest of the bulk's and both tails' (5 and 95 %); nan where nothing varies.

    Shapes: chains (chains, draws).
    """
    if np.ptp(chains) == 0:
        return float("nan")
    found = [_ess(_normal_scores(_split(chains)))]
    for q in (0.05, 0.95):
        low = (chains <= np.quantile(chains, q)).astype(float)
        if np.ptp(low) > 0:
            found.append(_ess(_split(low)))
    return min(found)


def agreement(
    draws: Array, of: Callable[[Array], float] = rhat, worst: Callable[..., float] = np.nanmax
) -> float:
    """The worst R-hat (or another figure) of several quantities.

    Shapes: draws (chains, draws, quantities).
    """
    return float(worst([of(draws[:, :, i]) for i in range(draws.shape[2])]))


def _split(chains: Array) -> Array:
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normal_scores(chains: Array) -> Array:
    ranks = rankdata(chains).reshape(chains.shape)
    return np.asarray(ndtri((ranks - 0.375) / (chains.size + 0.25)))


def _plain_rhat(chains: Array) -> float:
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    between = n * chains.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((n - 1) / n * within + between / n) / within)) if within > 0 else float("inf")


def _ess(chains: Array) -> float:
    """Geyer's initial monotone sequence over the chains' mean autocovariance."""
    count, n = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2)[:, :n] / n
    within = covariance[:, 0].mean() * n / (n - 1)
    total = within * (n - 1) / n + (chains.mean(axis=1).var(ddof=1) if count > 1 else 0.0)
    if total <= 0:
        return float("nan")
    rho = 1 - (within - covariance.mean(axis=0)) / total
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    kept = np.minimum.accumulate(pairs[: negative[0] if len(negative) else len(pairs)])
    # the odd step after the last pair, as in Stan
    last = rho[2 * len(kept)] if 2 * len(kept) < n else 0.0
    tau = -1 + 2 * kept.sum() + max(float(last), 0.0)
    return float(count * n / max(tau, 1 / np.log10(count * n)))
