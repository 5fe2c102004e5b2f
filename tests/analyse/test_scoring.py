import numpy as np
import pytest

from axiometer.analyse.scoring import SCORINGS, drawn_rates, fold_rates, rates, rates_of
from axiometer.canon import draws


def simulated(questions: int, subjects: int = 4, values: int = 2) -> np.ndarray:
    """Replies of subjects that show values more or less often, one in twenty missing."""
    rng = draws(5, "simulated")
    often = np.linspace(0.2, 0.5, subjects)[:, None] + np.linspace(0, 0.2, values)
    found = (rng.random((questions, subjects, values)) < often).astype(float)
    found[rng.random((questions, subjects)) < 0.05] = np.nan
    return found


def widths(drawn: np.ndarray) -> np.ndarray:
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return high - low


@pytest.mark.slow
@pytest.mark.parametrize("scoring", SCORINGS)
def test_of_many_questions_intervals_are_as_wide_as_drawing_all_of_them_gives(scoring: str) -> None:
    union = simulated(1200)
    whole = rates(union, scoring)
    drawn = drawn_rates(union, whole, scoring)
    rows = [draws(9, "all", i).integers(1200, size=1200) for i in range(200)]
    full = rates_of([union[own] for own in rows], scoring, [0])
    assert widths(drawn).mean() == pytest.approx(widths(full).mean(), rel=0.12)
    assert widths(drawn) == pytest.approx(widths(full), rel=0.35)  # each of eight, by 200 draws
    assert np.allclose(drawn.mean(axis=0), whole, atol=1e-9)
    few = rates_of([union[own[:400]] for own in rows], scoring, [0])
    assert widths(few).mean() > 1.5 * widths(drawn).mean()  # as they would be unless brought nearer


def test_few_questions_are_drawn_as_they_are() -> None:
    union = simulated(40)
    drawn = drawn_rates(union, rates(union))
    first = union[draws(0, "questions", 0).integers(40, size=40)]
    assert drawn.shape == (200, 4, 2)
    assert drawn[0] == pytest.approx(rates(first, orders=[0]))


@pytest.mark.parametrize("scoring", SCORINGS)
def test_tables_side_by_side_have_the_rates_that_each_has_alone(scoring: str) -> None:
    union = simulated(90)
    parts = [union[:30], union[30:60], union[60:]]
    found = rates_of(parts, scoring, range(2))
    assert found == pytest.approx(np.stack([rates(part, scoring, range(2)) for part in parts]))
    assert found.mean(axis=1) == pytest.approx(0.5)


def test_folds_of_unlike_length_hold_every_question_once_and_too_few_have_no_rates() -> None:
    found = fold_rates(simulated(13), 5)
    assert found.shape == (5, 4, 2)
    assert np.isfinite(found).all()
    assert fold_rates(simulated(9), 5) is None
