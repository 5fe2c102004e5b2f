"""Parts that compose a vector: a planted few are found, and what a unit writes is what raising it adds to the block."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.canon import draws
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.composing import at_random, compose, matching, summed
from axiometer.locate.probe import mean_difference
from axiometer.locate.reading import states
from axiometer.steer.edits import Add
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_model
from axiometer.subjects.sites import Site

FAMILIES = (
    "llama", "qwen2", "qwen3", "mistral", "gpt2", "gpt_neox", "opt"
)  # fmt: skip


def test_planted_parts_and_their_weights_are_found():
    rng = draws(0, "planted")
    directions = rng.normal(size=(200, 60)).astype(np.float32)
    planted = {3: 2.0, 77: -1.5, 150: 0.8, 199: -0.5}
    target = sum(weight * directions[i].astype(np.float64) for i, weight in planted.items())
    chosen, weights = matching(directions, target, 4)
    assert dict(zip(chosen.tolist(), weights.round(6).tolist(), strict=True)) == planted


def test_no_parts_at_all_are_refused_and_more_than_there_are_numbers_are_not_taken():
    with pytest.raises(BadInput, match="at least 1"):
        matching(np.ones((9, 6), np.float32), np.ones(6), 0)
    assert len(matching(draws(0, "many").normal(size=(9, 6)).astype(np.float32), np.ones(6), 7)[0]) == 6


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return lambda family: f"local:{make_folder(tmp_path_factory.mktemp(family), family)}?threads=1"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_unit_writes_is_what_raising_it_adds_to_the_block(folders, family):
    model = open_model(folders(family))
    written = model.writers(1)
    assert written.shape == (model.width("units"), model.width("block"))
    gated = family in ("llama", "qwen2", "qwen3", "mistral")
    push = np.zeros(model.width("units"), np.float32)
    push[5] = 0.25
    edit = Add(Site(1, "units"), push)
    before, after = (
        model.capture([Prompt("I like rules.")], [Site(1)], tokens="each", edits=edits)[Site(1)]
        for edits in ([], [(edit,)])
    )
    moved = after - before
    along = moved @ written[5] / (written[5] @ written[5])
    # A gated unit passes on its push times its gate, another one at each token; the direction is the same.
    assert moved == pytest.approx(np.outer(along, written[5]), abs=2e-5)
    if not gated:
        assert along == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("family", ["gemma2", "gemma3"])
def test_units_whose_sum_is_scaled_token_by_token_have_no_direction(folders, family):
    with pytest.raises(Incapable, match="scales what its feed-forward units write"):
        open_model(folders(family)).writers(1)


def test_the_parts_of_a_value_are_apart_from_those_drawn_at_random(folders):
    model, contrast = open_model(folders(FAMILIES[0])), open_contrast("power")
    written = model.writers(1)
    found = compose(model, contrast, "neurons", 1, written, 12)
    assert 0 < len(found.best) <= found.tried == 12
    assert all(one.area > 0.5 for one in found.best)
    target = mean_difference(*states(model, contrast.pairs_of("train"), [Site(1)], "answer")[Site(1)])
    other = at_random(written, found, 0)
    assert not {one.number for one in other.best} & {one.number for one in found.best}
    assert [one.weight for one in other.best] == [one.weight for one in found.best]
    assert at_random(written, found, 0).best == other.best != at_random(written, found, 1).best

    def along(direction):
        return direction @ target / np.linalg.norm(direction) / np.linalg.norm(target)

    assert along(summed(written, found.best)) > 0.3 > abs(along(other.direction))
