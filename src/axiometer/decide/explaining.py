"""Why an action was chosen: what each value adds, and what would have to change for another to win."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from axiometer.decide.selection import MIX, flows, ratings, score

Floats = npt.NDArray[np.float64]
_STEPS = 41


@dataclass(frozen=True)
class Flip:
    """A change of preferences under which another action wins.

    Attributes:
        preferences: value -> what it would have to be.
        change: the sum of the absolute changes.
        winner: the action that wins then.
    """

    preferences: dict[str, float]
    change: float
    winner: int


def flips(
    scene: Floats, actions: Floats, preferences: Floats, names: Sequence[str], *, mix: float = MIX
) -> tuple[Flip | None, Flip | None]:
    """The smallest change of one preference, and of at most two, that makes another action win; None where none on the grid does.

    Preferences are tried in steps of 1/40. By the default rule and variant.

    Shapes: scene [values]; actions [actions, values]; preferences [values]
    """
    if len(actions) < 2:
        return None, None
    now = int(np.argmax(score(ratings(scene, actions, preferences, mix=mix), preferences)))
    grid = np.linspace(0, 1, _STEPS)
    singles = [(j, x) for j in range(len(preferences)) for x in grid]
    tried = np.repeat(preferences[None], len(singles), axis=0)
    for row, (j, x) in enumerate(singles):
        tried[row, j] = x
    one = _nearest(scene, actions, preferences, tried, names, now, mix)
    found = [one] if one else []
    first, second = (axis.ravel() for axis in np.meshgrid(grid, grid))
    for a, b in combinations(range(len(preferences)), 2):
        pair = np.repeat(preferences[None], len(first), axis=0)
        pair[:, a], pair[:, b] = first, second
        if found:  # only what would be a smaller change is worth trying
            pair = pair[np.abs(pair - preferences).sum(axis=1) < min(each.change for each in found)]
        if len(pair) and (two := _nearest(scene, actions, preferences, pair, names, now, mix)):
            found.append(two)
    return one, min(found, key=lambda each: each.change) if found else None


def _nearest(
    scene: Floats,
    actions: Floats,
    preferences: Floats,
    tried: Floats,
    names: Sequence[str],
    now: int,
    mix: float,
) -> Flip | None:
    won = flows(scene, actions, tried, mix).argmax(axis=1)
    change = np.where(won == now, np.inf, np.abs(tried - preferences).sum(axis=1))
    best = int(np.argmin(change))
    if not np.isfinite(change[best]):
        return None
    moved = {
        name: float(tried[best, j])
        for j, name in enumerate(names)
        if abs(tried[best, j] - preferences[j]) > 1e-12
    }
    return Flip(moved, float(change[best]), int(won[best]))
