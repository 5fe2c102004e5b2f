"""Which value to push: expected by the graph, borne out by the system that the graph stands for."""

import numpy as np
import pytest

from axiometer.analyse.graph import learned, permutation_p, side_effects
from axiometer.analyse.paths import total_effects, weights_of
from axiometer.errors import BadInput
from axiometer.steer.advice import advised
from axiometer.values import Objective
from axiometer.values.graph import ValueGraph, graph_of

# security moves tradition and conformity; power moves achievement and, against it, universalism.
NAMES = ("achievement", "conformity", "power", "security", "tradition", "universalism")
TRUE = np.zeros((6, 6))
TRUE[3, 4], TRUE[3, 1], TRUE[4, 1], TRUE[2, 0], TRUE[2, 5] = 0.8, 0.5, 0.4, 0.9, -0.7


def observed(rng, rows, pushed=None):
    """Scores of the linear system; a pushed value is set one standard deviation up, whatever moves it."""
    found = np.zeros((rows, 6))
    noise = rng.standard_normal((rows, 6))
    for column in (2, 3, 4, 0, 1, 5):
        found[:, column] = noise[:, column] + found @ TRUE[:, column]
        if column == pushed:
            found[:, column] = 1.0
    return found


def truth():
    return graph_of(NAMES, TRUE != 0, TRUE)


def towards(**directions):
    return Objective("schwartz10", directions)


def test_total_effects_are_those_of_the_real_interventions():
    rng = np.random.default_rng(0)
    effects = total_effects(TRUE)
    for pushed in (2, 3):
        means = observed(rng, 40_000, pushed).mean(axis=0)
        assert means == pytest.approx(effects[pushed], abs=0.03)
    assert effects[3, 1] == pytest.approx(0.5 + 0.8 * 0.4)


def test_weights_are_found_again_from_scores():
    scores = observed(np.random.default_rng(1), 20_000)
    found = weights_of(scores, TRUE != 0) * scores.std(axis=0) / scores.std(axis=0)[:, None]
    assert found == pytest.approx(TRUE, abs=0.05)


def test_side_effects_of_real_interventions_follow_the_graph_and_beat_shuffled_labels():
    rng = np.random.default_rng(2)
    names = 12
    edges = np.triu(rng.random((names, names)) < 0.2, 1)
    weights = np.where(edges, 0.9, 0.0)
    effects = total_effects(weights)
    changed = np.abs(effects) + 0.02 * rng.random((names, names)) > 0.2
    expected, unexpected = side_effects(changed, edges)
    assert np.nanmean(expected) > np.nanmean(unexpected) + 0.2
    assert permutation_p(changed, edges, 400, 0) < 0.01
    assert learned(observed(rng, 2000)).sum() > 0


def test_where_nothing_follows_from_anything_p_is_about_uniform():
    ps = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        edges = np.triu(rng.random((8, 8)) < 0.25, 1)
        ps.append(permutation_p(rng.random((12, 8)) < 0.5, edges, 99, seed))
    assert 0.35 < np.mean(ps) < 0.65
    assert 0 <= np.mean(np.array(ps) < 0.2) < 0.37


def test_the_cause_is_pushed_and_what_is_to_be_kept_is_spared():
    best = advised(truth(), towards(conformity=1))[0]
    assert (best.value, best.sign) == ("conformity", 1) or best.value == "security"
    ways = {one.value: one for one in advised(truth(), towards(achievement=1, universalism=0))}
    assert ways["achievement"].spilt == 0.0
    assert ways["power"].spilt == pytest.approx(0.7)
    assert advised(truth(), towards(achievement=1, universalism=0))[0].value == "achievement"
    both = advised(truth(), towards(tradition=-1, conformity=-1))[0]
    assert (both.value, both.sign) == ("security", -1)
    assert both.expected["tradition"] == pytest.approx(-0.8)


def test_what_no_push_can_do_is_refused():
    with pytest.raises(BadInput, match="no single push"):
        advised(truth(), towards(power=1, universalism=1))
    with pytest.raises(BadInput, match="no benevolence"):
        advised(truth(), towards(benevolence=1))
    with pytest.raises(BadInput, match="not which way"):
        advised(ValueGraph(NAMES, graph_of(NAMES, TRUE != 0).arrows), towards(power=1))
    with pytest.raises(BadInput, match="grow without end"):
        total_effects(np.array([[0, 1.2, 0], [0, 0, 1.2], [0, 1.2, 0]]))
