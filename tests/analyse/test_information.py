import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn
from scipy.spatial.distance import jensenshannon

from axiometer.analyse.bandit import bounds, choose
from axiometer.analyse.diversity import bleu, distinct, diversity, self_bleu, varied
from axiometer.analyse.information import (
    corrected,
    disentanglement,
    divergence,
    informativeness,
    opinion_scores,
    question_score,
    shares,
)
from axiometer.canon import draws

TABLES = hn.arrays(float, (4, 6), elements=st.floats(0, 1))


def test_the_divergence_of_two_is_the_jensen_shannon_distance_squared() -> None:
    rows = np.array([[0.9, 0.1, 0.4], [0.2, 0.7, 0.1]])
    expected = jensenshannon(*shares(rows)) ** 2
    assert divergence(rows) == pytest.approx(expected, abs=1e-12)


@given(TABLES)
def test_it_lies_between_nothing_and_the_entropy_of_the_weights(rows) -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    entropy = -(weights * np.log(weights)).sum()
    assert 0 <= divergence(rows, weights) <= entropy + 1e-9
    assert 0 <= disentanglement(rows, rows[0]) <= 1


@given(TABLES, st.permutations(range(4)))
def test_the_order_of_subjects_changes_nothing(rows, order) -> None:
    own = np.full(6, 0.3)
    assert informativeness(rows[order], own) == pytest.approx(informativeness(rows, own), abs=1e-12)


@given(hn.arrays(float, 6, elements=st.floats(0, 1)))
def test_it_is_nothing_where_all_subjects_are_alike(row) -> None:
    own = np.linspace(0, 1, 6)
    assert informativeness(np.stack([row] * 5), own) == pytest.approx(0, abs=1e-12)
    assert divergence(np.stack([row] * 5), over="bernoulli") == pytest.approx(0, abs=1e-12)


def test_the_papers_sum_is_there_without_the_cap() -> None:
    rows, own = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1.0, 0.0])
    plain = informativeness(rows, own, beta=2.0, capped=False)
    assert plain == pytest.approx(divergence(rows) + 2 * disentanglement(rows, own))
    assert disentanglement(rows, own) == pytest.approx(0.5, abs=1e-3)


def test_bernoulli_divergences_are_summed_over_values() -> None:
    rows = np.array([[0.9, 0.2], [0.3, 0.2]])
    pair = divergence(np.array([[0.9, 0.1], [0.3, 0.7]]))
    assert divergence(rows, over="bernoulli") == pytest.approx(pair, abs=1e-9)


def test_correcting_takes_away_what_chance_alone_gives() -> None:
    rng = draws(0, "opinions")
    own = np.full(10, 0.1)
    alike = [
        corrected([(rng.random((3, 10)) < 0.3).astype(float) for _ in range(5)], own, rng) for _ in range(300)
    ]
    assert abs(np.mean(alike)) < 4 * np.std(alike) / np.sqrt(300)
    raw = [
        float(divergence(np.stack([(rng.random((3, 10)) < 0.3).mean(axis=0) for _ in range(5)])))
        for _ in range(50)
    ]
    assert np.mean(raw) > 0.3
    apart = [np.tile(np.eye(10)[i], (3, 1)) for i in range(5)]
    assert corrected(apart, own, rng) > 1.0


def test_equations_two_and_three_are_sums_of_logarithms() -> None:
    a, b = np.array([0.5, 0.9]), np.array([0.2, 0.4])
    assert np.allclose(opinion_scores(a, b, b, a), 0)
    assert opinion_scores(a, a, b, b)[0] == pytest.approx(2 * np.log(2.5))
    assert question_score(np.array([1.0, 0.0]), a, b, b) == pytest.approx(np.log(0.5) - 2 * np.log(0.2))


def test_an_arm_that_was_never_pulled_is_no_better_than_one_pulled_once_to_the_mean() -> None:
    counts, means = np.array([0.0, 1.0, 1.0]), np.array([0.0, 0.2, 0.6])
    found = bounds(counts, means, 100)
    assert found[1] < found[0] < found[2]
    assert np.isfinite(found).all()


def test_a_bandit_regrets_less_than_pulling_evenly() -> None:
    truth = np.linspace(0, 1, 40)  # more arms than can all be tried often
    regret = {}
    for how in ("bandit", "even"):
        lost = []
        for run in range(20):
            rng = draws(run, how)
            counts, means = np.zeros(40), np.zeros(40)
            for _ in range(200):
                arm = choose(counts, means, 200, rng) if how == "bandit" else int(rng.integers(40))
                reward = truth[arm] + rng.normal(0, 0.3)
                counts[arm] += 1
                means[arm] += (reward - means[arm]) / counts[arm]
                lost.append(1 - truth[arm])
        regret[how] = np.mean(lost)
    assert regret["bandit"] < 0.6 * regret["even"]


def test_self_bleu_is_nothing_without_shared_words_and_one_for_a_copy() -> None:
    texts = [
        "should we ever close the old harbour",
        "may nobody sing in empty trains today",
        "is it right that bees own meadows",
    ]
    assert max(self_bleu(texts)) < 0.2
    assert self_bleu([*texts, texts[0]])[0] == pytest.approx(1)
    assert bleu(texts[0], texts) == pytest.approx(1)
    assert bleu(texts[0], []) == 0


def test_self_bleu_equals_bleu_as_it_is_defined() -> None:
    texts = [
        "should the city close the old harbour to all cars on sunday",
        "should the city close the old bridge to all cars on monday",
        "should the town open the old harbour to all boats on sunday",
    ]
    expected = _reference(texts)
    assert np.allclose(self_bleu(texts), expected, atol=1e-12)


def _reference(texts: list[str]) -> list[float]:
    """BLEU-4 as it is defined, slowly."""
    from collections import Counter

    found = []
    for i, text in enumerate(texts):
        own, others = text.split(), [other.split() for j, other in enumerate(texts) if j != i]
        logs = 0.0
        for n in range(1, 5):
            grams = Counter(tuple(own[k : k + n]) for k in range(len(own) - n + 1))
            most: Counter[tuple[str, ...]] = Counter()
            for other in others:
                most |= Counter(tuple(other[k : k + n]) for k in range(len(other) - n + 1))
            logs += np.log(sum(min(c, most[g]) for g, c in grams.items()) / sum(grams.values())) / 4
        found.append(float(np.exp(logs)))
    return found


def test_what_says_nearly_the_same_is_dropped_and_the_first_is_kept() -> None:
    texts = [
        "Should we close the harbour?",
        "Should we close the harbour",
        "Is singing in trains wrong?",
        "should we close the harbour!",
    ]
    assert distinct(texts, 0.9) == [0, 2]
    found = diversity(texts)
    assert (found.n, found.sampled) == (4, 4)
    assert found.self_bleu > 50


def test_what_is_put_together_most_from_the_others_goes_until_the_set_is_varied() -> None:
    own = [f"a{i} b{i} c{i} d{i} e{i} f{i}" for i in range(6)]
    patched = ["a0 b0 c0 d0 e1 f1 a1", "a2 b2 c2 d2 e3 f3 a3"]
    texts = [own[0], patched[0], *own[1:], patched[1]]
    most = 100 * self_bleu(own).mean()
    assert [texts[i] for i in varied(texts, most)] == own
    assert varied(texts, 100) == list(range(8))
    assert len(varied(texts, 0)) >= 1
    assert varied([], 10) == []
