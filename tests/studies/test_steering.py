"""The closed loop and the comparison of ways to steer, end to end on a tiny model."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.vectors import locate_vector
from axiometer.raters import Rating
from axiometer.steer import steer
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.vectors import reaching
from axiometer.studies.conva import conva, lines
from axiometer.studies.folder import read_kind
from axiometer.studies.receipts import told_receipts
from axiometer.studies.steering import Plan, notes
from axiometer.subjects import Missing
from axiometer.subjects.opening import open_model, open_subject
from axiometer.values import open_system, read_objective
from axiometer.values.graph import Arrow, ValueGraph, write_graph

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
    assert any(
        note.startswith("Receipts of 20 test dilemmas of power: 20 were changed") for note in study.notes
    )
    assert "Receipts of 20 test dilemmas" in page
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


def test_a_graph_chooses_what_is_pushed_and_opposites_are_told_before_the_work(tmp_path, name):
    arrows = (
        Arrow("achievement", "power", 0.8),
        Arrow("achievement", "tradition", 0.0),
        Arrow("power", "tradition", 0.9),
    )
    graph = ValueGraph(open_system("schwartz10").names, arrows)
    write_graph(tmp_path / "graph.json", graph)
    plan = Plan(read_objective("power=+1,tradition=0"), graph=graph)
    assert plan.pushed in ({"power": 1}, {"achievement": 1})
    far = Plan(
        read_objective("power=+1"), graph=ValueGraph(graph.values, (Arrow("stimulation", "power", 2.0),))
    )
    assert far.pushed == {"stimulation": 1}
    assert "The graph chose to push stimulation" in notes(far)[0]
    assert "opposites" in notes(Plan(read_objective("power=+1,universalism=+1")))[0]
    found = run(
        "steer", "-s", name, "-t", "power=+1", "--graph", str(tmp_path / "graph.json"), "--nulls", "0",
        "--method", "caa", "--out", str(tmp_path / "x"), "--json",
    )  # fmt: skip
    study = json.loads(found.output[found.output.index("{") :])
    assert study["pushes"][0]["value"] == next(iter(Plan(read_objective("power=+1"), graph=graph).pushed))
    assert study["notes"][0].startswith("The graph chose")


def test_a_gate_may_have_another_rater_and_threshold():
    plan = Plan(read_objective("power=+1"), gate=True, gate_rater="lexicon", gate_threshold=0.1)
    assert plan.opened_gate("power").told == "open where lexicon rates the question 0.10 or more"
    with pytest.raises(BadInput, match="no thresholds"):
        replace(plan, gate_threshold=None).opened_gate("power")


def test_steering_that_changes_nothing_is_refused(name):
    model = open_model(name)
    located = locate_vector(model, open_contrast("power"), layers=[1])
    idle = reaching(located, 0.0)
    idle = replace(idle, pushes=tuple(replace(push, odds=-1e6) for push in idle.pushes))
    with pytest.raises(Incapable, match="changed nothing in 20 dilemmas"):
        told_receipts(steer(model, idle), ["power"])
    assert told_receipts(steer(model, ValuePrompt("power", 1, 1)), ["power"]) == ()


class Loud:
    """Reads any value in whatever is written in capitals, and nothing in an empty text."""

    system = "schwartz10"
    spec = property(lambda self: {"rater": "loud", "system": self.system})

    def rate(self, contents):
        names = open_system("schwartz10").names
        return [
            Rating(dict.fromkeys(names, sum(c.isupper() for c in text) / len(text)))
            if text
            else Missing("unparsed", "no words")
            for text in contents
        ]


def test_what_the_model_writes_is_rated_before_and_after(tmp_path, name):
    (row,) = conva(name, values=["power"], methods=["random"], rater=Loud(), out=tmp_path)
    assert row.written.moved.n + row.written.missing == 80
    assert row.written.told.n == 80
    assert any("replies rated" in line for line in lines([row]))
    with pytest.raises(BadInput, match="other settings"):
        conva(name, values=["power"], methods=["random"], out=tmp_path)
    elsewhere = Loud()
    elsewhere.system = "touche20"
    with pytest.raises(BadInput, match="reads values of touche20"):
        conva(name, values=["power"], methods=["random"], rater=elsewhere)


def test_bad_requests_are_refused_before_anything_is_asked(name):
    with pytest.raises(UnknownName, match="magic"):
        conva(name, values=["power"], methods=["magic"])
    with pytest.raises(UnknownName, match="glory"):
        conva(name, values=["glory"])
    with pytest.raises(Incapable, match="shows nothing of its inside"):
        conva("scripted:first", values=["power"])
