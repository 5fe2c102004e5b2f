import time
from pathlib import Path

import numpy as np
import pytest

from axiometer.analyse.intervals import wilson, wilson_each
from axiometer.analyse.pairwise import (
    course,
    preferences,
    resampled,
    stability,
    tally,
    win_rates,
)
from axiometer.analyse.transitivity import transitivity
from axiometer.canon import draws

ORACLES = Path("../shared/data/ranking_oracles")


def choices(many: int, values: int = 6, seed: int = 0, strength=None):
    rng = draws(seed, "choices")
    dilemma, step = np.repeat(np.arange(many), 5), np.tile(np.arange(5), many)
    pair = np.array([rng.permutation(values)[:2] for _ in dilemma])
    s = np.zeros(values) if strength is None else np.asarray(strength)
    first = rng.random(len(pair)) < 1 / (1 + np.exp(s[pair[:, 1]] - s[pair[:, 0]]))
    winner, loser = np.where(first, pair.T, pair.T[::-1])
    return tally(dilemma, step, winner, loser, (many, 5, values))


def test_preferences_weighted_by_what_was_offered_sum_to_zero_at_every_step() -> None:
    score, offered = preferences(choices(40).sum(axis=0))
    assert np.allclose(np.nansum(score * offered, axis=-1), 0, atol=1e-9)
    assert offered.sum() == 2 * 40 * 5


# alignment.md 3.2 and 3.4: how many options have each foundation, and the mean preferences behind the printed parts
FOUNDATIONS = ("care", "fairness", "authority", "sanctity", "liberty", "loyalty")
OFFERED = (12_489, 5_266, 2_418, 1_115, 6_571, 5_161)
READ_OFF = (0.175, 0.12, -0.13, 0.03, -0.165, -0.275)


