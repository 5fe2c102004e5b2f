"""Remedies: what is asked, how answers are pooled, and that everything they do is in their spec."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from axiometer.canon import key
from axiometer.errors import BadInput, Incapable
from axiometer.steer import Told, steer
from axiometer.steer.remedies import Perspectives, Reconsider, Setting, perspectives, pooled, remedy
from axiometer.subjects import Answer, Card, Missing, Prompt, Weights

CHOICES = ("low", "middle", "high")


class _Echo:
    """Remembers what it was asked and answers by a rule."""

    card = Card("echo", "planted")

    def __init__(self, *said: str) -> None:
        self.spec = {"subject": "echo"}
        self.said, self.heard = list(said), list[Prompt]()

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        found: list[Answer | Missing] = []
        for prompt in prompts:
            self.heard.append(prompt)
            text = self.said[(len(self.heard) - 1) % len(self.said)]
            found.append(Missing("refused", "no") if text == "no" else Answer(text))
        return found


class _Weigher(_Echo):
    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        self.heard += prompts
        share = [[0.7, 0.2, 0.1] if "two" in p.system else [0.1, 0.2, 0.7] for p in prompts]
        return [Weights(tuple(np.log(s)), (1, 1, 1)) for s in share]


PROMPT = Prompt("How much?", choices=CHOICES, about="x")


def test_perspectives_are_each_asked_and_the_middle_label_is_the_answer() -> None:
    base = _Echo("low", "high", "high")
    told = steer(base, Perspectives(("one", "two", "three")))
    assert told.answer([PROMPT], seed=0) == [Answer("high")]
    assert [p.system for p in base.heard] == ["one", "two", "three"]
    assert all(p.user == "How much?" for p in base.heard)


def test_several_prompts_keep_their_own_answers() -> None:
    base = _Echo("low", "low", "high", "high")
    told = steer(base, Perspectives(("one", "two")))
    assert told.answer([PROMPT, replace(PROMPT, about="y")], seed=0) == [Answer("low"), Answer("high")]


def test_weights_are_pooled_by_their_mean_probability() -> None:
    told = steer(_Weigher("x"), Perspectives(("one", "two")))
    (found,) = told.weigh([PROMPT], [("A", "B", "C")])  # type: ignore[attr-defined]
    assert np.exp(found.logp) == pytest.approx([0.4, 0.2, 0.4])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (("low", "no", "high", "high"), Answer("high")),
        (("low", "no", "no", "high"), Answer("low")),
        (("low", "no", "no", "no"), Missing("refused", "3 of 4 perspectives gave no answer")),
        (("what", "eh", "huh", "no"), Missing("unparsed", "4 of 4 perspectives gave no answer")),
    ],
)
def test_missing_answers_survive_pooling_where_they_are_most(said: tuple[str, ...], found: object) -> None:
    replies = [Missing("refused", "") if s == "no" else Answer(s) for s in said]
    assert pooled(replies, CHOICES) == found


def test_reconsidering_shows_the_first_answer_and_the_profile() -> None:
    base = _Echo("low", "high")
    told = steer(base, Reconsider("You put order first."))
    assert told.answer([PROMPT], seed=0) == [Answer("high")]
    second = base.heard[1]
    assert [(t.role, t.text) for t in second.turns] == [("user", "How much?"), ("assistant", "low")]
    assert "You put order first." in second.user
    assert second.choices == CHOICES


def test_two_rounds_of_reconsidering_grow_the_conversation() -> None:
    base = _Echo("low", "high", "middle")
    assert steer(base, Reconsider("p", rounds=2)).answer([PROMPT], seed=0) == [Answer("middle")]
    assert [t.text for t in base.heard[2].turns if t.role == "assistant"] == ["low", "high"]


def test_a_first_answer_that_is_missing_is_not_reconsidered() -> None:
    base = _Echo("no")
    assert steer(base, Reconsider("p")).answer([PROMPT], seed=0) == [Missing("refused", "no")]
    assert len(base.heard) == 1


def test_reconsidering_weights_remembers_the_likeliest_letter() -> None:
    base = _Weigher("x")
    steer(base, Reconsider("p")).weigh([PROMPT], [("A", "B", "C")])  # type: ignore[attr-defined]
    assert base.heard[1].turns[1].text == "C"


def test_a_setting_is_told_or_first_asked_for() -> None:
    base = _Echo("high")
    steer(base, Setting("a fishing village.")).answer([PROMPT], seed=0)
    assert "a fishing village." in base.heard[0].system
    base = _Echo("A small town,\n today.", "high")
    assert steer(base, Setting()).answer([PROMPT], seed=0) == [Answer("high")]
    assert "How much?" in base.heard[0].user
    assert base.heard[0].choices == ()
    assert "A small town, today." in base.heard[1].system


def test_a_setting_that_is_not_given_leaves_the_question_as_it_is() -> None:
    base = _Echo("no", "high")
    assert steer(base, Setting()).answer([PROMPT], seed=0) == [Answer("high")]
    assert base.heard[1] == PROMPT


def test_remedies_of_different_behaviour_have_different_keys() -> None:
    every = [
        perspectives(),
        Perspectives(("one",)),
        Reconsider("p"),
        Reconsider("q"),
        Reconsider("p", 2),
        Setting(),
        Setting("here"),
    ]
    assert len({key(steer(_Echo("low"), each).spec) for each in every}) == len(every)


def test_interventions_combine_in_one_order_however_they_are_listed() -> None:
    both = Told("You like order."), Perspectives(("one", "two"))
    one, other = (_Echo("low"), _Echo("low"))
    steer(one, *both).answer([PROMPT], seed=0)
    steer(other, *reversed(both)).answer([PROMPT], seed=0)
    assert one.heard == other.heard
    assert all("You like order." in p.system for p in one.heard)


def test_prompts_of_an_unconditional_likelihood_pass_by() -> None:
    base = _Echo("low")
    bare = replace(PROMPT, bare=True)
    steer(base, Perspectives(("one", "two"))).answer([bare, PROMPT], seed=0)
    assert base.heard.count(bare) == 1
    assert len(base.heard) == 3


def test_there_is_one_perspective_for_each_pole_and_none_names_a_value() -> None:
    found = perspectives().texts
    assert len(found) == 4
    for text in found:
        assert not any(
            name in text.lower() for name in ("power", "tradition", "benevolen", "universal", "secur")
        )


@pytest.mark.parametrize("name", ["prayer", "perspectives:two", "reconsider:x"])
def test_an_unknown_remedy_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(BadInput, match="perspectives, reconsider, context"):
        remedy(name, "")


def test_an_intervention_without_a_face_is_incapable() -> None:
    class Nothing:
        @property
        def spec(self) -> dict[str, str]:
            return {"intervention": "nothing"}

    with pytest.raises(Incapable, match="changes nothing here"):
        steer(_Echo("low"), Nothing())
