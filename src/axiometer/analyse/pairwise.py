"""Forced choices between values, step by step: preferences, shifts and win rates, resampled dilemma by dilemma.

Source: mmds
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, spearmanr

from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
LEAST = 20
_RESAMPLES = 1000


def tally(dilemma: Index, step: Index, winner: Index, loser: Index, shape: tuple[int, int, int]) -> Floats:
    """How often each value was taken over each other one, in every dilemma and step.

    Args:
        dilemma: [choices] its number.
        step: [choices] from 0.
        winner: [choices] the value that was taken.
        loser: [choices] the value that was not.
        shape: dilemmas, steps, values.

    Shapes: -> [dilemmas, steps, values, values]; 3,302 dilemmas of 5 steps and 10 values are 13 MB
    """
    dilemmas, steps, values = shape
    found = np.zeros((dilemmas, steps, values, values))
    np.add.at(found, (dilemma, step, winner, loser), 1.0)
    return found


def preferences(wins: Floats) -> tuple[Floats, Floats]:
    """How much more often than half a value was taken when it was offered, from -.5 to .5; and how often it was offered.

    Weighted by how often each value was offered, the preferences sum to zero. The formula is our own proposal; the counts and figures
    that are published agree with it.

    Shapes: wins [..., values, values] -> both [..., values]; nan for a value that was not offered
    """
    taken, left = wins.sum(axis=-1), wins.sum(axis=-2)
    offered = taken + left
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(offered > 0, taken / offered, np.nan) - 0.5), offered


def win_rates(wins: Floats, least: float = 0) -> tuple[Floats, Floats]:
    """How often the first of two values was taken over the second, and out of how many choices.

    Args:
        wins: counts.
        least: how many choices a pair must have; the rate of one that has fewer is nan.

    Shapes: wins [..., values, values] -> both alike
    """
    n = wins + np.swapaxes(wins, -1, -2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n >= max(least, 1), wins / n, np.nan)), n


def resampled(wins: Floats, seed: int = 0, resamples: int = _RESAMPLES) -> Floats:
    """Counts over as many dilemmas drawn with replacement; the steps of a dilemma stay together.

    Shapes: wins [dilemmas, ...] -> [resamples, ...]
    """
    many = len(wins)
    weights = draws(seed, "dilemmas", many).multinomial(many, np.full(many, 1 / many), size=resamples)
    return np.asarray((weights.astype(float) @ wins.reshape(many, -1)).reshape(resamples, *wins.shape[1:]))


@dataclass(frozen=True)
class Course:
    """Preferences from step to step.

    Attributes:
        score: [steps, values]
        low: [steps, values] of the 95 % bootstrap interval over dilemmas; nan where a value was offered too rarely.
        high: its upper end.
        offered: [steps, values]
        shift: [values] last step minus first.
        shift_low: [values]
        shift_high: [values]
    """

    score: Floats
    low: Floats
    high: Floats
    offered: Floats
    shift: Floats
    shift_low: Floats
    shift_high: Floats


def course(wins: Floats, drawn: Floats) -> Course:
    """Preferences at every step, and how far they move from the first to the last.

    Args:
        wins: [steps, values, values] counts over all dilemmas.
        drawn: [draws, steps, values, values] the same over resampled ones.
    """
    score, offered = preferences(wins)
    scores, _ = preferences(drawn)
    low, high = _ends(scores)
    shift_low, shift_high = _ends(scores[:, -1] - scores[:, 0])
    return Course(score, low, high, offered, score[-1] - score[0], shift_low, shift_high)


def _ends(drawn: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of draws [draws, ...]; nan where less than nine in ten draws have a number."""
    enough = np.isfinite(drawn).mean(axis=0) >= 0.9
    held = np.where(enough, drawn, 0.0)
    low, high = np.nanquantile(held, [0.025, 0.975], axis=0)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


@dataclass(frozen=True)
class Stability:
    """How subjects' ranks on a value hold from the first step to the last.

    Attributes:
        ranks: [steps, subjects] 1 for the highest preference; ties share their mean rank.
        rho: Spearman's correlation of first and last step over subjects; nan where ranks are all tied.
        change: [subjects] rank at the first step minus at the last: above 0 where a subject rose.
    """

    ranks: Floats
    rho: float
    change: Floats


def stability(preference: Floats) -> Stability:
    """Ranks of subjects on one value.

    Shapes: preference [subjects, steps], at least two subjects, no nan
    """
    ranks = np.stack([rankdata(-row) for row in preference.T])
    first, last = ranks[0], ranks[-1]
    tied = not (first.std() and last.std())
    rho = float("nan") if tied else float(spearmanr(first, last).statistic)
    return Stability(ranks, rho, first - last)
