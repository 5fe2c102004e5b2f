"""Sparse features: a planted dictionary found, training that goes on, folders that others read, and bad ones refused."""

import json

import numpy as np
import pytest

from axiometer.errors import BadInput, StorageFailure
from axiometer.locate.sparse import SparseCoder, highest, load_coder, save_coder
from axiometer.locate.training import Recipe, silent, train_coder, without_outliers


def planted(rng, many=24, wide=16, rows=6000, active=2):
    """States of a few directions each."""
    directions = rng.standard_normal((many, wide)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    amounts = np.zeros((rows, many), np.float32)
    for row in amounts:
        row[rng.choice(many, active, replace=False)] = rng.uniform(0.5, 1.5, active)
    return amounts @ directions * 40.0 + 7.0, directions


RECIPE = Recipe(features=48, k=2, steps=1200, batch=256, rate=6e-3)


@pytest.fixture(scope="module")
def found():
    states, directions = planted(np.random.default_rng(0))
    return states, directions, train_coder(states, 3, RECIPE)


def test_a_planted_dictionary_is_found(found):
    states, directions, coder = found
    cosines = np.abs(directions @ coder.decoder.T).max(axis=1)
    assert cosines.mean() >= 0.9
    assert coder.explained(states) > 0.9
    assert (coder.encode(states) > 0).sum(axis=1).max() <= 2
    assert np.linalg.norm(coder.decoder, axis=1) == pytest.approx(np.ones(48), abs=1e-4)
    assert silent(coder, states) < 0.5


def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path):
    states, _ = planted(np.random.default_rng(1), rows=1000)
    recipe = Recipe(features=32, k=2, steps=60, batch=128)
    whole = train_coder(states, 0, recipe)

    class Stopped(Exception):
        pass

    def stop(done, total):
        if done == 40:
            raise Stopped

    with pytest.raises(Stopped):
        train_coder(states, 0, recipe, work=tmp_path, progress=stop)
    seen = []
    again = train_coder(states, 0, recipe, work=tmp_path, progress=lambda done, total: seen.append(done))
    assert seen[0] == 26
    assert np.array_equal(again.decoder, whole.decoder)
    assert np.array_equal(again.encoder, whole.encoder)
    with pytest.raises(BadInput, match="another recipe"):
        train_coder(states, 0, Recipe(features=32, k=3, steps=60, batch=128), work=tmp_path)
    with pytest.raises(BadInput, match="fewer than a batch"):
        train_coder(states[:50], 0, recipe)


@pytest.mark.parametrize("kind", ["relu", "topk", "jumprelu"])
def test_a_folder_gives_the_same_features_back(tmp_path, kind):
    rng = np.random.default_rng(2)
    numbers = [rng.standard_normal(shape).astype(np.float32) for shape in ((6, 9), (9,), (9, 6), (6,))]
    threshold = np.full(9, 0.3, np.float32) if kind == "jumprelu" else np.empty(0, np.float32)
    coder = SparseCoder(4, kind, *numbers, 3 if kind == "topk" else 0, threshold, weights="b2:x")
    save_coder(tmp_path / "coder", coder)
    again = load_coder(tmp_path / "coder")
    states = rng.standard_normal((20, 6)).astype(np.float32)
    assert np.array_equal(again.encode(states), coder.encode(states))
    assert (again.layer, again.weights, again.kind) == (4, "b2:x", kind)


def test_the_older_layout_is_read_and_what_is_not_known_is_refused(tmp_path):
    rng = np.random.default_rng(3)
    numbers = [rng.standard_normal(shape).astype(np.float32) for shape in ((6, 9), (9,), (9, 6), (6,))]
    save_coder(tmp_path, SparseCoder(4, "relu", *numbers))
    path = tmp_path / "cfg.json"
    old = {"d_in": 6, "d_sae": 9, "hook_name": "blocks.5.hook_resid_pre", "hook_layer": 5, "dtype": "float32"}
    path.write_text(json.dumps(old))
    assert (load_coder(tmp_path).layer, load_coder(tmp_path).kind) == (4, "relu")
    for change, said in (
        ({"architecture": "gated"}, "architecture is 'gated'"),
        ({"d_in": 7}, r"W_enc is \(6, 9\); it must be \(7, 9\)"),
        ({"hook_name": "blocks.5.mlp.hook_out"}, "hook_name"),
        ({"normalize_activations": "layer_norm"}, "normalize_activations"),
    ):
        path.write_text(json.dumps({**old, **change}))
        with pytest.raises(BadInput, match=said):
            load_coder(tmp_path)
    path.write_text("{")
    with pytest.raises(BadInput, match="cannot be read"):
        load_coder(tmp_path)
    with pytest.raises(BadInput, match=r"has no cfg\.json"):
        load_coder(tmp_path / "nowhere")


def test_only_the_highest_count_and_outliers_are_left_out():
    assert highest(np.array([[1.0, 3.0, 2.0, 0.0]]), 2).tolist() == [[0.0, 3.0, 2.0, 0.0]]
    states = np.ones((10, 4), np.float32)
    states[0] *= 400
    assert len(without_outliers(states)) == 9


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    numbers = [np.ones(shape, np.float32) for shape in ((2, 3), (3,), (3, 2), (2,))]
    with pytest.raises(StorageFailure, match="cannot write"):
        save_coder(tmp_path / "file" / "x", SparseCoder(0, "relu", *numbers))
