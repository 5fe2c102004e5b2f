"""Value neurons found, saved and put to the test, with a tiny model and material of a few scenes."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from click.testing import CliRunner
from tiny_models import make_folder

from axiometer.cli.locate_neurons import command as neurons
from axiometer.cli.study_valuelocate import command as valuelocate
from axiometer.errors import Incapable
from axiometer.studies.neurons import open_model
from axiometer.studies.valuelocate import RULES, Rule, Writing, lines
from axiometer.studies.valuelocate import valuelocate as study

SCENES = [("rules", "things"), ("help", "care"), ("safety", "freedom"), ("me", "you")]


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = tmp_path_factory.mktemp("material")
    rows = ['schema = 1\nsystem = "schwartz10"\nvalue = "power"\nlicence = "CC-BY-4.0"']
    for one, other in SCENES:
        rows.append(
            f'[[scenes]]\nname = "{one}"\nsplit = "train"\nfirst_says = "I {{value {one}|like {other}}}."'
        )
    rows.append('[[scenes]]\nname = "own"\nsplit = "tune"\nfirst_says = "I {value own|like rules}."')
    for i, (one, other) in enumerate(SCENES * 2):
        split = "tune" if i < 4 else "test"
        rows.append(
            f'[[dilemmas]]\nsplit = "{split}"\nwho = "I"\nlead = "{one} {i}."\nexpressing = "value {one}"\nother = "like {other}"'
        )
    (folder / "power.toml").write_text("\n\n".join(rows))
    return folder


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{make_folder(tmp_path_factory.mktemp('llama'))}?threads=1&max_new_tokens=4"


def test_every_rule_is_tried_and_the_best_is_held_against_random_units(name, material, tmp_path):
    rules = (Rule("frequency", 0.05, True), Rule("effect", 0.1, False), Writing(0.5, 0.05))
    settings = {"values": ["power"], "material": material, "rules": rules, "draws": 3, "budget": 1.5}
    (row,) = study(name, **settings, out=tmp_path / "kept")
    assert row.chosen == max(row.tried, key=lambda one: one.moved.shift)
    assert row.moved.n == row.chosen.moved.n == 4
    assert len(row.chance.draws) == 3
    assert all(one.gamma > 0 for one in row.tried)
    # What is finished is not done again, and what is read back is the same.
    assert study("local:" + name.removeprefix("local:"), **settings, out=tmp_path / "kept") == [row]
    told = "\n".join(lines([row]))
    assert "n = 4" in told
    assert "of 1 values" in told
    assert len(set(map(str, RULES))) == len(RULES)


def test_the_study_command_prints_rows_as_json(name, material):
    words = [
        "-s",
        name,
        "-v",
        "power",
        "--material",
        str(material),
        "--draws",
        "2",
        "--budget",
        "2",
        "--json",
    ]
    found = CliRunner().invoke(valuelocate, words, catch_exceptions=False)
    (row,) = json.loads(found.output)
    assert row["value"] == "power"
    assert len(row["tried"]) <= len(RULES)


@pytest.mark.parametrize("way", ["given", "generated"])
def test_the_command_tells_where_the_neurons_are_and_saves_them(name, material, tmp_path, way):
    words = ["-s", name, "-v", "power", "--material", str(material), "--top", "5", "--answers", way]
    words += ["--score", "auroc", "--out", str(tmp_path / "kept")]
    found = CliRunner().invoke(neurons, words, catch_exceptions=False)
    assert "5 units for it and 5 for its opposite, of 4 x 48" in found.output
    table = json.loads((tmp_path / "kept" / "steering.json").read_text())
    assert table["evidence"]["score"] == "auroc"
    assert sum(layer["holding"] for layer in table["evidence"]["layers"]) == 5
    assert table["interventions"][0]["kind"] == "neurons"
    again = CliRunner().invoke(neurons, [*words[:-2], "--against", "--json"], catch_exceptions=False)
    assert json.loads(again.output)["answers"] == table["evidence"]["answers"]


def test_only_a_model_in_memory_has_neurons():
    with pytest.raises(Incapable, match="shows nothing of its inside"):
        open_model("scripted:first")
