"""Every family of decoders is read and changed in the same way, and is afterwards as it was."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from tiny_models import torch

from axiometer.errors import BadInput, Incapable
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Edit, OpenModel, Site, Where

FAMILIES = ["llama", "qwen2", "qwen3", "gemma2", "gemma3", "mistral", "gpt2", "gpt_neox", "opt", "bloom"]
GATED = ["llama", "qwen2", "qwen3", "gemma2", "gemma3", "mistral", "gpt2"]
PROMPTS = [
    Prompt("I value power and rules", chat=False),
    Prompt("I value power and help for you and me", chat=False),
    Prompt("they like new things", chat=False),
    Prompt("freedom of things to care for", chat=False),
]
OPTIONS = [[" yes", " no"]] * 4


@dataclass(frozen=True, eq=False)
class Add:
    """Adds a vector everywhere; scales by the absolute position where told to."""

    site: Site
    by: np.ndarray
    from_position: int = 0
    span: str = "text"

    @property
    def arrays(self):
        return {"by": self.by}

    def apply(self, hidden, where: Where, arrays):
        return hidden + (where.positions >= self.from_position)[:, None] * arrays["by"]


@pytest.fixture
def opened(folders):
    return lambda family: open_subject(f"local:{folders(family)}?threads=1&max_new_tokens=6")


def everyone(*edits):
    return lambda prompts: [edits] * len(prompts)


def logp(model, prompts=PROMPTS, options=OPTIONS):
    return np.array([w.logp for w in model.weigh(prompts, options)])


def plainly(model, prompt, site):
    """The states by the model's own forward pass, one prompt at a time."""
    ids = torch.tensor([model.wording.contexts([prompt])[0]])
    with torch.inference_mode():
        return model.model(ids, output_hidden_states=True).hidden_states[site.layer + 1][0].numpy()


def bump(model, site, size=2.0):
    # Not a constant: a layer norm would take that out again.
    return Add(site, size * np.linspace(-1, 1.5, model.width(site.part), dtype=np.float32))


