"""Sparse features of a tiny model, end to end: trained, located, steered by, compared with random ones."""

import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.composing import at_random
from axiometer.locate.features import locate_features
from axiometer.locate.sparse import load_coder, save_coder
from axiometer.locate.training import Recipe
from axiometer.measure.fluency import neutral_passages
from axiometer.steer.methods import component_shifts
from axiometer.studies.coders import trained_coder
from axiometer.studies.features import features, lines
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_model, open_subject
from axiometer.subjects.sites import Where

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{make_folder(tmp_path_factory.mktemp('llama'))}?threads=1&max_new_tokens=4"


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("\n".join(neutral_passages()))
    return path


@pytest.fixture(scope="module")
def coder(tmp_path_factory, name, text):
    out = tmp_path_factory.mktemp("coder")
    recipe = Recipe(features=96, k=12, steps=150, batch=256, rate=3e-3)
    return out, trained_coder(name, 2, [text], out, recipe)


def run(*words):
    return CliRunner().invoke(axiometer, list(words), catch_exceptions=False)


def test_features_keep_most_of_held_out_states(coder):
    _, found = coder
    assert found.explained > 0.4
    assert found.active <= 12
    assert found.held > 100
    assert found.states > 5 * found.held


def test_the_same_command_goes_on_and_states_are_read_once(tmp_path, name, text):
    words = [
        "locate",
        "coder",
        "-s",
        name,
        "-l",
        "1",
        "-t",
        str(text),
        "--out",
        str(tmp_path),
        "--steps",
        "30",
        "-k",
        "4",
    ]
    assert run(*words).exit_code == 0
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("states-*.npy")}
    assert kept
    again = run(*words)
    assert "variance explained on held-out" in again.output
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(load_coder(tmp_path).bias) == 4 * 32


def test_a_values_features_steer_and_open_again(tmp_path, name, coder):
    folder, _ = coder
    out = str(tmp_path / "steered")
    found = run("locate", "features", "-s", name, "-v", "power", "--coder", str(folder), "--out", out)
    assert found.exit_code == 0
    assert "hold up on other scenes" in found.output
    assert open_subject(f"steered:{out}").spec["by"][0]["method"] == "features"


def test_the_units_that_write_a_value_steer_and_open_again(tmp_path, name):
    out = str(tmp_path / "steered")
    found = run("locate", "writers", "-s", name, "-v", "power", "--layer", "2", "--top", "6", "--out", out)
    assert "of 6 neurons hold up on other scenes" in found.output
    subject = open_subject(f"steered:{out}")
    assert subject.spec["by"][0]["method"] == "neurons"
    assert subject.receipted([Prompt("I like rules.")], seed=0)[1][0].edits
    with pytest.raises(BadInput, match="no layer 99"):
        run("locate", "writers", "-s", name, "-v", "power", "--layer", "99")


def test_states_that_are_there_are_spared_and_random_features_are_matched(name, coder):
    folder, trained = coder
    model, code = open_model(name), load_coder(folder)
    found = locate_features(model, code, open_contrast("power"), 8)
    (dosed,) = component_shifts(found)
    (push,) = dosed.at(1.0).pushes
    there = found.seen.astype(np.float64)
    moved = push.apply(there, Where(np.arange(len(there))), push.arrays)
    along = (there @ found.direction - (there @ found.direction).mean()) / (there @ found.direction).std()
    assert (np.abs(moved - there).max(axis=1) > 1e-4).tolist() == (along < 1.0).tolist()
    usual = np.linspace(0, 1, len(code.bias))
    other = at_random(code.decoder, found, 0, usual)
    assert [one.weight for one in other.best] == [one.weight for one in found.best]
    assert not {one.number for one in other.best} & {one.number for one in found.best}
    assert at_random(code.decoder, found, 0, usual).best == other.best
    assert at_random(code.decoder, found, 1, usual).best != other.best
    assert trained.coder.weights == model.fingerprint


def test_the_study_compares_with_random_features_and_goes_on(tmp_path, name, coder):
    folder, _ = coder
    rows = features(name, folder, values=["power"], many=8, random=2, out=tmp_path)
    assert len(rows[0].random) == 2
    assert features(name, folder, values=["power"], many=8, random=2, out=tmp_path) == rows
    assert any("random" in line and "p =" in line for line in lines(rows))
    assert "values" in list(lines(rows))[-1]


def test_features_of_another_model_are_refused_before_anything_is_read(tmp_path, name, coder):
    folder, _ = coder
    other = make_folder(tmp_path / "qwen", "qwen2")
    with pytest.raises(Incapable, match="features are of weights"):
        features(f"local:{other}?threads=1", folder, values=["power"])
    code = load_coder(folder)
    wide = type(code)(
        2,
        "relu",
        np.ones((48, 9), np.float32),
        np.ones(9, np.float32),
        np.ones((9, 48), np.float32),
        np.ones(48, np.float32),
    )
    save_coder(tmp_path / "wide", wide)
    with pytest.raises(Incapable, match=r"width 48 at layer 2; .* has width 32"):
        features(name, tmp_path / "wide", values=["power"])


def test_too_little_text_is_refused(tmp_path, name):
    (tmp_path / "few.txt").write_text("A line of eight words that is enough here.\n")
    with pytest.raises(BadInput, match="too few"):
        trained_coder(name, 1, [tmp_path / "few.txt"], tmp_path / "x", Recipe())
    with pytest.raises(BadInput, match="no layer 40"):
        trained_coder(name, 40, [tmp_path / "few.txt"], tmp_path / "x", Recipe())


def test_held_out_text_of_ones_own_is_judged_by_and_may_not_be_trained_on(tmp_path, name, text):
    lines = text.read_text().splitlines()
    (tmp_path / "own.txt").write_text("\n".join(lines[:20]))
    (tmp_path / "other.txt").write_text("\n".join(lines[20:]))
    recipe = Recipe(features=48, k=8, steps=5, batch=64)
    found = trained_coder(
        name, 1, [tmp_path / "own.txt"], tmp_path / "c", recipe, held=[tmp_path / "other.txt"]
    )
    assert found.held > 100
    assert found.states > 100
    with pytest.raises(BadInput, match="trained on, too"):
        trained_coder(name, 1, [text], tmp_path / "d", recipe, held=[tmp_path / "other.txt"])


def test_a_paragraph_that_stands_twice_is_no_reason_to_refuse_a_text(tmp_path, name, text):
    (tmp_path / "twice.txt").write_text("\n".join(text.read_text().splitlines() * 2))
    recipe = Recipe(features=48, k=8, steps=5, batch=64)
    assert trained_coder(name, 1, [tmp_path / "twice.txt"], tmp_path / "c", recipe).held > 0
