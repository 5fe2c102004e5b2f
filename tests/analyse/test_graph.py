"""Causal graphs: equal to the authors', to causal-learn's stored results, and honest about chance."""

import csv
import json
from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from axiometer.analyse.graph import (
    endpoints,
    gap,
    hamming,
    learned,
    permutation_p,
    reachable,
    reduced,
    side_effects,
    stability,
    without_general,
)

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
RELEASED, STORED = SHARED / "value_causal_graph", SHARED / "causal_benchmarks"
released = pytest.mark.skipif(not RELEASED.is_dir(), reason="needs the shared data value_causal_graph")
stored = pytest.mark.skipif(not STORED.is_dir(), reason="needs the shared data causal_benchmarks")
# The ten features that the authors kept for each model, and how many edges and what frequencies they print.
KEPT = {
    "gemma": [14351, 1025, 2965, 10096, 1341, 1975, 10605, 14049, 1312, 4752],
    "llama": [49202, 58305, 8546, 12477, 7754, 9332, 1897, 62769, 47207, 54606],
}
EDGES = {"gemma": (47, 28), "llama": (41, 19)}
FREQUENCIES = {
    ("gemma", "prompt"): (0.690, 0.560),
    ("gemma", "feature"): (0.568, 0.506),
    ("llama", "prompt"): (0.572, 0.469),
    ("llama", "feature"): (0.741, 0.464),
}
PS = {
    ("gemma", "prompt"): 0.20,
    ("gemma", "feature"): 0.31,
    ("llama", "prompt"): 0.23,
    ("llama", "feature"): 0.004,
}


class Answers:
    """A released table: scores, feature and role of each row."""

    def __init__(self, model, part):
        with (RELEASED / f"ans_{model}_{part}_formal.csv").open() as file:
            rows = list(csv.DictReader(file))
        other = {"steer_dim", "player_name", "stds", "scstds"}
        self.names = [name for name in rows[0] if ":" not in name and name not in other]
        self.scores = np.array([[float(row[name]) for name in self.names] for row in rows])
        self.feature = np.array([row["steer_dim"].split(".")[0] for row in rows])
        self.role = np.array([row["player_name"] for row in rows])


def authors_graph(model):
    train = Answers(model, "train")
    kept = np.isin(train.feature, ["", *map(str, KEPT[model])])
    return train.names, learned(train.scores[kept])


def changes(model, kind):
    test = Answers(model, "test")
    if kind == "prompt":
        base = test.scores[(test.feature == "") & (test.role == "Erika Jones")][0]
        some = (test.feature == "") & ~np.isin(test.role, ["", "Erika Jones"])
    else:
        holt = test.role == "Mary Holt"
        base = test.scores[holt & (test.feature == "")][0]
        some = holt & np.isin(test.feature, list(map(str, KEPT[model])))
    return test.scores[some] != base


@released
@pytest.mark.parametrize("model", KEPT)
def test_the_authors_edges_come_out_exactly(model):
    names, edges = authors_graph(model)
    few = reduced(edges)
    theirs = json.loads((RELEASED / "value_graph_data1.json").read_text())["edges"][model]
    assert (edges.sum(), few.sum()) == EDGES[model]
    assert {(names[i], names[j]) for i, j in np.argwhere(few)} == {tuple(edge[:2]) for edge in theirs}


@released
@pytest.mark.parametrize(("model", "kind"), FREQUENCIES)
def test_the_frequencies_of_side_effects_come_out_to_three_digits_and_mostly_within_chance(model, kind):
    graph = reduced(authors_graph(model)[1])
    changed = changes(model, kind)
    assert gap(changed, graph) == pytest.approx(FREQUENCIES[model, kind], abs=5e-4)
    assert permutation_p(changed, graph, 1000, seed=0) == pytest.approx(PS[model, kind], abs=0.04)


def codes(path):
    table = np.loadtxt(path, skiprows=1, dtype=str)
    return np.stack([np.unique(column, return_inverse=True)[1] for column in table.T], axis=1)


@stored
@pytest.mark.parametrize("name", ["asia", "cancer", "earthquake", "survey", "sachs"])
def test_pc_on_codes_equals_the_stored_result(name):
    expected = np.loadtxt(STORED / "bnlearn" / f"{name}_pc_chisq_0.05_stable_0_-1.txt")
    assert np.array_equal(
        endpoints(codes(STORED / "bnlearn" / f"{name}.txt"), test="chisq", priority=-1), expected
    )


@stored
@pytest.mark.slow
def test_pc_and_ges_on_linear_gaussian_data_equal_the_stored_results():
    scores = np.loadtxt(STORED / "simulated" / "data_linear_10.txt", skiprows=1)
    pc = np.loadtxt(STORED / "simulated" / "linear_10_pc_fisherz_0.05_stable_0_0.txt")
    ges = np.loadtxt(STORED / "simulated" / "linear_10_ges_local_score_BIC_none_none.txt")
    assert np.array_equal(endpoints(scores, priority=0), pc)
    assert np.array_equal(endpoints(scores, "ges"), ges)


