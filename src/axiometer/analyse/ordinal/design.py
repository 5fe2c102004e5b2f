"""The cumulative-logit model as arrays: effects over cells of one item in one group, answers collapsed to counts.

The model is our own specification. The rating y of item k by group g (a subject under a condition) in run r is

    P(y <= j) = logistic(s d_g (tau_j - eta)),    eta = effects of cell (g, k) + effect of run r

Effects are in rating steps: the thresholds tau lie one step apart on average, and `s`, the logits per step, says how
sharply the ratings follow. With answers that hardly vary only `s` runs off, where its prior holds it; places on the
scale of steps stay as well known as they are.

Why counts: two neighbouring categories meet at a threshold, and P(y = j) = F(u_j) F(-u_{j-1}) (1 - exp(u_{j-1} - u_j)), so
the likelihood of all answers is that of independent coins at thresholds: `up` answers just below threshold j, `down` just
above, and a term that does not depend on the cell.

Source: mccullagh1980
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.variance import Array, Index


@dataclass(frozen=True)
class Term:
    """One kind of effect over cells.

    Attributes:
        name: as it is shown.
        columns: (cells, p) how much of each of its p independent normal effects a cell carries.
    """

    name: str
    columns: Array


@dataclass(frozen=True)
class Design:
    """Everything the likelihood needs.

    Shapes: `columns` (cells, p); `term` (p,) into `names`; `cell`, `level`, `run`, `up`, `down` (entries,): at threshold
    `level` of cell `cell` in run `run`, `up` answers lie just below and `down` just above; `middle` (sharps, categories)
    counts answers; `sharp` (cells,) whose discrimination a cell has.

    Attributes:
        names: terms, in order.
        runs: number of run effects; 0: none, and the entries are collapsed over runs.
    """

    names: tuple[str, ...]
    columns: Array
    term: Index
    cell: Index
    level: Index
    run: Index
    up: Array
    down: Array
    middle: Array
    sharp: Index
    runs: int

    @property
    def categories(self) -> int:
        """How many ratings there are."""
        return int(self.middle.shape[1])

    @property
    def sharps(self) -> int:
        """How many groups have a discrimination of their own; 1: all share one."""
        return int(self.middle.shape[0])


def design(
    terms: Sequence[Term],
    cell: Index,
    rating: Index,
    categories: int,
    *,
    run: Index | None = None,
    sharp: Index | None = None,
) -> Design:
    """The design of answers.

    Shapes: cell, rating, run (answers,); rating from 0; sharp (cells,).
    """
    cells = terms[0].columns.shape[0] if terms else int(cell.max()) + 1
    runs = 0 if run is None else int(run.max()) + 1
    place = cell if run is None else cell * runs + run
    places, row = np.unique(place, return_inverse=True)
    counts = np.zeros((len(places), categories))
    np.add.at(counts, (row, rating), 1.0)
    up, down = counts[:, :-1], counts[:, 1:]
    at, level = np.nonzero(up + down)
    own = np.zeros(cells, dtype=np.int64) if sharp is None else sharp
    middle = np.zeros((int(own.max()) + 1, categories))
    np.add.at(middle, (own[cell], rating), 1.0)
    return Design(
        names=tuple(term.name for term in terms),
        columns=np.concatenate([np.zeros((cells, 0)), *(term.columns for term in terms)], axis=1),
        term=np.repeat(np.arange(len(terms)), [term.columns.shape[1] for term in terms]).astype(np.int64),
        cell=(places[at] if run is None else places[at] // runs).astype(np.int64),
        level=level.astype(np.int64),
        run=np.zeros(len(at), dtype=np.int64) if run is None else (places[at] % runs).astype(np.int64),
        up=up[at, level],
        down=down[at, level],
        middle=middle,
        sharp=own,
        runs=runs,
    )


def zero_sum(levels: int) -> Array:
    """An orthonormal basis of the vectors that sum to zero.

    Shapes: -> (levels, levels - 1)
    """
    # Helmert's contrasts
    basis = np.zeros((levels, max(levels - 1, 0)))
    for k in range(1, levels):
        basis[:k, k - 1] = 1.0
        basis[k, k - 1] = -k
        basis[:, k - 1] /= np.sqrt(k * (k + 1))
    return basis


def crossed(*parts: tuple[Array, Index]) -> Array:
    """The columns of an interaction, out of each factor's basis and each cell's level.

    Shapes: each part ((levels, p), (cells,)) -> (cells, product of p).
    """
    found: npt.NDArray[np.float64] | None = None
    for basis, level in parts:
        own = basis[level]
        found = own if found is None else np.einsum("ca,cb->cab", found, own).reshape(len(own), -1)
    assert found is not None  # noqa: S101
    return found
