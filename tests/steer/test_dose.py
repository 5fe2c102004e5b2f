"""How strong: the strongest dose within a budget, the least that reaches a goal, by halving."""

import math

import pytest

from axiometer.errors import BadInput
from axiometer.steer.dose import affordable, least


def test_the_strongest_affordable_dose_is_found_on_a_line_and_by_ratios():
    found = affordable(lambda dose: 1 + dose / 100, (-10.0, 60.0), 1.25, steps=14)
    assert found.dose == pytest.approx(25, abs=0.01)
    assert found.price <= 1.25
    found = affordable(lambda dose: 1 + dose / 100, (0.01, 1e4), 1.25, steps=20)
    assert found.dose == pytest.approx(25, rel=1e-3)


def test_every_dose_that_was_looked_at_is_told_with_its_price():
    found = affordable(lambda dose: dose, (0.0, 8.0), 3.0, steps=3)
    assert found.tried == ((8.0, 8.0), (4.0, 4.0), (2.0, 2.0), (3.0, 3.0))
    assert found.dose == 3.0


def test_a_budget_that_allows_everything_takes_the_strongest_and_looks_once():
    found = affordable(lambda dose: 1.0, (0.0, 8.0), 1.1)
    assert (found.dose, len(found.tried)) == (8.0, 1)


def test_a_budget_that_allows_nothing_says_what_the_weakest_costs():
    with pytest.raises(BadInput, match=r"no dose from 1 to 8 stays within the budget of 1\.1"):
        affordable(lambda dose: 2.0, (1.0, 8.0), 1.1)


def test_the_least_dose_that_reaches_the_goal_costs_less_than_the_budget_allows():
    found = least(math.tanh, lambda dose: 1 + dose / 10, (0.0, 10.0), goal=0.5, budget=1.3, steps=16)
    assert found.dose == pytest.approx(math.atanh(0.5), abs=1e-3)
    assert math.tanh(found.dose) >= 0.5
    assert found.price == pytest.approx(1 + found.dose / 10)


def test_a_goal_out_of_reach_says_how_far_the_budget_goes():
    with pytest.raises(BadInput, match=r"goal is \+0\.900.*reaches \+0\.2"):
        least(math.tanh, lambda dose: 1 + dose, (0.0, 1.0), goal=0.9, budget=1.3)
