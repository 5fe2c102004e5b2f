"""Ladders: equal to another implementation match by match, the same when played one match at a time, zero-sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from axiometer.analyse.trueskill import Rules, _rounds, ladder, tie_rate, update, win_rates
from axiometer.errors import BadInput

# By the package trueskill 0.4.5: TrueSkill(draw_probability=p, backend="mpmath").rate_1vs1(Rating(*a), Rating(*b), drawn)
REFERENCES = [
    ((25, 25 / 3), (25, 25 / 3), False, 0.1, (29.39583169299151, 7.17147580700922, 20.604168307008482, 7.17147580700922)),
    ((25, 25 / 3), (25, 25 / 3), True, 0.1, (25.0, 6.457515683245051, 25.0, 6.457515683245051)),
    ((30, 4), (20, 6), False, 0.1, (30.497985194059893, 3.8610860688541555, 18.879803370411906, 5.517802730219436)),
    ((20, 6), (30, 4), False, 0.1, (26.376164745356732, 4.876571859774089, 27.165465817155784, 3.6865660508297626)),
    ((30, 4), (20, 6), True, 0.1, (28.158407103151937, 3.6137391853615273, 24.14258532327862, 4.592464479427572)),
    ((28.5, 1.25), (27, 8), False, 0.45, (28.645854691889827, 1.2461085086809078, 21.051580994918083, 6.024962546231589)),
    ((22, 2), (35, 3), True, 0.6, (22.93252883137897, 1.92635911806166, 32.903830339170675, 2.7406019818847023)),
    ((25, 5), (24, 2.5), False, 0.0, (27.220194023673475, 4.385919480544669, 23.444489082107804, 2.4281015895170976)),
]  # fmt: skip


@pytest.mark.parametrize(("winner", "loser", "drawn", "draw", "after"), REFERENCES)
def test_one_match_moves_both_players_as_the_reference_package_does(
    winner, loser, drawn, draw, after
) -> None:
    (mu_a, sigma_a), (mu_b, sigma_b) = update(_rating(*winner), _rating(*loser), drawn, draw)
    assert (mu_a, sigma_a, mu_b, sigma_b) == pytest.approx(after, abs=1e-6)


def test_the_first_match_of_two_new_players_is_as_printed_everywhere() -> None:
    new = _rating(25, 25 / 3)
    (mu_a, sigma_a), (mu_b, sigma_b) = update(new, new, False)
    assert [round(float(x), 3) for x in (mu_a, sigma_a, mu_b, sigma_b)] == [29.396, 7.171, 20.604, 7.171]
    (mu_a, sigma_a), _ = update(new, new, True)
    assert [round(float(x), 3) for x in (mu_a, sigma_a)] == [25.0, 6.458]


def test_a_match_moves_to_the_moments_of_what_can_have_happened() -> None:
    rng, n = np.random.default_rng(0), 1_000_000
    rules, draw = Rules(tau=0.0), 0.3
    a, b = rng.normal(27, 5, n), rng.normal(23, 3, n)
    gap = a + rng.normal(0, rules.beta, n) - b - rng.normal(0, rules.beta, n)
    margin = 0.3853204664 * np.sqrt(2) * rules.beta
    for drawn, happened in ((False, gap > margin), (True, np.abs(gap) < margin)):
        (mu_a, sigma_a), (mu_b, sigma_b) = update(_rating(27, 5), _rating(23, 3), drawn, draw, rules)
        assert [mu_a, mu_b] == pytest.approx([a[happened].mean(), b[happened].mean()], abs=0.05)
        assert [sigma_a, sigma_b] == pytest.approx([a[happened].std(), b[happened].std()], abs=0.05)


@given(st.floats(-3000, 3000), st.booleans(), st.floats(0.001, 0.99))
def test_the_most_unlikely_match_still_gives_finite_ratings(gap: float, drawn: bool, draw: float) -> None:
    for mu, sigma in update(_rating(gap, 2.0), _rating(0, 5.0), drawn, draw):
        assert np.isfinite(mu)
        assert 0 < sigma <= np.hypot(5.0, Rules().tau) + 1e-9


def test_matches_side_by_side_are_as_each_alone() -> None:
    rng = np.random.default_rng(1)
    a, b = ((rng.normal(25, 5, 20), rng.uniform(1, 8, 20)) for _ in range(2))
    drawn = rng.random(20) < 0.5
    together = np.array(update(a, b, drawn))
    for k in range(20):
        alone = np.array(update((a[0][k], a[1][k]), (b[0][k], b[1][k]), drawn[k]))
        assert together[:, :, k] == pytest.approx(alone)


@pytest.mark.parametrize("players", [2, 3, 4, 7])
def test_a_ladder_is_the_same_as_its_matches_played_one_by_one(players: int) -> None:
    rng = np.random.default_rng(players)
    scores = rng.integers(3, size=(12, players, 2)).astype(float)
    scores[rng.random(scores.shape) < 0.2] = np.nan
    draw, new = tie_rate(scores), (25.0, 25 / 3)
    found = ladder(scores, seeds=[4])
    state = [[new] * 2 for _ in range(players)]
    met = 0
    for first, second, gaps in _rounds(scores, [4]):
        for a, b, gap in zip(first.ravel(), second.ravel(), gaps.reshape(-1, 2), strict=True):
            for v in np.flatnonzero(~np.isnan(gap)):
                one, two = (a, b) if gap[v] >= 0 else (b, a)
                state[one][v], state[two][v] = update(state[one][v], state[two][v], gap[v] == 0, draw[v])
                met += 1
    assert met == sum(
        (~np.isnan(scores[:, i] + scores[:, j])).sum() for i in range(players) for j in range(i)
    )
    assert found.mu == pytest.approx(np.array([[s[0] for s in row] for row in state]))
    assert found.sigma == pytest.approx(np.array([[s[1] for s in row] for row in state]))
    assert np.isnan(found.spread).all()


@pytest.mark.parametrize("players", [2, 3, 6, 9])
def test_every_two_players_meet_once_on_every_item_and_nobody_twice_in_a_round(players: int) -> None:
    items = 40
    scores = np.arange(items * players, dtype=float).reshape(items, players, 1) ** 2
    pairs = {}
    for first, second, gaps in _rounds(scores, [0, 1]):
        for a, b, gap in zip(first, second, gaps[..., 0], strict=True):
            assert len(set(a) | set(b)) == len(a) + len(b)
            for one, two, by in zip(a[: len(a) // 2], b[: len(b) // 2], gap, strict=False):
                if not np.isnan(by):
                    pairs.setdefault((min(one, two), max(one, two)), []).append(abs(by))
    assert len(pairs) == players * (players - 1) // 2
    # Every gap between two players is another one on each item, so each item was played once.
    assert all(len(set(gaps)) == items == len(gaps) for gaps in pairs.values())


def test_a_ladder_finds_who_is_better_and_by_how_much() -> None:
    rng, skill = np.random.default_rng(3), np.array([-1.0, -0.3, 0.0, 0.3, 1.0])
    scores = np.stack([skill + rng.normal(size=(600, 5)), -skill + rng.normal(size=(600, 5))], axis=-1)
    found = ladder(scores, rules=Rules(tau=0.0))
    rates = win_rates(found.mu, found.sigma)
    won = np.array([(scores[:, i, None] > np.delete(scores, i, axis=1)).mean(axis=(0, 1)) for i in range(5)])
    assert rates == pytest.approx(won, abs=0.05)
    assert (np.diff(rates[:, 0]) > 0).all()
    assert (np.diff(rates[:, 1]) < 0).all()
    assert found.spread.max() < 0.7


def test_scores_of_one_value_need_no_axis_of_their_own() -> None:
    scores = np.random.default_rng(5).integers(2, size=(30, 4)).astype(float)
    flat, deep = ladder(scores), ladder(scores[:, :, None])
    assert flat.mu.shape == (4,)
    assert np.array_equal(flat.mu, deep.mu[:, 0])
    assert np.array_equal(flat.spread, deep.spread[:, 0])


def test_the_same_seeds_give_the_same_ladder_and_others_another() -> None:
    scores = np.random.default_rng(6).integers(2, size=(30, 4)).astype(float)
    assert np.array_equal(ladder(scores).mu, ladder(scores).mu)
    assert not np.array_equal(ladder(scores).mu, ladder(scores, seeds=[7, 8]).mu)


def test_players_who_never_differ_and_one_who_never_plays_stand_where_they_began() -> None:
    scores = np.ones((20, 4))
    scores[:, 3] = np.nan
    found = ladder(scores)
    assert found.mu == pytest.approx(np.full(4, 25.0))
    assert found.sigma[3] == pytest.approx(25 / 3)
    assert (found.sigma[:3] < 4).all()


@settings(max_examples=50)
@given(
    arrays.arrays(np.float64, (6, 3), elements=st.floats(-50, 50)),
    arrays.arrays(np.float64, (6, 3), elements=st.floats(0.1, 10)),
)
def test_win_rates_average_one_half_over_players(mu: np.ndarray, sigma: np.ndarray) -> None:
    rates = win_rates(mu, sigma)
    assert rates.mean(axis=0) == pytest.approx(np.full(3, 0.5), abs=1e-12)
    assert ((rates >= 0) & (rates <= 1)).all()
    assert rates[:, 0] == pytest.approx(win_rates(mu[:, 0], sigma[:, 0]))


def test_a_win_rate_is_the_chance_of_winning_averaged_over_the_others() -> None:
    # Phi(5 / sqrt(2 (25/6)^2 + 3^2 + 4^2)) = Phi(0.64704...)
    assert win_rates(np.array([30.0, 25.0]), np.array([3.0, 4.0])) == pytest.approx(
        [0.7413, 0.2587], abs=5e-4
    )


def test_draws_are_counted_among_those_who_played() -> None:
    scores = np.array([[1.0, 1.0, 0.0], [1.0, np.nan, 1.0]])
    assert tie_rate(scores) == pytest.approx((2 + 0.5) / (4 + 1))
    assert tie_rate(np.full((5, 1), 2.0)) == pytest.approx(0.5)


def test_what_cannot_be_played_is_refused_in_words() -> None:
    two = np.array([[1.0, 1.0]])
    with pytest.raises(BadInput, match="probability is 0"):
        ladder(two, draw=0.0)
    with pytest.raises(BadInput, match="probability is 0"):
        update(_rating(25, 8), _rating(25, 8), True, 0.0)
    with pytest.raises(BadInput, match="below 1"):
        ladder(two, draw=1.0)
    with pytest.raises(BadInput, match="needs 2 players"):
        ladder(two[:, :1])
    with pytest.raises(BadInput, match="needs 2 players"):
        ladder(two, seeds=[])
    with pytest.raises(BadInput, match="nobody to beat"):
        win_rates(np.array([25.0]), np.array([8.0]))
    assert ladder(np.array([[1.0, 0.0]]), draw=0.0).mu[0] > 25


def _rating(mu: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array(mu, dtype=float), np.array(sigma, dtype=float)