def published() -> np.ndarray:
    """Choices that offer each foundation as often as published, and take it as often as its printed preference says."""
    offered = np.array(OFFERED)
    taken = np.rint(offered * (0.5 + np.array(READ_OFF))).astype(int)
    taken[0] -= (
        taken.sum() - offered.sum() // 2
    )  # each choice takes one, and what was read off is a few too many
    winner, loser = (np.repeat(np.arange(6), many) for many in (taken, offered - taken))
    order = draws(0, "published").permutation(len(winner))
    # moved on by the longest run, no value stands against itself
    winner, loser = winner[order], np.roll(loser, taken[0])[order]
    place = np.arange(len(winner))
    return tally(place // 5, place % 5, winner, loser, (3302, 5, 6))


def test_choices_with_the_published_counts_have_the_published_preferences_and_weigh_to_zero() -> None:
    wins = published()
    assert not np.diagonal(wins, axis1=-2, axis2=-1).any()
    score, offered = preferences(wins.sum(axis=(0, 1)))
    assert offered.astype(int).tolist() == list(OFFERED)
    assert score == pytest.approx(READ_OFF, abs=0.005)  # as exactly as a figure can be read
    assert score @ offered == pytest.approx(0, abs=1e-8)
    parts = np.rint(READ_OFF * offered).astype(int)
    assert parts.tolist() == [2186, 632, -314, 33, -1084, -1419]
    assert parts.sum() == 34  # what was read off weighs to zero but for 34 of 16,510
    by_step, counts = preferences(wins.sum(axis=0))
    assert np.allclose((by_step * counts).sum(axis=-1), 0, atol=1e-8)
    assert counts.sum(axis=-1).tolist() == [2 * 3302] * 5


def test_seven_of_seventeen_may_be_anything_from_a_fifth_to_two_thirds() -> None:
    low, high = wilson_each(np.array([7.0, 0.0]), np.array([17.0, 0.0]))
    assert (round(low[0], 2), round(high[0], 2)) == (0.22, 0.64)
    assert (low[0], high[0]) == pytest.approx(wilson(7, 17))
    assert (low[1], high[1]) == (0, 1)


# alignment.md 3.5, printed x100: care over authority and so on, first value's win rate
PRINTED = {
    "DeepSeek": "30 32 56 66 28 52 70 82 59 77 83 43",
    "GPT-4o": "29 29 55 64 31 53 69 81 61 74 80 44",
    "Llama": "33 35 54 62 44 50 67 78 51 75 81 43",
    "GLM-Plus": "34 32 56 73 33 51 63 80 55 74 81 41",
    "GLM-Air": "23 29 49 64 33 54 75 83 66 76 85 42",
    "Qwen": "30 28 57 68 34 50 72 83 61 78 84 41",
    "Mistral": "32 32 60 64 47 52 68 79 57 77 78 42",
    "Claude": "24 29 51 61 31 52 75 81 63 75 82 47",
    "Gemini": "30 32 52 70 45 52 66 81 63 72 80 44",
}
PAIRS = [
    "Au-Ca",
    "Au-Fa",
    "Au-Li",
    "Au-Lo",
    "Au-Sa",
    "Ca-Fa",
    "Ca-Li",
    "Ca-Lo",
    "Ca-Sa",
    "Fa-Li",
    "Fa-Lo",
    "Fa-Sa",
]


NAMES = ["Au", "Ca", "Fa", "Li", "Lo", "Sa"]
AU, CA, FA, _, _, SA = range(6)
N = 1000  # choices a cell: a rate of two digits is a count


def printed(model: str, n: int = N) -> np.ndarray:
    """The pooled rates of one model as counts. Li-Lo, Li-Sa and Lo-Sa are not printed in a known order: nothing is there."""
    wins = np.zeros((6, 6))
    for pair, rate in zip(PAIRS, PRINTED[model].split(), strict=True):
        a, b = (NAMES.index(one) for one in pair.split("-"))
        put(wins, a, b, int(rate) / 100, n)
    return wins


def put(wins: np.ndarray, a: int, b: int, rate: float, n: int) -> None:
    wins[a, b] = round(rate * n)
    wins[b, a] = n - wins[a, b]


def ruled(wins: np.ndarray, least: int = 0):
    return transitivity(wins, wins[None], least)


@pytest.mark.parametrize("model", PRINTED)
def test_there_is_no_strict_cycle_in_the_published_pooled_rates(model: str) -> None:
    found = ruled(printed(model))
    assert found.triples == 10  # those of twenty whose three cells are printed
    assert not found.cycles


@pytest.mark.parametrize("model", PRINTED)
def test_care_over_sanctity_over_fairness_is_weak_all_the_way_round_and_no_cycle(model: str) -> None:
    # alignment.md 3.4: care > sanctity, sanctity > fairness, but care ~ fairness
    found = ruled(printed(model))
    assert (CA, SA, FA) in {one.values for one in found.moderate}
    assert (CA, SA, FA) in {one.values for one in found.strong}


# alignment.md 3.5 prints no whole matrix of a step; what it says of steps 1 and 5 is put into the pooled one
@pytest.mark.parametrize("model", PRINTED)
@pytest.mark.parametrize("care", [43, 45, 47, 49, 50])
def test_at_the_last_step_fairness_overtakes_care_and_closes_the_stated_cycle(model: str, care: int) -> None:
    wins = printed(model)
    put(wins, CA, FA, care / 100, N)
    put(wins, FA, SA, 7 / 17, 17)
    cycles = ruled(wins).cycles
    # at exactly one half, as for GPT-4o, it does not close
    assert [one.values for one in cycles] == ([(CA, SA, FA)] if care < 50 else [])
    assert all(one.n == 17 for one in cycles)
    assert not ruled(wins, least=20).cycles


@pytest.mark.parametrize("model", PRINTED)
@pytest.mark.parametrize("taken", [15, 16])
def test_at_the_first_step_authority_over_sanctity_closes_the_other_stated_cycle(
    model: str, taken: int
) -> None:
    wins = printed(model)
    put(wins, CA, FA, 0.57, N)
    put(wins, AU, SA, taken / 31, 31)
    put(wins, FA, SA, 15 / 33, 33)
    found = ruled(wins)
    assert [one.values for one in found.cycles] == ([(AU, SA, FA)] if taken == 16 else [])
    assert all(one.n == 31 for one in found.cycles)
    assert not ruled(wins + 4 * printed(model)).cycles  # added up with other steps it is gone


def judged(wins: np.ndarray, least: int = 0):
    return transitivity(wins.sum(axis=0), resampled(wins), least)


def table(ab: float, bc: float, ca: float, n: int) -> np.ndarray:
    """So many dilemmas, each with one choice of each pair, in these shares."""
    wins = np.zeros((n, 3, 3))
    for i in range(n):
        for (a, b), rate in (((0, 1), ab), ((1, 2), bc), ((2, 0), ca)):
            hit = i < round(rate * n)
            wins[i, a, b], wins[i, b, a] = hit, not hit
    return wins


def test_a_cycle_in_many_choices_is_near_certain_and_in_a_dozen_it_is_not() -> None:
    sure = judged(table(0.7, 0.7, 0.7, 200)).cycles[0]
    assert sure.probability > 0.99
    noisy = judged(table(0.7, 0.7, 10 / 17, 17)).cycles[0]
    assert noisy.n == 17
    assert 0.2 < noisy.probability < 0.9
    assert judged(table(0.7, 0.7, 10 / 17, 17), least=20).triples == 0


def test_adding_steps_up_can_hide_a_cycle_of_one_step() -> None:
    one, other = table(0.7, 0.7, 0.7, 60), table(0.9, 0.9, 0.0, 60)
    assert judged(one).cycles
    assert not judged(np.concatenate([one, other])).cycles


def test_a_way_round_that_is_too_weak_breaks_moderate_or_strong_transitivity_without_a_cycle() -> None:
    moderate = judged(table(0.7, 0.7, 0.45, 200))
    assert not moderate.cycles
    assert [one.values for one in moderate.moderate] == [(0, 1, 2)]
    strong = judged(table(0.6, 0.8, 0.3, 200))
    assert not strong.moderate
    assert [one.values for one in strong.strong] == [(0, 1, 2)]


def test_a_shift_has_an_interval_that_holds_the_truth_and_rare_values_have_none() -> None:
    rng = draws(1, "shifts")
    held = 0
    for run in range(60):
        many = 80
        rates = np.where(np.arange(5) == 4, 0.7, 0.5)
        wins = np.zeros((many, 5, 2, 2))
        hit = rng.random((many, 5)) < rates
        wins[..., 0, 1], wins[..., 1, 0] = hit, ~hit
        found = course(wins.sum(axis=0), resampled(wins, run, 400))
        held += found.shift_low[0] <= 0.2 <= found.shift_high[0]
        assert found.shift[0] == pytest.approx(-found.shift[1])
    assert held >= 50
    rare = np.zeros((50, 2, 3, 3))
    rare[:, :, 0, 1] = 1
    rare[0, :, 2, 1] = 1
    assert np.isnan(course(rare.sum(axis=0), resampled(rare)).low[0, 2])


def test_the_bootstrap_of_a_released_bank_takes_seconds() -> None:
    wins = choices(3302, 10)
    start = time.process_time()
    drawn = resampled(wins, resamples=1000)
    rates, _ = win_rates(drawn)
    assert drawn.shape == rates.shape == (1000, 5, 10, 10)
    assert time.process_time() - start < 60  # a guard against a wrong algorithm, not a benchmark


def test_a_subject_that_rises_has_a_positive_change_of_rank() -> None:
    found = stability(np.array([[0.1, 0.4], [0.2, 0.3], [0.3, 0.1]]))
    assert found.change.tolist() == [2, 0, -2]
    assert found.rho == -1
    assert np.isnan(stability(np.zeros((3, 2))).rho)
