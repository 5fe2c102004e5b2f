"""From a fitted table to findings: labels are put on here."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import pi, sqrt

import numpy as np

from axiometer.analyse.ordinal.findings import (
    Bars,
    Compared,
    Contrast,
    Findings,
    GroupFinding,
    LeftOut,
    Quantity,
)
from axiometer.analyse.ordinal.fitting import Fit, Method, fit, left_out, quantities_of
from axiometer.analyse.ordinal.loo import leave_one_out
from axiometer.analyse.ordinal.quantities import Quantities, log_scores, predictive
from axiometer.analyse.ordinal.summary import direction, ess, hdi, inside, rank_probabilities, rhat
from axiometer.analyse.ordinal.table import LEVELS, Table
from axiometer.analyse.variance import Array
from axiometer.canon import draws as keyed

ROPE = 0.1 * pi / sqrt(3)
HIGHER = "schwartz4"
COMPARE_DRAWS = 1000


def find(
    table: Table,
    method: Method = "sampled",
    *,
    runs: bool = False,
    discrimination: bool = False,
    compare: bool = False,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Findings:
    """Fits a table and says what it found; see `found_and_drawn`."""
    return found_and_drawn(
        table,
        method,
        runs=runs,
        discrimination=discrimination,
        compare=compare,
        seed=seed,
        progress=progress,
    )[0]


def found_and_drawn(
    table: Table,
    method: Method = "sampled",
    *,
    runs: bool = False,
    discrimination: bool = False,
    compare: bool = False,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Findings, Quantities]:
    """Fits a table and says what it found, with the draws behind it.

    Args:
        table: the ratings.
        method: the sampler, or the fast approximation, marked as one.
        runs: whether answers of one run (a conversation, a respondent) share an effect.
        discrimination: whether each subject has a discrimination of its own.
        compare: whether simpler models are fitted too and compared by leave-one-out cross-validation.
        seed: of all draws.
        progress: heard from the sampler.

    Raises:
        NotConverged: nothing can be reported.
    """
    made = fit(table, method, runs=runs, discrimination=discrimination, seed=seed, progress=progress)
    found = quantities_of(table, made)
    told = Teller(made.theta.shape[:2], sampled=method == "sampled")
    higher_names, higher = higher_importances(table, found)
    comparison: tuple[Compared, ...] = ()
    if compare and len(table.subjects) > 1:
        others = [(level, fit(table, method, level=level, runs=runs, seed=seed)) for level in LEVELS[:-1]]
        comparison = compared(table, [*others, (LEVELS[-1], made)])
    findings = Findings(
        method,
        table.system.name,
        table.labels,
        table.values,
        tuple(_group(table, made, found, higher_names, higher, g, told, seed) for g in range(table.groups)),
        tuple(_contrasts(table, found, higher_names, higher, told)),
        {name: told(found.scales[:, i], rope=None) for i, name in enumerate(_scale_names(table, found))},
        _stability(table, made),
        comparison,
        made.diagnostics,
        table.excluded,
        ROPE,
    )
    return findings, found


def compared(table: Table, fits: Sequence[tuple[str, Fit]]) -> tuple[Compared, ...]:
    """Models by their expected log predictive density for answers left out, best first."""
    counts = _counts(table)
    rows = []
    for name, made in fits:
        step = max(1, len(made.flat) // COMPARE_DRAWS)
        thinned = Fit(made.method, made.design, made.near, made.theta[:, ::step], made.diagnostics)
        scores, weight = log_scores(quantities_of(table, thinned).cells, counts)
        elpd, k = leave_one_out(scores)
        full = np.log(np.exp(scores - scores.max(axis=0)).mean(axis=0)) + scores.max(axis=0)
        rows.append((name, elpd, weight, float(weight @ (full - elpd)), float(k.max())))
    best = max(rows, key=lambda row: float(row[1] @ row[2]))
    found = []
    for name, elpd, weight, effective, worst in rows:
        less, n = elpd - best[1], weight.sum()
        found.append(
            Compared(
                name,
                float(weight @ elpd),
                _error(elpd, weight, n),
                float(weight @ less),
                _error(less, weight, n),
                effective,
                worst,
            )
        )
    return tuple(sorted(found, key=lambda row: -row.elpd))


class Teller:
    """Takes draws of one quantity and tells its `Quantity`."""

    def __init__(self, shape: tuple[int, ...], *, sampled: bool) -> None:
        self._shape, self._sampled = shape, sampled

    def __call__(self, draws: Array, rope: float | None = ROPE) -> Quantity:
        """Median, interval, direction, equivalence, and whether the chains agree."""
        low, high = hdi(draws)
        chains = draws.reshape(self._shape)
        varies = self._sampled and np.ptp(draws) > 0
        return Quantity(
            float(np.median(draws)),
            low,
            high,
            direction(draws),
            None if rope is None else inside(draws, rope),
            rhat(chains) if varies else None,
            ess(chains) if varies else None,
        )


def _group(
    table: Table,
    made: Fit,
    found: Quantities,
    higher_names: Sequence[str],
    higher: Array,
    g: int,
    told: Teller,
    seed: int,
) -> GroupFinding:
    items, own = len(table.items), table.group == g
    cells = slice(g * items, (g + 1) * items)
    counts = _counts(table)[cells]
    drawn = predictive(
        found.cells[:, cells], counts.sum(axis=1).astype(np.int64), keyed(seed, "predictive", g)
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    ranks = rank_probabilities(found.importance[:, g])
    return GroupFinding(
        table.subjects[table.subject[g]],
        table.conditions[table.condition[g]],
        int(own.sum()),
        len(np.unique(table.run[own])),
        table.missing[g],
        {name: told(found.importance[:, g, v]) for v, name in enumerate(table.values)},
        {name: told(higher[:, g, h]) for h, name in enumerate(higher_names)},
        {name: told(found.points[:, g, v], rope=None) for v, name in enumerate(table.values)},
        {name: told(found.high[:, g, v], rope=None) for v, name in enumerate(table.values)},
        {name: tuple(map(float, ranks[v])) for v, name in enumerate(table.values)},
        Bars(
            *(
                tuple(map(float, x))
                for x in (counts.sum(axis=0) / counts.sum(), drawn.mean(axis=0), low, high)
            )
        ),
    )


def _contrasts(
    table: Table, found: Quantities, higher_names: Sequence[str], higher: Array, told: Teller
) -> list[Contrast]:
    """Subjects against each other under one condition, and each condition against the first for one subject."""
    name = [
        (table.subjects[s], table.conditions[c]) for s, c in zip(table.subject, table.condition, strict=True)
    ]
    pairs = [
        (a, b)
        for a, b in combinations(range(table.groups), 2)
        if table.condition[a] == table.condition[b]
        or (table.subject[a] == table.subject[b] and table.condition[a] == 0)
    ]
    rows = []
    for a, b in pairs:
        # a remedy is told as what it changed: after less before
        a, b = (b, a) if table.subject[a] == table.subject[b] else (a, b)
        for h, on in enumerate(higher_names):
            rows.append(Contrast(name[a], name[b], on, True, told(higher[:, a, h] - higher[:, b, h])))
        for v, on in enumerate(table.values):
            difference = found.importance[:, a, v] - found.importance[:, b, v]
            rows.append(Contrast(name[a], name[b], on, False, told(difference)))
    return rows


def higher_importances(table: Table, found: Quantities) -> tuple[tuple[str, ...], Array]:
    """Higher-order values and their importance, the mean of their values'; (draws, groups, higher)."""
    collapse = next((dict(c.pairs) for c in table.system.collapses if c.to == HIGHER), {})
    names = tuple(dict.fromkeys(collapse[v] for v in table.values if v in collapse))
    parts = [
        found.importance[:, :, [i for i, v in enumerate(table.values) if collapse.get(v) == name]].mean(
            axis=2
        )
        for name in names
    ]
    return names, np.stack(parts, axis=2) if parts else np.zeros((*found.importance.shape[:2], 0))


def _stability(table: Table, made: Fit) -> dict[str, LeftOut]:
    moved = left_out(table, made)
    change = np.abs(moved[:-1] - moved[-1]).max(axis=1)
    worst = change.argmax(axis=0)
    return {
        name: LeftOut(table.items[worst[v]], float(change[worst[v], v]))
        for v, name in enumerate(table.values)
    }


def _scale_names(table: Table, found: Quantities) -> list[str]:
    named = {f"discrimination {i}": f"discrimination of {name}" for i, name in enumerate(table.subjects)}
    return [named.get(name, name) for name in found.scale_names]


def _counts(table: Table) -> Array:
    """How often each rating was given in each cell; (groups * items, categories)."""
    counts = np.zeros((table.groups * len(table.items), len(table.labels)))
    np.add.at(counts, (table.group * len(table.items) + table.item, table.rating), 1.0)
    return counts


def _error(each: Array, weight: Array, n: float) -> float:
    """The standard error of a weighted sum of answers' scores."""
    mean = float(weight @ each) / n
    return float(np.sqrt(n * (weight @ (each - mean) ** 2) / max(n - 1, 1)))
