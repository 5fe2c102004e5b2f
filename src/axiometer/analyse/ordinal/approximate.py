"""The fast posterior: hyperparameters by importance sampling of their Laplace marginal, effects as normal given each.

Marked as an approximation wherever it is shown: given hyperparameters, effects that few answers bear on are not quite
normal. Two rounds of proposals, the second fitted to the first, because with answers that hardly vary the posterior of
the sharpness leans far to one side. The scheme is integrated nested Laplace with random nodes.

Source: rue2009
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from axiometer.analyse.ordinal.density import Priors, layout, log_prior, shape
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.ordinal.laplace import Conditional, Hyper, conditional, gradient
from axiometer.analyse.variance import Array

DEGREES = 6.0
LONGEST = 0.7
CLIMBS = 200
NODES = (150, 250)
FEWER_NODES = (40, 60)
LEAST_NODES = (0, 24)
MANY, MOST = 1.5e6, 1e8
THIN_ENTRIES = 50_000


@dataclass(frozen=True)
class Approximation:
    """Hyperparameter nodes with weights that sum to 1, each with the effects given it.

    `efficiency` is the effective share of the last round's nodes: how well the proposal fitted.
    """

    mode: Conditional
    nodes: tuple[Conditional, ...]
    weights: Array
    efficiency: float


def bayesian(of: Design, priors: Priors) -> Hyper:
    """Hyperparameters of the Bayesian model."""
    at, nothing = layout(of), np.zeros(of.columns.shape[0])
    return Hyper(
        lambda hyper: shape(hyper, at, of.categories),
        lambda hyper: nothing,
        lambda hyper: float(log_prior(hyper, at, priors)),
    )


def climb(of: Design, link: Hyper, start: Array, inverse: Array | None = None) -> Conditional:
    """The hyperparameters' mode, by quasi-Newton steps that never go far at once.

    Why: the libraries' line searches try steps at which every answer is certain, and lose minutes there.

    Args:
        of: the design.
        link: its hyperparameters.
        start: where to begin.
        inverse: a first guess of the negative Hessian's inverse; none given: by differences at the start.
    """
    now = conditional(of, link, start)
    slope = gradient(of, link, now)
    inverse = _inverse(-hessian(of, link, now, 0.02)) if inverse is None else inverse
    for _ in range(CLIMBS):
        step = inverse @ slope
        if float(slope @ step) < 1e-7:
            break
        step *= min(1.0, LONGEST / np.abs(step).max())
        length, gain = 1.0, float(slope @ step)
        after = conditional(of, link, now.hyper + step, now)
        while not after.value >= now.value + 1e-4 * length * gain and length > 1e-4:
            length /= 2
            after = conditional(of, link, now.hyper + length * step, now)
        if after.value < now.value:
            break
        found = gradient(of, link, after)
        inverse = _updated(inverse, after.hyper - now.hyper, slope - found)
        now, slope = after, found
    return now


def approximate(of: Design, rng: np.random.Generator, priors: Priors | None = None) -> Approximation:
    """The approximate posterior of a design's parameters."""
    link = bayesian(of, priors or Priors())
    share = len(of.cell) // THIN_ENTRIES if of.runs else 0
    if share > 1:
        # most of the way is gone on some of the runs; the last steps, and all nodes, on all of them
        few = thinned(of, share)
        near = climb(few, link, np.zeros(layout(of).hyper))
        spread = _inverse(-hessian(few, link, near, 1e-3)) / share
        mode = climb(of, link, near.hyper, spread)
    else:
        mode = climb(of, link, np.zeros(layout(of).hyper))
        spread = _inverse(-hessian(of, link, mode, 1e-3))
    centre = mode.hyper
    nodes: list[Conditional] = []
    proposals: list[tuple[Array, Array]] = []
    counts = _nodes(of)
    efficiency, weights = 1.0, np.ones(1)
    for number, count in enumerate(counts):
        if not count:
            continue
        lower: Array = np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
        proposals.append((centre, lower))
        nodes += [conditional(of, link, h, mode) for h in _t_draws(rng, count, centre, lower)]
        log_weight = np.array([node.value for node in nodes]) - _t_mixture(
            np.array([node.hyper for node in nodes]),
            proposals,
            counts[number + 1 - len(proposals) : number + 1],
        )
        weights = np.exp(log_weight - logsumexp(log_weight))
        efficiency = float(1 / (weights**2).sum() / len(nodes))
        hypers = np.array([node.hyper for node in nodes])
        if len(nodes) * efficiency > 2 * len(centre):
            centre = weights @ hypers
            spread = 1.1 * (hypers - centre).T @ (weights[:, None] * (hypers - centre))
        else:
            spread = 1.5 * spread
    return Approximation(mode, tuple(nodes), weights, efficiency)


