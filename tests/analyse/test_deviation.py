"""Distances from an objective against slow counting, and the numeric counterfactual against itself and against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from axiometer.analyse.deviation import (
    deviation,
    distances,
    ordered,
    rank_correlation,
    ratio,
    steering_matrix,
)
from axiometer.analyse.structural import LinearModel, Noise


def texts(seed, n=40, values=5):
    rng = np.random.default_rng(seed)
    wanted = rng.integers(1, 6, (n, values)).astype(float)
    wanted[rng.random((n, values)) < 0.3] = np.nan
    wanted[:, 0] = rng.integers(1, 6, n)
    return wanted, rng.integers(1, 6, (n, values)) + rng.choice([0.0, 0.5], (n, values))


def test_distances_and_orders_are_those_counted_one_by_one():
    wanted, shown = texts(1)
    total = [
        sum(abs(w - s) for w, s in zip(a, b, strict=True) if w == w)
        for a, b in zip(wanted, shown, strict=True)
    ]
    assert distances(wanted, shown) == pytest.approx(total)
    right, pairs = ordered(wanted, shown)
    for row in range(len(wanted)):
        both = [
            shown[row, i] > shown[row, j]
            for i in range(5)
            for j in range(5)
            if wanted[row, i] > wanted[row, j]
        ]
        assert (right[row], pairs[row]) == (sum(both), len(both))
    found = deviation(wanted, shown)
    assert found.total == pytest.approx(np.mean(total))
    assert found.order == pytest.approx(right.sum() / pairs.sum())
    assert found.total_low < found.total < found.total_high
    assert found.mean == pytest.approx(
        np.mean([t / np.isfinite(w).sum() for t, w in zip(total, wanted, strict=True)])
    )


@given(st.lists(st.integers(1, 5), min_size=2, max_size=8), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_rank_correlation_is_spearmans_with_mean_ranks(one, seed):
    other = np.random.default_rng(seed).integers(1, 6, len(one)).astype(float)
    mine = rank_correlation(np.array(one, float), other)
    if len(set(one)) < 2 or len(set(other)) < 2:
        assert np.isnan(mine)
    else:
        assert mine == pytest.approx(spearmanr(one, other).statistic)


def test_constant_levels_have_no_rank_correlation_and_are_left_out_by_number():
    wanted, shown = np.array([[1.0, 2.0], [3.0, 3.0]]), np.array([[1.0, 5.0], [1.0, 2.0]])
    found = deviation(wanted, shown)
    assert (found.rank, found.ranked, found.n) == (pytest.approx(1.0), 1, 2)


def test_the_published_matrix_form_counts_every_case_once():
    wanted, shown = texts(2)
    before = texts(3)[1]
    off, n = steering_matrix(before, wanted, shown)
    assert n.sum() == np.isfinite(wanted).sum()
    assert np.nansum(off * n) == pytest.approx(np.nansum(np.abs(wanted - shown)))


def test_a_ratio_of_the_same_is_one_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(4)
    other = rng.gamma(4, 1, 300)
    one = other * 0.5 + rng.normal(0, 0.1, 300)
    found, low, high = ratio(one, other)
    assert low < 0.5 < high
    assert ratio(other, other) == (1.0, 1.0, 1.0)
    assert 0.48 < found < 0.52


def model(seed, values=4, concepts=6, question=3, response=8):
    rng = np.random.default_rng(seed)
    made = LinearModel(
        rng.normal(size=(concepts, values)),
        rng.normal(size=(concepts, question)),
        rng.normal(size=(response, concepts)),
    )
    noise = Noise(rng.normal(size=concepts), rng.normal(size=response))
    return made, made.predict(rng.normal(size=question), rng.normal(size=values), noise), noise


@pytest.mark.parametrize("seed", range(5))
def test_abduction_finds_the_noise_exactly_and_the_observed_values_give_the_factual_back(seed):
    made, seen, noise = model(seed)
    found = made.abduct(seen)
    assert np.abs(found.concepts - noise.concepts).max() < 1e-9
    assert np.abs(found.response - noise.response).max() < 1e-9
    same = made.counterfactual(seen, seen.values)
    assert np.abs(same.concepts - seen.concepts).max() < 1e-9
    assert np.abs(same.response - seen.response).max() < 1e-9


def test_an_intervention_on_values_that_nothing_depends_on_changes_nothing():
    made, seen, _ = model(7)
    unrelated = made.of_values.copy()
    unrelated[:, 2] = 0
    made = LinearModel(unrelated, made.of_question, made.of_concepts)
    seen = made.predict(seen.question, seen.values, made.abduct(seen))
    other = seen.values.copy()
    other[2] += 100
    found = made.counterfactual(seen, other)
    assert np.abs(found.concepts - seen.concepts).max() < 1e-9
    assert np.abs(found.response - seen.response).max() < 1e-9


def test_a_counterfactual_moves_by_the_mechanism_alone_and_keeps_its_noise():
    made, seen, _ = model(9)
    other = seen.values + np.array([0.0, 1.0, 0.0, 0.0])
    found = made.counterfactual(seen, other)
    assert found.concepts - seen.concepts == pytest.approx(made.of_values[:, 1])
    assert found.response - seen.response == pytest.approx(made.of_concepts @ made.of_values[:, 1])


def test_values_are_read_back_exactly_where_there_is_no_noise():
    made, seen, _ = model(11)
    clean = made.predict(seen.question, seen.values, Noise(np.zeros(6), np.zeros(8)))
    assert np.abs(made.read(clean.question, clean.concepts) - seen.values).max() < 1e-9
