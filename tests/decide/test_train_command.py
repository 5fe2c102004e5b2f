"""`axiometer decide train` on a folder as ValuePilot is released: metrics beside the constant mean, a folder that opens again, and what was stopped goes on."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from released_folder import NAMES, record, write_released

from axiometer.analyse.decisions import ordered_similarity
from axiometer.cli import axiometer
from axiometer.decide import open_decider, states, training
from axiometer.decide.model import load_network
from axiometer.decide.selection import RULES, ratings, score
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.scene_files import open_scenes
from axiometer.studies.folder import read_kind

EPOCHS = 3


@pytest.fixture(scope="module", autouse=True)
def _encoder():
    try:
        states.open_reader()
    except Incapable as error:
        pytest.skip(str(error))


def command(*args):
    return CliRunner().invoke(axiometer, ["decide", *map(str, args)])


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = write_released(tmp_path_factory.mktemp("released"))
    spoilt = record(0)
    spoilt["actions"][1]["values"] = [0.5] * 5
    (folder / "value_1" / "train_data" / "90_spoilt_train.json").write_text(json.dumps(spoilt))
    (folder / "value_1" / "train_data" / "91_cut_train.json").write_text('{"values": [')
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("trained") / "decider"


@pytest.fixture(scope="module")
def said(released, out):
    found = command("train", released, "--out", out, "--epochs", EPOCHS)
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture(scope="module")
def printed(said):
    """(way, over) -> mean error, share within .2, share within .05."""
    line = re.compile(
        r"^(\w+) +over (values at stake|all values).*: off by ([\d.]+), within \.2 ([\d.]+)%, within \.05 ([\d.]+)%",
        re.M,
    )
    found = {
        (way, over): (float(off), float(near) / 100, float(very) / 100)
        for way, over, off, near, very in line.findall(said)
    }
    assert set(found) == {
        (way, over) for way in ("network", "constant", "words") for over in ("values at stake", "all values")
    }
    return found


def laid(scenes):
    """Ratings [actions, values] and which are at stake."""
    rated = [[a.ratings.get(name, 0.0) for name in NAMES] for s in scenes for a in s.actions]
    stake = [[name in s.values for name in NAMES] for s in scenes for _ in s.actions]
    return np.array(rated), np.array(stake)


def test_the_printed_errors_are_those_of_the_saved_network_and_of_the_constant_mean(printed, released, out):
    scenes = open_scenes(str(released))
    decider = open_decider(out)
    (known, known_stake), (true, stake) = laid(scenes.split("train")), laid(scenes.split("test"))
    read = np.concatenate(
        [decider.assess(s.text, [a.text for a in s.actions]).actions for s in scenes.split("test")]
    )
    constant = np.array([known[known_stake[:, j], j].mean() for j in range(6)])
    for way, found, near in (
        ("network", read, 0.03),
        ("constant", np.tile(constant, (len(true), 1)), 0.0011),
    ):
        error = np.abs(found - true)[stake]
        off, within, closely = printed[way, "values at stake"]
        assert off == pytest.approx(error.mean(), abs=0.005 if way == "network" else 0.0006)
        assert within == pytest.approx((error < 0.2).mean(), abs=near)
        assert closely == pytest.approx((error < 0.05).mean(), abs=near)


def test_decisions_are_printed_beside_those_under_the_constant_mean(said, released):
    line = r"^{} +OS-Sim ([\d.]+) \[[\d., ]+\] \(constant ([\d.]+)\), First-Acc ([\d.]+)% \[[\d.,% ]+\] \(constant ([\d.]+)%\), 12 scenes"
    chance = []
    rng = np.random.default_rng(1)
    for scene in open_scenes(str(released)).split("test"):
        many = len(scene.actions)
        chance.append(
            np.mean([ordered_similarity(rng.permutation(many), np.arange(many)) for _ in range(200)])
        )
    for rule in RULES:
        (found,) = re.findall(line.format(rule), said, re.MULTILINE)
        similar, constant, first, by_chance = map(float, found)
        assert 0 <= similar <= 1
        assert 0 <= first <= 100
        assert constant == pytest.approx(np.mean(chance), abs=0.06)
        assert by_chance == pytest.approx(25, abs=9)
    assert "all actions of a scene tie" in said


@pytest.mark.parametrize("rule", RULES)
def test_under_a_constant_all_actions_tie_by_every_rule(rule):
    rng = np.random.default_rng(2)
    same, wanted = np.tile(rng.uniform(-1, 1, 6), (5, 1)), rng.random(6)
    assert np.ptp(score(ratings(rng.uniform(-1, 1, 6), same, wanted), wanted, rule)) < 1e-12


def test_what_is_broken_is_left_out_and_the_page_is_drawn(said, out):
    kind, study = read_kind(out)
    assert kind == "valuepilot"
    assert study.trained == (31, 123)
    assert study.tested == (12, 48)
    assert set(study.levels) == set("123456")
    assert any("6 numbers" in why for why in study.left_out)
    assert any("not valid JSON" in why for why in study.left_out)
    page = (out / "report.html").read_text(encoding="utf-8")
    for part in ("What actions serve", "Constant mean", "Within .05", "OS-Sim", "6 numbers"):
        assert part in page
    assert f"report: {out.resolve() / 'report.html'}" in said


def test_the_saved_folder_decides(said, out, tmp_path):
    row = record(3)
    (tmp_path / "scene.json").write_text(json.dumps(row))
    (tmp_path / "mine.toml").write_text("safety = 0.9\nhappiness = 0.2\n")
    found = command("--preferences", tmp_path / "mine.toml", tmp_path / "scene.json", "--decider", out)
    assert found.exit_code == 0, found.output
    assert [line[:2] for line in found.output.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]
    assert all(action["description"] in found.output for action in row["actions"])


def test_a_second_run_trains_nothing_and_prints_the_same(said, released, out, monkeypatch):
    monkeypatch.setattr(training._State, "epoch", None)
    found = command("train", released, "--out", out, "--epochs", EPOCHS, "--json")
    assert found.exit_code == 0, found.output
    study = json.loads(found.output)
    off = {(one["way"], one["over"]): one["off"] for one in study["reads"]}
    assert f"network   over values at stake: off by {off['network', 'stake']:.3f}" in said


def test_a_stopped_training_goes_on_and_ends_as_one_that_was_not(said, released, out, tmp_path, monkeypatch):
    whole, done = training._State.epoch, []

    def counted(self, *args):
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(args[2:])
        return whole(self, *args)

    args = ("train", released, "--out", tmp_path / "out", "--work", tmp_path / "work", "--epochs", EPOCHS)
    monkeypatch.setattr(training._State, "epoch", counted)
    stopped = command(*args)
    assert stopped.exit_code != 0
    assert not (tmp_path / "out" / "network.npz").exists()
    again = []
    monkeypatch.setattr(
        training._State, "epoch", lambda self, *args: (again.append(1), whole(self, *args))[1]
    )
    monkeypatch.setattr(states.MiniLM, "tokens", None)  # what was read is kept as well
    gone_on = command(*args)
    assert gone_on.exit_code == 0, gone_on.output
    _, study = read_kind(out)
    assert len(again) == study.epochs - 7
    assert load_network(tmp_path / "out").key == load_network(out).key


def test_other_states_begin_another_training(said, released, out, tmp_path):
    there = ("--out", tmp_path / "out", "--work", out / "work")
    found = command("train", released, *there, "--epochs", EPOCHS, "--layer", 2)
    assert found.exit_code == 0, found.output
    network, other = load_network(tmp_path / "out"), load_network(out)
    assert (network.layer, other.layer) == (2, 4)
    assert not np.array_equal(network.trained.heads["rate"]["w1"], other.trained.heads["rate"]["w1"])
    decider = open_decider(tmp_path / "out")
    assert decider.assess("Rain.", ["She waits.", "She runs."]).actions.shape == (2, 6)


@pytest.mark.parametrize(
    ("more", "error", "match"),
    [
        (("--layer", 7), BadInput, "has 6 layers"),
        (("--encoder", "t5"), UnknownName, "local:FOLDER"),
        (("--encoder", "local:nowhere"), BadInput, "no folder"),
    ],
)
def test_encoders_that_are_none_are_refused_in_one_sentence(released, tmp_path, more, error, match):
    found = command("train", released, "--out", tmp_path / "out", *more)
    assert isinstance(found.exception, error)
    assert match in str(found.exception)


def test_a_folder_with_too_little_to_test_on_is_refused(tmp_path):
    found = command("train", write_released(tmp_path / "few", 8, 2), "--out", tmp_path / "out")
    assert isinstance(found.exception, BadInput)
    assert "2 scenes to test on" in str(found.exception)
