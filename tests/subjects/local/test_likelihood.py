"""Every family's likelihoods over trees against one plain sequence at a time."""

import numpy as np
import pytest
import torch

from axiometer.errors import BadInput
from axiometer.subjects import Answer, Cues, Missing, Prompt, Turn, Weigher, Weights
from axiometer.subjects.local.opening import open_local

pytestmark = pytest.mark.slow  # ten families of models

FAMILIES = ["llama", "qwen2", "qwen3", "gemma2", "gemma3", "mistral", "gpt2", "gpt_neox", "opt"]
# BLOOM takes its positions from a two-dimensional mask, which a tree does not have.
OTHERS = ["bloom"]
SYSTEMS = ["", "you value freedom", "you value power and care for the rules of safety"]
PROMPTS = [
    Prompt(user, system=s) for s in SYSTEMS for user in ("do you help them?", "do you like new things")
]
PROMPTS += [
    Prompt("", chat=False),
    Prompt("I care for ", chat=False),
    Prompt("I care", chat=False, system="You:"),
]
PROMPTS += [Prompt("and now", turns=(Turn("user", "like me?"), Turn("assistant", "not like me")))]
OPTIONS = [["yes", "no", "not like me", "not like them"]] * len(PROMPTS)


def opened(folder, options=""):
    return open_local(f"{folder}?device=cpu&threads=1{options}", Cues())


def naive(model, prompts, options):
    """One sequence at a time, by the model's own forward pass, tokens divided as lm-evaluation-harness does."""
    found = []
    for prompt, some in zip(prompts, options, strict=True):
        text = model.wording.text(prompt)
        encode = lambda text: model.tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
        head = encode(text[: len(text.rstrip())])
        line = []
        for option in some:
            rest = encode(text + option)[len(head) :]
            context = head or [model.tokenizer.bos_token_id]
            tokens = torch.tensor([context + rest])
            with torch.no_grad():
                logp = model.model(tokens).logits[0].double().log_softmax(-1)
            line.append(sum(float(logp[len(context) - 1 + i, token]) for i, token in enumerate(rest)))
        found.append(line)
    return found


def logps(weights):
    return np.array([one.logp for one in weights])


@pytest.mark.parametrize("family", FAMILIES + OTHERS)
def test_likelihoods_equal_those_of_one_sequence_at_a_time(folders, family):
    model = opened(folders(family))
    assert model.by_tree == (family in FAMILIES)
    expected = np.array(naive(model, PROMPTS, OPTIONS))
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(logps(model.weigh(PROMPTS, OPTIONS)), expected, atol=1e-4)


@pytest.mark.parametrize("family", ["llama", "gemma3", "gpt2"])
@pytest.mark.parametrize("chunk", [1, 5, 33])
def test_neither_chunks_nor_batches_nor_memory_change_likelihoods(folders, family, chunk):
    model = opened(folders(family))
    model._engine.chunk, model._engine.reach = chunk, 3 * chunk
    expected = np.array(naive(model, PROMPTS, OPTIONS))
    for start in (0, 3, 6, 9, 0, 5):
        some = slice(start, start + 3)
        np.testing.assert_allclose(
            logps(model.weigh(PROMPTS[some], OPTIONS[some])), expected[some], atol=1e-4
        )


def test_a_small_memory_forgets_and_stays_right(folders):
    model = opened(folders("llama"))
    expected = np.array(naive(model, PROMPTS, OPTIONS))
    model._engine.memory.budget = 7
    for place in [*range(len(PROMPTS)), *range(len(PROMPTS))]:
        got = logps(model.weigh(PROMPTS[place : place + 2], OPTIONS[place : place + 2]))
        np.testing.assert_allclose(got, expected[place : place + 2], atol=1e-4)
        assert len(model._engine.memory) <= 7


def test_a_shared_prefix_is_computed_once_across_calls(folders):
    model = opened(folders("llama"))
    system = "you value freedom and the rules of safety " * 3
    asks = [Prompt(user, system=system) for user in ("like me", "help them", "care for things", "not power")]
    before = model.computed_tokens
    model.weigh(asks[:2], OPTIONS[:2])
    first = model.computed_tokens - before
    model.weigh(asks[2:], OPTIONS[2:4])
    assert model.computed_tokens - before - first < first / 2


def test_after_forget_nothing_is_left(folders):
    model = opened(folders("llama"))
    first = model.weigh(PROMPTS, OPTIONS)
    model.forget()
    assert len(model._engine.memory) == 0
    assert model.weigh(PROMPTS, OPTIONS) == first


