"""From what scene and actions serve, and what somebody prefers, to a ranking of the actions: pure mathematics.

Shapes: scene [values] and actions [actions, values] from -1 to 1; preferences [values] from 0 to 1.

Source: valuepilot2025
"""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Variant: TypeAlias = Literal["paper", "repo"]
Rule: TypeAlias = Literal["promethee", "sum", "topsis", "utility"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
RULES: tuple[Rule, ...] = get_args(Rule)
MIX = 0.3
_STEEP = 10.0
_AVERSION = 0.5
_SMALL = 1e-9


def weights(preferences: Floats) -> Floats:
    """[values] preferences stretched away from the middle, from 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-_STEEP * (preferences - 0.5))))


def ratings(
    scene: Floats, actions: Floats, preferences: Floats, *, mix: float = MIX, variant: Variant = "paper"
) -> Floats:
    """[actions, values] how each action is rated by each value: what it serves, drawn towards how near that is to what is preferred.

    `repo` is the released code: what is served passes through the same logistic before it is compared, and each action's ratings are divided by
    their sum.
    """
    wanted = weights(preferences)

    def drawn(served: Floats) -> Floats:
        compared = np.abs(weights(served) if variant == "repo" else served)
        return np.asarray(mix * (1 - np.abs(compared - wanted)) + (1 - mix) * served)

    found = np.asarray(_logistic(np.abs(drawn(scene))) * drawn(actions))
    if variant == "repo":
        total = found.sum(axis=1, keepdims=True)
        found = found / np.where(np.abs(total) < _SMALL, _SMALL, total)
    return found


def promethee(rated: Floats, preferences: Floats, variant: Variant = "paper") -> Floats:
    """[actions] net flow: how much each action is preferred to the others, less how much they are to it.

    Each pair of actions is compared value by value, by the logistic of the difference; `paper` sums that by preference, `repo` multiplies it to the power of
    the preferences' shares, and counts each action against itself as well.
    """
    wanted = weights(preferences)
    better = _logistic(rated[:, None] - rated[None])  # [actions, actions, values]
    many = len(rated)
    if variant == "repo":
        outranks = np.exp((np.log(better) * (wanted / wanted.sum())).sum(axis=-1))
        return np.asarray(outranks.mean(axis=1) - outranks.mean(axis=0))
    outranks = better @ wanted
    np.fill_diagonal(outranks, 0.0)
    others = max(many - 1, 1)
    return np.asarray((outranks.sum(axis=1) - outranks.sum(axis=0)) / others)


def flows(scene: Floats, actions: Floats, preferences: Floats, mix: float = MIX) -> Floats:
    """[tried, actions] net flows in the paper's form under each of several preferences, all at once.

    Shapes: preferences [tried, values]
    """
    wanted = weights(preferences)
    near_scene = mix * (1 - np.abs(np.abs(scene) - wanted)) + (1 - mix) * scene
    near = mix * (1 - np.abs(np.abs(actions)[None] - wanted[:, None])) + (1 - mix) * actions[None]
    rated = _logistic(np.abs(near_scene))[:, None] * near
    better = _logistic(rated[:, :, None] - rated[:, None])  # [tried, actions, actions, values]
    outranks = (better * wanted[:, None, None]).sum(axis=-1)
    return np.asarray((outranks.sum(axis=2) - outranks.sum(axis=1)) / max(len(actions) - 1, 1))


def weighted_sum(rated: Floats, preferences: Floats) -> Floats:
    """[actions] the sum over values by preference: what the analytic hierarchy process comes to with weights given."""
    return np.asarray(rated @ _shares(preferences))


def topsis(rated: Floats, preferences: Floats) -> Floats:
    """[actions] nearness to the best of all on each value, against nearness to the worst; 0 to 1, one half where all are alike."""
    length = np.sqrt((rated**2).sum(axis=0))
    scaled = rated / np.where(length > 0, length, 1.0) * _shares(preferences)
    best, worst = (
        np.sqrt(((scaled - end) ** 2).sum(axis=1)) for end in (scaled.max(axis=0), scaled.min(axis=0))
    )
    total = best + worst
    return np.asarray(np.divide(worst, total, out=np.full_like(total, 0.5), where=total > 0))


def utility(rated: Floats, preferences: Floats, aversion: float = _AVERSION) -> Floats:
    """[actions] expected utility of ratings between the worst and the best, 1 - exp(-a x): the more averse, the less a peak counts."""
    low, high = rated.min(axis=0), rated.max(axis=0)
    placed = (rated - low) / np.where(high > low, high - low, 1.0)
    return np.asarray((1 - np.exp(-aversion * placed)) @ _shares(preferences))


SCORES: Mapping[Rule, Callable[[Floats, Floats], Floats]] = {
    "promethee": promethee,
    "sum": weighted_sum,
    "topsis": topsis,
    "utility": utility,
}


def score(rated: Floats, preferences: Floats, rule: Rule = "promethee", variant: Variant = "paper") -> Floats:
    """[actions] the score that the rule ranks by."""
    return promethee(rated, preferences, variant) if rule == "promethee" else SCORES[rule](rated, preferences)


def contributions(rated: Floats, preferences: Floats) -> Floats:
    """[actions, values] what each value adds to an action's net flow; their sum is `promethee` in the paper's form, exactly."""
    better = _logistic(rated[:, None] - rated[None])
    return np.asarray(
        (better - better.transpose(1, 0, 2)).sum(axis=1) * weights(preferences) / max(len(rated) - 1, 1)
    )


def combined(rankings: Floats) -> Floats:
    """[actions] points over several rankings, such as those by different encoders: the more the better.

    Shapes: rankings [rankings, actions] places from 0, the best. Of n actions place r has n - r points; the first two and the last two get 2, 1, -1
    and -2 besides.
    """
    n = rankings.shape[1]
    extra = np.zeros(n)
    for place, more in ((n - 2, -1.0), (n - 1, -2.0), (1, 1.0), (0, 2.0)):
        if 0 <= place < n:
            extra[place] = more
    points = n - np.arange(n) + extra
    return np.asarray(points[rankings.astype(int)].sum(axis=0))


def ranked(scores: Floats) -> npt.NDArray[np.int64]:
    """[actions] places from 0, the best; of equals the first."""
    found = np.empty(len(scores), np.int64)
    found[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return found


def _shares(preferences: Floats) -> Floats:
    found = weights(preferences)
    return np.asarray(found / found.sum())


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
