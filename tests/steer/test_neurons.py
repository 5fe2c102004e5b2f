"""Value neurons: planted ones are found at both seen, and raising them does what it says."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder, torch, transformers

from axiometer.canon import canonical
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.contrast import Contrast, Pair, open_contrast
from axiometer.locate.choices import Said, generated, given
from axiometer.locate.neurons import SCORES, deltas, locate_neurons, observe, strongest
from axiometer.locate.observing import Observed, Pole, observed, slopes
from axiometer.steer import steer
from axiometer.steer.neurons import AMPLITUDES, Neurons, Nudge, matched_random, pushing, strength
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site, Where

K, LAYERS, WIDTH = 10, (1, 2), 48
HOLD = [(layer, unit) for layer in LAYERS for unit in range(3, 3 + K // 2)]
OPPOSE = [(layer, unit) for layer in LAYERS for unit in range(30, 30 + K // 2)]
MATERIAL = Contrast("schwartz10", "power", "CC-BY-4.0", (), ())
ASKED = [
    Prompt(f"{word} {other}")
    for word in ("you", "they", "I", "the")
    for other in ("like", "and", "for", "of")
]
OPTIONS = ["yes", "to", "things", "no"]
POLES = [["power", "value", "freedom", "help", "new"], ["rules", "safety", "not", "care", "me"]]


def plant(folder):
    """Coordinate 0 of a token tells the pole, 1 is the same for all, 2 is what the value's words are read from."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    words = transformers.AutoTokenizer.from_pretrained(folder)

    def token(word):
        return words(f" {word}", add_special_tokens=False)["input_ids"][0]

    with torch.no_grad():
        embedding = model.get_input_embeddings().weight
        embedding[:, :3] = torch.tensor([0.0, 2.0, 0.0])
        for pole, side in zip(POLES, (4.0, -4.0), strict=True):
            embedding[[token(word) for word in pole], 0] = side
        for block in model.model.layers:
            block.self_attn.o_proj.weight[:3] = 0
            block.mlp.down_proj.weight[:3] = 0
            block.mlp.gate_proj.weight[:, :3] = 0
            block.self_attn.v_proj.weight[:, :3] = 0
        for (layer, unit), sign in [(at, 1) for at in HOLD] + [(at, -1) for at in OPPOSE]:
            mlp = model.model.layers[layer].mlp
            for projection in (mlp.gate_proj, mlp.up_proj):
                projection.weight[unit] = 0
            mlp.gate_proj.weight[unit, 0], mlp.up_proj.weight[unit, 1] = 2.0 * sign, 1.0
            mlp.down_proj.weight[:, unit] = 0
            mlp.down_proj.weight[2, unit] = 1.5 * sign
        head = model.get_output_embeddings().weight
        head[:, :3] = 0
        head[[token(word) for word in OPTIONS]] *= 0.1
        head[token("yes"), 2] = 1.0
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{plant(make_folder(tmp_path_factory.mktemp('planted')))}?threads=1&max_new_tokens=4"


@pytest.fixture(scope="module")
def model(name):
    return open_subject(name)


def answers(words):
    return [Said(prompt, f" {words[i % 5]} {words[i // 5]} to") for i, prompt in enumerate(ASKED)]


@pytest.fixture(scope="module")
def seen(model):
    choices = [[Said(prompt, f" {word}") for prompt in ASKED] for word in ("yes", "no")]
    holding, opposing = (observed(model, answers(words)) for words in POLES)
    return Observed(holding, opposing, slopes(model, *choices))


def located(model, seen, score="frequency", top=K):
    return locate_neurons(model, MATERIAL, seen, score=score, top=top, least=np.inf)


def odds(subject):
    """Of the value's word against the others, mean over prompts."""
    options = [[f" {word}" for word in OPTIONS]] * len(ASKED)
    weights = np.array([found.logp for found in subject.weigh(ASKED, options)])
    return float((weights[:, 0] - np.logaddexp.reduce(weights[:, 1:], axis=1)).mean())


@pytest.mark.parametrize("score", SCORES)
def test_planted_units_are_found_and_each_at_its_pole(model, seen, score):
    found = located(model, seen, score)
    for units, planted in ((found.holding, HOLD), (found.opposing, OPPOSE)):
        assert len(units) == K
        assert len(set(zip(units.layers, units.units, strict=True)) & set(planted)) >= 0.95 * K
        assert (units.delta > 0).all()


