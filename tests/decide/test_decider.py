"""Deciding in one call: better preferences for a value favour what serves it; preferences are learned from rankings; bad input is one sentence."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from planted_reader import NAMES, Words, planted
from test_network import QUICK, laid

from axiometer.cli import axiometer
from axiometer.decide import decider as module
from axiometer.decide.decider import Decider, open_decider, read_preferences
from axiometer.decide.model import Network, halved, save_network
from axiometer.decide.personal import Ranked, fitted
from axiometer.decide.selection import ratings, score
from axiometer.decide.training import train
from axiometer.errors import BadInput, Incapable, UnknownName

SCENE, ACTIONS = "place1 lock song", ["lock thing1", "blaze song", "gloom lock", "peer hug"]


@pytest.fixture(scope="module")
def network():
    return halved(Network("valuepilot6", "words", 0, train(laid(planted().split("train")), QUICK), 4))


@pytest.fixture(scope="module")
def decider(network):
    return Decider(network, Words())


def test_who_prefers_a_value_takes_what_serves_it(decider):
    nothing = dict.fromkeys(NAMES, 0.0)
    careful = decider.decide(SCENE, ACTIONS, nothing | {"safety": 1.0})
    merry = decider.decide(SCENE, ACTIONS, nothing | {"happiness": 1.0})
    assert "lock" in careful.best
    assert "song" in merry.best
    for decision in (careful, merry):
        for i, added in enumerate(decision.adds):
            assert sum(added.values()) == pytest.approx(decision.scores[i], abs=1e-9)
        assert sorted(decision.ranking) == [0, 1, 2, 3]


def test_an_assessment_serves_the_next_person_as_well(decider):
    assessed = decider.assess(SCENE, ACTIONS)
    for wanted in ({"safety": 1.0}, {"intimacy": 0.9, "curiosity": 0.8}):
        assert decider.choose(assessed, ACTIONS, wanted) == decider.decide(SCENE, ACTIONS, wanted)


@pytest.mark.parametrize("rule", ["promethee", "sum", "topsis", "utility"])
def test_every_rule_and_variant_ranks(decider, rule):
    for variant in ("paper", "repo"):
        found = decider.decide(SCENE, ACTIONS, {"safety": 1.0}, rule=rule, variant=variant)
        assert len(found.ranking) == 4
        assert bool(found.adds) == ((rule, variant) == ("promethee", "paper"))


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"safety": 1.5}, BadInput, "number from 0 to 1"),
        ({"safety": -0.1}, BadInput, "number from 0 to 1"),
        ({"safety": float("nan")}, BadInput, "number from 0 to 1"),
        ({"safety": True}, BadInput, "number from 0 to 1"),
        ({"safety": "high"}, BadInput, "number from 0 to 1"),
        ({"courage": 0.5}, UnknownName, "courage"),
        ({"energy": 0.5, "vitality": 0.6}, BadInput, "given twice"),
        ({}, BadInput, "no preference"),
    ],
)
def test_preferences_that_are_none_are_refused(given, error, match):
    with pytest.raises(error, match=match):
        read_preferences(given, "valuepilot6")


def test_scenes_without_actions_and_other_encoders_are_refused(decider, network):
    with pytest.raises(BadInput, match="no action"):
        decider.assess(SCENE, [])
    with pytest.raises(BadInput, match="no action, or one without words"):
        decider.assess(SCENE, ["  "])
    with pytest.raises(BadInput, match="no words in the scene"):
        decider.assess(" ", ACTIONS)
    with pytest.raises(BadInput, match="another encoder"):
        Decider(network, Words(key="others")).assess(SCENE, ACTIONS)
    with pytest.raises(UnknownName, match="rule"):
        decider.decide(SCENE, ACTIONS, {"safety": 1.0}, rule="coin")
    with pytest.raises(UnknownName, match="variant"):
        decider.decide(SCENE, ACTIONS, {"safety": 1.0}, variant="mine")


def test_preferences_are_found_again_from_rankings():
    rng = np.random.default_rng(5)
    true = np.array([0.95, 0.1, 0.8, 0.2, 0.6, 0.4])
    told = []
    for _ in range(25):
        scene, actions = rng.uniform(-1, 1, 6), rng.uniform(-1, 1, (6, 6))
        pull = 30 * score(ratings(scene, actions, true), true) + rng.gumbel(size=6)
        told.append(Ranked(scene, actions, np.argsort(-pull)))
    found = fitted(told)
    assert np.corrcoef(found.mean, true)[0, 1] > 0.85
    assert ((found.low <= true) & (true <= found.high)).sum() >= 5
    assert found.similarity > 0.75
    few = fitted(told[:2])
    assert (few.high - few.low).mean() > (found.high - found.low).mean()


def test_rankings_that_contradict_themselves_are_refused():
    one = Ranked(np.zeros(6), np.zeros((3, 6)), np.array([0, 0, 1]))
    with pytest.raises(BadInput, match="name each once"):
        fitted([one])
    with pytest.raises(BadInput, match="no ranking"):
        fitted([])


@pytest.fixture
def folder(tmp_path, network, monkeypatch):
    save_network(
        tmp_path / "decider", network,
        'schema = 1\nsystem = "valuepilot6"\nreader = "words"\nlayer = 0\nplaces = 4\n',
    )  # fmt: skip
    monkeypatch.setattr(module, "open_reader", lambda *which: Words())
    (tmp_path / "scene.toml").write_text(f'text = "{SCENE}"\nactions = {json.dumps(ACTIONS)}\n')
    (tmp_path / "scene.json").write_text(
        json.dumps({"scenario": SCENE, "actions": [{"description": a} for a in ACTIONS]})
    )
    (tmp_path / "pref.toml").write_text("safety = 1.0\nhappiness = 0.0\n")
    return tmp_path


def run(*args):
    return CliRunner().invoke(axiometer, ["decide", *map(str, args)])


def test_the_command_ranks_and_explains(folder):
    found = run("--preferences", folder / "pref.toml", folder / "scene.toml", "--decider", folder / "decider")
    assert found.exit_code == 0, found.output
    assert found.output.startswith("1. ")
    assert "lock" in found.output.splitlines()[0]
    assert "would win" in found.output or "No change" in found.output
    same = run(
        "scene", "-p", folder / "pref.toml", folder / "scene.json", "--decider", folder / "decider", "--json"
    )
    told = json.loads(same.output)
    assert told["actions"][told["ranking"][0]] in found.output.splitlines()[0]


def test_the_command_learns_preferences_and_writes_them(folder):
    rows = [{"text": SCENE, "actions": ACTIONS, "order": [1, 3, 4, 2]}] * 3
    (folder / "ranked.json").write_text(json.dumps({"rankings": rows}))
    found = run(
        "learn", folder / "ranked.json", "--decider", folder / "decider", "--out", folder / "mine.toml"
    )
    assert found.exit_code == 0, found.output
    assert "from 3 rankings" in found.output
    again = run("--preferences", folder / "mine.toml", folder / "scene.toml", "--decider", folder / "decider")
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("scene.toml", 'actions = ["a"]', "has no text"),
        ("scene.toml", 'text = "a"', "has no actions"),
        ("scene.toml", 'text = "a"\nactions = ["b", ""]', "action 2 has no words"),
        ("scene.toml", "text = ", "not valid TOML"),
        ("scene.json", "[]", "must be a table"),
        ("pref.toml", "safety = nan", "number from 0 to 1"),
        ("pref.toml", "bravery = 0.2", "bravery"),
        (
            "rank.json",
            '{"rankings": [{"text": "a", "actions": ["b", "c"], "order": [1, 1]}]}',
            "in two places",
        ),
        (
            "rank.json",
            '{"rankings": [{"text": "a", "actions": ["b", "c"], "order": [1]}]}',
            "name each from 1 to 2",
        ),
        ("rank.json", '{"rankings": []}', "has no rankings"),
    ],
)
def test_files_that_cannot_be_used_are_told_in_one_sentence(folder, name, text, match):
    (folder / name).write_text(text)
    scene = folder / (name if name.startswith("scene") else "scene.toml")
    args = ["learn", folder / name] if name == "rank.json" else ["-p", folder / "pref.toml", scene]
    found = run(*args, "--decider", folder / "decider")
    assert found.exit_code != 0
    assert match in str(found.exception)


def test_without_a_shipped_network_the_way_out_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "shipped", lambda *parts: tmp_path / "none")
    with pytest.raises(Incapable, match="decide train"):
        open_decider()


def test_values_are_in_the_order_of_the_system(decider):
    assert decider.names == NAMES
