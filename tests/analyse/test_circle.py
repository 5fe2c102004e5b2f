"""The circle: against R's smacof, a slow second implementation, and correlations that are or are not circular."""

import csv
from pathlib import Path

import numpy as np
import pytest

from axiometer.analyse import circle
from axiometer.values import open_system
from oracles.scaling import best, stress

SHARED = Path(__file__).parents[3] / "shared" / "data"
PVQ40 = SHARED / "human_pvq40_smacof" / "PVQ40.csv"
PVQ21 = SHARED / "human_pvq21_gss2012" / "gss12_values.csv"
SYSTEM = open_system("schwartz10")
ANGLES = np.radians([value.angle or 0.0 for value in SYSTEM.values])
THEORY = np.stack([np.sin(ANGLES), np.cos(ANGLES)], axis=1)
WEDGES = np.unique(np.round(ANGLES, 9), return_inverse=True)[1]
RING = circle.ring_distances(WEDGES, 9)
SHORT = dict(zip("sd st he ac po se co tr be un".split(), SYSTEM.names, strict=True))
PVQ21_ORDER = "sd po un ac se st co un tr he sd be ac se st co po be un tr he".split()


def _correlations(table: np.ndarray, names: list[str], *, centred: bool) -> np.ndarray:
    table = table[~np.isnan(table).any(axis=1)]
    scores = np.stack([table[:, [SHORT[n] == v for n in names]].mean(axis=1) for v in SYSTEM.names], axis=1)
    return np.corrcoef((scores - table.mean(axis=1, keepdims=True) if centred else scores).T)


def _people(name: str) -> tuple[np.ndarray, list[str]]:
    path = PVQ40 if name == "pvq40" else PVQ21
    header, *rows = csv.reader(path.read_text().splitlines())
    if name == "pvq21":
        return np.array(rows, dtype=float), PVQ21_ORDER
    ratings = [[float(x) if x not in ("", "NA", "0") else np.nan for x in row[:40]] for row in rows]
    return 7 - np.array(ratings), [column[:2] for column in header[:40]]


@pytest.mark.skipif(not PVQ40.exists() or not PVQ21.exists(), reason="shared data are not here")
@pytest.mark.parametrize(
    ("name", "centred", "ordinal", "ratio"),
    # smacof 2.1-7: min over 51 starts of smacofSym(sqrt(1 - r), type = "ordinal" | "ratio", eps = 1e-10)$stress
    [
        ("pvq40", False, 0.046308818, 0.21186913),
        ("pvq40", True, 0.045579221, 0.21443524),
        ("pvq21", False, 0.037810283, 0.25950893),
        ("pvq21", True, 0.058437951, 0.26187246),
    ],
)
def test_people_have_smacofs_stress_and_the_theorys_order(
    name: str, centred: bool, ordinal: float, ratio: float
) -> None:
    r, rng = _correlations(*_people(name), centred=centred), np.random.default_rng(0)
    apart = circle.dissimilarities(r)
    found = circle.scale(apart, THEORY, rng)
    assert found.stress == pytest.approx(ordinal, abs=1e-4)
    assert circle.scale(apart, THEORY, rng, ordinal=False).stress == pytest.approx(ratio, abs=1e-4)
    placed, congruence = circle.fitted_to(found.points, THEORY)
    assert [SYSTEM.names[i] for i in circle.order_of(placed)] == list(SYSTEM.names)
    assert circle.circular_agreement(placed, WEDGES) == 1.0
    assert congruence > 0.95
    assert circle.order_test(r, RING, rng, draws=500)[2] < 0.01


def test_scaling_is_no_worse_than_a_slow_search() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(6, 2))
    apart = np.sqrt(((points[:, None] - points) ** 2).sum(axis=2)) + np.abs(rng.normal(0, 0.3, (6, 6)))
    apart = (apart + apart.T) / 2
    np.fill_diagonal(apart, 0.0)
    found = circle.scale(apart, points, rng)
    assert stress(found.points, apart) == pytest.approx(found.stress, abs=1e-6)
    assert found.stress <= best(apart, points) + 1e-4


def test_a_perfect_circle_is_found_and_nothing_is_found_in_noise() -> None:
    rng = np.random.default_rng(2)
    r = 0.1 + 0.6 * np.cos(ANGLES[:, None] - ANGLES)
    found = circle.scale(circle.dissimilarities(r), THEORY, rng)
    assert found.stress < 0.02
    assert circle.cosine_fit(r, ANGLES) == pytest.approx((0.1, 0.6, 1.0))
    assert circle.distance_correlation(r, RING, rng, draws=200)[0] < -0.95
    index, count, p = circle.order_test(r, RING, rng, draws=200)
    assert index > 0.95
    assert count > 500
    assert p < 0.01
    low = [
        circle.order_test(np.corrcoef(rng.normal(size=(10, 30))), RING, rng, draws=99)[2] <= 0.05
        for _ in range(40)
    ]
    assert sum(low) <= 6


def test_free_angles_find_a_turned_value() -> None:
    moved = ANGLES.copy()
    moved[3] += 0.5
    r = 0.2 + 0.5 * np.cos(moved[:, None] - moved)
    angles, fit = circle.free_angles(r, ANGLES)
    assert fit > 0.999
    assert np.cos(angles - angles[0]) == pytest.approx(np.cos(moved - moved[0]), abs=0.02)
    assert circle.cosine_fit(r, ANGLES)[2] < fit


def test_turning_mirroring_and_sizing_are_undone() -> None:
    rng = np.random.default_rng(3)
    turned = 3 * THEORY @ np.array([[0.6, -0.8], [-0.8, -0.6]]) + 5
    placed, congruence = circle.fitted_to(turned, THEORY)
    assert placed == pytest.approx(THEORY)
    assert congruence == pytest.approx(1.0)
    assert circle.fitted_to(rng.normal(size=(10, 2)), THEORY)[1] < 0.8


def test_random_dissimilarities_scale_worse_than_a_circle() -> None:
    rng = np.random.default_rng(4)
    apart = circle.dissimilarities(0.1 + 0.6 * np.cos(ANGLES[:, None] - ANGLES))
    null = circle.stress_null(apart, THEORY, rng, draws=10)
    assert circle.scale(apart, THEORY, rng).stress < null.min()


def test_a_wave_through_a_profile_is_found() -> None:
    height, top, fit = circle.sinusoid(2 + 0.7 * np.cos(ANGLES - 1.2), ANGLES)
    assert (height, top, fit) == pytest.approx((0.7, 1.2, 1.0))