def test_an_interrupted_call_leaves_no_wrong_memory(folders, monkeypatch):
    model = opened(folders("llama"))
    expected = np.array(naive(model, PROMPTS, OPTIONS))
    put = model._engine.memory.put

    def interrupted(*args):
        put(*args)
        raise KeyboardInterrupt

    model._engine.chunk = 8
    monkeypatch.setattr(model._engine.memory, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.weigh(PROMPTS, OPTIONS)
    monkeypatch.undo()
    np.testing.assert_allclose(logps(model.weigh(PROMPTS, OPTIONS)), expected, atol=1e-4)


def test_weights_count_the_tokens_of_each_option(folders):
    model = opened(folders("llama"))
    (weights,) = model.weigh([Prompt("", chat=False)], [["like me", "like"]])
    assert isinstance(weights, Weights)
    assert weights.tokens == tuple(len(model.tokenizer(text)["input_ids"]) for text in ("like me", "like"))


def test_an_option_without_words_has_no_tokens_and_costs_nothing(folders):
    (weights,) = opened(folders("llama")).weigh([Prompt("like", chat=False)], [["", " me"]])
    assert (weights.logp[0], weights.tokens[0]) == (0.0, 0)
    assert weights.logp[1] < 0


def test_an_option_that_merges_into_its_prompt_is_missing_and_the_rest_is_not(folders):
    model = opened(folders("llama"))
    merged, plain = Prompt("I powe", chat=False), Prompt("I care", chat=False)
    assert len(model.tokenizer("I power")["input_ids"]) < len(model.tokenizer("I powe")["input_ids"])
    lost, kept = model.weigh([merged, plain], [[" me", "r"], [" for", " not"]])
    assert isinstance(lost, Missing)
    assert lost.why == "failed"
    assert "'r' merges into" in lost.detail
    assert [kept] == model.weigh([plain], [[" for", " not"]])


def test_no_prompts_and_no_options_are_answered_with_nothing(folders):
    model = opened(folders("llama"))
    assert model.weigh([], []) == []
    assert model.answer([], seed=0) == []
    assert model.weigh([Prompt("like")], [[]]) == [Weights((), ())]


def test_options_for_another_number_of_prompts_are_refused(folders):
    with pytest.raises(BadInput, match="got 1 prompts and options for 2"):
        opened(folders("llama")).weigh([Prompt("like")], [["yes"], ["no"]])


def test_what_is_too_long_for_the_model_is_missing_and_the_rest_is_not(folders):
    model = opened(folders("llama"))
    long, short = Prompt("power " * 800), Prompt("power")
    lost, kept = model.weigh([long, short], [["yes"], ["yes"]])
    assert isinstance(lost, Missing)
    assert lost.why == "truncated"
    assert "512" in lost.detail
    assert isinstance(kept, Weights)
    lost, kept = model.answer([long, short], seed=0)
    assert isinstance(lost, Missing)
    assert isinstance(kept, Answer)


def test_bfloat16_weighs_nearly_the_same(folders):
    half = opened(folders("llama"), "&dtype=bfloat16")
    assert half.by_tree
    assert half.spec["dtype"] == "bfloat16"
    full = logps(opened(folders("llama")).weigh(PROMPTS, OPTIONS))
    assert np.median(np.abs(logps(half.weigh(PROMPTS, OPTIONS)) - full)) < 0.5


def test_a_tokenizer_that_begins_with_bos_begins_plain_prompts_with_it(folders):
    model = opened(folders("llama", bos=True))
    plain, chat = Prompt("I care", chat=False), Prompt("I care")
    first, second = model.wording.contexts([plain, chat])
    assert first[0] == model.tokenizer.bos_token_id
    assert second[0] != model.tokenizer.bos_token_id


def test_without_a_chat_template_the_system_comes_before_the_question(folders):
    model = opened(folders("llama", template=None))
    assert model.wording.text(Prompt("who?", system="Be kind.")) == "Be kind.\n\nwho?"


def test_a_template_without_system_turns_gets_the_words_in_the_first_turn(folders):
    template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
    )
    model = opened(folders("llama", template=template))
    assert model.wording.text(Prompt("who?", system="Be kind.")) == "[user]Be kind.\n\nwho?"


def test_a_local_model_is_a_weigher(folders):
    model = opened(folders("llama"))
    assert isinstance(model, Weigher)
    assert model.card.kind == "open"
    assert model.card.parameters > 1000
