"""Maximum likelihood against R's ordinal package (2022.11-16, R 4.2.2).

The numbers below were printed by, with `d` the ratings flipped to 7 - x, zeros and blanks left out:

    library(ordinal)
    clm(rating ~ temp + contact, data = wine); clmm(rating ~ temp + contact + (1 | judge), data = wine)
    clm(y ~ value, data = d); clmm(y ~ value + (1 | id), data = d); clmm(y ~ value + (1 | id) + (1 | item), data = d)
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from axiometer.analyse.ordinal.design import Term, design
from axiometer.analyse.ordinal.likelihood import CumulativeLogit, maximise
from axiometer.errors import NotConverged

SHARED = Path(__file__).parents[4] / "shared" / "data"
WINE = SHARED / "ordinal_examples" / "wine.csv"
PVQ40 = SHARED / "human_pvq40_smacof" / "PVQ40.csv"


def _same(found: CumulativeLogit, thresholds: str, coefficients: str, deviations: str, logl: float) -> None:
    assert found.log_likelihood == pytest.approx(logl, abs=0.1)
    for ours, theirs in (
        (found.thresholds, thresholds),
        (found.coefficients, coefficients),
        (found.deviations, deviations),
    ):
        told = np.array(theirs.split(), dtype=float)
        assert ours == pytest.approx(told, rel=0.01, abs=1e-3)


@pytest.mark.skipif(not WINE.exists(), reason="shared data are not here")
def test_wine_is_fitted_as_clm_and_clmm_fit_it() -> None:
    rows = list(csv.DictReader(WINE.read_text().splitlines()))
    rating = np.array([int(r["rating"]) - 1 for r in rows])
    fixed = np.array([[r["temp"] == "warm", r["contact"] == "yes"] for r in rows], dtype=float)
    judges = sorted({r["judge"] for r in rows})
    judge = np.array([judges.index(r["judge"]) for r in rows])
    plain = maximise(design([], np.arange(72), rating, 5), fixed)
    _same(plain, "-1.3443834 1.2508088 3.4668869 5.0064042", "2.5031020 1.5277977", "", -86.49192337)
    as_term = maximise(design([Term("judge", np.eye(9)[judge])], np.arange(72), rating, 5), fixed)
    thresholds, slopes = "-1.6236669 1.5133652 4.2285267 6.0887726", "3.0629966 1.8348849"
    _same(as_term, thresholds, slopes, "1.1311326", -81.56540929)
    as_run = maximise(design([], np.arange(72), rating, 5, run=judge), fixed)
    _same(as_run, thresholds, slopes, "1.1311326", -81.56540929)


@pytest.mark.skipif(not PVQ40.exists(), reason="shared data are not here")
def test_the_human_pvq40_is_fitted_as_clm_and_clmm_fit_it() -> None:
    header, *rows = csv.reader(PVQ40.read_text().splitlines())
    table = np.array([[int(x) if x.isdigit() else 0 for x in row[:40]] for row in rows])
    person, item = np.nonzero(table)
    rating = 6 - table[person, item]
    values = sorted({name[:2] for name in header[:40]})
    fixed = np.eye(10)[[values.index(name[:2]) for name in header[:40]]][:, 1:]
    assert len(rating) == 6023
    _same(
        maximise(design([], item, rating, 6), fixed),
        "-2.617622840 -1.330617644 -0.348104311 0.653727023 2.093749357",
        "0.888054140 0.047907043 0.301916353 -0.778431699 1.685190005 0.836430779 -0.066327418 -0.438528555 1.149958191",
        "",
        -9740.951133,
    )
    _same(
        maximise(design([], item, rating, 6, run=person), fixed),
        "-2.857760062 -1.509673668 -0.437617079 0.670955765 2.239342412",
        "0.928190839 0.010865586 0.281200792 -0.866428785 1.775647362 0.848055064 -0.088074420 -0.516132600 1.204666611",
        "0.69145039",
        -9478.376216,
    )
    _same(
        maximise(design([Term("item", np.eye(40))], item, rating, 6, run=person), fixed),
        "-3.026899983 -1.597265996 -0.454869510 0.731074330 2.388679903",
        "0.958804919 0.012075061 0.309620564 -0.910592997 1.877059144 0.909155257 -0.094846694 -0.628770047 1.312059868",
        "0.58594994 0.74456735",
        -9243.634067,
    )


def test_separated_answers_are_refused_by_maximum_likelihood() -> None:
    fixed = np.array([[0.0], [1.0]])
    cell, rating = np.repeat([0, 1], 30), np.tile([0, 1, 2], 20)
    rating[30:] = 3
    with pytest.raises(NotConverged, match="no clear maximum"):
        maximise(design([], cell, rating, 4), fixed)


def test_a_rating_that_nobody_gave_is_refused_by_maximum_likelihood() -> None:
    with pytest.raises(NotConverged, match="nobody gave"):
        maximise(design([], np.zeros(20, dtype=np.int64), np.tile([0, 2], 10), 3), np.zeros((1, 0)))