@pytest.mark.parametrize("amplitude", AMPLITUDES)
def test_promoting_raises_and_suppressing_lowers_the_values_words_with_the_dose(model, seen, amplitude):
    found = located(model, seen)
    doses = (0.0, 1.0, 2.0, 4.0)
    up = [odds(steer(model, pushing(found, dose, amplitude=amplitude))) for dose in doses]
    down = [odds(steer(model, pushing(found, dose, sign=-1, amplitude=amplitude))) for dose in doses]
    assert (np.diff(up) > 0).all()
    assert (np.diff(down) < 0).all()
    assert up[-1] - odds(model) > 0.5
    assert odds(model) - down[-1] > 0.5


def test_as_many_other_units_do_nothing_like_it(model, seen):
    pushed = pushing(located(model, seen), 4.0)
    before = odds(model)
    effect = odds(steer(model, pushed)) - before
    chance = [odds(steer(model, matched_random(pushed, model, seed))) - before for seed in range(20)]
    assert effect > 0.5
    assert abs(np.mean(chance)) < 0.1 * effect
    assert np.abs(chance).max() < 0.5 * effect


def test_a_matched_random_set_has_the_same_layers_and_pushes_and_none_of_the_units(model, seen):
    pushed = pushing(located(model, seen), 2.0)
    drawn = matched_random(pushed, model, 3)
    chosen = set(map(tuple, [*pushed.raised, *pushed.held]))
    other = list(map(tuple, [*drawn.raised, *drawn.held]))
    assert not chosen & set(other)
    assert len(set(other)) == len(other) == 2 * K
    assert drawn.raised[:, 0].tolist() == pushed.raised[:, 0].tolist()
    assert drawn.push is pushed.push
    assert drawn.raised.tolist() == matched_random(pushed, model, 3).raised.tolist()
    assert drawn.raised.tolist() != matched_random(pushed, model, 4).raised.tolist()
    with pytest.raises(BadInput, match="choose fewer neurons"):
        matched_random(pushing(located(model, seen, top=80)), model, 0)


def test_no_dose_and_nobody_held_is_the_identity(model, seen):
    nothing = replace(pushing(located(model, seen), 0.0), held=np.empty((0, 2), np.int64))
    assert odds(steer(model, nothing)) == pytest.approx(odds(model), abs=1e-6)
    hidden = np.random.default_rng(0).standard_normal((5, WIDTH)).astype(np.float32)
    for edit in nothing.edits(model, ASKED[:1])[0]:
        assert np.array_equal(edit.apply(hidden, Where(np.arange(5)), edit.arrays), hidden)


def test_only_the_tokens_that_are_said_count(model):
    one = observed(model, [Said(Prompt(" power" * 20), " rules like"), Said(ASKED[0], " rules like to")])
    assert one.tokens.tolist() == [2, 3]
    assert one.fired.max() <= 3
    # Units that fire at " power" alone saw twenty of these, all in the prompt.
    assert all(one.frequency[at] == 0 for at in HOLD)
    assert all(one.frequency[at] == pytest.approx(2 / 5) for at in OPPOSE)


def test_frequencies_are_shares_and_deltas_turn_with_the_poles(seen):
    assert all(
        pole.frequency.min() >= 0 and pole.frequency.max() <= 1 for pole in (seen.holding, seen.opposing)
    )
    turned = Observed(seen.opposing, seen.holding, -seen.slopes)
    for score in SCORES:
        assert deltas(seen, score) == pytest.approx(-deltas(turned, score), abs=1e-6)
    assert np.abs(deltas(seen, "auroc")).max() <= 1
    assert np.abs(deltas(seen, "effect")).max() < 1


def test_the_area_under_the_curve_is_the_difference_of_frequencies_for_units_that_are_on_or_off():
    rng = np.random.default_rng(0)
    states = [(rng.random((40, 2, 3)) < share).astype(np.float32) for share in (0.7, 0.4)]
    poles = [Pole(np.ones(40, np.int64), s.astype(np.int32), s, s.max(axis=0)) for s in states]
    assert deltas(Observed(*poles), "auroc") == pytest.approx(deltas(Observed(*poles), "frequency"), abs=1e-6)


