"""What steering did: every value, both orders, intervals, and the price."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.analyse.effects import moved, ratio, share
from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.contrast import Dilemma
from axiometer.measure.dilemmas import Preference, preferences
from axiometer.measure.fluency import cost, neutral_passages
from axiometer.studies.effects import effects
from axiometer.subjects import Card, Missing, Weights

ASKED = [Dilemma("a-1", "test", "Ana", "It is late.", "stay and read", "go home now")]


class Liking:
    """Likes the option named first by `order`, and reading by `reading`."""

    card = Card("liking", "planted")

    def __init__(self, order, reading, missing=False):
        self.spec = {"subject": "liking"}
        self.order, self.reading, self.missing = order, reading, missing

    def answer(self, prompts, *, seed):
        raise NotImplementedError

    def weigh(self, prompts, options):
        found = []
        for prompt, some in zip(prompts, options, strict=True):
            logp = [
                4
                * (
                    self.order * (prompt.user.index(o.split(" should ")[1][:-1]) < 30)
                    + self.reading * ("read" in o)
                )
                for o in some
            ]
            found.append(Missing("truncated") if self.missing else Weights(tuple(logp), (4, 4)))
        return found


def test_a_liking_for_the_first_option_cancels():
    (found,) = preferences(Liking(order=3.0, reading=0.0), ASKED)
    assert found == Preference("a-1", 3.0, -3.0)
    assert found.mean == 0
    assert not found.chosen
    (found,) = preferences(Liking(order=3.0, reading=0.5), ASKED)
    assert found.mean == pytest.approx(0.5)
    assert found.chosen


def test_what_cannot_be_weighed_is_missing():
    assert preferences(Liking(0, 0, missing=True), ASKED) == [Missing("truncated")]


def test_an_interval_of_a_shift_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(200):
        before = rng.standard_normal(40)
        found = moved(before, before + 0.3 + 0.5 * rng.standard_normal(40), seed)
        held += found.low <= 0.3 <= found.high
    assert 0.9 <= held / 200 <= 0.99


def test_a_ratio_of_perplexities_by_hand():
    found = ratio(np.array([-10.0, -20.0]), np.array([-11.0, -22.0]), np.array([10.0, 20.0]))
    assert found.shift == pytest.approx(np.exp(0.1))
    assert found.low == pytest.approx(np.exp(0.1))
    assert share(np.array([True, False, True])).hits == 2


def test_short_passages_are_refused():
    with pytest.raises(BadInput, match="3 words"):
        cost(Liking(0, 0), ["only three words"])
    assert all(len(passage.split()) > 40 for passage in neutral_passages())


def test_only_a_steered_subject_has_effects():
    with pytest.raises(Incapable, match="not a steered model"):
        effects("scripted:first")


@pytest.mark.slow
def test_the_command_tells_every_value_and_the_price(tmp_path):
    folder = make_folder(tmp_path / "llama")
    # Rotary positions have no weights: the tiny model may read as much as it is told.
    config = json.loads((folder / "config.json").read_text()) | {"max_position_embeddings": 2048}
    (folder / "config.json").write_text(json.dumps(config))
    out = str(tmp_path / "kept")
    words = ["locate", "vector", "-s", f"local:{folder}?threads=1", "-v", "power", "-l", "2", "--out", out]
    words += ["--method", "difference", "--dose", "4"]
    CliRunner().invoke(axiometer, words, catch_exceptions=False)
    told = CliRunner().invoke(
        axiometer, ["effects", "-s", f"steered:{out}", "--json"], catch_exceptions=False
    )
    found = json.loads(told.output)
    assert found["towards"] == ["power"]
    assert [e["value"] for e in found["effects"]][:2] == ["self-direction", "stimulation"]
    assert len(found["effects"]) == 10
    assert all(e["moved"]["n"] >= 40 and e["missing"] == 0 for e in found["effects"])
    assert all(e["moved"]["low"] <= e["moved"]["shift"] <= e["moved"]["high"] for e in found["effects"])
    assert any(e["moved"]["shift"] != 0 for e in found["effects"])
    assert found["perplexity"]["shift"] != 1
    plain = CliRunner().invoke(axiometer, ["effects", "-s", f"steered:{out}"], catch_exceptions=False)
    assert "95 % bootstrap interval" in plain.output
    assert " *" in plain.output
