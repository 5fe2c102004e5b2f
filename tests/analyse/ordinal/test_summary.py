"""Summaries of draws against R's posterior (1.4.0) and loo (2.5.1), and by hand."""

import numpy as np
import pytest

from axiometer.analyse.ordinal.loo import leave_one_out, smoothed
from axiometer.analyse.ordinal.summary import direction, ess, hdi, inside, rank_probabilities, rhat


def _chains() -> np.ndarray:
    noise = np.random.default_rng(5).normal(size=(4, 500))
    x = np.zeros((4, 500))
    for t in range(1, 500):
        x[:, t] = 0.6 * x[:, t - 1] + noise[:, t]
    return x.round(6)


def test_rhat_and_ess_are_those_of_posterior() -> None:
    # posterior::rhat(x), posterior::ess_bulk(x), posterior::ess_tail(x) of the transposed chains
    assert rhat(_chains()) == pytest.approx(1.00256702687, abs=1e-10)
    assert ess(_chains()) == pytest.approx(min(543.345399, 940.0950031), abs=1e-5)


def test_chains_that_disagree_are_seen_in_place_and_in_spread() -> None:
    rng = np.random.default_rng(1)
    assert rhat(rng.normal(size=(4, 300)) + np.array([[0], [0], [0], [2]])) > 1.1
    assert rhat(rng.normal(size=(4, 300)) * np.array([[1], [1], [1], [4]])) > 1.1
    assert rhat(rng.normal(size=(4, 300))) < 1.02
    assert np.isnan(rhat(np.ones((4, 10))))


def test_independent_draws_are_worth_their_number() -> None:
    assert ess(np.random.default_rng(2).normal(size=(4, 1000))) == pytest.approx(4000, rel=0.2)


def test_leave_one_out_is_that_of_loo() -> None:
    # loo::loo(l, r_eff = rep(1, 4)) with l written to six digits
    rng = np.random.default_rng(5)
    rng.normal(size=(4, 500))
    scores = np.log(rng.gamma(2.0, 1.0, size=(1000, 4)) * np.array([1, 0.5, 0.2, 2])).round(6)
    scores[:, 3] *= 1.5
    elpd, k = leave_one_out(scores)
    assert elpd == pytest.approx([0.03090634515, -0.62135300622, -1.55606668048, 0.72062577004], abs=1e-9)
    assert k == pytest.approx([0.3726996146, 0.5155941489, 0.3553521473, 0.6311824044], abs=1e-9)


def test_equal_ratios_need_no_smoothing() -> None:
    weights, k = smoothed(np.zeros(100))
    assert np.exp(weights) == pytest.approx(np.full(100, 0.01))
    assert k == float("-inf")


def test_the_interval_is_the_shortest() -> None:
    draws = np.random.default_rng(3).gamma(1.0, 1.0, 20_000)
    low, high = hdi(draws)
    assert low == pytest.approx(0.0, abs=0.01)
    assert high == pytest.approx(-np.log(0.05), abs=0.1)
    assert np.mean((draws >= low) & (draws <= high)) == pytest.approx(0.95, abs=0.001)


def test_direction_equivalence_and_ranks_count_draws() -> None:
    assert direction(np.array([-1.0, -2.0, -3.0, 1.0])) == 0.75
    assert direction(np.zeros(4)) == 0.5
    assert inside(np.array([0.1, -0.1, 0.3, -0.5]), 0.2) == 0.5
    ranks = rank_probabilities(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))
    assert ranks.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]