def test_slopes_are_what_raising_a_unit_does_to_the_choice(model, seen):
    at, options = (1, 4), [" yes", " no"]
    push = np.zeros(WIDTH, np.float32)
    push[at[1]] = 1e-2

    def gap(sign):
        edit = Nudge(Site(at[0], "units"), sign * push, np.zeros_like(push))
        with model.editing(lambda prompts: [(edit,)] * len(prompts)):
            logp = np.array([w.logp for w in model.weigh(ASKED, [options] * len(ASKED))])
        return logp[:, 0] - logp[:, 1]

    assert (gap(1) - gap(-1)) / 2e-2 == pytest.approx(seen.slopes[:, at[0], at[1]], rel=0.02, abs=1e-3)


def test_given_answers_are_both_options_of_a_choice_in_both_orders():
    holding, opposing = given(open_contrast("power"))
    assert len(holding) == len(opposing) == 160
    assert [said.prompt for said in holding] == [said.prompt for said in opposing]
    assert holding[0].answer != opposing[0].answer
    for said in holding[:2]:
        assert said.answer[1:-1] in said.prompt.user
    assert holding[0].prompt.user.index(holding[0].answer[1:-1]) < holding[1].prompt.user.index(
        holding[1].answer[1:-1]
    )


def test_generated_answers_are_the_models_own_in_either_role(model):
    scenes = [
        Pair(name, "train", "first_says", f"I {{like {name}|help {name}}}.")
        for name in ("rules", "me", "you")
    ]
    holding, opposing = generated(model, replace(MATERIAL, pairs=tuple(scenes)), seed=1)
    assert 0 < len(holding) <= 3
    for said, verb in [*((one, "like") for one in holding), *((one, "help") for one in opposing)]:
        told = said.prompt.user.partition("\n\n")[0]
        # Two sentences of the pole, of the other scenes.
        assert told.count(f"I {verb}") == 2
        assert f"{verb} {said.prompt.about}" not in told
        assert said.answer
    assert generated(model, replace(MATERIAL, pairs=tuple(scenes)), seed=1) == (holding, opposing)
    with pytest.raises(BadInput, match="slopes need two answers to each prompt"):
        slopes(model, holding[:1], [replace(holding[0], prompt=ASKED[0])])


def test_what_is_observed_of_material_is_read_from_it(model):
    pairs = (
        Pair("a", "train", "first_says", "I {value power|help you}."),
        Pair("b", "tune", "first_says", "{I|you}"),
    )
    found = observe(model, replace(MATERIAL, pairs=pairs))
    assert found.holding.tokens.shape == (2,)
    assert found.slopes.shape == (2, 4, WIDTH)
    assert observe(model, replace(MATERIAL, pairs=pairs), score="auroc").slopes is None


def test_the_strongest_are_taken_always_and_more_while_they_reach_the_least():
    delta = np.array([[0.5, 0.05, -0.2], [0.3, 0.12, 0.01]], np.float32)
    assert strongest(delta, 1, 0.1).tolist() == [0, 3, 4]
    assert strongest(delta, 3, 0.4).tolist() == [0, 3, 4]
    with pytest.raises(BadInput, match="from 1 to 3"):
        strongest(delta, 4, 0.1)


def test_the_strength_of_a_push_is_a_half_at_the_middle():
    assert strength(np.array([0.15]))[0] == 0.5
    assert strength(np.array([0.05, 0.1, 0.3])) == pytest.approx([0.269, 0.378, 0.818], abs=1e-3)


def test_a_nudge_raises_holds_down_and_waits_until_something_is_said():
    hidden = np.array([[1.0, 2.0, -0.5], [0.0, -1.0, 3.0]], np.float32)
    push, held = np.array([0.5, 0, 0], np.float32), np.array([0, 1, 1], np.float32)
    expected = np.array([[1.5, 0, -0.5], [0.5, -1, 0]], np.float32)
    for make in (np.asarray, torch.from_numpy):
        for when, reading, result in (
            ("always", True, expected),
            ("saying", False, expected),
            ("saying", True, hidden),
        ):
            edit = Nudge(Site(0, "units"), push, held, when)
            arrays = {key: make(array) for key, array in edit.arrays.items()}
            found = edit.apply(make(hidden), Where(make(np.arange(2)), reading=reading), arrays)
            assert np.asarray(found) == pytest.approx(result)


