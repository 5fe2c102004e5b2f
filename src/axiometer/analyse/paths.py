"""What follows from pushing a column of a causal graph: linear effects over all paths. Pure."""

import numpy as np
import numpy.typing as npt

from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]
Edges = npt.NDArray[np.bool_]


def weights_of(scores: Floats, edges: Edges) -> Floats:
    """[columns, columns] the standardised weight of each arrow: each column regressed on all that point to it.

    Shapes: scores [rows, columns], none constant; edges from the row to the column.
    """
    spread = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    found = np.zeros(edges.shape)
    for column in range(len(edges)):
        parents = np.flatnonzero(edges[:, column])
        if len(parents):
            found[parents, column] = np.linalg.lstsq(spread[:, parents], spread[:, column], rcond=None)[0]
    return found


def total_effects(weights: Floats) -> Floats:
    """[columns, columns] how far the column moves when the row is pushed by one, over all paths; 1 on the diagonal.

    The row is set, so that nothing moves it back.

    Raises:
        BadInput: a cycle in which effects grow without end.
    """
    many = len(weights)
    found = np.eye(many)
    for start in range(many):
        held = weights.copy()
        held[:, start] = 0.0
        if np.abs(np.linalg.eigvals(held)).max(initial=0.0) >= 1.0:
            raise BadInput(
                "effects grow without end around a cycle of this graph; learn it from more rows, or direct its edges."
            )
        found[start] = np.linalg.inv(np.eye(many) - held)[start]
    return found
