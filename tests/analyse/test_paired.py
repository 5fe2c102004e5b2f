"""What changed between two rounds: exact probabilities, and intervals that cover."""

from math import comb

import numpy as np
import pytest

from axiometer.analyse.paired import change, rate


def test_lost_and_gained_are_counted_and_the_exact_probability_is_the_binomial_one():
    before = np.array([1] * 12 + [0] * 8, dtype=bool)
    after = before.copy()
    after[:9] = False
    after[12] = True
    found = change(before, after)
    assert (found.lost, found.gained, found.before.hits, found.after.hits) == (9, 1, 12, 4)
    assert found.p == pytest.approx(2 * sum(comb(10, k) for k in (0, 1)) / 2**10)
    assert found.difference.shift == pytest.approx(-0.4)
    assert found.difference.low < -0.4 < found.difference.high < 0


def test_no_change_is_certain_of_nothing():
    same = np.array([True, False, True])
    found = change(same, same)
    assert (found.lost, found.gained, found.p) == (0, 0, 1.0)
    assert (found.difference.low, found.difference.high) == (0.0, 0.0)


def test_an_even_split_of_changes_has_probability_one():
    assert change(np.array([True, False]), np.array([False, True])).p == 1.0


def test_an_interval_of_the_difference_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        before = rng.random(150) < 0.6
        after = np.where(rng.random(150) < 0.2, rng.random(150) < 0.3, before)
        told = change(before, after).difference
        covered += told.low <= -0.06 <= told.high
    assert 0.90 <= covered / 200 <= 0.99


def test_a_rate_weighs_long_texts_more():
    found = rate(np.array([1.0, 30.0]), np.array([1.0, 10.0]))
    assert found.shift == pytest.approx(31 / 11)
    assert (found.low, found.high) == (1.0, 3.0)
    assert found.n == 2
