"""Leave-one-out cross-validation by Pareto-smoothed importance sampling. Arrays in, arrays out.

Source: vehtari2017, vehtari2024, zhang2009
"""

import numpy as np
from scipy.special import logsumexp

from axiometer.analyse.variance import Array


def leave_one_out(log_likelihood: Array, efficiency: float = 1.0) -> tuple[Array, Array]:
    """Each answer's expected log predictive density when it is left out, and its Pareto k.

    Args:
        log_likelihood: (draws, answers).
        efficiency: effective over actual draws.

    Shapes: -> (answers,), (answers,).
    """
    found = [smoothed(-log_likelihood[:, i], efficiency) for i in range(log_likelihood.shape[1])]
    elpd = [logsumexp(weights + log_likelihood[:, i]) for i, (weights, _) in enumerate(found)]
    return np.array(elpd), np.array([k for _, k in found])


def smoothed(log_ratio: Array, efficiency: float = 1.0) -> tuple[Array, float]:
    """Normalised log weights with their largest replaced by the quantiles of a fitted Pareto tail, and its k.

    Shapes: log_ratio (draws,) -> (draws,).
    """
    size = len(log_ratio)
    ratio = log_ratio - log_ratio.max()
    tail = int(np.ceil(min(0.2 * size, 3 * np.sqrt(size / efficiency))))
    order = np.argsort(ratio, kind="stable")
    cut, largest = ratio[order[-tail - 1]], order[-tail:]
    k = float("-inf")
    if tail >= 5 and np.ptp(ratio[largest]) > 1e-12:
        k, scale = _pareto(np.exp(ratio[largest]) - np.exp(cut))
        share = (np.arange(tail) + 0.5) / tail
        quantile = scale * (-np.log1p(-share) if abs(k) < 1e-12 else np.expm1(-k * np.log1p(-share)) / k)
        ratio = ratio.copy()
        ratio[largest] = np.minimum(np.log(quantile + np.exp(cut)), 0.0)
    return np.asarray(ratio - logsumexp(ratio)), k


def _pareto(x: Array) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution, with a weak prior on k; x ascending."""
    n = len(x)
    grid = 30 + int(np.sqrt(n))
    quartile = x[int(n / 4 + 0.5) - 1]
    theta = 1 / x[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quartile)
    k = np.log1p(-theta[:, None] * x).mean(axis=1)
    profile = n * (np.log(-theta / k) - k - 1)
    weight = 1 / np.exp(profile - profile[:, None]).sum(axis=1)
    best = float(theta @ weight / weight.sum())
    shape = float(np.log1p(-best * x).mean())
    return (n * shape + 5.0) / (n + 10.0), -shape / best
