"""Ordinal scaling the slow way: a general optimiser over configurations, monotone regression by pooling neighbours."""

import numpy as np
from scipy.optimize import minimize


def pooled(values: np.ndarray) -> np.ndarray:
    """The nearest rising sequence, by pooling adjacent violators."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight = blocks.pop()
            before, other = blocks.pop()
            blocks.append([(mean * weight + before * other) / (weight + other), weight + other])
    return np.concatenate([np.full(int(weight), mean) for mean, weight in blocks])


def stress(x: np.ndarray, given: np.ndarray) -> float:
    """Stress-1 of a configuration of any size, disparities of unit mean square."""
    i, j = np.triu_indices(len(given), 1)
    distance = np.sqrt(((x[i] - x[j]) ** 2).sum(axis=1))
    order = np.lexsort((distance, given[i, j]))
    target = np.empty_like(distance)
    target[order] = pooled(distance[order])
    # the best size of the configuration for disparities of unit mean square
    target *= np.sqrt(len(i) / (target**2).sum())
    distance = distance * (distance @ target) / (distance @ distance)
    return float(np.sqrt(((target - distance) ** 2).mean()))


def best(given: np.ndarray, start: np.ndarray) -> float:
    """The least stress that a simplex search finds from a start."""
    shape = start.shape
    found = minimize(
        lambda v: stress(v.reshape(shape), given), start.ravel(), method="Powell", options={"xtol": 1e-8}
    )
    return float(found.fun)
