"""The closed loop and the comparison of ways to steer, end to end on a tiny model."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.studies.conva import conva, lines
from axiometer.studies.folder import read_kind
from axiometer.subjects.opening import open_subject

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{make_folder(tmp_path_factory.mktemp('llama'))}?threads=1&max_new_tokens=4"


def run(*words):
    return CliRunner().invoke(axiometer, list(words), catch_exceptions=False)


def test_a_model_is_steered_measured_again_reported_and_opens_again(tmp_path, name):
    out = tmp_path / "steered"
    words = ["-t", "power=+1,benevolence=0", "--verify", "portraits57", "--nulls", "1", "--out", str(out)]
    found = run("steer", "-s", name, *words)
    assert found.exit_code == 0
    assert "perplexity of neutral passages" in found.output
    kind, study = read_kind(out)
    assert kind == "steering"
    assert {e.value: e.role for e in study.effects}["benevolence"] == "kept"
    assert {e.value: e.role for e in study.effects}["universalism"] == "opposite"
    assert all(e.low <= e.shift <= e.high and e.n == 80 for e in study.effects)
    assert len(study.verified) == 10
    assert study.costs[0].shift == pytest.approx(1.05, abs=0.12)
    assert study.held[0].n == 80
    assert len(study.nulls[0].shifts) == 1
    page = (out / "report.html").read_text()
    assert "Power was" in page
    assert "told the opposite" in page
    steered = open_subject(f"steered:{out}")
    assert steered.spec["by"][0]["value"] == "power"


def test_several_values_share_one_budget(tmp_path, name):
    found = run(
        "steer", "-s", name, "-t", "power=+1,tradition=-1", "--nulls", "0", "--method", "caa", "--out", str(tmp_path / "x"), "--json"
    )  # fmt: skip
    study = json.loads(found.output)
    assert [push["sign"] for push in study["pushes"]] == [1, -1]
    assert study["costs"][0]["shift"] < 1.2


def test_an_interrupted_comparison_goes_on_where_it_stopped(tmp_path, name):
    first = conva(name, values=["power"], methods=["prefix"], out=tmp_path)
    journal = tmp_path / "journal.jsonl"
    with journal.open("a") as file:
        file.write('{"part": "power, ran')
    both = conva(name, values=["power"], methods=["prefix", "random"], out=tmp_path)
    assert both[0] == first[0]
    assert len(journal.read_text().splitlines()) == 3
    before = journal.read_text()
    assert conva(name, values=["power"], methods=["random", "prefix"], out=tmp_path) == both[::-1]
    assert journal.read_text() == before
    assert any("power" in line and "random" in line for line in lines(both))
    with pytest.raises(BadInput, match="other settings"):
        conva(name, values=["power"], methods=["prefix"], budget=1.5, out=tmp_path)


def test_bad_requests_are_refused_before_anything_is_asked(name):
    with pytest.raises(UnknownName, match="magic"):
        conva(name, values=["power"], methods=["magic"])
    with pytest.raises(UnknownName, match="glory"):
        conva(name, values=["glory"])
    with pytest.raises(Incapable, match="shows nothing of its inside"):
        conva("scripted:first", values=["power"])
