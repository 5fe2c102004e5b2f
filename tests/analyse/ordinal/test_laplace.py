"""Laplace's method against numerical derivatives and numerical integration."""

import numpy as np
import pytest
from scipy.integrate import quad

from analyse.ordinal.made_up import small
from axiometer.analyse.ordinal.approximate import approximate, bayesian, climb, draw
from axiometer.analyse.ordinal.density import Priors, layout, log_density, log_likelihood, shape
from axiometer.analyse.ordinal.design import Term, design
from axiometer.analyse.ordinal.laplace import conditional, gradient


@pytest.mark.parametrize("runs", [False, True])
@pytest.mark.parametrize("sharps", [False, True])
def test_the_gradient_is_the_slope_of_the_marginal(runs: bool, sharps: bool) -> None:
    of = small(runs=runs, sharps=sharps)[0]
    link, at = bayesian(of, Priors()), layout(of)
    hyper = np.random.default_rng(5).normal(0, 0.3, at.hyper)
    slopes = [
        (conditional(of, link, hyper + 1e-4 * e).value - conditional(of, link, hyper - 1e-4 * e).value) / 2e-4
        for e in np.eye(at.hyper)
    ]
    assert gradient(of, link, conditional(of, link, hyper)) == pytest.approx(np.array(slopes), abs=1e-5)


@pytest.mark.parametrize("runs", [False, True])
def test_the_effects_mode_has_no_slope_and_its_curvature_is_the_densitys(runs: bool) -> None:
    of = small(runs=runs)[0]
    link, at = bayesian(of, Priors()), layout(of)
    hyper = np.zeros(at.hyper)
    found = conditional(of, link, hyper)
    theta = np.concatenate([hyper, found.effects, found.runs])
    free = np.arange(at.hyper, at.size)
    step = 1e-4

    def density(moved: np.ndarray) -> float:
        return float(log_density(moved, of, at, Priors()))

    slopes, curvature = [], np.empty((len(free), len(free)))
    for a, i in enumerate(free):
        e = np.eye(at.size)[i] * step
        slopes.append((density(theta + e) - density(theta - e)) / (2 * step))
        for b, j in enumerate(free):
            g = np.eye(at.size)[j] * step
            ends = [density(theta + s * e + t * g) * s * t for s in (1, -1) for t in (1, -1)]
            curvature[a, b] = -sum(ends) / (4 * step**2)
    assert np.abs(slopes).max() < 1e-5
    log_det = 2 * np.log(np.diag(found.lower)).sum() + np.log(found.own).sum()
    assert log_det == pytest.approx(np.linalg.slogdet(curvature)[1], abs=1e-4)


def test_with_many_answers_the_marginal_is_the_integral_over_the_effect() -> None:
    rng = np.random.default_rng(6)
    of = design([Term("item", np.ones((1, 1)))], np.zeros(400, dtype=np.int64), rng.integers(0, 4, 400), 4)
    link, at = bayesian(of, Priors()), layout(of)
    hyper = np.zeros(at.hyper)
    found, peak = shape(hyper, at, 4), conditional(of, link, hyper)

    def joint(z: float) -> float:
        return float(np.exp(log_likelihood(of, found, np.array([z]), np.zeros(0)) - z * z / 2 - peak.value))

    exact = np.log(quad(joint, peak.effects[0] - 1, peak.effects[0] + 1)[0]) + link.log_prior(hyper)
    assert np.log(2 * np.pi) / 2 == pytest.approx(exact, abs=2e-3)


def test_climbing_ends_where_nothing_is_higher() -> None:
    of = small()[0]
    link = bayesian(of, Priors())
    top = climb(of, link, np.zeros(layout(of).hyper))
    for e in np.eye(layout(of).hyper):
        for step in (0.05, -0.05):
            assert conditional(of, link, top.hyper + step * e).value < top.value


@pytest.mark.parametrize("runs", [False, True])
def test_draws_have_the_nodes_moments(runs: bool) -> None:
    of, rng = small(runs=runs)[0], np.random.default_rng(7)
    found = approximate(of, rng)
    assert found.weights.sum() == pytest.approx(1.0)
    drawn = draw(of, found, rng, 20_000)
    hypers = np.array([node.hyper for node in found.nodes])
    at = layout(of)
    mean = found.weights @ hypers
    spread = np.sqrt(found.weights @ (hypers - mean) ** 2)
    assert np.abs((drawn[:, : at.hyper].mean(axis=0) - mean) / spread).max() < 0.1
    effects = found.weights @ np.array([np.concatenate([n.effects, n.runs]) for n in found.nodes])
    assert np.abs(drawn[:, at.hyper :].mean(axis=0) - effects).max() < 0.05
