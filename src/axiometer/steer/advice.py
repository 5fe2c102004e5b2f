"""Which value to push: the one that a causal graph expects to reach an objective while sparing what is to be kept."""

from dataclasses import dataclass

import numpy as np

from axiometer.analyse.paths import total_effects
from axiometer.errors import BadInput
from axiometer.values import Objective
from axiometer.values.graph import ValueGraph

_NEARLY = 1e-9


@dataclass(frozen=True)
class Advice:
    """A value to push, and what the graph expects of it.

    Attributes:
        sign: which way.
        reached: how far the values to be moved go where they should, on average, for one standard deviation of push.
        spilt: how far the values to be kept go, on average.
        expected: value -> how far it goes.
    """

    value: str
    sign: int
    reached: float
    spilt: float
    expected: dict[str, float]


def advised(graph: ValueGraph, objective: Objective) -> list[Advice]:
    """The values whose push is expected to reach the objective, the best first: most reached for what is spilt.

    Raises:
        BadInput: a value of the objective that the graph does not have, a graph without weights, or no value that
            would move every one where it should go.

    Source:
        valuecausal
    """
    strange = [value for value in objective.directions if value not in graph.values]
    if strange:
        raise BadInput(f"the graph has no {strange[0]}; it has {', '.join(graph.values)}.")
    if graph.arrows and not graph.weights.any():
        raise BadInput("this graph says who moves whom and not which way; learn one with weights.")
    effects = total_effects(graph.weights)
    moved = [graph.values.index(value) for value in objective.moved]
    wanted = np.array(list(objective.moved.values()), dtype=np.float64)
    kept = [graph.values.index(value) for value in objective.kept]
    found = []
    for i, value in enumerate(graph.values):
        if value in objective.kept:
            continue
        for sign in (1, -1):
            goes = sign * effects[i]
            if (goes[moved] * wanted <= _NEARLY).any():
                continue
            spilt = float(np.abs(goes[kept]).mean()) if kept else 0.0
            expected = {name: float(x) for name, x in zip(graph.values, goes, strict=True)}
            found.append(Advice(value, sign, float((goes[moved] * wanted).mean()), spilt, expected))
    if not found:
        raise BadInput(
            f"no single push is expected to move {', '.join(objective.moved)} where they should go; steer each of them."
        )
    return sorted(found, key=lambda one: (one.spilt - one.reached, one.value))
