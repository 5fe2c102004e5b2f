"""Raters that were never there: raw data for a bank with planted correlations, for tests and for planning.

Each person's values are normal with correlations that fall with the distance on the circle; a rating follows a mixture of
the planted value and noise of its own, cut into six. Our own proposal.
"""

from pathlib import Path

import numpy as np

from axiometer.canon import draws
from axiometer.instruments.bank import Portrait, write_csv, write_portraits
from axiometer.values import open_system

CUTS = (-1.5, -0.8, -0.2, 0.4, 1.1)
NEIGHBOURS = 0.5


def simulate(
    folder: Path, *, items: int = 60, raters: int = 46, loading: float = 0.45, seed: int = 0
) -> dict[str, str]:
    """Writes items.jsonl, ratings.csv, scores.csv and planted.csv; returns item -> planted value.

    Args:
        folder: where to write.
        items: how many; each has one planted value, in turn, every third with the opposite sign.
        raters: how many, each rating every item.
        loading: correlation of the felt similarity with the planted value before it is cut into ratings.
        seed: of everything.
    """
    system, rng = open_system("schwartz10"), draws(seed, "simulated raters")
    angle = np.radians([value.angle or 0.0 for value in system.values])
    spread = NEIGHBOURS * np.cos(angle[:, None] - angle) + (1 - NEIGHBOURS) * np.eye(len(angle))
    held = rng.multivariate_normal(np.zeros(len(angle)), spread, size=raters, method="eigh")
    held -= held.mean(axis=1, keepdims=True)
    standard = held / held.std(axis=0)
    planted, ratings, portraits = [], [], []
    for k in range(items):
        value, sign = k % len(angle), -1.0 if k % 3 == 2 else 1.0
        felt = sign * loading * standard[:, value] + np.sqrt(1 - loading**2) * rng.standard_normal(raters)
        name = f"made-up-{k + 1}/1"
        planted.append((name, system.names[value], sign * loading))
        ratings += [
            (f"rater{i + 1:03d}", name, int(x)) for i, x in enumerate(1 + np.searchsorted(CUTS, felt))
        ]
        portraits.append(
            Portrait(name, "scenario", "", f"Made-up question {k + 1}.", f"Made-up reply {k + 1}.")
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_portraits(folder / "items.jsonl", portraits)
    write_csv(folder / "ratings.csv", ("respondent", "item", "rating"), ratings)
    write_csv(
        folder / "scores.csv",
        ("respondent", *system.names),
        [(f"rater{i + 1:03d}", *map(float, row)) for i, row in enumerate(held)],
    )
    write_csv(folder / "planted.csv", ("item", "value", "loading"), planted)
    return {name: value for name, value, sign in planted if sign > 0}
