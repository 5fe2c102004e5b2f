import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from axiometer.analyse.interrater import agreement, alpha_of, krippendorff, weighted_kappa
from axiometer.canon import draws


def test_weighted_kappa_equals_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(1, 6, 300).astype(float)
    other = np.clip(one + rng.integers(-1, 2, 300), 1, 5)
    assert weighted_kappa(one, other) == pytest.approx(
        cohen_kappa_score(one, other, weights="quadratic"), abs=1e-12
    )


def test_krippendorffs_alpha_equals_its_authors_example() -> None:
    # Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example with four observers: interval alpha .849
    nan = np.nan
    table = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    assert krippendorff(table) == pytest.approx(0.849, abs=5e-4)


def test_a_rater_that_always_says_the_same_agrees_with_nobody() -> None:
    rng = np.random.default_rng(1)
    people = rng.integers(1, 6, (40, 10)).astype(float)
    found = agreement(np.full((40, 10), 3.0), people)
    assert found.kappa <= 0
    assert found.near > 0.5  # which is why nearness alone is no agreement
    assert weighted_kappa(np.full(5, 2.0), np.full(5, 2.0)) == 0


def test_cells_without_a_number_are_left_out_and_counted() -> None:
    people = np.array([[1.0, 5.0], [3.0, 2.0], [4.0, 4.0]])
    judge = np.array([[1.0, np.nan], [3.0, 2.0], [np.nan, np.nan]])
    found = agreement(judge, people)
    assert (found.n, found.cells, found.same, found.deviation) == (2, 3, 1.0, 0.0)


def test_an_interval_of_kappa_is_what_drawing_texts_again_gives() -> None:
    rng = np.random.default_rng(3)
    one = rng.integers(1, 6, (25, 4)).astype(float)
    other = np.clip(one + rng.integers(-1, 2, one.shape), 1, 5)
    other[rng.random(other.shape) < 0.2] = np.nan
    found = agreement(one, other)
    drawn = draws(0, "agreement", 25).integers(25, size=(2000, 25))
    slow = [weighted_kappa(one[rows], other[rows]) for rows in drawn]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), abs=1e-9)


def test_an_interval_of_alpha_is_what_drawing_texts_again_gives() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(1, 6, (25, 4)).astype(float)
    ratings = truth + rng.integers(-1, 2, (3, 25, 4))
    ratings[rng.random(ratings.shape) < 0.2] = np.nan
    found = alpha_of(ratings)
    weights = draws(0, "alpha", 3, 25).multinomial(25, np.full(25, 1 / 25), size=2000)
    slow = [krippendorff(np.repeat(ratings, row, axis=1).reshape(3, -1)) for row in weights]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), abs=1e-9)
    assert found.low < found.alpha == krippendorff(ratings.reshape(3, -1)) < found.high
    assert (found.raters, found.n) == (3, 25)
    rated = (~np.isnan(ratings)).sum(axis=0)
    assert found.cells == rated[rated > 1].sum()


def test_raters_that_never_meet_have_no_alpha() -> None:
    ratings = np.full((2, 4, 2), np.nan)
    ratings[0, :2], ratings[1, 2:] = 3.0, 4.0
    found = alpha_of(ratings)
    assert np.isnan([found.alpha, found.low, found.high]).all()
    assert (found.n, found.cells) == (0, 0)
