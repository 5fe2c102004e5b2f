"""The likelihood of counts at thresholds against probabilities of single answers, and NumPy against JAX."""

import numpy as np
import pytest
from scipy.special import expit

from analyse.ordinal.made_up import small
from axiometer.analyse.ordinal.density import Priors, layout, log_density, log_likelihood, shape
from axiometer.analyse.ordinal.design import Term, crossed, design, zero_sum


@pytest.mark.parametrize("runs", [False, True])
@pytest.mark.parametrize("sharps", [False, True])
def test_the_likelihood_of_counts_is_that_of_the_answers_one_by_one(runs: bool, sharps: bool) -> None:
    of, cell, (rating, run) = small(runs=runs, sharps=sharps)
    at, rng = layout(of), np.random.default_rng(1)
    theta = rng.normal(0, 0.7, at.size)
    found = shape(theta[: at.hyper], at, of.categories)
    eta = of.columns @ (found.deviation[of.term] * theta[at.hyper : at.hyper + at.effects])
    lift = found.run_deviation * theta[at.hyper + at.effects :] if runs else np.zeros(14)
    total = 0.0
    for c, y, r in zip(cell, rating, run, strict=True):
        scale = found.sharpness * found.discrimination[of.sharp[c]]
        edges = [0.0, *expit(scale * (found.thresholds - eta[c] - lift[r])), 1.0]
        total += np.log(edges[y + 1] - edges[y])
    assert log_likelihood(of, found, eta, lift) == pytest.approx(total, abs=1e-10)


@pytest.mark.parametrize("runs", [False, True])
def test_jax_and_numpy_give_the_same_density(runs: bool) -> None:
    jax = pytest.importorskip("jax")
    from axiometer.analyse.ordinal.sampler import _jax

    _jax()
    of = small(runs=runs, sharps=True)[0]
    at = layout(of)
    theta = np.random.default_rng(2).normal(0, 1, at.size)
    ours = log_density(theta, of, at, Priors())
    assert float(log_density(theta, of, at, Priors(), jax.numpy)) == pytest.approx(ours, rel=1e-12)


def test_ratings_that_nobody_gave_leave_the_likelihood_finite() -> None:
    of = design([Term("item", np.eye(3))], np.repeat(np.arange(3), 5), np.full(15, 5), 6)
    at = layout(of)
    for size in (0.0, 3.0, -3.0):
        assert np.isfinite(log_density(np.full(at.size, size), of, at, Priors()))


def test_thresholds_lie_one_step_apart_on_average_and_around_their_location() -> None:
    at = layout(small()[0])
    hyper = np.random.default_rng(3).normal(0, 1, at.hyper)
    found = shape(hyper, at, 4)
    assert np.diff(found.thresholds).mean() == pytest.approx(1.0)
    assert found.thresholds.mean() == pytest.approx(hyper[1])


def test_effects_of_levels_sum_to_zero_in_every_margin() -> None:
    a, b = np.repeat(np.arange(3), 4), np.tile(np.arange(4), 3)
    effects = crossed((zero_sum(3), a), (zero_sum(4), b)) @ np.random.default_rng(4).normal(size=6)
    table = effects.reshape(3, 4)
    assert np.abs(table.sum(axis=0)).max() < 1e-12
    assert np.abs(table.sum(axis=1)).max() < 1e-12
    assert np.allclose(zero_sum(5).T @ zero_sum(5), np.eye(4))
