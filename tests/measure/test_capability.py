"""What a subject knows, by letters or by words; and what is counted when it cannot say."""

from dataclasses import dataclass
from math import log

import pytest

from axiometer.instruments.knowledge import LETTERS, open_knowledge
from axiometer.measure.capability import Choice, choices
from axiometer.subjects import Missing, Weights
from axiometer.subjects.opening import open_subject
from axiometer.subjects.protocol import Card

OURS = open_knowledge()


@dataclass(frozen=True)
class Clever:
    """Knows every answer, gives the right one this share, and takes many tokens for the wrong ones."""

    share: float = 0.7
    spec = {"subject": "clever"}  # noqa: RUF012
    card = Card("clever", "planted")

    def answer(self, prompts, *, seed):
        return [Missing("unparsed")] * len(prompts)

    def weigh(self, prompts, options):
        found = []
        for prompt, some in zip(prompts, options, strict=True):
            question = next(one for one in OURS if one.name == prompt.about)
            right = [option.strip() in (question.key, question.options[question.right]) for option in some]
            rest = (1 - self.share) / 3
            found.append(Weights(tuple(log(self.share if r else rest) for r in right), (1,) * 4))
        return found


def test_who_always_says_a_is_right_in_a_quarter():
    found = choices(open_subject("scripted:first"), OURS)
    assert sum(one.right for one in found) == 25
    assert {one.chosen for one in found} == {0}


@pytest.mark.parametrize("by", ["letters", "words"])
def test_who_knows_is_right_everywhere_and_the_share_is_what_it_gives(by):
    found = choices(Clever(), OURS, by)
    assert all(one.right for one in found)
    assert [one.share for one in found] == pytest.approx([log(0.7)] * 100)
    assert not any(one.right for one in choices(Clever(0.1), OURS, by))


def test_letters_list_the_answers_and_words_do_not():
    asked = []

    class Listening(Clever):
        def weigh(self, prompts, options):
            asked.append((prompts[0], options[0]))
            return super().weigh(prompts, options)

    choices(Listening(), OURS[:1])
    choices(Listening(), OURS[:1], "words")
    (listed, letters), (open_, words) = asked
    assert letters == LETTERS
    assert listed.chat
    assert all(f"\n{letter}. {o}" in listed.user for letter, o in zip(LETTERS, OURS[0].options, strict=True))
    assert words == tuple(f" {option}" for option in OURS[0].options)
    assert not any(option in open_.user for option in OURS[0].options)


def test_words_are_compared_per_token():
    class Wordy(Clever):
        def weigh(self, prompts, options):
            return [Weights((-4.0, -3.0, -9.0, -9.0), (4, 1, 1, 1)) for _ in prompts]

    assert {one.chosen for one in choices(Wordy(), OURS, "words")} == {0}


def test_no_answer_is_missing_with_its_reason_and_not_wrong():
    found = choices(open_subject("scripted:refuse"), OURS[:3])
    assert [one.why for one in found] == ["refused"] * 3

    class Broken(Clever):
        def weigh(self, prompts, options):
            return [Weights((float("nan"),) * 4, (1,) * 4) for _ in prompts]

    assert [type(one) for one in choices(Broken(), OURS[:2])] == [Missing, Missing]
    assert isinstance(choices(Clever(), OURS[:1])[0], Choice)
