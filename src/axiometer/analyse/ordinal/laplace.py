"""Effects integrated out by Laplace's method given the hyperparameters, with the exact gradient of what remains.

Given hyperparameters, the standardised effects have a log-concave density: Newton's method finds their mode, and the
marginal density of the hyperparameters is the joint one at that mode over the root of the curvature's determinant. Run
effects are many, but independent of each other given the rest: they are eliminated first, so that only a matrix of the
size of the other effects is ever factored.

Source: tierney1986, rue2009
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.sparse import csr_matrix
from scipy.special import expit

from axiometer.analyse.ordinal.density import Shape, between_thresholds, log_likelihood, margins
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.variance import Array

NEWTON_STEPS = 100
TOLERANCE = 1e-9
STEP = 1e-5
PIECE = 1 << 22


@dataclass(frozen=True)
class Hyper:
    """How hyperparameters shape the likelihood, and their own log prior.

    Attributes:
        shape: hyperparameters -> shape.
        offset: hyperparameters -> (cells,) what is added to every cell's effects.
        log_prior: hyperparameters -> log density; 0 for maximum likelihood.
    """

    shape: Callable[[Array], Shape]
    offset: Callable[[Array], Array]
    log_prior: Callable[[Array], float]


@dataclass(frozen=True)
class Conditional:
    """The effects given hyperparameters: their mode, curvature there, and the marginal log density it implies.

    Shapes: effects (p,), runs (runs,), standardised; `lower` the Cholesky factor (p, p) of the curvature with the runs
    eliminated; `across` (p, runs) curvature between effects and runs; `own` (runs,) curvature of each run.
    """

    hyper: Array
    value: float
    effects: Array
    runs: Array
    lower: Array
    across: Array
    own: Array


@dataclass(frozen=True)
class _Place:
    """Everything at one set of hyperparameters and effects.

    Shapes: scaled (cells, p); scale, u, below, pull, weight (entries,): logits per step, margin, probability of lying
    below, first derivative of the log-likelihood in the entry's place, and minus its second.
    """

    found: Shape
    scaled: Array
    scale: Array
    u: Array
    below: Array
    pull: Array
    weight: Array


def conditional(of: Design, link: Hyper, hyper: Array, start: Conditional | None = None) -> Conditional:
    """The effects' mode and curvature at these hyperparameters."""
    found, offset = link.shape(hyper), link.offset(hyper)
    scaled = of.columns * found.deviation[of.term]
    effects = np.zeros(scaled.shape[1]) if start is None else start.effects
    runs = np.zeros(of.runs) if start is None else start.runs

    def joint(z: Array, w: Array) -> float:
        inside = log_likelihood(of, found, offset + scaled @ z, found.run_deviation * w)
        return float(inside - 0.5 * z @ z - 0.5 * w @ w)

    now = joint(effects, runs)
    for _ in range(NEWTON_STEPS):
        place = _place(of, found, scaled, offset + scaled @ effects, runs)
        curvature = _curvature(of, place)
        slope_z, slope_w = _gather(of, place, place.pull)
        slope_z, slope_w = slope_z - effects, slope_w - runs
        step_z, step_w = _solve(*curvature, slope_z, slope_w)
        gain, length = float(slope_z @ step_z + slope_w @ step_w), 1.0
        better = joint(effects + step_z, runs + step_w)
        while better < now + 1e-4 * length * gain - TOLERANCE * abs(now) and length > 1e-8:
            length /= 2
            better = joint(effects + length * step_z, runs + length * step_w)
        effects, runs, now = effects + length * step_z, runs + length * step_w, better
        if gain < TOLERANCE:
            break
    lower, across, own = _curvature(of, _place(of, found, scaled, offset + scaled @ effects, runs))
    log_det = 2 * float(np.log(np.diag(lower)).sum()) + float(np.log(own).sum())
    value = now - 0.5 * log_det + float(link.log_prior(hyper))
    return Conditional(hyper, value, effects, runs, lower, across, own)


def gradient(of: Design, link: Hyper, at: Conditional) -> Array:
    """The gradient of `at.value` in the hyperparameters.

    Why: the marginal moves with a hyperparameter directly, through the curvature's determinant, and through the mode that
    the determinant is taken at. Only the few numbers of a shape are differentiated by central differences.

    Shapes: -> (hyper,)
    """
    found, offset = link.shape(at.hyper), link.offset(at.hyper)
    scaled = of.columns * found.deviation[of.term]
    place = _place(of, found, scaled, offset + scaled @ at.effects, at.runs)
    leverage, spread_z, spread_w = _variances(of, place, at)
    bend = -place.scale * place.weight * (1 - 2 * place.below)
    adjoint_z, adjoint_w = _solve(at.lower, at.across, at.own, *_gather(of, place, leverage * bend))
    # the share of each effect's precision that comes from the answers, summed over the effects of a term
    learnt = np.bincount(of.term, 1 - spread_z, minlength=len(of.names))
    pull_z, pull_w = _gather(of, place, place.pull)
    slope = -place.pull / place.scale
    moved = np.zeros(len(at.hyper))
    for i in range(len(moved)):
        d_scale, d_level, d_dev, d_run, d_offset, d_rest = _shape_slopes(of, link, at.hyper, i)
        d_eta = d_offset + scaled @ (d_dev[of.term] * at.effects)
        d_place = d_eta[of.cell]
        if of.runs:
            d_place = d_place + (found.run_deviation * d_run * at.runs)[of.run]
        d_scale = d_scale[of.sharp[of.cell]]
        d_u = place.u * d_scale + place.scale * (d_level[of.level] - d_place)
        bent = leverage @ (place.weight * (2 * d_scale + (1 - 2 * place.below) * d_u))
        along_z, along_w = _gather(of, place, place.pull * d_scale + place.weight / place.scale * d_u)
        along_z, along_w = along_z + d_dev[of.term] * pull_z, along_w + d_run * pull_w
        drift = adjoint_z @ along_z + adjoint_w @ along_w
        through = learnt @ d_dev + d_run * float((1 - spread_w).sum())
        moved[i] = slope @ d_u + d_rest - 0.5 * (bent + drift) - through
    return moved