def draw(of: Design, found: Approximation, rng: np.random.Generator, count: int) -> Array:
    """Draws of all parameters in the layout's order.

    Shapes: -> (count, layout.size)
    """
    at = layout(of)
    theta = np.empty((count, at.size))
    # systematic resampling: as even as the weights allow
    edges = np.cumsum(found.weights)
    picked = np.searchsorted(edges, (rng.random() + np.arange(count)) / count * edges[-1])
    for i, k in enumerate(np.minimum(picked, len(found.nodes) - 1)):
        node = found.nodes[k]
        shift = solve_triangular(node.lower, rng.standard_normal(at.effects), lower=True, trans="T")
        theta[i, : at.hyper], theta[i, at.hyper : at.hyper + at.effects] = node.hyper, node.effects + shift
        if at.runs:
            noise = rng.standard_normal(at.runs) / np.sqrt(node.own)
            theta[i, at.hyper + at.effects :] = node.runs - node.across.T @ shift / node.own + noise
    return theta[rng.permutation(count)]


def thinned(of: Design, step: int) -> Design:
    """The design of every `step`-th run."""
    kept = of.run % step == 0
    level, sharp = of.level[kept], of.sharp[of.cell[kept]]
    middle = np.zeros_like(of.middle)
    np.add.at(middle, (sharp, level), of.up[kept])
    last = level == of.categories - 2
    np.add.at(middle, (sharp[last], level[last] + 1), of.down[kept][last])
    return replace(
        of,
        cell=of.cell[kept],
        level=level,
        run=of.run[kept] // step,
        up=of.up[kept],
        down=of.down[kept],
        middle=middle,
        runs=-(-of.runs // step),
    )


def learnt(of: Design, at: Conditional) -> Array:
    """The share of each standardised effect's precision that comes from the answers; (effects,)."""
    inverse = solve_triangular(at.lower, np.eye(len(at.lower)), lower=True)
    return np.asarray(np.clip(1 - np.einsum("pq,pq->q", inverse, inverse), 0.0, 1.0))


def _nodes(of: Design) -> tuple[int, ...]:
    """How many nodes in each round: fewer where each one is a lot of work, where the posterior is nearer to normal too."""
    effects = of.columns.shape[1]
    work = float(len(of.cell) * max(effects, 50) + effects**3 / 30)
    return NODES if work < MANY else FEWER_NODES if work < MOST else LEAST_NODES


def hessian(of: Design, link: Hyper, at: Conditional, step: float) -> Array:
    """The Hessian of the marginal in the hyperparameters, by differences of its exact gradient."""

    def side(i: int, by: float) -> Array:
        moved = at.hyper.copy()
        moved[i] += by
        return gradient(of, link, conditional(of, link, moved, at))

    found = np.array([(side(i, step) - side(i, -step)) / (2 * step) for i in range(len(at.hyper))])
    return np.asarray((found + found.T) / 2)


def _inverse(precision: Array, least: float = 0.25) -> Array:
    """The inverse of a symmetric matrix, its eigenvalues made at least `least`: no prior here is flatter than that."""
    values, vectors = np.linalg.eigh(precision)
    return np.asarray((vectors / np.maximum(np.abs(values), least)) @ vectors.T)


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """The BFGS update of an inverse Hessian."""
    curvature = float(step @ change)
    if curvature <= 1e-12:
        return inverse
    left = np.eye(len(step)) - np.outer(step, change) / curvature
    return np.asarray(left @ inverse @ left.T + np.outer(step, step) / curvature)


def _t_draws(rng: np.random.Generator, count: int, centre: Array, lower: Array) -> Array:
    normal = rng.standard_normal((count, len(centre)))
    wide = np.sqrt(rng.chisquare(DEGREES, size=count) / DEGREES)
    return np.asarray(centre + (normal / wide[:, None]) @ lower.T)


def _t_mixture(x: Array, proposals: list[tuple[Array, Array]], counts: tuple[int, ...]) -> Array:
    """The log density, up to a constant, of the mixture of proposals that the nodes came from."""
    size, parts = x.shape[1], []
    for (centre, lower), count in zip(proposals, counts, strict=True):
        far = (solve_triangular(lower, (x - centre).T, lower=True) ** 2).sum(axis=0)
        density = -0.5 * (DEGREES + size) * np.log1p(far / DEGREES) - np.log(np.diag(lower)).sum()
        parts.append(density + np.log(count))
    return np.asarray(logsumexp(parts, axis=0))
