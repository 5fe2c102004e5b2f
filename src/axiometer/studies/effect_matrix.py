"""What steering towards each of several values did to every value: the pushed values as rows, all values as columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from axiometer.analyse.effects import Moved, moved
from axiometer.analyse.graph import after_pushes
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Split
from axiometer.steer.saved import load_steering
from axiometer.studies.effects import Effect, Effects, Known, effects, not_steered, pushed_by
from axiometer.values import open_system
from axiometer.values.graph import ValueGraph

PERMUTATIONS = 1000
_ROLES = ("target", "neighbour", "opposite", "other")


@dataclass(frozen=True)
class Followed:
    """How often a value moved (its interval leaves 0 out) when another was pushed: where by the graph it follows, and where not.

    Attributes:
        p: how often a graph of the same shape with shuffled labels does as well.
    """

    expected: float
    unexpected: float
    p: float


@dataclass(frozen=True)
class EffectMatrix:
    """The matrix.

    Attributes:
        rows: one for each steered subject; it pushes one value.
        roles: what stands where to the pushed value -> the mean shift over such cells; n counts cells.
        followed: what a graph expects; None without one.
    """

    system: str
    rows: tuple[Effects, ...]
    roles: dict[str, Moved]
    followed: Followed | None


def effect_matrix(
    names: Sequence[str],
    *,
    split: Split = "test",
    system: str = "schwartz10",
    graph: ValueGraph | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> EffectMatrix:
    """Measures the matrix.

    Args:
        names: what opens the steered subjects, each pushed towards one value.
        split: which dilemmas.
        system: whose values are looked at.
        graph: who moves whom, by expectation; over the same values.
        seed: of permutations and intervals.
        progress: heard after each subject.

    Raises:
        Incapable: a subject that is not steered.
        BadInput: a subject that pushes several values, one value pushed twice, or a graph of other values.
    """
    values = open_system(system).names
    if graph is not None and (strange := set(graph.values) ^ set(values)):
        raise BadInput(
            f"the graph and {system} differ in {', '.join(sorted(strange))}; give a graph of the same values."
        )
    seen: set[str] = set()
    for name in names:
        value = _pushed(name, values)
        if value in seen:
            raise BadInput(f"{value} is pushed by two of the subjects; give one for each value.")
        seen.add(value)
    known: Known = {}
    rows: list[Effects] = []
    for name in names:
        rows.append(effects(name, split=split, system=system, known=known))
        progress(len(rows), len(names))
    return EffectMatrix(system, tuple(rows), _by_role(rows, system, seed), _followed(rows, graph, seed))


def _pushed(name: str, values: Sequence[str]) -> str:
    """The one value that a saved subject pushes, read from its folder: no model is opened for it."""
    kind, _, rest = name.partition(":")
    if kind != "steered":
        raise not_steered(name)
    pushed = pushed_by(load_steering(Path(rest).expanduser())[1])
    if len(pushed) != 1 or pushed[0] not in values:
        raise BadInput(
            f"{name} pushes {', '.join(pushed)}; a row of the matrix is one value of {', '.join(values)}."
        )
    return pushed[0]


def _by_role(rows: Sequence[Effects], system: str, seed: int) -> dict[str, Moved]:
    cells: dict[str, list[float]] = {role: [] for role in _ROLES}
    for row in rows:
        for e in row.effects:
            cells[_role(row.towards[0], e.value, system)].append(e.moved.shift)
    return {
        role: moved(np.zeros(len(found)), np.array(found), seed) for role, found in cells.items() if found
    }


def _role(target: str, value: str, system: str) -> str:
    return "target" if target == value else open_system(system).relation(target, value)


def _followed(rows: Sequence[Effects], graph: ValueGraph | None, seed: int) -> Followed | None:
    if graph is None:
        return None
    changed = np.array(
        [[_apart({e.value: e for e in row.effects}.get(value)) for value in graph.values] for row in rows]
    )
    pushed = [graph.values.index(row.towards[0]) for row in rows]
    return Followed(*after_pushes(changed, pushed, graph.edges, PERMUTATIONS, seed))


def _apart(effect: Effect | None) -> bool:
    return effect is not None and (effect.moved.low > 0 or effect.moved.high < 0)


def lines(found: EffectMatrix) -> Iterator[str]:
    """The matrix in words."""
    columns = [e.value for e in found.rows[0].effects]
    yield "Shift in nats per token in favour of each value's option, of both orders; * where the 95 % bootstrap interval over dilemmas leaves 0 out"
    yield f"{'pushed':<16}" + "".join(f"{name[:9]:>10}" for name in columns) + f"{'price':>9}"
    for row in found.rows:
        cells = "".join(f"{e.moved.shift:+.3f}{'*' if _apart(e) else ' '}".rjust(10) for e in row.effects)
        yield f"{row.towards[0]:<16}{cells}{row.perplexity.shift:>9.3f}"
    yield f"n = {min(e.moved.n for row in found.rows for e in row.effects)} dilemmas a cell; price: perplexity ratio of neutral passages"
    for role, m in found.roles.items():
        yield f"{role:<16} {m.shift:+.3f} [{m.low:+.3f}, {m.high:+.3f}], n = {m.n} cells"
    if (f := found.followed) is not None:
        yield (
            f"by the graph: values that follow from the pushed one moved in {f.expected:.3f} of cells, others in {f.unexpected:.3f}; "
            f"permutation p {f.p:.3f}, n = {len(found.rows)} pushes"
        )