def linear(rng, edges, rows, general=0.0):
    """Scores of a linear-Gaussian system in order of its columns, with a style of answering on top."""
    many = len(edges)
    found = rng.standard_normal((rows, many))
    for column in range(many):
        found[:, column] += 0.8 * found[:, edges[:, column]].sum(axis=1)
    return found + general * rng.standard_normal((rows, 1))


def random_dag(rng, many, share):
    return np.triu(rng.random((many, many)) < share, 1)


def test_a_planted_graph_is_found():
    rng = np.random.default_rng(3)
    truth = random_dag(rng, 10, 0.15)
    scores = linear(rng, truth, 1000)
    for method in ("pc", "ges"):
        found = learned(scores, method)
        skeleton = found | found.T
        assert hamming(skeleton, truth | truth.T) <= 2


def f1(found, truth):
    one, other = np.triu(found | found.T, 1), np.triu(truth | truth.T, 1)
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.slow
def test_a_style_of_answering_is_taken_out_better_than_by_centring_rows():
    ours, centred, raw = [], [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        truth = random_dag(rng, 10, 0.15)
        scores = linear(rng, truth, 1000, general=1.5)
        ours.append(f1(learned(without_general(scores)), truth))
        raw.append(f1(learned(scores), truth))
        # One column is left out: centred columns add up to zero, and no test can be made of all.
        less = (scores - scores.mean(axis=1, keepdims=True))[:, :-1]
        centred.append(f1(learned(less), truth[:-1, :-1]))
    assert np.mean(ours) > np.mean(raw) + 0.15
    assert np.mean(ours) > np.mean(centred) + 0.15


def test_without_a_style_of_answering_next_to_nothing_is_taken_out():
    rng = np.random.default_rng(0)
    scores = linear(rng, random_dag(rng, 10, 0.15), 1000)
    assert np.cov(without_general(scores).T) == pytest.approx(np.cov(scores.T), abs=0.1)


@given(arrays.arrays(np.bool_, (6, 6)))
@settings(deadline=None, max_examples=60)
def test_a_reduction_reaches_the_same_and_cannot_be_reduced_again(edges):
    np.fill_diagonal(edges, False)
    few = reduced(edges)
    assert np.array_equal(reachable(few), reachable(edges))
    assert np.array_equal(reduced(few), few)
    assert not (few & ~edges).any()


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_without_cycles_it_is_the_transitive_reduction(seed):
    edges = random_dag(np.random.default_rng(seed), 8, 0.4)
    expected = networkx.transitive_reduction(networkx.from_numpy_array(edges, create_using=networkx.DiGraph))
    assert np.array_equal(reduced(edges), networkx.to_numpy_array(expected, nodelist=range(8)) > 0)


def test_two_columns_that_cause_each_other_keep_both_edges():
    edges = np.array([[False, True, False], [True, False, True], [False, False, False]])
    assert np.array_equal(reduced(edges), edges)


def test_side_effects_count_by_hand():
    edges = np.array([[False, True, False], [False, False, False], [False, False, False]])
    changed = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 1]], dtype=bool)
    expected, unexpected = side_effects(changed, edges)
    assert expected[0] == pytest.approx(2 / 3)
    assert unexpected[0] == pytest.approx(1 / 3)
    assert np.isnan(expected[1])
    assert unexpected[1] == pytest.approx((2 / 3 + 2 / 3) / 2)


def interventions(rng, edges, doses):
    """What changes when one column at a time is pushed: itself and whatever follows, and some chance."""
    follows = reachable(edges) | np.eye(len(edges), dtype=bool)
    rows = np.repeat(follows, doses, axis=0)
    return rows ^ (rng.random(rows.shape) < 0.05)


def test_real_interventions_show_in_the_permutation_test_and_chance_does_not():
    rng = np.random.default_rng(0)
    truth = random_dag(rng, 12, 0.2)
    assert permutation_p(interventions(rng, truth, 5), truth, 500, seed=1) < 0.01
    ps = [permutation_p(rng.random((20, 12)) < 0.5, random_dag(rng, 12, 0.2), 100, seed=i) for i in range(60)]
    assert 0.3 < np.mean(ps) < 0.7
    assert np.mean(np.array(ps) < 0.1) < 0.25


def test_stability_resamples_whole_roles_and_repeats():
    rng = np.random.default_rng(5)
    truth = np.zeros((4, 4), dtype=bool)
    truth[0, 1] = truth[1, 2] = True
    scores = linear(rng, truth, 400)
    roles = np.repeat(np.arange(100), 4)
    often = stability(scores, roles, 20, seed=0)
    assert np.array_equal(often, stability(scores, roles, 20, seed=0))
    assert (often + often.T)[0, 1] >= 0.9
    assert (often + often.T)[0, 3] <= 0.4
