"""Somebody's preferences out of how they ranked actions: the preferences under which the rankings are likeliest, with their uncertainty.

The likelihood of a ranking is Plackett's and Luce's, with the scores of the decision rule; preferences are drawn towards the middle where rankings say nothing.
Our own; the source asks people for their preferences.

Source: luce1959, plackett1975
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from axiometer.analyse.decisions import ordered_similarity, same_first
from axiometer.decide.selection import ratings, score
from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_SPREAD, _SHARP, _SHARP_SPREAD, _STEP = 1.5, 2.0, 1.0, 1e-3


@dataclass(frozen=True, eq=False)
class Ranked:
    """What scene and actions serve, and how somebody ranked the actions.

    Shapes: scene [values]; actions [actions, values]; order [actions] numbers of actions, the best first.
    """

    scene: Floats
    actions: Floats
    order: Ints


@dataclass(frozen=True, eq=False)
class Preferences:
    """Preferences with their uncertainty.

    Attributes:
        mean: [values] from 0 to 1.
        low, high: [values] of the 95 % intervals.
        sharpness: how surely the better action is ranked first.
        similarity: OS-Sim with rankings left out one by one; nan with fewer than two.
        first: share of these whose first action was foretold.
        n: rankings.
    """

    mean: Floats
    low: Floats
    high: Floats
    sharpness: float
    similarity: float
    first: float
    n: int


def fitted(rankings: Sequence[Ranked], *, held_out: bool = True) -> Preferences:
    """The preferences that rankings tell.

    Raises:
        BadInput: no ranking, or one that leaves actions out or names one twice.
    """
    _check(rankings)
    values = len(rankings[0].scene)
    found = minimize(_minus_log, _start(values), args=(rankings,), method="L-BFGS-B").x
    error = _errors(found, rankings)
    similarity, first = (
        _left_out(rankings) if held_out and len(rankings) > 1 else (float("nan"), float("nan"))
    )
    ends = [_share(found[:-1] + side * 1.96 * error[:-1]) for side in (-1, 1)]
    return Preferences(
        _share(found[:-1]), ends[0], ends[1], float(np.exp(found[-1])), similarity, first, len(rankings)
    )


def _check(rankings: Sequence[Ranked]) -> None:
    if not rankings:
        raise BadInput(
            "there is no ranking to learn preferences from; rank the actions of at least one scene."
        )
    for number, one in enumerate(rankings, 1):
        if sorted(one.order.tolist()) != list(range(len(one.actions))):
            raise BadInput(
                f"ranking {number} names {one.order.tolist()} and the scene has {len(one.actions)} actions; name each once."
            )


def _minus_log(x: Floats, rankings: Sequence[Ranked]) -> float:
    """Minus the log of likelihood and prior: preferences as log-odds, then the log of the sharpness."""
    preferences, sharp = _share(x[:-1]), np.exp(x[-1])
    total = float((x[:-1] ** 2).sum()) / (2 * _SPREAD**2) + float((x[-1] - _SHARP) ** 2) / (
        2 * _SHARP_SPREAD**2
    )
    for one in rankings:
        pull = sharp * score(ratings(one.scene, one.actions, preferences), preferences)[one.order]
        total -= float(sum(pull[i] - np.logaddexp.reduce(pull[i:]) for i in range(len(pull) - 1)))
    return total


def _errors(x: Floats, rankings: Sequence[Ranked]) -> Floats:
    """[values and sharpness] standard errors, from the curvature at the best."""
    n, step = len(x), np.eye(len(x)) * _STEP
    curve = np.empty((n, n))
    for i in range(n):
        for j in range(i, n):
            up, down = (
                _minus_log(x + a * step[i] + b * step[j], rankings)
                - _minus_log(x + a * step[i] - b * step[j], rankings)
                for a, b in ((1, 1), (-1, 1))
            )
            curve[i, j] = curve[j, i] = (up - down) / (4 * _STEP**2)
    lowest, axes = np.linalg.eigh(curve)
    # the prior alone curves by this much: no direction is known worse than by it
    safe = np.maximum(lowest, 1 / max(_SPREAD, _SHARP_SPREAD) ** 2)
    return np.asarray(np.sqrt(((axes**2) / safe).sum(axis=1)))


def _left_out(rankings: Sequence[Ranked]) -> tuple[float, float]:
    alike, first = [], []
    for i, one in enumerate(rankings):
        others = [*rankings[:i], *rankings[i + 1 :]]
        x = minimize(_minus_log, _start(len(one.scene)), args=(others,), method="L-BFGS-B").x
        wanted = _share(x[:-1])
        told = np.argsort(-score(ratings(one.scene, one.actions, wanted), wanted), kind="stable")
        alike.append(ordered_similarity(told, one.order))
        first.append(same_first(told, one.order))
    return float(np.mean(alike)), float(np.mean(first))


def _start(values: int) -> Floats:
    return np.array([0.0] * values + [_SHARP])


def _share(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