def test_neurons_that_wait_leave_weighing_alone_and_change_what_is_said(model, seen):
    pushed = pushing(located(model, seen), 50.0, when="saying")
    assert odds(steer(model, pushed)) == pytest.approx(odds(model), abs=1e-6)
    said = [answer.text for answer in steer(model, pushed).answer(ASKED, seed=0)]
    assert said != [answer.text for answer in model.answer(ASKED, seed=0)]


def test_a_push_by_chance_is_made_at_its_share_of_tokens_and_the_same_every_time(model, seen):
    sometimes = pushing(located(model, seen), 4.0, keep=0.9, seed=1)
    (edits,) = sometimes.edits(model, ASKED[:1])
    for edit in edits:
        made = edit.apply(np.zeros((640, WIDTH), np.float32), Where(np.arange(640)), edit.arrays)
        assert (made != 0).sum() / ((edit.push != 0).sum() * 640) == pytest.approx(0.9, abs=0.05)
    assert odds(steer(model, sometimes)) == odds(steer(model, replace(sometimes)))
    assert sometimes.spec != pushing(located(model, seen), 4.0).spec


@pytest.mark.parametrize("family", ["llama", "gemma3", "gpt2"])
def test_units_are_those_of_the_models_own_activation(tmp_path, family):
    model = open_subject(f"local:{make_folder(tmp_path / family, family)}?threads=1")
    seen = []
    block = model.model.get_decoder().layers[1].mlp if family != "gpt2" else model.model.transformer.h[1].mlp
    hook = (block.act if family == "gpt2" else block.act_fn).register_forward_hook(
        lambda module, args, output: seen.append(output.detach()[0].numpy())
    )
    tokens = model.wording.scored([ASKED[0]], [[" rules like"]])[0][0]
    with torch.inference_mode():
        model.model(torch.tensor([tokens.tokens]))
    hook.remove()
    own = seen[0][tokens.context :]
    pole = observed(model, [Said(ASKED[0], " rules like")])
    assert pole.mean[0, 1] == pytest.approx(own.mean(axis=0), abs=1e-5)
    assert pole.fired[0, 1].tolist() == (own > 0).sum(axis=0).tolist()
    assert pole.high[1] == pytest.approx(np.quantile(own, 0.95, axis=0), abs=1e-5)


def test_stored_neurons_are_restored_and_a_changed_dose_has_another_key(model, seen):
    pushed = pushing(located(model, seen), 2.0, keep=0.9, seed=4)
    row, arrays = pushed.stored()
    again = Neurons.restored(row, arrays, "there")
    assert row["kind"] == "neurons"
    assert canonical(again.spec) == canonical(pushed.spec)
    assert canonical(replace(pushed, gamma=1.0).spec) != canonical(pushed.spec)
    with pytest.raises(BadInput, match="'held' of the neurons are not there"):
        Neurons.restored(row, {"raised": arrays["raised"], "push": arrays["push"]}, "there")
    with pytest.raises(BadInput, match="must be one of always, saying"):
        Neurons.restored({**row, "when": "never"}, arrays, "there")


def test_bad_requests_are_refused_in_one_sentence(model, seen):
    found = located(model, seen)
    with pytest.raises(UnknownName, match="loud"):
        pushing(found, amplitude="loud")
    with pytest.raises(UnknownName, match="guess"):
        deltas(seen, "guess")
    with pytest.raises(UnknownName, match="dreamt"):
        observe(model, MATERIAL, way="dreamt")
    with pytest.raises(BadInput, match="needs slopes"):
        deltas(replace(seen, slopes=None), "effect")
    with pytest.raises(BadInput, match="the dose is -1"):
        pushing(found, -1)
    with pytest.raises(BadInput, match="no answers to read"):
        observed(model, [])
    other = replace(pushing(found), fingerprint="b2:other")
    with pytest.raises(Incapable, match="was made for weights"):
        steer(model, other).answer(ASKED[:1], seed=0)
