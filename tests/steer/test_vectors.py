"""Pushes along a value's vector: the least that is needed, counted, saved and opened again."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from click.testing import CliRunner
from tiny_models import make_folder

from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.contrast import Contrast, Pair, open_contrast
from axiometer.locate.probe import fit_along, fit_probe, hits, mean_difference, principal
from axiometer.locate.vectors import locate_vector
from axiometer.steer import Told, steer
from axiometer.steer.edits import AddAtStart, Reach
from axiometer.steer.saved import load_steering, save_steering
from axiometer.steer.vectors import adding, reaching
from axiometer.studies.vectors import found_vector
from axiometer.subjects import Answer, Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site, Where

PROMPTS = [Prompt("I value power"), Prompt("they like new things and rules for me")]
OPTIONS = [[" yes", " no"]] * 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def name(folder):
    return f"local:{folder}?threads=1&max_new_tokens=5"


@pytest.fixture(scope="module")
def model(name):
    return open_subject(name)


@pytest.fixture(scope="module")
def located(model):
    return locate_vector(model, open_contrast("power"), layers=[1, 2])


def where(many, last=None):
    return Where(np.arange(many), last)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_push_reaches_the_odds_exactly_and_moves_nobody_who_is_there(sign):
    rng = np.random.default_rng(0)
    weights, hidden = rng.standard_normal(16).astype(np.float32), rng.standard_normal((50, 16))
    push = Reach(Site(0), weights, 0.3, sign * 1.5, sign)
    after = push.apply(hidden, where(50), push.arrays)
    before, odds = hidden @ weights + 0.3, after @ weights + 0.3
    there = sign * before >= 1.5
    assert there.any()
    assert (~there).any()
    assert np.array_equal(after[there], hidden[there])
    assert odds[~there] == pytest.approx(np.full((~there).sum(), sign * 1.5), abs=1e-6)
    # It is the least: any state with these odds is at least as far, and the step is that distance.
    distance = np.abs(1.5 * sign - before[~there]) / np.linalg.norm(weights.astype(np.float64))
    assert np.linalg.norm(after[~there] - hidden[~there], axis=1) == pytest.approx(distance, rel=1e-6)


def test_the_push_of_the_whole_prompt_is_what_its_last_token_needs():
    weights = np.array([1.0, 0.0], dtype=np.float32)
    hidden = np.array([[0.0, 1.0], [5.0, 0.0], [-1.0, 0.0]], dtype=np.float32)
    push = Reach(Site(0), weights, 0.0, 2.0, whole=True)
    after = push.apply(hidden, where(3, np.array([2, 2, 2])), push.arrays)
    assert after - hidden == pytest.approx(np.array([[3.0, 0.0]] * 3))
    assert push.step(hidden[2]) == pytest.approx([3.0, 0.0])


def test_vectors_at_the_start_are_added_to_the_first_tokens_only():
    push = AddAtStart(Site(0), np.array([[1.0], [2.0]], dtype=np.float32))
    after = push.apply(np.zeros((4, 1), np.float32), where(4), push.arrays)
    assert after[:, 0].tolist() == [1.0, 2.0, 0.0, 0.0]


def planted(rng, confounded):
    """States = a scene of their own + the value's direction + noise; or with the scene telling the value."""
    pairs = 1500
    value, scene = np.linalg.qr(rng.standard_normal((20, 2)))[0].T
    sign = np.repeat([1, -1], pairs)
    contexts = np.concatenate([rng.standard_normal((pairs, 20))] * 2)
    shift = sign[:, None] * scene * 1.5 if confounded else 0
    states = contexts + shift + sign[:, None] * value + 0.3 * rng.standard_normal((2 * pairs, 20))
    return states[:pairs], states[pairs:], value, scene


def test_a_planted_direction_is_recovered_from_pairs_and_spoilt_by_context():
    rng = np.random.default_rng(1)
    holding, opposing, value, _ = planted(rng, confounded=False)
    clean = fit_probe(holding, opposing)
    assert clean.direction @ value > 0.95
    assert (
        mean_difference(holding, opposing) @ value / np.linalg.norm(mean_difference(holding, opposing)) > 0.95
    )
    assert principal(holding, opposing) @ value > 0.95
    assert hits(clean, holding, opposing) / 3000 > 0.8
    holding, opposing, value, scene = planted(rng, confounded=True)
    spoilt = fit_probe(holding, opposing)
    assert spoilt.direction @ scene > 0.5
    assert spoilt.direction @ value < 0.9


def logp(subject):
    return np.array([weights.logp for weights in subject.weigh(PROMPTS, OPTIONS)])


