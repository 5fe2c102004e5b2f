"""Simulation-based calibration of the ordinal model: are its posteriors what they say they are?

Parameters are drawn from the prior and answers from them; the rank of each true quantity among its posterior draws is
then uniform if the computation is right, and 95 % intervals hold 95 % of truths. That is so in any set of data chosen by
how they look, so data in which most items always get one answer are asked for separately.

Source: talts2020
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta, chi2

from axiometer.analyse.ordinal.density import Layout, Priors, layout, shape
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.ordinal.fitting import fit
from axiometer.analyse.ordinal.quantities import Quantities, quantities
from axiometer.analyse.ordinal.table import Table, design_of
from axiometer.analyse.variance import Array, Index
from axiometer.canon import draws
from axiometer.errors import NotConverged
from axiometer.measure import Progress
from axiometer.values import open_system

LABELS = tuple("abcdef")
BINS = 10
MOSTLY = 0.5


@dataclass(frozen=True)
class Calibrated:
    """One kind of quantity.

    Attributes:
        name: what it is.
        p: chi-square probability that ranks as uneven arise from uniform ones.
        coverage: share of 95 % intervals that hold the truth, with its 95 % interval.
    """

    name: str
    p: float
    coverage: float
    coverage_low: float
    coverage_high: float


@dataclass(frozen=True)
class Calibration:
    """What was found over all data sets.

    Attributes:
        datasets: how many were fitted.
        refused: how many fits were refused as not converged; not among `datasets`.
        divergent: data sets with any divergent transition.
        single: mean share of cells (item by subject) that always got one answer.
        separated: data sets in which every cell always got one answer.
        rows: each importance of each subject, and each scale.
        coverage: share of 95 % intervals that hold the truth, over importances.
    """

    datasets: int
    refused: int
    divergent: int
    single: float
    separated: int
    rows: tuple[Calibrated, ...]
    coverage: float


def calibrate(
    datasets: int = 200,
    *,
    single: bool = False,
    subjects: int = 3,
    items: int = 3,
    runs: int = 10,
    run_effects: bool = False,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Calibration:
    """Calibrates the sampler on data sets of `subjects` x ten values x `items` each x `runs`.

    Args:
        datasets: how many.
        single: only data in which at least half of the cells always got one answer.
        subjects: how many subjects.
        items: items of each value.
        runs: runs of each subject.
        run_effects: whether runs have effects.
        seed: of everything.
        progress: heard after each data set.
    """
    blank, priors = _blank(subjects, items, runs), Priors()
    ranks: list[Array] = []
    held: list[Array] = []
    shares: list[float] = []
    refused, divergent, number, names = 0, 0, 0, tuple[str, ...]()
    progress(0, datasets)
    while len(ranks) + refused < datasets:
        number += 1
        table, truth, share = simulated(blank, priors, draws(seed, "calibration", number), run_effects)
        if single and share < MOSTLY:
            continue
        try:
            made = fit(table, runs=run_effects, seed=number)
        except NotConverged:
            refused += 1
        else:
            found = quantities(made.flat, made.design, table.value, table.groups)
            rank, covered = _placed(found, truth)
            ranks.append(rank)
            held.append(covered)
            shares.append(share)
            divergent += made.diagnostics["divergences"] > 0
            names = found.scale_names
        progress(len(ranks) + refused, datasets)
    labels = [f"{value} of subject {s + 1}" for s in range(subjects) for value in blank.values]
    covered_all = np.array(held)
    return Calibration(
        len(ranks),
        refused,
        divergent,
        float(np.mean(shares)),
        int(np.sum(np.array(shares) == 1.0)),
        tuple(
            _row(name, np.array(ranks)[:, i], covered_all[:, i]) for i, name in enumerate([*labels, *names])
        ),
        float(covered_all[:, : len(labels)].mean()),
    )


def simulated(
    blank: Table, priors: Priors, rng: np.random.Generator, run_effects: bool
) -> tuple[Table, Quantities, float]:
    """Answers drawn from the model, the true quantities, and the share of cells with one answer only."""
    of = design_of(blank, runs=run_effects)
    at = layout(of)
    theta = prior_draw(at, priors, rng)
    found = shape(theta[: at.hyper], at, of.categories)
    effects = theta[at.hyper : at.hyper + at.effects]
    cell = blank.group * len(blank.items) + blank.item
    place = (of.columns @ (found.deviation[of.term] * effects))[cell]
    if run_effects:
        place = place + found.run_deviation * theta[at.hyper + at.effects :][blank.run]
    noise = rng.logistic(size=len(place)) / found.sharpness
    rating = ((place + noise)[:, None] > found.thresholds).sum(axis=1)
    return (
        replace(blank, rating=rating),
        quantities(theta[None], of, blank.value, blank.groups),
        _single(cell, rating, of),
    )


def prior_draw(at: Layout, priors: Priors, rng: np.random.Generator) -> Array:
    """All parameters from their prior."""
    theta = rng.standard_normal(at.size)
    ends = np.cumsum([2 + at.gaps, at.terms, int(at.runs > 0)])
    theta[0] = np.log(priors.sharpness) + priors.sharpness_spread * theta[0]
    theta[1] *= priors.location
    theta[2 : ends[0]] *= priors.gap_spread
    theta[ends[0] : ends[1]] = np.log(priors.effect) + priors.effect_spread * theta[ends[0] : ends[1]]
    theta[ends[1] : ends[2]] = np.log(priors.run) + priors.effect_spread * theta[ends[1] : ends[2]]
    theta[ends[2] : at.hyper] *= priors.discrimination_spread
    return theta


def _single(cell: Index, rating: Index, of: Design) -> float:
    """The share of cells in which every answer is the same."""
    lowest, highest = np.full(len(of.columns), of.categories), np.full(len(of.columns), -1)
    np.minimum.at(lowest, cell, rating)
    np.maximum.at(highest, cell, rating)
    return float(np.mean(lowest == highest))


def _blank(subjects: int, items: int, runs: int) -> Table:
    system = open_system("schwartz10")
    size = items * len(system.names)
    group = np.repeat(np.arange(subjects), size * runs)
    run = np.tile(np.arange(runs), subjects * size)
    return Table(
        system,
        LABELS,
        1,
        tuple(f"subject {i + 1}" for i in range(subjects)),
        ("",),
        system.names,
        tuple(f"item {i:02d}" for i in range(size)),
        np.arange(subjects),
        np.zeros(subjects, dtype=np.int64),
        np.repeat(np.arange(len(system.names)), items),
        group,
        np.tile(np.repeat(np.arange(size), runs), subjects),
        group * runs + run,
        np.zeros(len(group), dtype=np.int64),
        ({},) * subjects,
        {},
    )


def _placed(found: Quantities, truth: Quantities) -> tuple[Array, Array]:
    """Each true quantity's rank among the draws, from 0 to 1, and whether the 95 % interval holds it."""
    drawn = np.concatenate([found.importance.reshape(len(found.importance), -1), found.scales], axis=1)
    true = np.concatenate([truth.importance.ravel(), truth.scales.ravel()])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return (drawn < true).mean(axis=0), (low <= true) & (true <= high)


def _row(name: str, ranks: Array, held: Array) -> Calibrated:
    count = np.histogram(ranks, bins=BINS, range=(0, 1))[0]
    expected, n, k = len(ranks) / BINS, len(held), int(held.sum())
    p = float(chi2.sf(((count - expected) ** 2 / expected).sum(), BINS - 1))
    low = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    return Calibrated(name, p, k / n, low, high)
