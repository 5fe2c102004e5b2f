"""Variance components of crossed designs and the generalisability coefficients that follow. Arrays in, numbers out.

Every factor is crossed with every other and random; the highest interaction holds the error. Components are estimated from
expected mean squares; negative ones are kept to be seen, and count as 0 in coefficients.

Source: brennan2001
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

Effect = tuple[int, ...]


def components(table: npt.NDArray[np.float64]) -> dict[Effect, float]:
    """The variance component of every effect, named by the axes it joins.

    Shapes: table (n1, n2, ...), complete, with at least two levels on every axis.
    """
    axes, sizes = range(table.ndim), table.shape
    effects = [c for r in range(1, table.ndim + 1) for c in combinations(axes, r)]
    squares = {effect: _mean_square(table, effect) for effect in effects}
    found: dict[Effect, float] = {}
    # E(MS of a) = sum over effects b that contain a of (product of sizes outside b) * component of b
    for effect in sorted(effects, key=len, reverse=True):
        above = sum(
            found[b] * np.prod([sizes[i] for i in axes if i not in b])
            for b in effects
            if set(effect) < set(b)
        )
        outside = np.prod([sizes[i] for i in axes if i not in effect])
        found[effect] = float((squares[effect] - above) / outside)
    return {effect: found[effect] for effect in effects}


def coefficients(found: Mapping[Effect, float], objects: int, sizes: Sequence[int]) -> tuple[float, float]:
    """The relative and the absolute coefficient for means over so many levels of each facet.

    The relative one (like alpha) ignores what shifts all objects alike; the absolute one does not.

    Args:
        found: variance components.
        objects: the axis of what is measured.
        sizes: how many levels of each axis a mean is taken over; that of `objects` is not used.
    """
    own = max(found[(objects,)], 0.0)
    relative = absolute = 0.0
    for effect, component in found.items():
        if effect == (objects,):
            continue
        share = max(component, 0.0) / float(np.prod([sizes[i] for i in effect if i != objects]))
        absolute += share
        relative += share if objects in effect else 0.0
    if own == 0.0:
        return 0.0, 0.0
    return own / (own + relative), own / (own + absolute)


def _mean_square(table: npt.NDArray[np.float64], effect: Effect) -> float:
    """The mean square of one effect, by inclusion and exclusion of marginal means."""
    total = np.zeros_like(table)
    for r in range(len(effect) + 1):
        for kept in combinations(effect, r):
            rest = tuple(i for i in range(table.ndim) if i not in kept)
            total += (-1) ** (len(effect) - r) * table.mean(axis=rest, keepdims=True)
    df = np.prod([table.shape[i] - 1 for i in effect])
    return float((total**2).sum() / df)
