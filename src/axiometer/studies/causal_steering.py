"""The causal-graph paper as a study: its edges and side effects from the released answers, beside what it prints and beside chance."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from axiometer.analyse.graph import gap, learned, permutation_p, reduced
from axiometer.data import read_text
from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]
PERMUTATIONS = 1000
# What the authors' repository holds: features kept, edges found and left, expected and unexpected frequencies.
FEATURES = {
    "gemma": (14351, 1025, 2965, 10096, 1341, 1975, 10605, 14049, 1312, 4752),
    "llama": (49202, 58305, 8546, 12477, 7754, 9332, 1897, 62769, 47207, 54606),
}
EDGES = {"gemma": (47, 28), "llama": (41, 19)}
FREQUENCIES = {
    ("gemma", "roles"): (0.690, 0.560),
    ("gemma", "features"): (0.568, 0.506),
    ("llama", "roles"): (0.572, 0.469),
    ("llama", "features"): (0.741, 0.464),
}
_BASE, _ONE = "Erika Jones", "Mary Holt"
_OTHER = {"steer_dim", "player_name", "stds", "scstds"}


@dataclass(frozen=True)
class SideEffects:
    """How often values change with another: those that the graph says follow, and the rest.

    Attributes:
        kind: `roles`, what telling other roles changes; `features`, what steering one role changes; `features, all
            roles`, the same over every role, which the paper does not do.
        printed: the authors' frequencies; None where they print none.
        p: how often a graph of the same shape with shuffled labels does as well.
        changed: in which share of conditions a value differs from the baseline, on average.
        n: conditions.
    """

    model: str
    kind: str
    expected: float
    unexpected: float
    printed: tuple[float, float] | None
    p: float
    changed: float
    n: int


@dataclass(frozen=True)
class Reproduced:
    """One model of the release.

    Attributes:
        edges: found, and left after reduction.
        rows: how many observations they were learned from.
    """

    model: str
    edges: tuple[int, int]
    rows: int
    effects: tuple[SideEffects, ...]


@dataclass(frozen=True)
class _Answers:
    """A released table: scores, and the feature and the role of each row."""

    names: tuple[str, ...]
    scores: Floats
    feature: npt.NDArray[np.str_]
    role: npt.NDArray[np.str_]


def causal_steering(release: Path, *, permutations: int = PERMUTATIONS, seed: int = 0) -> list[Reproduced]:
    """Edges, side effects and their permutation p, for every model of the release.

    Args:
        release: the folder of the authors' answer tables.
        permutations: of the labels.
        seed: of the permutations.

    Raises:
        BadInput: a folder without the tables.

    Source:
        valuecausal
    """
    return [_reproduced(release, model, permutations, seed) for model in FEATURES]


def _reproduced(release: Path, model: str, permutations: int, seed: int) -> Reproduced:
    train, test = (_read(release / f"ans_{model}_{part}_formal.csv") for part in ("train", "test"))
    features = np.isin(train.feature, ["", *map(str, FEATURES[model])])
    edges = learned(train.scores[features])
    graph = reduced(edges)
    effects = []
    for kind, changed in _conditions(test, model):
        expected, unexpected = gap(changed, graph)
        p = permutation_p(changed, graph, permutations, seed)
        printed = FREQUENCIES.get((model, kind))
        effects.append(
            SideEffects(model, kind, expected, unexpected, printed, p, float(changed.mean()), len(changed))
        )
    return Reproduced(model, (int(edges.sum()), int(graph.sum())), int(features.sum()), tuple(effects))


def _conditions(test: _Answers, model: str) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    plain = test.feature == ""
    steered = np.isin(test.feature, list(map(str, FEATURES[model])))
    base = test.scores[plain & (test.role == _BASE)][0]
    yield "roles", test.scores[plain & ~np.isin(test.role, ["", _BASE])] != base
    one = test.role == _ONE
    yield "features", test.scores[one & steered] != test.scores[one & plain][0]
    every = [
        test.scores[(test.role == role) & steered] != test.scores[(test.role == role) & plain][0]
        for role in np.unique(test.role)
        if role and ((test.role == role) & plain).any()
    ]
    yield "features, all roles", np.concatenate(every)


def _read(path: Path) -> _Answers:
    if not path.is_file():
        raise BadInput(f"there is no {path}; give the folder of the authors' answer tables.")
    rows = list(csv.DictReader(io.StringIO(read_text(path))))
    names = tuple(name for name in rows[0] if ":" not in name and name not in _OTHER)
    return _Answers(
        names,
        np.array([[float(row[name]) for name in names] for row in rows]),
        np.array([row["steer_dim"].split(".")[0] for row in rows]),
        np.array([row["player_name"] for row in rows]),
    )


def lines(found: list[Reproduced]) -> Iterator[str]:
    """The study in words."""
    for one in found:
        same = "as printed" if one.edges == EDGES[one.model] else f"printed {EDGES[one.model]}"
        yield f"{one.model}: {one.edges[0]} directed edges, {one.edges[1]} after reduction ({same}); n = {one.rows} rows"
        for e in one.effects:
            if e.printed is None:
                told = "not printed"
            else:
                near = abs(e.expected - e.printed[0]) < 5e-4 and abs(e.unexpected - e.printed[1]) < 5e-4
                told = "as printed" if near else f"printed {e.printed[0]:.3f} / {e.printed[1]:.3f}"
            yield (
                f"  {e.kind:<20} expected {e.expected:.3f}, unexpected {e.unexpected:.3f} ({told}); permutation p {e.p:.3f}; "
                f"a value changes in {e.changed:.2f} of n = {e.n} conditions"
            )
