"""Made-up answers of a known model."""

import numpy as np

from axiometer.analyse.ordinal.design import Design, Term, crossed, design, zero_sum
from axiometer.analyse.ordinal.table import Row, Table, table_of
from axiometer.values import open_system

LABELS = ("one", "two", "three", "four", "five", "six")


def answers(
    *,
    subjects: int = 3,
    per_value: int = 3,
    runs: int = 10,
    sharpness: float = 1.5,
    spread: float = 0.8,
    run_spread: float = 0.0,
    seed: int = 0,
) -> Table:
    """A table of subjects with values drawn at random, in a model like ours."""
    system, rng = open_system("schwartz10"), np.random.default_rng(seed)
    names = system.names
    held = rng.normal(0, spread, (subjects, len(names)))
    special = rng.normal(0, 0.4, (len(names), per_value))
    rows = []
    for s in range(subjects):
        for r in range(runs):
            lift = rng.normal(0, run_spread) if run_spread else 0.0
            for v, name in enumerate(names):
                for k in range(per_value):
                    felt = 3.5 + held[s, v] + special[v, k] + lift + rng.logistic() / sharpness
                    rating = float(np.clip(np.rint(felt), 1, 6))
                    rows.append(Row(f"subject {s}", "", f"{name} {k}", name, r, rating))
    return table_of(rows, system, LABELS, 1)


def small(
    *, runs: bool = False, sharps: bool = False, seed: int = 0
) -> tuple[Design, np.ndarray, np.ndarray]:
    """A design of 2 groups x 6 items x 7 runs in 4 ratings, with each answer's cell and rating."""
    rng = np.random.default_rng(seed)
    group, item = np.repeat([0, 1], 6), np.tile(np.arange(6), 2)
    value = item // 2
    terms = [
        Term("value", zero_sum(3)[value]),
        Term("subject x value", crossed((zero_sum(2), group), (zero_sum(3), value))),
        Term("item", np.eye(6)[item]),
    ]
    cell, run = np.repeat(np.arange(12), 7), np.tile(np.arange(7), 12) + 7 * np.repeat(group, 7)
    rating = rng.integers(0, 4, len(cell))
    made = design(terms, cell, rating, 4, run=run if runs else None, sharp=group if sharps else None)
    return made, cell, np.stack([rating, run])