class Looking:
    """Changes nothing, and keeps the states that it is shown; behind pushes of its site, those that they made."""

    def __init__(self, site, span):
        self.site, self.span, self.arrays, self.seen = site, span, {}, []

    def apply(self, hidden, where, arrays):
        self.seen += hidden.double().numpy().tolist()
        return hidden


def read_after(model, vector):
    """[tokens, width] at each site of a vector's pushes, as they left it in the running model."""
    sites = [push.site for push in vector.pushes]
    looking = [Looking(site, push.span) for site, push in zip(sites, vector.pushes, strict=True)]
    edits = [[*mine, *looking] for mine in vector.edits(model, PROMPTS)]
    before = model.capture(PROMPTS, sites, tokens="each", edits=edits)
    return {one.site: np.array(one.seen) for one in looking}, before


@pytest.mark.parametrize("scope", ["prompt", "text"])
def test_steered_states_reach_the_odds_at_every_layer_in_turn(model, located, scope):
    vector = reaching(located, 2.0, scope=scope)
    after, _ = read_after(model, vector)
    unsteered = model.capture(PROMPTS, [push.site for push in vector.pushes], tokens="each")
    for push in vector.pushes:
        odds = after[push.site] @ push.weights + push.bias
        was = unsteered[push.site].astype(np.float64) @ push.weights + push.bias
        assert (was < 2.0 - 0.1).any()  # there was something to do
        assert len(odds) == len(was)
        assert odds.min() > 2.0 - 1e-4  # in the model's single precision


def test_layers_pushed_in_turn_are_not_layers_pushed_from_what_they_were(model, located):
    vector = reaching(located, 2.0, scope="text")
    after, shown = read_after(model, vector)
    top = vector.pushes[-1]
    unsteered = model.capture(PROMPTS, [top.site], tokens="each")[top.site]
    at_once = unsteered + np.stack([top.step(state) for state in unsteered])
    assert np.abs(np.linalg.norm(shown[top.site] - unsteered, axis=1)).max() > 1e-3  # the layer below is felt
    assert np.abs(after[top.site] - at_once).max() > 1e-3


def test_steering_changes_answers_with_receipts_and_leaves_the_model_alone(model, located):
    before = logp(model)
    steered = steer(model, adding(located, 3.0))
    assert np.abs(logp(steered) - before).max() > 1e-3
    answers, receipts = steered.receipted(PROMPTS, seed=0)
    assert len(answers) == len(receipts) == 2
    assert all(r.fired and r.edits > 0 and set(r.read) == {Site(1), Site(2)} for r in receipts)
    assert all(r.ratio[Site(1)] > 0 for r in receipts)
    assert answers == steered.answer(PROMPTS, seed=0)
    model.forget()
    assert logp(model) == pytest.approx(before, abs=1e-5)


def test_a_push_of_the_prompt_leaves_alone_what_is_said(model, located):
    answers, receipts = steer(model, reaching(located, 9.0)).receipted(PROMPTS, seed=0)
    assert all(isinstance(answer, Answer) for answer in answers)
    assert all(r.edits == sum(r.read.values()) > 0 for r in receipts)
    _, receipts = steer(model, reaching(located, 9.0, scope="text")).receipted(PROMPTS, seed=0)
    assert any(sum(map(sum, r.said.values())) > 0 for r in receipts)


def test_states_of_another_length_altogether_are_not_moved():
    hidden = np.array([[1.0, 0.0], [0.0, 400.0]], dtype=np.float32)
    push = Reach(Site(0), np.array([1.0, 0.0], dtype=np.float32), 0.0, 3.0, limit=100.0)
    assert push.apply(hidden, where(2), push.arrays).tolist() == [[3.0, 0.0], [0.0, 400.0]]


def test_a_probe_along_a_direction_points_along_it_and_tells_the_sides():
    rng = np.random.default_rng(4)
    direction = rng.standard_normal(8)
    holding, opposing = (rng.standard_normal((200, 8)) + sign * direction for sign in (1, -1))
    probe = fit_along(direction, holding, opposing)
    assert probe.direction == pytest.approx(direction / np.linalg.norm(direction))
    assert hits(probe, holding, opposing) > 380
    assert fit_along(-direction, opposing, holding).bias == pytest.approx(-probe.bias, abs=1e-3)


def test_a_push_that_is_needed_nowhere_changes_nothing(model, located):
    nothing = reaching(located, 0.0)
    far = replace(nothing, pushes=tuple(replace(p, odds=-1e6) for p in nothing.pushes))
    assert logp(steer(model, far)) == pytest.approx(logp(model), abs=1e-5)


def test_prompts_of_an_unconditional_likelihood_are_left_alone(model, located):
    vector = reaching(located, 5.0)
    assert vector.edits(model, [replace(PROMPTS[0], bare=True), PROMPTS[1]])[0] == ()


