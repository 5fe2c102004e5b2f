"""Coefficients against R's psych (2.2.9) on one seeded table, and variance components against R's aov.

alpha(X)$feldt; alpha(X)$total; fa(X, 1, fm = "minres"); ICC(X, lmer = FALSE); summary(aov(y ~ p * i * o, Y))
"""

import numpy as np
import pytest

from axiometer.analyse import reliability
from axiometer.analyse.agreement import agreement
from axiometer.analyse.generalisability import coefficients, components


def _tables() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    factor = rng.normal(size=60)
    x = (factor[:, None] * np.array([0.8, 0.7, 0.6, 0.5]) + rng.normal(size=(60, 4)) * 0.7).round(4)
    reliability.split_half(x, rng)
    y = (
        rng.normal(size=(20, 1, 1))
        + 0.5 * rng.normal(size=(1, 4, 1))
        + 0.6 * rng.normal(size=(20, 4, 1))
        + 0.4 * rng.normal(size=(20, 1, 3))
        + 0.5 * rng.normal(size=(20, 4, 3))
    )
    return x, y.round(4)


def test_alpha_has_feldts_interval_and_omega_one_minres_factor() -> None:
    x, _ = _tables()
    found = reliability.alpha(x)
    assert (found.low, found.value, found.high) == pytest.approx(
        (0.5953246, 0.7280936568, 0.8252524), abs=1e-7
    )
    assert found.n == 60
    assert reliability.mean_inter_item(x) == pytest.approx(0.3984794472, abs=1e-9)
    assert reliability.omega(x) == pytest.approx(0.7334030922, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "value", "low", "high"),
    [
        ("1", 0.40542780, 0.27368190, 0.54524773),
        ("2", 0.40422892, 0.27163521, 0.54469836),
        ("3", 0.40099467, 0.26888778, 0.54141800),
        ("1k", 0.73172556, 0.60115329, 0.82746716),
        ("2k", 0.73074766, 0.59867622, 0.82715064),
        ("3k", 0.72809366, 0.59532460, 0.82525244),
    ],
)
def test_the_six_intraclass_correlations_are_those_of_psych(
    kind: reliability.Raters, value: float, low: float, high: float
) -> None:
    found = reliability.icc(_tables()[0], kind)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-7)


def test_split_halves_come_to_alpha_on_average() -> None:
    x, _ = _tables()
    found = reliability.split_half(x, np.random.default_rng(0))
    assert found.value == pytest.approx(reliability.cronbach_alpha(x), abs=0.01)


def test_omegas_interval_covers_what_was_planted() -> None:
    rng, loading = np.random.default_rng(5), np.array([0.8, 0.7, 0.6, 0.5])
    truth = loading.sum() ** 2 / (loading.sum() ** 2 + (1 - loading**2).sum())
    held = 0
    for _ in range(60):
        x = rng.normal(size=(150, 1)) * loading + rng.normal(size=(150, 4)) * np.sqrt(1 - loading**2)
        found = reliability.bootstrapped(x, rng, draws=100)
        held += found.low <= truth <= found.high
    assert held >= 51


@pytest.mark.parametrize("table", [np.ones((5, 3)), np.zeros((1, 3)), np.arange(4.0)[:, None]])
def test_nothing_to_compare_is_nan_everywhere(table: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    assert np.isnan(reliability.alpha(table).value)
    assert np.isnan(reliability.omega(table))
    assert np.isnan(reliability.icc(table, "2").value)
    assert np.isnan(reliability.split_half(table, rng, splits=5).value)
    assert np.isnan(reliability.mean_inter_item(table))


def test_components_follow_from_rs_mean_squares() -> None:
    found = components(_tables()[1])
    p, i, o, pi, po, io, pio = (
        9.85974238, 32.65267453, 0.31091491, 1.59502140, 0.85512009, 0.72480297, 0.25859975
    )  # fmt: skip
    expected = {
        (0,): (p - pi - po + pio) / 12,
        (1,): (i - pi - io + pio) / 60,
        (2,): (o - po - io + pio) / 80,
        (0, 1): (pi - pio) / 3,
        (0, 2): (po - pio) / 4,
        (1, 2): (io - pio) / 20,
        (0, 1, 2): pio,
    }
    for effect, value in expected.items():
        assert found[effect] == pytest.approx(value, abs=1e-7)
    # a negative component is kept to be seen and counts as nothing
    assert found[2,] < 0
    relative, absolute = coefficients(found, 0, (20, 4, 3))
    noise = found[0, 1] / 4 + found[0, 2] / 3 + found[0, 1, 2] / 12
    assert relative == pytest.approx(found[0,] / (found[0,] + noise))
    assert absolute < relative


def test_two_facets_give_alpha() -> None:
    x, _ = _tables()
    assert coefficients(components(x), 0, x.shape)[0] == pytest.approx(reliability.cronbach_alpha(x))


def test_more_items_make_means_more_dependable() -> None:
    found = components(_tables()[1])
    at = [coefficients(found, 0, (20, n, 3))[0] for n in (1, 4, 16)]
    assert at == sorted(at)


def test_agreement_counts_all_orders_of_few_values() -> None:
    rng = np.random.default_rng(0)
    found = agreement(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0, 5.0]), rng)
    assert (found.spearman, found.kendall, found.distance, found.n) == pytest.approx((1.0, 1.0, 0.5, 4))
    assert found.p == pytest.approx(1 / 24)
    many = agreement(np.arange(10.0), np.arange(10.0)[::-1], rng, draws=500)
    assert many.spearman == pytest.approx(-1.0)
    assert many.p == pytest.approx(1.0)
