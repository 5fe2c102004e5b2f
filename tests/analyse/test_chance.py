"""A shift beside those of random draws."""

import numpy as np
import pytest
from scipy.stats import norm

from axiometer.analyse.chance import against
from axiometer.analyse.effects import Moved
from axiometer.errors import BadInput


def test_a_shift_is_apart_only_if_it_is_three_times_chance_and_its_interval_beyond():
    draws = (-0.01, 0.012, 0.008, -0.009, 0.011, -0.012)
    clear = against(Moved(0.1, 0.08, 0.12, 80), draws)
    assert clear.apart
    assert clear.size == pytest.approx(np.mean(np.abs(draws)))
    assert clear.times == pytest.approx(0.1 / clear.size)
    assert not against(Moved(0.1, 0.01, 0.19, 80), draws).apart
    assert not against(Moved(0.029, 0.0289, 0.0291, 80), draws).apart
    # One that leans to the same side everywhere is no effect of these units.
    assert not against(Moved(0.1, 0.09, 0.11, 80), tuple(0.09 + one for one in draws)).apart


def test_a_share_of_further_draws_lies_below_the_end():
    rng = np.random.default_rng(0)
    ends = np.array([against(Moved(0, 0, 0, 1), tuple(rng.standard_normal(20))).end for _ in range(400)])
    assert norm.cdf(ends).mean() == pytest.approx(0.975, abs=0.01)


def test_one_draw_is_refused():
    with pytest.raises(BadInput, match="draw at least 2"):
        against(Moved(0, 0, 0, 1), (0.1,))
