"""The log density of the ordinal model, written once for NumPy and for JAX.

Priors are our own and in rating steps: weak enough for any pattern of answers seen, proper under any.

- logits per step: log-normal. Its upper tail makes answers that never vary unsurprising, so that separation is a
  likely observation and not a failure.
- standard deviation of each kind of effect: log-normal. It falls away towards zero, where a posterior would have a narrow
  neck that no sampler passes, and half the mass lies within a factor of 1.7 of the median.
- location of the thresholds: normal; the logarithms of their relative distances: normal.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axiometer.analyse.ordinal.design import Design, zero_sum


@dataclass(frozen=True)
class Priors:
    """Scales of the priors.

    Units: `sharpness` median logits per step; `location`, `effect` and `run` (medians of standard deviations) in rating
    steps; the spreads are standard deviations of logarithms.
    """

    sharpness: float = 1.5
    sharpness_spread: float = 1.0
    location: float = 2.0
    gap_spread: float = 0.5
    effect: float = 0.5
    run: float = 0.25
    effect_spread: float = 0.8
    discrimination_spread: float = 0.5


@dataclass(frozen=True)
class Layout:
    """Where the unconstrained parameters lie: hyperparameters first, then standardised effects.

    Order: log sharpness, location, gaps (categories - 3), log standard deviation of each term, of runs if there are
    any, log discriminations (sharps - 1), effects, run effects.
    """

    gaps: int
    terms: int
    runs: int
    sharps: int
    effects: int

    @property
    def hyper(self) -> int:
        """How many hyperparameters stand before the effects."""
        return 2 + self.gaps + self.terms + (self.runs > 0) + self.sharps - 1

    @property
    def size(self) -> int:
        """Length of the parameter vector."""
        return self.hyper + self.effects + self.runs


def layout(of: Design) -> Layout:
    """The layout of a design's parameters."""
    return Layout(max(of.categories - 3, 0), len(of.names), of.runs, of.sharps, of.columns.shape[1])


@dataclass(frozen=True)
class Shape:
    """What the hyperparameters say.

    Shapes: sharpness () logits per step; thresholds (categories - 1,) steps; deviation (terms,) steps; run_deviation ();
    discrimination (sharps,), of geometric mean 1.
    """

    sharpness: Any
    thresholds: Any
    deviation: Any
    run_deviation: Any
    discrimination: Any


def shape(hyper: Any, at: Layout, categories: int, xp: Any = np) -> Shape:
    """The hyperparameters on their own scales.

    Shapes: hyper (at.hyper,), in the layout's order.
    """
    ends = np.cumsum([2 + at.gaps, at.terms, int(at.runs > 0)])
    gaps = xp.ones(max(categories - 2, 0))
    if at.gaps:
        raw = xp.exp(zero_sum(categories - 2) @ hyper[2 : ends[0]])
        gaps = (categories - 2) * raw / raw.sum()
    steps = xp.concatenate([xp.zeros(1), xp.cumsum(gaps)])
    deviation = xp.exp(hyper[ends[0] : ends[1]])
    run = xp.exp(hyper[ends[1]]) if at.runs else 0.0
    free = zero_sum(at.sharps) @ hyper[ends[2] : at.hyper] if at.sharps > 1 else xp.zeros(1)
    return Shape(xp.exp(hyper[0]), hyper[1] + steps - steps.mean(), deviation, run, xp.exp(free))


def log_prior(hyper: Any, at: Layout, priors: Priors, xp: Any = np) -> Any:
    """The log density of the unconstrained hyperparameters, up to a constant."""
    ends = np.cumsum([2 + at.gaps, at.terms, int(at.runs > 0)])
    log_sd = hyper[ends[0] : ends[2]]
    scale = np.array([priors.effect] * at.terms + [priors.run] * int(at.runs > 0))
    return (
        -0.5 * ((hyper[0] - np.log(priors.sharpness)) / priors.sharpness_spread) ** 2
        - 0.5 * (hyper[1] / priors.location) ** 2
        - 0.5 * xp.sum((hyper[2 : ends[0]] / priors.gap_spread) ** 2)
        - 0.5 * xp.sum(((log_sd - np.log(scale)) / priors.effect_spread) ** 2)
        - 0.5 * xp.sum((hyper[ends[2] : at.hyper] / priors.discrimination_spread) ** 2)
    )


def log_likelihood(of: Design, found: Shape, eta: Any, run: Any, xp: Any = np) -> Any:
    """The log-likelihood of all answers.

    Shapes: eta (cells,), run (runs,): effects in rating steps.
    """
    u = margins(of, found, eta, run)
    coins = -(of.up + of.down) * xp.logaddexp(0.0, -u) - of.down * u
    return xp.sum(coins) + between_thresholds(of, found, xp)


def between_thresholds(of: Design, found: Shape, xp: Any = np) -> Any:
    """What the distances of thresholds add to the log-likelihood, wherever the cells lie."""
    scale = found.sharpness * found.discrimination
    gap = scale[:, None] * (found.thresholds[1:] - found.thresholds[:-1])
    # a category that nobody used must not bring in 0 times minus infinity
    used = of.middle[:, 1:-1] > 0
    return xp.sum(xp.where(used, of.middle[:, 1:-1] * xp.log(-xp.expm1(-xp.where(used, gap, 1.0))), 0.0))


def margins(of: Design, found: Shape, eta: Any, run: Any) -> Any:
    """How far each entry's threshold lies above its cell, in logits; (entries,)."""
    place = eta[of.cell] + run[of.run] if of.runs else eta[of.cell]
    return (found.sharpness * found.discrimination)[of.sharp[of.cell]] * (found.thresholds[of.level] - place)


def log_density(theta: Any, of: Design, at: Layout, priors: Priors, xp: Any = np) -> Any:
    """The joint log density of parameters and answers, up to a constant.

    Shapes: theta (at.size,), in the layout's order.
    """
    found = shape(theta[: at.hyper], at, of.categories, xp)
    effects, runs = theta[at.hyper : at.hyper + at.effects], theta[at.hyper + at.effects :]
    eta = of.columns @ (found.deviation[of.term] * effects)
    likelihood = log_likelihood(of, found, eta, found.run_deviation * runs, xp)
    standard = -0.5 * xp.sum(theta[at.hyper :] ** 2)
    return likelihood + log_prior(theta[: at.hyper], at, priors, xp) + standard
