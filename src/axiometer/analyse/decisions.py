"""How well values are read out of actions, and how well rankings agree: pure mathematics.

Source: valuepilot2025
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.telling import over_groups

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_BAND = (0.2, 0.8)


@dataclass(frozen=True)
class Readings:
    """How well ratings were read.

    Attributes:
        within: tolerance -> share of ratings that are off by less.
        off: mean absolute error.
        all_right: tolerance -> share of actions of which every rating is off by less.
        n: ratings.
        actions: actions.
    """

    within: dict[float, float]
    off: float
    all_right: dict[float, float]
    n: int
    actions: int


def readings(
    true: Floats, read: Floats, counted: Bools, tolerances: tuple[float, ...] = (0.2, 0.05)
) -> Readings:
    """How well ratings were read, over those that are counted.

    Shapes: all [actions, values]; every action has at least one that is counted.
    """
    error = np.abs(true - read)
    return Readings(
        {t: float((error < t)[counted].mean()) for t in tolerances},
        float(error[counted].mean()),
        {t: float(((error < t) | ~counted).all(axis=1).mean()) for t in tolerances},
        int(counted.sum()),
        len(true),
    )


def labels_exact(involved: Bools, probability: Floats) -> float:
    """The share of actions of which every value is told to be involved or not, rightly; a probability from .2 to .8 tells nothing.

    Shapes: both [actions, values]
    """
    low, high = _BAND
    right = np.where(involved, probability > high, probability < low)
    return float(right.all(axis=1).mean())


def less_off(
    one: Floats, other: Floats, of: npt.NDArray[np.int64], seed: int = 0
) -> tuple[float, float, float]:
    """By how much the first errors are smaller on average, with a 95 % bootstrap interval over scenes.

    Shapes: all [ratings]; `of` names the scene of each.
    """
    return over_groups(other - one, np.ones_like(one), np.unique(of, return_inverse=True)[1], seed)


def ordered_similarity(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> float:
    """OS-Sim: how many of the first k of two rankings are the same, as a share of k, a mean over every k.

    Shapes: both [actions], numbers of actions, the best first.
    """
    n = len(one)
    place = np.empty(n, np.int64)
    place[other] = np.arange(n)
    # an action is among the first k of both from the later of its two places on
    later = np.sort(np.maximum(np.arange(n), place[one]))
    shared = np.searchsorted(later, np.arange(n), side="right")
    return float((shared / np.arange(1, n + 1)).mean())


def same_first(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> bool:
    """Whether two rankings begin with the same action."""
    return bool(one[0] == other[0])
