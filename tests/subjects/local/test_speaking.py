"""Answers: greedy ones equal transformers' own, and company changes nothing."""

import pytest
import torch

from axiometer.subjects import Cues, Prompt
from axiometer.subjects.local.opening import open_local

pytestmark = pytest.mark.slow  # ten families of models

PROMPTS = [
    Prompt("do you help them?", system="you value power"),
    Prompt("like me"),
    Prompt("I care for the rules of", chat=False),
    Prompt("", chat=False),
    Prompt("do you like new things", system="you value power"),
]


def opened(folder, options=""):
    return open_local(f"{folder}?device=cpu&threads=1&max_new_tokens=12{options}", Cues())


@pytest.mark.parametrize("family", ["llama", "qwen3", "gemma2", "gemma3", "mistral", "gpt2", "opt", "bloom"])
def test_greedy_answers_equal_those_of_generate(folders, family):
    model = opened(folders(family))
    expected = []
    for tokens in model.wording.contexts(PROMPTS):
        prompt = torch.tensor([tokens])
        made = model.model.generate(
            prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=12, pad_token_id=1
        )
        expected.append(model.wording.read(made[0, len(tokens) :].tolist()))
    assert [answer.text for answer in model.answer(PROMPTS, seed=0)] == expected
    assert len(set(expected)) > 1


@pytest.mark.parametrize("options", ["", "&temperature=1"])
@pytest.mark.parametrize("family", ["llama", "gemma3", "opt"])
def test_a_subset_or_another_order_says_the_same(folders, family, options):
    model = opened(folders(family), options)
    every = model.answer(PROMPTS, seed=3)
    assert model.answer(PROMPTS[::-1], seed=3) == every[::-1]
    assert [model.answer([prompt], seed=3)[0] for prompt in PROMPTS] == every


def test_a_seed_repeats_and_another_seed_draws_anew(folders):
    model = opened(folders("llama"), "&temperature=1")
    assert model.answer(PROMPTS, seed=1) == model.answer(PROMPTS, seed=1)
    assert model.answer(PROMPTS, seed=1) != model.answer(PROMPTS, seed=2)


def test_draws_follow_the_models_probabilities(folders):
    model = open_local(f"{folders('llama')}?device=cpu&threads=1&temperature=1&max_new_tokens=1", Cues())
    prompt = Prompt("like me")
    (tokens,) = model.wording.contexts([prompt])
    with torch.no_grad():
        probability = model.model(torch.tensor([tokens])).logits[0, -1].double().softmax(0)
    likely = int(probability.argmax())
    said = [model.answer([prompt], seed=seed)[0].text for seed in range(200)]
    share = sum(text == model.wording.read([likely]) for text in said) / len(said)
    assert abs(share - float(probability[likely])) < 0.12


def test_answers_and_likelihoods_share_one_memory_without_disturbing_each_other(folders):
    model = opened(folders("gemma3"))
    said, weighed = model.answer(PROMPTS, seed=0), model.weigh(PROMPTS, [["yes", "no"]] * len(PROMPTS))
    again = model.answer(PROMPTS, seed=0), model.weigh(PROMPTS, [["yes", "no"]] * len(PROMPTS))
    assert again[0] == said
    for one, other in zip(again[1], weighed, strict=True):
        assert one.logp == pytest.approx(other.logp, abs=1e-4)


def test_an_answer_stops_at_the_end_of_the_models_context(folders):
    model = open_local(f"{folders('gpt2')}?device=cpu&threads=1&max_new_tokens=2000", Cues())
    (tokens,) = model.wording.contexts([Prompt("like me")])
    (said,) = model._speak([tokens], 0)
    assert len(tokens) + len(said) == model.context
    assert model.answer([Prompt("like me")], seed=0)[0].text == model.wording.read(said)
