"""The matrix of pushed values and all values: planted side effects, what a graph expects, bad requests."""

import numpy as np
import pytest

from axiometer.analyse.effects import Moved, Share
from axiometer.errors import BadInput, Incapable
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import save_steering
from axiometer.studies import effect_matrix as study
from axiometer.studies.effects import Effect, Effects
from axiometer.values import open_system
from axiometer.values.graph import Arrow, ValueGraph

SYSTEM = open_system("schwartz10")
NAMES = SYSTEM.names


def planted(target, follows=()):
    """The target up, its opposites down, what the graph says along with it; all else within chance."""

    def shift(value):
        if value == target:
            return 0.4
        if value in follows:
            return 0.2
        return -0.1 if SYSTEM.relation(target, value) == "opposite" else 0.01

    half = Share(40, 80, 0.4, 0.6)
    rows = tuple(
        Effect(v, Moved(shift(v), shift(v) - 0.05, shift(v) + 0.05, 80), half, half, 0) for v in NAMES
    )
    return Effects(f"towards {target}", "test", (target,), rows, Moved(1.05, 1.0, 1.1, 24))


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Saved steering of one or more values, and what measuring it is to give."""
    rows = {}
    monkeypatch.setattr(study, "effects", lambda name, **_: rows[name])

    def kept(row):
        folder = tmp_path / "-".join([*row.towards, str(len(rows))])
        save_steering(folder, "smollm2", [ValuePrompt(value) for value in row.towards], {})
        rows[f"steered:{folder}"] = row
        return f"steered:{folder}"

    return kept


def test_targets_opposites_and_the_graph_are_told_apart(measured):
    arrows = [
        (a, b) for a, b in zip(NAMES, np.roll(NAMES, -4), strict=True) if SYSTEM.relation(a, b) == "other"
    ]
    graph = ValueGraph(NAMES, tuple(Arrow(a, b) for a, b in arrows[:3]))
    names = [measured(planted(name, [b for a, b in graph_pairs(graph) if a == name])) for name in NAMES]
    found = study.effect_matrix(names, graph=graph)
    assert found.roles["target"].shift == pytest.approx(0.4)
    assert found.roles["opposite"].high < 0
    assert found.roles["neighbour"].n == sum(
        SYSTEM.relation(a, b) == "neighbour" for a in NAMES for b in NAMES
    )
    assert found.followed.expected > found.followed.unexpected
    assert found.followed.expected == 1
    assert found.followed.p < 0.05
    told = "\n".join(study.lines(found))
    assert "+0.400*" in told
    assert "permutation p" in told
    assert "n = 10 pushes" in told


def graph_pairs(graph):
    return [(arrow.start, arrow.end) for arrow in graph.arrows]


def test_a_row_is_one_value_and_each_value_one_row(measured):
    one, same = measured(planted("power")), measured(planted("power"))
    with pytest.raises(BadInput, match="pushed by two"):
        study.effect_matrix([one, same])
    both = planted("power")
    both = measured(Effects(both.subject, "test", ("power", "security"), both.effects, both.perplexity))
    with pytest.raises(BadInput, match="pushes power, security; a row"):
        study.effect_matrix([both])
    with pytest.raises(BadInput, match="differ in"):
        study.effect_matrix([one], graph=ValueGraph(("power", "fame"), ()))
    with pytest.raises(Incapable, match="not a steered model"):
        study.effect_matrix([one, "smollm2"])
