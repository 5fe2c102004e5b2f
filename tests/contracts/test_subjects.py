"""What every subject promises, checked on every registered kind that needs no network."""

import dataclasses
import json
from pathlib import Path

import pytest

from axiometer.canon import canonical
from axiometer.instruments import open_form, open_instrument
from axiometer.measure import plan
from axiometer.subjects import Answer, Cues, Missing, Prompt, Subject, Weigher, Weights
from axiometer.subjects.opening import NOTES, SUBJECTS, open_subject

INSTRUMENT = open_instrument("portraits57")
CUES = INSTRUMENT.cues()


@pytest.fixture
def human_file(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    rows = [
        f"{who},{item.id},{1 + (i + len(who)) % 6}"
        for i, item in enumerate(INSTRUMENT.items)
        for who in ("ann", "bo")
    ]
    path.write_text("respondent,item,rating\n" + "\n".join(rows) + "\n")
    return f"human:{path}"


@pytest.fixture(
    params=[
        "scripted:first",
        "scripted:random",
        "scripted:refuse",
        "told:scripted:first|You love order.",
        "simulated:stimulation=2,noise=0.7",
        "human",
        "human#bo",
    ]
)
def subject(request: pytest.FixtureRequest, human_file: str) -> Subject:
    name = request.param
    return open_subject(name.replace("human", human_file) if name.startswith("human") else name, CUES)


def _prompts(subject: Subject) -> list[Prompt]:
    form = open_form("recorded" if subject.card.kind == "data" else "text", INSTRUMENT)
    return [ask.questions[0].prompt for ask in plan(INSTRUMENT, form)][:80]


def test_every_prompt_gets_one_answer_or_a_reason(subject: Subject) -> None:
    prompts = _prompts(subject)
    answers = subject.answer(prompts, seed=0)
    assert len(answers) == len(prompts)
    assert all(isinstance(a, Answer | Missing) for a in answers)


def test_a_subset_in_another_order_draws_the_same(subject: Subject) -> None:
    prompts = _prompts(subject)
    whole = subject.answer(prompts, seed=3)
    part = [7, 2, 31]
    assert subject.answer([prompts[i] for i in part], seed=3) == [whole[i] for i in part]


def test_an_empty_batch_is_answered_by_nothing(subject: Subject) -> None:
    assert subject.answer([], seed=0) == []
    if isinstance(subject, Weigher):
        assert subject.weigh([], []) == []


def test_the_spec_is_plain_json_and_survives_it(subject: Subject) -> None:
    assert json.loads(canonical(subject.spec)) == subject.spec


def test_the_name_on_the_card_opens_an_equal_subject(subject: Subject) -> None:
    again = open_subject(subject.card.name, CUES)
    assert again.spec == subject.spec
    assert again.answer(_prompts(subject), seed=1) == subject.answer(_prompts(subject), seed=1)


def test_weights_are_log_probabilities_of_every_option(subject: Subject) -> None:
    if not isinstance(subject, Weigher):
        assert not hasattr(subject, "weigh")
        return
    asks = plan(INSTRUMENT, open_form("options", INSTRUMENT))[:40]
    questions = [ask.questions[0] for ask in asks]
    for question, weights in zip(
        questions, subject.weigh([q.prompt for q in questions], [q.options for q in questions]), strict=True
    ):
        if isinstance(weights, Weights):
            assert len(weights.logp) == len(question.options) == len(weights.tokens)
            assert all(lp <= 1e-9 for lp in weights.logp)
        else:
            assert isinstance(weights, Missing)


def test_subjects_are_frozen(subject: Subject) -> None:
    assert dataclasses.is_dataclass(subject)
    with pytest.raises(dataclasses.FrozenInstanceError):
        subject.anything = 1  # type: ignore[attr-defined]


def test_every_registered_kind_is_explained() -> None:
    assert set(SUBJECTS.names()) <= set(NOTES)


def test_a_subject_opened_for_no_instrument_says_so() -> None:
    from axiometer.errors import Incapable

    with pytest.raises(Incapable, match="only items of the instrument"):
        open_subject("simulated:", Cues()).answer([Prompt("x", choices=("a",), about="zz")], seed=0)
