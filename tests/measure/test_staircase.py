from dataclasses import dataclass, field, replace
from typing import ClassVar

import pytest

from axiometer.canon import draws
from axiometer.errors import Incapable, Interrupted, UnknownName
from axiometer.instruments.staircase import Option, Staircase, Staircases, Step
from axiometer.measure.staircase import climb, default_form, read_choice
from axiometer.subjects import Answer, Card, Missing, Prompt, Weights
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.scripted import Scripted


def staircases(many: int = 6, height: int = 5) -> Staircases:
    def step(d: int, s: int) -> Step:
        options = (Option(f"help neighbour {d}{s}", "benevolence"), Option(f"lock door {d}{s}", "security"))
        return Step(f"Situation {d}.{s}.", "What now?", options)

    dilemmas = tuple(
        Staircase(f"d{d}", "Be kind.", tuple(step(d, s) for s in range(height))) for d in range(many)
    )
    return Staircases("ours", "schwartz10", "CC-BY-4.0", (), dilemmas)


@dataclass
class Kind:
    """Takes the option that helps, in words or by weight; remembers what it was shown."""

    taken: str = "help"
    lean: float = 0.0
    seen: list[Prompt] = field(default_factory=list)
    spec: ClassVar = {"subject": "kind"}
    card: ClassVar = Card("kind", "remote", batch=4)

    def answer(self, prompts, *, seed):
        self.seen += prompts
        found = []
        for prompt in prompts:
            line = next(one for one in prompt.user.splitlines() if self.taken in one)
            found.append(Answer(line[0]))
        return found


class Weighing(Kind):
    card: ClassVar = Card("weighing", "open", batch=4, parameters=1000)

    def weigh(self, prompts, options):
        self.seen += prompts
        return [self._weighed(p, o) for p, o in zip(prompts, options, strict=True)]

    def _weighed(self, prompt, options):
        texts = options
        if options[0] == "A":
            texts = [one for one in prompt.user.splitlines() if one[:2] in ("A.", "B.")]
        likes = [1.0 if self.taken in text else 0.0 for text in texts]
        first = prompt.choices.index(texts[0]) if texts[0] in prompt.choices else 0
        likes[first] += self.lean
        return Weights(tuple(likes), (1, 1))


@pytest.mark.parametrize("form", ["text", "options", "statements"])
def test_what_a_subject_prefers_is_found_in_every_form_and_order(form: str) -> None:
    for taken, value in (("help", "benevolence"), ("lock", "security")):
        found = climb(Weighing(taken, lean=0.4), staircases(), form=form)
        assert len(found) == 30
        assert {one.values[one.chosen] for one in found} == {value}


def test_a_liking_for_the_first_option_cancels_and_is_told() -> None:
    found = climb(Weighing("nothing", lean=2.0), staircases(), form="statements")
    assert all(isinstance(one.chosen, Missing) and one.chosen.why == "unparsed" for one in found)
    assert {one.lean for one in found} == {2.0}
    said = climb(Scripted("first"), staircases(40), form="text")
    taken = [one.chosen for one in said]
    assert all(one.chosen == one.first for one in said)
    assert 0.35 < sum(map(bool, taken)) / len(taken) < 0.65


@pytest.mark.parametrize(("regime", "turns"), [("full", 8), ("causal", 2), ("none", 0)])
def test_a_regime_shows_so_many_earlier_turns(regime: str, turns: int) -> None:
    subject = Kind()
    climb(subject, staircases(1), form="text", regime=regime)
    last = subject.seen[-1]
    assert len(last.turns) == turns
    if turns:
        assert last.turns[-2].text.startswith("Situation 0.3.")
        assert "help neighbour 03" in last.turns[-1].text


def test_a_subset_is_asked_the_same_as_the_whole() -> None:
    whole, part = Kind(), Kind()
    all_of = staircases()
    climb(whole, all_of, form="text", seed=3)
    climb(part, replace(all_of, dilemmas=all_of.dilemmas[2:4]), form="text", seed=3)
    own = [prompt for prompt in whole.seen if prompt.about.partition("/")[0] in ("d2", "d3")]
    assert sorted(own, key=str) == sorted(part.seen, key=str)


def test_refusals_are_kept_and_the_climb_goes_on() -> None:
    found = climb(Scripted("refuse"), staircases(2), form="text")
    assert len(found) == 10
    assert {one.chosen.why for one in found} == {"refused"}


def test_a_step_that_cannot_be_used_is_passed_over() -> None:
    whole = staircases(1)
    (dilemma,) = whole.dilemmas
    broken = replace(
        whole, dilemmas=(replace(dilemma, steps=(*dilemma.steps[:2], None, *dilemma.steps[3:])),)
    )
    assert [one.step for one in climb(Kind(), broken, form="text")] == [1, 2, 4, 5]


def test_a_climb_that_was_stopped_asks_nothing_twice(tmp_path) -> None:
    class Stopping(Kind):
        left = 20

        def answer(self, prompts, *, seed):
            self.left -= len(prompts)
            if self.left < 0:
                raise KeyboardInterrupt
            return super().answer(prompts, seed=seed)

    with Ledger(tmp_path / "l.sqlite") as ledger:
        stopping = Stopping()
        with pytest.raises(Interrupted, match="18 of 30"):
            climb(remember(stopping, ledger), staircases(), form="text")
        going = Kind()
        found = climb(remember(going, ledger), staircases(), form="text")
    assert len(found) == 30
    assert len(going.seen) == 12
    assert not set(going.seen) & set(stopping.seen)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A", 0),
        ("b.", 1),
        ("**B**", 1),
        ("Option A: I stay.", 0),
        ("My answer is B because it is kinder.", 1),
        ("A because they need me", 0),
        ("I would call the nurse at once.", 1),
        ("After some thought, option B.", 1),
        ("A hard question, but I choose option B", 1),
    ],
)
def test_an_answer_in_words_names_an_option(text: str, place: int) -> None:
    assert read_choice(text, ("Stay with her.", "Call the nurse.")) == place


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A hard question.", "unparsed"),
        ("Both: stay with her, and call the nurse.", "unparsed"),
        ("I cannot choose between them.", "refused"),
        ("", "unparsed"),
    ],
)
def test_an_answer_that_names_no_option_is_missing_with_its_reason(text: str, why: str) -> None:
    found = read_choice(text, ("Stay with her.", "Call the nurse."))
    assert isinstance(found, Missing)
    assert found.why == why


def test_small_open_models_are_weighed_and_remote_ones_asked_in_words() -> None:
    assert default_form(Weighing()) == "statements"
    assert default_form(Kind()) == "text"
    with pytest.raises(Incapable, match="--form text"):
        climb(Kind(), staircases(), form="options")
    with pytest.raises(UnknownName):
        climb(Kind(), staircases(), form="text", regime="half")


def test_orders_are_drawn_for_each_step() -> None:
    found = climb(Kind(), staircases(40), form="text")
    share = sum(one.first or 0 for one in found) / len(found)
    assert 0.4 < share < 0.6
    assert draws(0, "order", "d0", 0, 0).integers(2) == found[0].first
