"""Somebody's preferences out of how they ranked actions: what is likely under the rankings, with its uncertainty.

The likelihood of a ranking is Plackett's and Luce's, with the scores of the decision rule. It has kinks and more than one hill, so that preferences are drawn
rather than climbed to: rounds of draws, weighed by likelihood and prior, each round from where the last one found weight. Our own; the source asks
people for their preferences.

Source: luce1959, plackett1975, cappe2004
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.decisions import ordered_similarity, same_first
from axiometer.canon import draws
from axiometer.decide.selection import flows
from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_DRAWS, _ROUNDS, _WIDER, _AFRESH = 3000, 8, 1.4, 0.15
_SPREAD, _SHARP, _SHARP_SPREAD = 1.5, 2.5, 1.0


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


def fitted(rankings: Sequence[Ranked], seed: int = 0) -> Preferences:
    """The preferences that rankings tell.

    Raises:
        BadInput: no ranking, or one that leaves actions out or names one twice.
    """
    _check(rankings)
    values = len(rankings[0].scene)
    middle = np.array([0.0] * values + [_SHARP])
    spread = np.diag(np.array([_SPREAD] * values + [_SHARP_SPREAD]) ** 2)
    x, weight, each = _drawn(rankings, middle, spread, seed)
    shares = _share(x[:, :-1])
    ends = np.array([_quantiles(shares[:, j], weight) for j in range(values)])
    similarity, first = (
        _left_out(rankings, shares, weight, each) if len(rankings) > 1 else (float("nan"), float("nan"))
    )
    return Preferences(
        weight @ shares,
        ends[:, 0],
        ends[:, 1],
        float(np.exp(weight @ x[:, -1])),
        similarity,
        first,
        len(rankings),
    )


def _drawn(
    rankings: Sequence[Ranked], middle: Floats, spread: Floats, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Draws [draws, values and sharpness], their weights, and the log-likelihood of each ranking under each [rankings, draws]."""
    centre, cover = middle, spread
    for number in range(_ROUNDS):
        rng = draws(seed, "preferences", number)
        afresh = rng.random(_DRAWS) < (1.0 if number == 0 else _AFRESH)
        x = np.where(
            afresh[:, None],
            rng.multivariate_normal(middle, spread, _DRAWS),
            rng.multivariate_normal(centre, cover, _DRAWS),
        )
        from_near = _density(x, centre, cover)
        prior = _density(x, middle, spread)
        proposed = (
            prior if number == 0 else np.logaddexp(np.log(_AFRESH) + prior, np.log(1 - _AFRESH) + from_near)
        )
        each = np.array([_log_likelihood(one, x) for one in rankings])
        log = each.sum(axis=0) + prior - proposed
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        # flattened, so that early rounds do not narrow down to a few draws
        flat = weight ** min(1.0, (number + 1) / (_ROUNDS - 2))
        flat /= flat.sum()
        centre = flat @ x
        cover = _WIDER * ((x - centre).T * flat) @ (x - centre) + 1e-3 * spread
    return x, weight, each


def _log_likelihood(one: Ranked, x: Floats) -> Floats:
    """[draws] of a ranking."""
    pull = np.exp(x[:, -1:]) * flows(one.scene, one.actions, _share(x[:, :-1]))[:, one.order]
    found = np.zeros(len(x))
    for place in range(pull.shape[1] - 1):
        found += pull[:, place] - np.logaddexp.reduce(pull[:, place:], axis=1)
    return found


def _left_out(
    rankings: Sequence[Ranked], shares: Floats, weight: Floats, each: Floats
) -> tuple[float, float]:
    """OS-Sim and the share of first actions foretold, each ranking from the draws as the others weigh them."""
    alike, first = [], []
    for one, own in zip(rankings, each, strict=True):
        log = np.log(np.maximum(weight, 1e-300)) - own
        others = np.exp(log - log.max())
        wanted = (others / others.sum()) @ shares
        told = np.argsort(-flows(one.scene, one.actions, wanted[None])[0], kind="stable")
        alike.append(ordered_similarity(told, one.order))
        first.append(same_first(told, one.order))
    return float(np.mean(alike)), float(np.mean(first))


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


def _density(x: Floats, centre: Floats, cover: Floats) -> Floats:
    """[draws] log of a normal density, but for what is the same for all of one cover."""
    lower = np.linalg.cholesky(cover)
    found = np.linalg.solve(lower, (x - centre).T)
    return np.asarray(-0.5 * (found**2).sum(axis=0) - np.log(np.diag(lower)).sum())


def _quantiles(x: Floats, weight: Floats) -> tuple[float, float]:
    order = np.argsort(x)
    total = np.cumsum(weight[order])
    low, high = np.searchsorted(total, [0.025, 0.975])
    return float(x[order[low]]), float(x[order[min(high, len(x) - 1)]])


def _share(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
