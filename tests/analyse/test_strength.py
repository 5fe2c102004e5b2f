"""Strengths: equal to published fits, to another implementation, and refused where none is finite."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from axiometer.analyse.strength import bradley_terry, davidson, expected_rates
from axiometer.errors import BadInput

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "ranking_oracles"
here = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared data ranking_oracles")
WINS = np.array([[0, 7, 3, 9], [4, 0, 8, 2], [6, 5, 0, 10], [1, 3, 2, 0]], dtype=float)
# Davidson (1970), example 2: six chocolate puddings; first, second, first liked better, second liked better, no preference.
PUDDING = [
    (0, 1, 19, 22, 16), (0, 2, 16, 19, 12), (1, 2, 19, 19, 10), (0, 3, 18, 23, 13), (1, 3, 23, 19, 9),
    (2, 3, 19, 20, 15), (0, 4, 13, 19, 18), (1, 4, 16, 20, 12), (2, 4, 16, 15, 17), (3, 4, 17, 14, 16),
    (0, 5, 18, 21, 12), (1, 5, 22, 20, 12), (2, 5, 13, 18, 10), (3, 5, 14, 19, 18), (4, 5, 11, 21, 12),
]  # fmt: skip


def test_strengths_are_those_of_choix() -> None:
    # choix 0.4.1, data = each win as often as it stands in WINS:
    # ilsr_pairwise(4, data, alpha=0, tol=1e-13, max_iter=1000); opt_pairwise(4, data, alpha=1e-14, tol=1e-13)
    ilsr = [0.43805083627870467, 0.11397099088480192, 0.3607200301103857, -0.9127418572738923]
    newton = [0.43805083685139057, 0.11397099071570947, 0.3607200296611173, -0.9127418572282173]
    assert bradley_terry(WINS).theta == pytest.approx(ilsr, abs=1e-6)
    assert bradley_terry(WINS).theta == pytest.approx(newton, abs=1e-6)


def test_shrunken_strengths_are_those_of_choix_and_need_no_connection() -> None:
    # choix 0.4.1: opt_pairwise(4, data, alpha=.5, tol=1e-13); opt_pairwise(3, [(0, 1)] * 3 + [(1, 2)] * 2 + [(0, 2)],
    # alpha=.1, tol=1e-13)
    shrunken = [0.3858842400905767, 0.0821140654177189, 0.323443615800603, -0.7914419213088995]
    assert bradley_terry(WINS, penalty=0.5).theta == pytest.approx(shrunken, abs=1e-6)
    unbeaten = np.array([[0.0, 3, 1], [0, 0, 2], [0, 0, 0]])
    found = bradley_terry(unbeaten, penalty=0.1).theta
    assert found == pytest.approx([1.888749563667142, -0.1278661918118733, -1.7608833718552686], abs=1e-6)


@here
@pytest.mark.parametrize("case", ["pairwise-1", "pairwise-2"])
def test_the_stored_cases_of_choix_are_met(case: str) -> None:
    stored = json.loads((SHARED / f"choix_testcase-{case}.json").read_text())
    wins = np.zeros((stored["n_items"],) * 2)
    for a, b in stored["data"]:
        wins[a, b] += 1
    assert bradley_terry(wins).theta == pytest.approx(stored["ml_est"], abs=1e-6)


@here
def test_baseball_of_1987_is_as_agresti_prints_it() -> None:
    with (SHARED / "baseball.csv").open() as file:
        rows = list(csv.DictReader(file))
    teams = sorted({row["home.team"] for row in rows})
    wins = np.zeros((len(teams), len(teams)))
    for row in rows:
        home, away = teams.index(row["home.team"]), teams.index(row["away.team"])
        wins[home, away] += float(row["home.wins"])
        wins[away, home] += float(row["away.wins"])
    found = bradley_terry(wins)
    over_baltimore = np.sort(found.theta - found.theta[0])
    # Categorical Data Analysis, second edition, table 10.11, without home advantage; standard errors are about .3.
    assert np.round(over_baltimore, 2).tolist() == [0.0, 0.68, 1.11, 1.25, 1.29, 1.44, 1.58]
    own = found.covariance.diagonal()
    errors = np.sqrt(own + own[0] - 2 * found.covariance[0])[1:]
    assert np.round(errors, 1).tolist() == [0.3] * 6


def test_ties_among_puddings_are_as_davidson_and_an_independent_package_have_them() -> None:
    wins, ties = np.zeros((6, 6)), np.zeros((6, 6))
    for a, b, over, under, tie in PUDDING:
        wins[a, b], wins[b, a], ties[a, b], ties[b, a] = over, under, tie, tie
    found = davidson(wins, ties)
    worth = np.exp(found.theta) / np.exp(found.theta).sum()
    # Seven steps of an iteration that had not settled, as in the paper, by the package PlackettLuce for R.
    assert worth == pytest.approx(
        [0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855], abs=5e-5
    )
    assert np.exp(found.log_tie) == pytest.approx(0.7468147, abs=5e-5)
    assert found.error == pytest.approx(
        [0.121949, 0.121818, 0.126823, 0.122003, 0.127054, 0.126594], abs=5e-5
    )
    assert found.log_tie_error == pytest.approx(0.082499, abs=5e-5)
    assert -2 * found.likelihood == pytest.approx(1619.4, abs=0.05)


def test_ties_are_fitted_as_a_slow_search_does() -> None:
    rng = np.random.default_rng(2)
    wins = rng.integers(1, 9, size=(5, 5)).astype(float)
    ties = np.triu(rng.integers(0, 6, size=(5, 5)), 1).astype(float)
    np.fill_diagonal(wins, 0)
    ties = ties + ties.T
    for penalty in (0.0, 0.3):
        found = davidson(wins, ties, penalty)
        slow = minimize(_cost, np.zeros(6), args=(wins, ties, penalty), method="BFGS", options={"gtol": 1e-7})
        assert found.theta == pytest.approx(slow.x[:5] - slow.x[:5].mean(), abs=1e-5)
        assert found.log_tie == pytest.approx(slow.x[5], abs=1e-5)
    found = davidson(wins, ties)
    assert found.likelihood == pytest.approx(-_cost(np.append(found.theta, found.log_tie), wins, ties, 0.0))


def test_two_values_have_the_log_odds_and_its_textbook_error() -> None:
    found = bradley_terry(np.array([[0.0, 30], [10, 0]]))
    assert found.theta == pytest.approx([np.log(3) / 2, -np.log(3) / 2])
    difference = np.sqrt(found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1])
    assert difference == pytest.approx(np.sqrt(1 / 30 + 1 / 10))
    assert found.error == pytest.approx([difference / 2] * 2)
    assert found.likelihood == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25))


def test_the_errors_are_the_spread_of_estimates() -> None:
    rng, theta = np.random.default_rng(0), np.array([0.8, 0.1, -0.2, -0.7])
    chance = 1 / (1 + np.exp(theta[None] - theta[:, None]))
    a, b = np.triu_indices(4, 1)
    found = []
    for _ in range(400):
        wins = np.zeros((4, 4))
        wins[a, b] = rng.binomial(60, chance[a, b])
        wins[b, a] = 60 - wins[a, b]
        found.append(bradley_terry(wins))
    estimates = np.array([one.theta for one in found])
    assert estimates.mean(axis=0) == pytest.approx(theta, abs=0.03)
    assert estimates.std(axis=0) == pytest.approx(np.mean([one.error for one in found], axis=0), rel=0.1)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10_000))
def test_expected_wins_are_those_seen_and_strengths_sum_to_nothing(values: int, seed: int) -> None:
    wins = np.random.default_rng(seed).integers(1, 200, size=(values, values)).astype(float)
    np.fill_diagonal(wins, 0)
    found = bradley_terry(wins)
    chance = 1 / (1 + np.exp(found.theta[None] - found.theta[:, None]))
    assert ((wins + wins.T) * chance).sum(axis=1) == pytest.approx(wins.sum(axis=1))
    assert found.theta.sum() == pytest.approx(0, abs=1e-9)
    assert found.covariance.sum(axis=0) == pytest.approx(np.zeros(values), abs=1e-9)


def test_very_lopsided_counts_still_settle() -> None:
    wins = np.array([[0, 1e6, 1e6], [1, 0, 1e6], [1, 1, 0]])
    found = bradley_terry(wins)
    assert np.diff(found.theta) == pytest.approx([-13.8, -13.8], abs=1.5)


def test_comparisons_that_fix_no_finite_strength_are_refused_in_words() -> None:
    apart = np.zeros((4, 4))
    apart[0, 1] = apart[1, 0] = apart[2, 3] = apart[3, 2] = 1
    with pytest.raises(BadInput, match="value 0 and value 2 are in groups that were never compared"):
        bradley_terry(apart)
    assert bradley_terry(apart, penalty=0.1).theta == pytest.approx(np.zeros(4))
    unbeaten = WINS.copy()
    unbeaten[:, 2] = 0
    with pytest.raises(BadInput, match="no other value was ever taken over 2, so"):
        bradley_terry(unbeaten)
    with pytest.raises(BadInput, match="counts"):
        bradley_terry(np.ones((3, 3)))
    with pytest.raises(BadInput, match="counts"):
        bradley_terry(-WINS)
    with pytest.raises(BadInput, match="two or more"):
        bradley_terry(np.zeros((1, 1)))
    with pytest.raises(BadInput, match="below 0"):
        bradley_terry(WINS, penalty=-1)


def test_ties_that_fix_no_finite_strength_are_refused_in_words() -> None:
    one_way, tie = np.array([[0.0, 5], [0, 0]]), np.array([[0.0, 3], [3, 0]])
    with pytest.raises(BadInput, match="no ties"):
        davidson(WINS, np.zeros((4, 4)))
    with pytest.raises(BadInput, match="nothing but ties"):
        davidson(np.zeros((2, 2)), tie)
    with pytest.raises(BadInput, match="symmetric"):
        davidson(one_way, np.triu(tie))
    with pytest.raises(BadInput, match="went one way"):
        davidson(one_way, tie)
    assert davidson(one_way, tie, penalty=0.1).theta[0] > 0
    # A tie of the two ends of a ladder stops it, though no value was ever taken over one above it.
    wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
    wins[0, 1] = wins[1, 2] = 4
    ties[0, 2] = ties[2, 0] = 4
    found = davidson(wins, ties)
    assert found.theta[0] > found.theta[1] > found.theta[2]
    assert np.isfinite(found.error).all()


def _cost(x: np.ndarray, wins: np.ndarray, ties: np.ndarray, penalty: float) -> float:
    total = penalty * (x[:-1] ** 2).sum()
    for a in range(len(wins)):
        for b in range(a):
            p, q = np.exp(x[a]), np.exp(x[b])
            tie = np.exp(x[-1]) * np.sqrt(p * q)
            whole = p + q + tie
            total -= wins[a, b] * np.log(p / whole) + wins[b, a] * np.log(q / whole)
            total -= ties[a, b] * np.log(tie / whole)
    return total


def test_expected_rates_of_two_players_are_their_points_with_half_a_win_each_way() -> None:
    scores = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [1, 1], [0, 0], [np.nan, 1]])[:, :, None]
    assert expected_rates(scores)[:, 0] == pytest.approx(
        [4.5 / 7, 2.5 / 7]
    )  # 3 won, 1 lost, 2 drawn, 1 not played


def test_expected_rates_average_one_half_and_know_neither_the_order_of_items_nor_of_players() -> None:
    rng = np.random.default_rng(3)
    scores = (rng.random((60, 5, 3)) < rng.random((5, 3))).astype(float)
    scores[:, 0, 0] = 1.0
    scores[:, 1, 0] = 0.0  # the first always wins against the second
    found, order = expected_rates(scores), rng.permutation(5)
    assert found.mean(axis=0) == pytest.approx(0.5)
    assert expected_rates(scores[rng.permutation(60)][:, order]) == pytest.approx(found[order], abs=1e-9)
    assert found[0, 0] == found[:, 0].max() < 1
    with pytest.raises(BadInput, match="nobody to beat"):
        expected_rates(scores[:, :1])
