"""How much is liked, value by value: pure mathematics.

Source: valuespectrum, wilson1927
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from axiometer.analyse.intervals import wilson
from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
_SHUFFLES = 2000


def preference(liked: int, n: int) -> tuple[float, float, float]:
    """How many of a hundred are liked, with Wilson's 95 % interval."""
    low, high = wilson(liked, n)
    return 100.0 * liked / n, 100.0 * low, 100.0 * high


def spread(preferences: Sequence[float]) -> float:
    """The sample standard deviation over values; nan for fewer than two."""
    return float(np.std(preferences, ddof=1)) if len(preferences) > 1 else float("nan")


def differing(liked: Sequence[int], n: Sequence[int], seed: int = 0) -> float:
    """The probability that values differ at least as much in what is liked of them, were it all the same which value a frame stands for; nan for fewer than two values.

    Why over all values at once: the highest and the lowest of ten are apart by chance more often than their intervals say.
    """
    counts, total = np.array(n), int(sum(n))
    if (counts > 0).sum() < 2:
        return float("nan")
    likes = np.repeat([1, 0], [sum(liked), total - sum(liked)])
    at, rng = np.repeat(np.arange(len(counts)), counts), draws(seed, "differing", total)
    there = counts > 0

    def spread_of(some: npt.NDArray[np.int64]) -> float:
        shares = np.bincount(at, some, len(counts))[there] / counts[there]
        return float((counts[there] * (shares - likes.mean()) ** 2).sum())

    own = float((counts[there] * (np.array(liked)[there] / counts[there] - likes.mean()) ** 2).sum())
    mixed = np.array([spread_of(rng.permutation(likes)) for _ in range(_SHUFFLES)])
    return float((1 + (mixed >= own - 1e-12).sum()) / (1 + _SHUFFLES))


def seen_apart(described: Floats, captions: Floats, seed: int = 0) -> tuple[float, float, float]:
    """How alike what was described is to the caption of the same frame, to those of other frames, and the probability of as much by chance.

    Shapes: both [frames, width], of length one.
    """
    similar = described @ captions.T
    own = float(np.diag(similar).mean())
    rng, n = draws(seed, "seen", len(described)), len(described)
    mixed = np.array([similar[np.arange(n), rng.permutation(n)].mean() for _ in range(_SHUFFLES)])
    return own, float(mixed.mean()), float((1 + (mixed >= own).sum()) / (1 + _SHUFFLES))


def adaptation(watched: Floats, window: int, seed: int = 0) -> tuple[float, float, float]:
    """How much more is watched at the end than at the beginning, relative to the beginning, averaged over watchers; with a 95 % interval.

    A watcher who watches nothing at the beginning counts half a frame there. Frames are resampled within both windows, and watchers.

    Shapes: watched [watchers, frames], 1 or 0; the first and the last `window` frames are compared.
    """
    first, last = watched[:, :window], watched[:, -window:]
    rng, n = draws(seed, "adaptation", *watched.shape), len(watched)
    drawn = []
    for _ in range(_SHUFFLES // 2):
        who = rng.integers(n, size=n)
        a, b = (side[who][:, rng.integers(window, size=window)] for side in (first, last))
        drawn.append(_relative(a, b, window))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return _relative(first, last, window), float(low), float(high)


def _relative(first: Floats, last: Floats, window: int) -> float:
    before = np.maximum(first.mean(axis=1), 0.5 / window)
    return float(((last.mean(axis=1) - first.mean(axis=1)) / before).mean())


def dividing(liked: Floats) -> npt.NDArray[np.int64]:
    """[frames] places of frames, those first on which subjects are divided most; frames that fewer than two judged come last.

    Shapes: liked [subjects, frames], 1, 0, or nan.
    """
    n = (~np.isnan(liked)).sum(axis=0)
    share = np.divide(np.nansum(liked, axis=0), n, out=np.zeros(liked.shape[1]), where=n > 0)
    return np.argsort(-np.where(n > 1, share * (1 - share), -1.0), kind="stable")
