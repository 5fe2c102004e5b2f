"""Detection against the slow way."""

import numpy as np
import pytest

from axiometer.analyse.detection import (
    area,
    best_threshold,
    calibration_error,
    f1,
    macro_f1_interval,
    youden_threshold,
)


def slow_f1(said, there):
    hits = sum(s and t for s, t in zip(said, there, strict=True))
    return 2 * hits / (sum(said) + sum(there)) if sum(said) + sum(there) else 0.0


@pytest.fixture(params=[0, 1, 2])
def scored(request):
    rng = np.random.default_rng(request.param)
    there = rng.random(60) < 0.3
    # rounded, so that some scores are equal
    return np.round(np.clip(rng.random(60) + 0.3 * there, 0, 1), 1), there


def test_f1_is_that_of_counting(scored):
    scores, there = scored
    said = scores >= 0.7
    assert f1((said & there).sum(), said.sum(), there.sum()) == pytest.approx(slow_f1(said, there))
    assert f1(np.array(0), np.array(0), np.array(0)) == 0


def test_no_other_threshold_has_a_higher_f1(scored):
    scores, there = scored
    found = slow_f1(scores >= best_threshold(scores, there), there)
    assert found == pytest.approx(max(slow_f1(scores >= cut, there) for cut in np.unique(scores)))


def test_no_other_threshold_has_more_hits_over_false_alarms(scored):
    scores, there = scored

    def gain(cut):
        return (scores[there] >= cut).mean() - (scores[~there] >= cut).mean()

    best = max(gain(cut) for cut in np.arange(0, 1.2, 0.05))
    assert gain(youden_threshold(scores[there], scores[~there])) == pytest.approx(best)
    assert youden_threshold(np.array([0.5]), np.array([0.5])) == 0.5


def test_the_area_is_the_share_of_pairs_in_order(scored):
    scores, there = scored
    pairs = [(a > b) + (a == b) / 2 for a in scores[there] for b in scores[~there]]
    assert area(scores[there], scores[~there]) == pytest.approx(np.mean(pairs))


def test_the_calibration_error_is_the_gap_of_each_bin_by_its_size():
    scores = np.array([0.05, 0.05, 0.95, 0.95, 1.0])
    there = np.array([False, True, True, True, False])
    low, high = abs(0.05 - 0.5), abs((0.95 + 0.95 + 1) / 3 - 2 / 3)
    assert calibration_error(scores, there) == pytest.approx(0.4 * low + 0.6 * high)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_the_interval_holds_the_estimate_and_is_wider_where_groups_agree():
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(20), 30)
    right = np.repeat(rng.random(20) < 0.6, 30)  # a whole group is read well, or not at all
    there = rng.random((600, 2)) < 0.5
    said = np.where(right[:, None], there, ~there)
    estimate = np.mean([slow_f1(said[:, j], there[:, j]) for j in range(2)])
    low, high = macro_f1_interval(said, there, group, np.random.default_rng(0))
    alone = macro_f1_interval(said, there, np.arange(600), np.random.default_rng(0))
    assert low < estimate < high
    assert high - low > 2 * (alone[1] - alone[0])
