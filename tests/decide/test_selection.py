"""Ranking by preferences: formulas by slow counting, and what can be proved of the paper's form and the released code's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyse.decisions import labels_exact, less_off, ordered_similarity, readings
from axiometer.decide.explaining import flips
from axiometer.decide.selection import (
    combined,
    contributions,
    flows,
    promethee,
    ranked,
    ratings,
    score,
    topsis,
    utility,
    weighted_sum,
    weights,
)


def case(seed, actions=5, values=6):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, values), rng.uniform(-1, 1, (actions, values)), rng.random(values)


def logistic(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("seed", range(4))
def test_ratings_are_those_of_the_formulas_one_by_one(seed):
    scene, actions, p = case(seed)
    found = ratings(scene, actions, p)
    for i in range(5):
        for j in range(6):
            wanted = logistic(10 * (p[j] - 0.5))
            rs = 0.3 * (1 - abs(abs(scene[j]) - wanted)) + 0.7 * scene[j]
            ra = 0.3 * (1 - abs(abs(actions[i, j]) - wanted)) + 0.7 * actions[i, j]
            assert found[i, j] == pytest.approx(logistic(abs(rs)) * ra)


@pytest.mark.parametrize("seed", range(4))
def test_flows_are_those_counted_pair_by_pair(seed):
    scene, actions, p = case(seed)
    rated, w = ratings(scene, actions, p), weights(p)

    def outranks(a, b):
        return sum(w[j] * logistic(rated[a, j] - rated[b, j]) for j in range(6))

    flow = [
        np.mean([outranks(i, k) for k in range(5) if k != i])
        - np.mean([outranks(k, i) for k in range(5) if k != i])
        for i in range(5)
    ]
    assert promethee(rated, p) == pytest.approx(flow)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_in_the_released_form_the_winner_of_a_pair_is_that_of_the_weighted_sum(seed):
    scene, actions, p = case(
        seed, actions=2
    )  # of one sign: a sum near nothing, by which the form divides, blows up
    rated = ratings(scene, np.abs(actions), p, variant="repo")
    one, two = promethee(rated, p, "repo")
    sums = weighted_sum(rated, p)
    if abs(sums[0] - sums[1]) > 1e-9:
        assert (one > two) == (sums[0] > sums[1])


@given(st.integers(0, 10_000), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_in_the_released_form_equal_preferences_make_every_action_tie(seed, preference):
    scene, actions, _ = case(seed)
    p = np.full(6, preference)
    rated = ratings(scene, np.abs(actions), p, variant="repo")
    assert np.ptp(weighted_sum(rated, p)) < 1e-9
    one, two = promethee(rated[:2], p, "repo")
    assert abs(one - two) < 1e-9


def test_in_the_papers_form_equal_preferences_still_rank():
    scene, actions, _ = case(3)
    p = np.full(6, 0.5)
    assert np.ptp(promethee(ratings(scene, actions, p), p)) > 0.01


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_what_values_add_sums_to_the_score_exactly_and_scores_sum_to_nothing(seed):
    scene, actions, p = case(seed)
    rated = ratings(scene, actions, p)
    assert contributions(rated, p).sum(axis=1) == pytest.approx(promethee(rated, p), abs=1e-12)
    assert promethee(rated, p).sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("rule", ["promethee", "sum", "topsis", "utility"])
@pytest.mark.parametrize("seed", range(3))
def test_an_action_that_is_better_on_every_value_wins_by_every_rule(rule, seed):
    scene, actions, p = case(seed)
    rated = ratings(scene, actions, p)
    rated[2] = rated.max(axis=0) + 0.1
    assert np.argmax(score(rated, p, rule)) == 2


def test_topsis_and_utility_by_hand():
    rated, p = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), np.array([0.5, 0.5])
    assert topsis(rated, p) == pytest.approx([0.5, 0.5, 0.0])
    one = (1 - np.exp(-0.5)) / 2
    assert utility(rated, p) == pytest.approx([one, one, 0.0])
    assert topsis(np.ones((3, 2)), p) == pytest.approx([0.5] * 3)


def test_points_over_rankings():
    both = np.array([[0, 1, 2, 3, 4], [0, 2, 1, 4, 3]])
    assert combined(both).tolist() == [14, 8, 8, 1, 1] or combined(both).tolist() == [
        14.0,
        8.0,
        8.0,
        0.0,
        0.0,
    ]
    assert ranked(np.array([0.1, 0.5, 0.1])).tolist() == [1, 0, 2]


@pytest.mark.parametrize("seed", range(6))
def test_the_smallest_change_of_one_preference_is_that_of_trying_them_all(seed):
    scene, actions, p = case(seed)
    p = np.round(p * 40) / 40
    names = [f"v{j}" for j in range(6)]
    one, two = flips(scene, actions, p, names)

    def winner(at):
        return int(np.argmax(score(ratings(scene, actions, at), at)))

    tried = []
    for j in range(6):
        for x in np.linspace(0, 1, 41):
            other = p.copy()
            other[j] = x
            if winner(other) != winner(p):
                tried.append(abs(x - p[j]))
    assert (one is None) == (not tried)
    if one:
        assert one.change == pytest.approx(min(tried))
    if two:
        moved = p.copy()
        for name, x in two.preferences.items():
            moved[names.index(name)] = x
        assert winner(moved) == two.winner != winner(p)
        assert two.change <= (one.change if one else np.inf) + 1e-12


def test_flows_for_many_preferences_are_those_one_by_one():
    scene, actions, _ = case(8)
    tried = np.random.default_rng(1).random((50, 6))
    one_by_one = [promethee(ratings(scene, actions, p), p) for p in tried]
    assert flows(scene, actions, tried) == pytest.approx(np.array(one_by_one), abs=1e-12)


@given(st.permutations(list(range(6))), st.permutations(list(range(6))))
@settings(max_examples=60, deadline=None)
def test_ordered_similarity_is_the_mean_overlap_of_first_ones(one, other):
    slow = np.mean([len(set(one[:k]) & set(other[:k])) / k for k in range(1, 7)])
    assert ordered_similarity(np.array(one), np.array(other)) == pytest.approx(slow)


def test_readings_count_only_what_is_counted():
    true, read = np.array([[0.5, 0.0], [-0.5, 0.2]]), np.array([[0.6, 0.9], [0.5, 0.22]])
    counted = np.array([[True, False], [True, True]])
    found = readings(true, read, counted)
    assert found.within == {0.2: pytest.approx(2 / 3), 0.05: pytest.approx(1 / 3)}
    assert found.all_right[0.2] == 0.5
    assert found.off == pytest.approx((0.1 + 1.0 + 0.02) / 3)
    assert (found.n, found.actions) == (3, 2)
    assert labels_exact(np.array([[True, False]]), np.array([[0.9, 0.1]])) == 1.0
    assert labels_exact(np.array([[True, False]]), np.array([[0.9, 0.3]])) == 0.0


def test_the_margin_is_resampled_by_scene():
    rng = np.random.default_rng(0)
    of = np.repeat(np.arange(50), 8)
    other = rng.random(400)
    less, low, high = less_off(other - 0.1, other, of)
    assert less == pytest.approx(0.1)
    assert low == pytest.approx(0.1)
    by_scene = np.repeat(rng.normal(0, 1, 50), 8)
    _, low, high = less_off(other - by_scene, other, of)
    assert high - low > 0.4