def test_vectors_and_words_go_together(model, located):
    both = steer(model, adding(located, 1.0), Told("You like power."))
    assert both.spec == steer(model, Told("You like power."), adding(located, 1.0)).spec
    assert np.abs(logp(both) - logp(steer(model, adding(located, 1.0)))).max() > 1e-4


def test_a_dose_is_in_the_key(model, located):
    keys = {json.dumps(steer(model, adding(located, dose)).spec) for dose in (1.0, 1.5)}
    keys |= {
        json.dumps(steer(model, reaching(located, 2.0, scope=s)).spec) for s in ("prompt", "text", "fixed")
    }
    assert len(keys) == 5


def test_a_saved_subject_opens_again_by_name_and_answers_the_same(tmp_path, name, model, located):
    vectors = [reaching(located, 2.0, scope="fixed"), adding(located, 2.0, scope="prompt")]
    save_steering(tmp_path / "kept", name, vectors, {"n": 1})
    again = open_subject(f"steered:{tmp_path / 'kept'}")
    assert again.spec == steer(model, *vectors).spec
    assert logp(again) == pytest.approx(logp(steer(model, *vectors)), abs=1e-5)
    assert load_steering(tmp_path / "kept")[0] == name


def test_a_vector_for_other_weights_is_refused_before_anything_is_asked(tmp_path, located):
    other = make_folder(tmp_path / "qwen", "qwen2")
    save_steering(tmp_path / "kept", f"local:{other}?threads=1", [reaching(located, 2.0)], {})
    with pytest.raises(Incapable, match="was made for weights"):
        open_subject(f"steered:{tmp_path / 'kept'}")


def test_what_is_not_a_steering_folder_says_so(tmp_path):
    with pytest.raises(BadInput, match=r"has no steering\.json"):
        open_subject(f"steered:{tmp_path}")
    with pytest.raises(BadInput, match="needs a folder"):
        open_subject("steered")
    (tmp_path / "steering.json").write_text("{")
    with pytest.raises(BadInput, match="cannot be read"):
        open_subject(f"steered:{tmp_path}")


def test_only_a_model_in_memory_can_be_pushed(located):
    with pytest.raises(Incapable, match="shows none"):
        steer(open_subject("scripted:first"), adding(located, 1.0))
    with pytest.raises(Incapable, match="shows nothing of its inside"):
        found_vector("scripted:first", "power")


def test_bad_requests_are_refused_in_one_sentence(name, model, located):
    with pytest.raises(UnknownName, match="glory"):
        found_vector(name, "glory")
    with pytest.raises(BadInput, match="no layer 9"):
        found_vector(name, "power", layers=[9])
    with pytest.raises(BadInput, match="finite"):
        reaching(located, float("nan"))
    with pytest.raises(BadInput, match="got fixed"):
        adding(located, 1.0, scope="fixed")
    few = Contrast("schwartz10", "power", "x", (Pair("a", "train", "first_says", "I {a|b}"),), ())
    with pytest.raises(BadInput, match="1 pairs to train on and 0 held out"):
        locate_vector(model, few)


def test_the_command_finds_saves_and_the_instrument_measures(tmp_path, name):
    out = str(tmp_path / "kept")
    words = ["locate", "vector", "-s", name, "-v", "power", "-l", "1", "-l", "2", "--out", out]
    found = CliRunner().invoke(axiometer, words, catch_exceptions=False)
    assert found.exit_code == 0
    assert "95 % intervals" in found.output
    words = ["measure", "portraits57", "-s", f"steered:{out}", "--out", str(tmp_path / "study"), "--json"]
    measured = CliRunner().invoke(axiometer, words, catch_exceptions=False)
    assert measured.exit_code == 0
    assert "(steered)" in measured.output


def test_a_folder_says_what_material_and_dose_made_it_and_a_fit_is_chosen(tmp_path, name):
    made = {}
    for fit in ("difference", "principal", "logistic"):
        out = tmp_path / fit
        words = [
            "locate",
            "vector",
            "-s",
            name,
            "-v",
            "power",
            "-l",
            "1",
            "--fit",
            fit,
            "--dose",
            "3",
            "--out",
            str(out),
        ]
        assert CliRunner().invoke(axiometer, words, catch_exceptions=False).exit_code == 0
        evidence = json.loads((out / "steering.json").read_text())["evidence"]
        assert evidence["material"] == open_contrast("power").key
        assert evidence["dose"] == 3
        made[fit] = load_steering(out)[1][0].pushes[0].weights
    cosine = [
        made[a] @ made[b] / np.linalg.norm(made[a]) / np.linalg.norm(made[b])
        for a, b in (("difference", "principal"), ("difference", "logistic"))
    ]
    assert 0 < cosine[0] < 0.9999  # the same side, another direction
    assert cosine[1] < 0.9999
