"""Which of many arms to pull next: an upper confidence bound. Pure mathematics.

Source: auer2002
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def bounds(counts: Floats, means: Floats, horizon: int) -> Floats:
    """The upper confidence bound of each arm: its mean reward, and the more the less often it was pulled.

    An arm that was never pulled counts as pulled once with the mean of all pulls so far: an infinite bonus would send
    every pull to a new arm for as long as there is one. The bonus is in units of the spread of rewards between arms, so that it is
    neither lost in them nor drowns them; both are our own proposals.

    Args:
        counts: how often each was pulled, the first look at it included.
        means: its mean reward; any number where it was never pulled.
        horizon: how many pulls there will be, at least 2.

    Shapes: counts, means [arms] -> [arms]
    """
    pulled = counts > 0
    if not pulled.any():
        return np.zeros(len(counts))
    prior = float(np.average(means[pulled], weights=counts[pulled]))
    width = float(means[pulled].std()) if pulled.sum() > 1 else abs(prior)
    known = np.where(pulled, means, prior)
    return np.asarray(known + width * np.sqrt(2 * np.log(max(horizon, 2)) / np.maximum(counts, 1)) * 0.5)


def choose(counts: Floats, means: Floats, horizon: int, rng: np.random.Generator) -> int:
    """The arm with the highest bound; one of them at random where several are level."""
    found = bounds(counts, means, horizon)
    return int(rng.choice(np.flatnonzero(found >= found.max() - 1e-12)))