@pytest.mark.parametrize("family", FAMILIES)
def test_captured_states_are_those_of_the_models_own_forward_pass(opened, family):
    model, site = opened(family), Site(1)
    assert isinstance(model, OpenModel)
    last = model.capture(PROMPTS, [site])[site]
    mean = model.capture(PROMPTS, [site], tokens="mean")[site]
    each = model.capture(PROMPTS, [site], tokens="each")[site]
    expected = [plainly(model, prompt, site) for prompt in PROMPTS]
    assert last == pytest.approx(np.stack([e[-1] for e in expected]), abs=1e-4)
    assert mean == pytest.approx(np.stack([e.mean(0) for e in expected]), abs=1e-4)
    assert each == pytest.approx(np.concatenate(expected), abs=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_edit_reaches_reading_and_saying_and_leaves_nothing_behind(opened, family):
    model = opened(family)
    before, said = logp(model), model.answer(PROMPTS, seed=0)
    model.forget()
    weights = {name: value.clone() for name, value in model.model.state_dict().items()}
    with model.editing(everyone(bump(model, Site(2)))) as receipts:
        steered = logp(model)
        model.answer(PROMPTS, seed=0)
    assert np.abs(steered - before).max() > 0.01
    assert all(r.fired and r.read[Site(2)] > 0 for r in receipts)
    assert all(r.said[Site(2)] and set(r.said[Site(2)]) == {1} for r in receipts[4:])
    model.forget()
    assert np.array_equal(logp(model), before)
    assert model.answer(PROMPTS, seed=0) == said
    assert all(torch.equal(value, weights[name]) for name, value in model.model.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.model.modules())


@pytest.mark.parametrize("family", FAMILIES)
def test_positions_are_absolute_whether_or_not_a_token_is_cached(opened, family):
    """Adding from position p on is the same for the whole text at once and for what is said token by token."""
    model = opened(family)
    edit = Add(Site(1), np.linspace(-3, 4, 32, dtype=np.float32), from_position=7)
    with model.editing(everyone(edit)):
        said = [a.text for a in model.answer(PROMPTS, seed=0)]
    assert said == [slowly(model, prompt, edit) for prompt in PROMPTS]


def slowly(model, prompt, edit):
    """Greedy decoding without any cache, by a hook of its own."""
    tokens = list(model.wording.contexts([prompt])[0])
    start = len(tokens)

    def hook(module, args, output):
        states = output[0] if isinstance(output, tuple) else output
        on = (torch.arange(states.shape[1]) >= edit.from_position)[None, :, None]
        new = states + on * torch.from_numpy(edit.by)
        return (new, *output[1:]) if isinstance(output, tuple) else new

    from axiometer.subjects.local.places import blocks

    handle = blocks(model.model)[edit.site.layer].register_forward_hook(hook)
    try:
        for _ in range(6):
            with torch.inference_mode():
                best = int(model.model(torch.tensor([tokens])).logits[0, -1].argmax())
            if best == 1:
                break
            tokens.append(best)
    finally:
        handle.remove()
    return model.wording.read(tokens[start:])


@pytest.mark.parametrize("family", FAMILIES)
def test_each_prompt_of_a_batch_has_edits_of_its_own(opened, family):
    model = opened(family)
    doses = [bump(model, Site(1), size) for size in (0.5, 1.0, 4.0)]
    plan = [(doses[0],), (doses[1],), (), (doses[2], bump(model, Site(3), 1.0))]
    with model.editing(lambda prompts: [plan[PROMPTS.index(p)] for p in prompts]) as receipts:
        together = logp(model)
        alone = np.concatenate([logp(model, [p], [o]) for p, o in zip(PROMPTS, OPTIONS, strict=True)])
        said = model.answer(PROMPTS, seed=0)
        said_alone = [model.answer([p], seed=0)[0] for p in PROMPTS]
    assert together == pytest.approx(alone, abs=1e-4)
    assert said == said_alone
    assert [r.fired for r in receipts[:4]] == [True, True, False, True]
    assert together[2] == pytest.approx(logp(model)[2], abs=1e-4)


@pytest.mark.parametrize("family", GATED)
def test_units_and_heads_are_read_and_changed_where_the_model_computes_them(opened, family):
    model = opened(family)
    for part in ("units", "heads"):
        site = Site(2, part)
        found = model.capture(PROMPTS, [site])[site]
        assert found.shape == (4, model.width(part))
        assert np.abs(found).max() > 0
        with model.editing(everyone(bump(model, site, 5.0))) as receipts:
            changed = logp(model)
        assert np.abs(changed - logp(model)).max() > 1e-4
        assert all(r.read[site] > 0 for r in receipts)


def test_units_are_the_gate_after_its_activation(opened):
    model = opened("llama")
    block = model.model.model.layers[2]
    seen = []
    handle = block.mlp.gate_proj.register_forward_hook(lambda m, a, out: seen.append(out[0, -1]))
    found = model.capture(PROMPTS[:1], [Site(2, "units")])[Site(2, "units")]
    handle.remove()
    assert found[0] == pytest.approx(torch.nn.functional.silu(seen[0]).numpy(), abs=1e-6)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_an_edit_of_the_prompt_is_not_shown_what_is_said(opened, family):
    model = opened(family)
    site = Site(1)
    with model.editing(everyone(replace(bump(model, site), span="prompt"))) as receipts:
        model.answer(PROMPTS, seed=0)
        model.weigh(PROMPTS, OPTIONS)
    lengths = [len(tokens) for tokens in model.wording.contexts(PROMPTS)]
    assert [r.read[site] for r in receipts] == lengths * 2
    assert all(sum(r.said[site]) == 0 for r in receipts)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_the_states_of_answers_are_those_of_their_own_tokens(opened, family):
    model = opened(family)
    site = Site(1)
    prompts, answers = [PROMPTS[2], PROMPTS[3], PROMPTS[2]], [" yes they do", " no", " no they do not"]
    found = model.capture(prompts, [site], tokens="mean", answers=answers)[site]
    each = model.capture(prompts, [site], tokens="each", answers=answers)[site]
    edited = model.capture(prompts, [site], tokens="mean", answers=answers, edits=[(bump(model, site),)] * 3)
    at = 0
    for row, edited_row, prompt, answer in zip(found, edited[site], prompts, answers, strict=True):
        whole = plainly(model, replace(prompt, user=prompt.user + answer), site)
        own = whole[len(model.wording.contexts([prompt])[0]) :]
        assert row == pytest.approx(own.mean(axis=0), abs=1e-4)
        assert edited_row == pytest.approx(row, abs=1e-4)
        assert each[at : at + len(own)] == pytest.approx(own, abs=1e-4)
        at += len(own)
    with pytest.raises(BadInput, match="3 prompts and 1 answers"):
        model.capture(prompts, [site], answers=[" yes"])


def test_the_same_edit_for_everybody_shares_what_prompts_share(opened):
    model = opened("llama")
    edit = bump(model, Site(1))
    start = model.computed_tokens
    with model.editing(everyone(edit)):
        logp(model, PROMPTS[:1] * 3, OPTIONS[:3])
    shared = model.computed_tokens - start
    with model.editing(lambda prompts: [(bump(model, Site(1)),) for _ in prompts]):
        logp(model, PROMPTS[:1] * 3, OPTIONS[:3])
    assert model.computed_tokens - start - shared == 3 * shared


def test_edits_within_edits_add_up(opened):
    model = opened("llama")
    one, two = bump(model, Site(1), 1.0), bump(model, Site(1), 2.0)
    with model.editing(everyone(one)), model.editing(everyone(one)):
        twice = logp(model)
    with model.editing(everyone(two)):
        assert twice == pytest.approx(logp(model), abs=1e-4)


def test_an_error_in_the_middle_leaves_the_model_as_it_was(opened):
    model = opened("llama")
    before = logp(model)

    class Broken(Add):
        def apply(self, hidden, where, arrays):
            raise RuntimeError("no")

    with pytest.raises(RuntimeError), model.editing(everyone(Broken(Site(1), np.zeros(32, np.float32)))):
        logp(model)
    model.forget()
    assert np.array_equal(logp(model), before)
    assert not any(m._forward_hooks for m in model.model.modules())


def test_a_vector_of_another_width_and_a_layer_too_high_are_refused(opened):
    model = opened("llama")
    narrow, high = Add(Site(1), np.zeros(31, np.float32)), Add(Site(9), np.zeros(32, np.float32))
    with pytest.raises(Incapable, match="made for another model"), model.editing(everyone(narrow)):
        logp(model)
    with pytest.raises(Incapable, match="layers 0 to 3"), model.editing(everyone(high)):
        logp(model)
    with pytest.raises(BadInput, match="no layer 4"):
        model.capture(PROMPTS, [Site(4)])


def test_an_edit_is_an_edit():
    assert isinstance(Add(Site(0), np.zeros(1, np.float32)), Edit)
