"""How well scores tell what is there from what is not: F1, calibration error, area under the curve, thresholds."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats: TypeAlias = npt.NDArray[np.float64]
BINS = 10


def f1(hits: npt.NDArray[Any], said: npt.NDArray[Any], there: npt.NDArray[Any]) -> Floats:
    """[...] of counts: said and there, said, there; 0 where nothing is said or there."""
    return np.asarray(2 * hits / np.maximum(said + there, 1), dtype=np.float64)


def best_threshold(scores: npt.NDArray[Any], there: npt.NDArray[np.bool_]) -> float:
    """The threshold with the highest F1; halfway between the two scores around it.

    Shapes: both [texts]
    """
    order = np.argsort(-scores, kind="stable")
    ranked = np.asarray(scores, np.float64)[order]
    found = f1(np.cumsum(there[order]), np.arange(1, len(order) + 1), np.array(there.sum()))
    last = np.append(ranked[:-1] > ranked[1:], True)  # equal scores stand on one side
    best = int(np.argmax(np.where(last, found, -1.0)))
    return float(ranked[best] + ranked[min(best + 1, len(ranked) - 1)]) / 2


def youden_threshold(there: npt.NDArray[Any], absent: npt.NDArray[Any]) -> float:
    """The threshold where the share of hits exceeds the share of false alarms most; the middle one of several.

    Shapes: scores [texts there], [texts absent]

    Source:
        youden1950
    """
    grid = np.unique(np.concatenate([there, absent]).astype(np.float64))
    cuts = (grid[1:] + grid[:-1]) / 2
    if not len(cuts):
        return float(grid[0])
    gain = np.array([(there >= cut).mean() - (absent >= cut).mean() for cut in cuts])
    best = np.flatnonzero(gain >= gain.max() - 1e-12)
    return float(cuts[best[len(best) // 2]])


def area(there: npt.NDArray[Any], absent: npt.NDArray[Any]) -> float:
    """The probability that a text in which something is there scores higher than one in which it is not; ties half.

    Shapes: scores [texts there], [texts absent]
    """
    ranks = rankdata(np.concatenate([there, absent]))
    n, m = len(there), len(absent)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def calibration_error(scores: npt.NDArray[Any], there: npt.NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: mean distance of the mean score of a bin from the share that is there.

    Bins are equally wide on 0 to 1 and count by how many texts they hold.

    Shapes: both [texts]

    Source:
        guo2017
    """
    place = np.minimum((np.asarray(scores) * bins).astype(int), bins - 1)
    total = 0.0
    for each in np.unique(place):
        inside = place == each
        total += inside.mean() * abs(float(scores[inside].mean()) - float(there[inside].mean()))
    return total


def macro_f1_interval(
    said: npt.NDArray[np.bool_],
    there: npt.NDArray[np.bool_],
    groups: npt.NDArray[Any],
    rng: np.random.Generator,
    resamples: int = 1000,
) -> tuple[float, float]:
    """95 % bootstrap interval of the mean F1 over labels, drawing whole groups of texts.

    Shapes: said and there [texts, labels]; groups [texts]
    """
    names, place = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), 3, said.shape[1]))
    np.add.at(counts, place, np.stack([said & there, said, there], axis=1))
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    summed = np.einsum("rg,gcl->rcl", drawn, counts)
    found = f1(summed[:, 0], summed[:, 1], summed[:, 2]).mean(axis=1)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
