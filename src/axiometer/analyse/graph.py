"""Causal graphs over measured columns: learned, reduced, tested by resampling and permutation; arrays in, arrays out."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import draws
from axiometer.errors import Incapable

Scores = npt.NDArray[np.float64]
Edges = npt.NDArray[np.bool_]
Method: TypeAlias = Literal["pc", "ges"]


def learned(scores: Scores, method: Method = "pc", alpha: float = 0.05) -> Edges:
    """The edges that a method finds; one without a direction counts as both.

    Args:
        scores: [rows, columns], none constant; raw scores, not centred by row.
        method: `pc`, the PC algorithm with Fisher's z, stable; `ges`, greedy search by BIC.
        alpha: level of PC's tests.

    Shapes:
        [columns, columns], True from row to column.

    Raises:
        Incapable: causal-learn is not installed.

    Source:
        spirtes2000, chickering2002
    """
    marks = endpoints(scores, method, alpha)
    # causal-learn: marks[i, j] = -1 and marks[j, i] = 1 is i -> j; -1 and -1 is i - j; 1 and 1 is i <-> j.
    directed = (marks == -1) & (marks.T == 1)
    either = (marks != 0) & (marks == marks.T)
    return np.asarray(directed | either, dtype=np.bool_)


def endpoints(
    scores: Scores, method: Method = "pc", alpha: float = 0.05, test: str = "fisherz", priority: int = 2
) -> npt.NDArray[np.int64]:
    """causal-learn's matrix of end marks.

    Args:
        scores: [rows, columns].
        method: `pc` or `ges`.
        alpha: level of PC's tests.
        test: `fisherz`, or `chisq` for codes without order.
        priority: what PC does where colliders contradict each other, as causal-learn numbers it.

    Raises:
        Incapable: causal-learn is not installed.
    """
    try:
        from causallearn.search.ConstraintBased.PC import pc
        from causallearn.search.ScoreBased.GES import ges
    except ImportError:
        raise Incapable("causal graphs need causal-learn: pip install 'axiometer[locate]'.") from None
    if method == "ges":
        found = ges(scores)["G"].graph
    else:
        found = pc(
            scores, alpha, test, stable=True, uc_rule=0, uc_priority=priority, show_progress=False
        ).G.graph
    return np.asarray(found, dtype=np.int64)


def reachable(edges: Edges) -> Edges:
    """[columns, columns] whether the column is reached from the row by one edge or more."""
    found = edges.copy()
    for middle in range(len(edges)):
        found |= found[:, [middle]] & found[[middle], :]
    return found


def reduced(edges: Edges) -> Edges:
    """The edges without those that nothing hangs on: what is reached from where stays the same.

    Why: tried one by one in order of row and column, again until none can go, as the authors do; on a graph without
    cycles this is the transitive reduction.

    Source:
        valuecausal
    """
    kept, whole = edges.copy(), reachable(edges)
    while True:
        before = int(kept.sum())
        for start, end in np.argwhere(kept):
            kept[start, end] = False
            kept[start, end] = not np.array_equal(reachable(kept), whole)
        if int(kept.sum()) == before:
            return kept


def without_general(scores: Scores) -> Scores:
    """The scores as they would covary if no style of answering moved all of them alike.

    Why: such a style looks like edges everywhere; centring by row, the usual remedy, makes columns depend on each
    other and halves the accuracy of the graph. Our own proposal: what all pairs of columns share is the mode of their
    covariances, where most pairs have nothing else in common; that much is taken out of the covariance matrix, and the
    rows are transformed to have the rest.

    Shapes: [rows, columns], centred.
    """
    covariance = np.cov(scores.T)
    ones = np.ones(len(covariance))
    # More than this, and the rest would be no covariance matrix; some of each column stays its own.
    most = 0.95 / float(ones @ np.linalg.solve(covariance, ones))
    shared = _mode(covariance[np.triu_indices(len(covariance), 1)])
    rest = np.linalg.cholesky(covariance - min(max(shared, 0.0), most))
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), (scores - scores.mean(axis=0)).T)
    return np.asarray((rest @ whitened).T)


def _mode(numbers: Scores) -> float:
    """The half-sample mode: the densest half of the densest half, and so on."""
    some = np.sort(numbers)
    while len(some) > 3:
        half = (len(some) + 1) // 2
        widths = some[half - 1 :] - some[: len(some) - half + 1]
        start = int(widths.argmin())
        some = some[start : start + half]
    return float(some.mean())


def stability(
    scores: Scores,
    units: npt.NDArray[np.int64],
    resamples: int,
    seed: int,
    learn: Callable[[Scores], Edges] = learned,
) -> Scores:
    """[columns, columns] in which share of resamples each edge is found.

    Args:
        scores: [rows, columns].
        units: [rows] the number of the role that each row belongs to; whole roles are drawn, for rows of one role are
            not independent.
        resamples: how many.
        seed: of the draws.
        learn: from scores to edges.
    """
    found = np.zeros((scores.shape[1], scores.shape[1]))
    rows = [np.flatnonzero(units == unit) for unit in np.unique(units)]
    for i in range(resamples):
        rng = draws(seed, "stability", i)
        drawn = np.concatenate([rows[k] for k in rng.integers(len(rows), size=len(rows))])
        some = scores[drawn]
        moving = np.flatnonzero(some.std(axis=0) > 0)
        found[np.ix_(moving, moving)] += learn(some[:, moving])
    return found / resamples


def side_effects(changed: Edges, edges: Edges) -> tuple[Scores, Scores]:
    """How often a column changes when another does: those that the graph says follow, and the rest.

    Args:
        changed: [conditions, columns] whether a column differs from the baseline.
        edges: [columns, columns].

    Shapes:
        expected and unexpected, each [columns]; NaN where a column never changes, or nothing or all follows from it.

    Source:
        valuecausal
    """
    follows = reachable(edges)
    many = len(edges)
    expected, unexpected = np.full(many, np.nan), np.full(many, np.nan)
    for column in range(many):
        when = changed[changed[:, column]]
        others = np.arange(many) != column
        if not len(when):
            continue
        often = when.mean(axis=0)
        for out, some in ((expected, others & follows[column]), (unexpected, others & ~follows[column])):
            if some.any():
                out[column] = often[some].mean()
    return expected, unexpected


def gap(changed: Edges, edges: Edges) -> tuple[float, float]:
    """The mean expected and unexpected frequency over columns that have one; NaN where none has."""
    found = []
    for row in side_effects(changed, edges):
        known = row[~np.isnan(row)]
        found.append(float(known.mean()) if len(known) else np.nan)
    return found[0], found[1]


def permutation_p(changed: Edges, edges: Edges, permutations: int, seed: int) -> float:
    """One-sided: how often a graph of the same shape with its labels shuffled has a gap at least as large.

    Source:
        phipson2010
    """
    return _shuffled(
        lambda order: gap(changed, edges[np.ix_(order, order)]),
        len(edges),
        permutations,
        draws(seed, "labels"),
    )[2]


def after_pushes(
    changed: Edges, pushed: Sequence[int], edges: Edges, permutations: int, seed: int
) -> tuple[float, float, float]:
    """How often other columns change when one is pushed: those that follow from it, and the rest; NaN where there are none.

    Why: where it is known which column was pushed, this asks less of the graph than `side_effects`, which takes every change for a cause.

    Args:
        changed: [pushes, columns] whether a column changed.
        pushed: [pushes] which column was pushed.
        edges: [columns, columns].
        permutations: of the graph's labels.
        seed: of them.

    Returns:
        expected, unexpected, and the share of graphs of the same shape with shuffled labels whose gap is at least as large.

    Source:
        phipson2010
    """
    rows, follows = np.asarray(pushed, np.int64), reachable(edges)
    others = np.arange(len(edges)) != rows[:, None]

    def shares(order: npt.NDArray[np.int64]) -> tuple[float, float]:
        some = follows[np.ix_(order, order)][rows]
        return _mean(changed[others & some]), _mean(changed[others & ~some])

    return _shuffled(shares, len(edges), permutations, draws(seed, "pushes"))


def _shuffled(
    gap_of: Callable[[npt.NDArray[np.int64]], tuple[float, float]],
    many: int,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Expected and unexpected under the labels as they are, and how often shuffled ones have a gap at least as large."""
    expected, unexpected = gap_of(np.arange(many))
    beaten = 0
    for _ in range(permutations):
        one, other = gap_of(rng.permutation(many))
        beaten += one - other >= expected - unexpected
    return expected, unexpected, (beaten + 1) / (permutations + 1)


def _mean(part: Edges) -> float:
    return float(part.mean()) if part.size else np.nan


def hamming(one: Edges, other: Edges) -> int:
    """The structural Hamming distance: pairs of columns whose edge is there, absent or directed otherwise."""
    differ = one != other
    return int(np.triu(differ | differ.T, 1).sum())