def _place(of: Design, found: Shape, scaled: Array, eta: Array, runs: Array) -> _Place:
    scale = (found.sharpness * found.discrimination)[of.sharp[of.cell]]
    u = margins(of, found, eta, found.run_deviation * runs)
    below = expit(u)
    total = of.up + of.down
    pull = scale * (total * below - of.up)
    return _Place(found, scaled, scale, u, below, pull, scale**2 * total * below * (1 - below))


def _gather(of: Design, place: _Place, amount: Array) -> tuple[Array, Array]:
    """An amount for each entry, summed along every effect and every run."""
    z = place.scaled.T @ np.bincount(of.cell, amount, minlength=len(place.scaled))
    if not of.runs:
        return z, np.zeros(0)
    return z, place.found.run_deviation * np.bincount(of.run, amount, minlength=of.runs)


def _curvature(of: Design, place: _Place) -> tuple[Array, Array, Array]:
    """(Cholesky factor of the effects' curvature with runs eliminated, effects x runs, runs)."""
    scaled, deviation = place.scaled, place.found.run_deviation
    by_cell = np.bincount(of.cell, place.weight, minlength=len(scaled))
    effects = scaled.T @ (by_cell[:, None] * scaled) + np.eye(scaled.shape[1])
    if not of.runs:
        return _lower(effects), np.zeros((scaled.shape[1], 0)), np.zeros(0)
    table = csr_matrix((place.weight, (of.run, of.cell)), shape=(of.runs, len(scaled)))
    across = deviation * np.ascontiguousarray(np.asarray(table @ scaled).T)
    own = 1 + deviation**2 * np.bincount(of.run, place.weight, minlength=of.runs)
    return _lower(effects - (across / own) @ across.T), across, np.asarray(own)


def _lower(curvature: Array) -> Array:
    return np.asarray(np.linalg.cholesky(curvature), dtype=np.float64)


def _solve(lower: Array, across: Array, own: Array, z: Array, w: Array) -> tuple[Array, Array]:
    """The curvature's inverse times a vector of (effects, runs)."""
    if not len(own):
        return cho_solve((lower, True), z), w
    first = cho_solve((lower, True), z - across @ (w / own))
    return first, (w - across.T @ first) / own


def _variances(of: Design, place: _Place, at: Conditional) -> tuple[Array, Array, Array]:
    """The posterior variance of each entry's place, of each standardised effect, and of each standardised run."""
    half = solve_triangular(at.lower, place.scaled.T, lower=True)
    found = np.einsum("pc,pc->c", half, half)[of.cell]
    inverse = solve_triangular(at.lower, np.eye(len(at.lower)), lower=True)
    of_effect = np.einsum("pq,pq->q", inverse, inverse)
    if not of.runs:
        return found, of_effect, np.zeros(0)
    side = solve_triangular(at.lower, at.across, lower=True) / at.own
    of_run = 1 / at.own + np.einsum("pr,pr->r", side, side)
    between = np.empty(len(of.cell))
    step = max(1, PIECE // of.runs)  # all pairs of cells and runs at once may not fit
    for first in range(0, len(place.scaled), step):
        chosen = slice(*np.searchsorted(of.cell, [first, first + step]))
        pairs = half[:, first : first + step].T @ side
        between[chosen] = pairs[of.cell[chosen] - first, of.run[chosen]]
    deviation = place.found.run_deviation
    return found - 2 * deviation * between + deviation**2 * of_run[of.run], of_effect, of_run


def _shape_slopes(
    of: Design, link: Hyper, hyper: Array, i: int
) -> tuple[Array, Array, Array, float, Array, float]:
    """How one hyperparameter moves log scale, thresholds, log deviations, offset, and what no cell's place changes."""
    sides = []
    for step in (STEP, -STEP):
        moved = hyper.copy()
        moved[i] += step
        found = link.shape(moved)
        rest = float(between_thresholds(of, found) + link.log_prior(moved))
        log_run = float(np.log(found.run_deviation)) if of.runs else 0.0
        scale = np.log(found.sharpness * found.discrimination)
        sides.append((scale, found.thresholds, np.log(found.deviation), log_run, link.offset(moved), rest))
    scale, level, deviation, run, offset, rest = ((a - b) / (2 * STEP) for a, b in zip(*sides, strict=True))
    return scale, level, deviation, run, offset, rest
