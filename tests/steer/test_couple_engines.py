"""Counterfactual answers by pushing an open model: the right way for each value, the best one taken, remembered apart, by name."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.errors import BadInput, UnknownName
from axiometer.raters import Rating
from axiometer.steer.couple import Couple
from axiometer.steer.couple_asking import ask_question
from axiometer.steer.couple_engines import Edited, Prompted, Reranked, open_engine
from axiometer.steer.edits import Add, Reach
from axiometer.steer.saved import save_steering
from axiometer.steer.steered import saying, steer
from axiometer.steer.vectors import Vector
from axiometer.subjects import Answer
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site
from axiometer.values import open_system
from axiometer.values.levels import Levels

PROMPTS = [ask_question("Should we say something new?", "one"), ask_question("Is power good?", "two")]


class Letters:
    """A reader to whom power is in vowels and security in consonants."""

    system = "schwartz10"

    @property
    def spec(self):
        return {"rater": "letters"}

    def rate(self, contents):
        found = []
        for text in contents:
            letters = [sign for sign in text.casefold() if sign.isalpha()] or ["x"]
            share = sum(sign in "aeiou" for sign in letters) / len(letters)
            found.append(
                Rating(
                    dict.fromkeys(open_system("schwartz10").names, 0.1)
                    | {"power": share, "security": 1 - share}
                )
            )
        return found


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{make_folder(tmp_path_factory.mktemp('llama'))}?threads=1&max_new_tokens=8"


@pytest.fixture(scope="module")
def model(name):
    return open_subject(name)


def vector(model, value, seed, size=40.0):
    push = np.random.default_rng(seed).standard_normal(model.width("block")).astype(np.float32)
    return Vector(value, "difference", model.fingerprint, (Add(Site(1), size * push),), "text")


def loop(model, **more):
    made = Edited({value: vector(model, value, i) for i, value in enumerate(("power", "security"))})
    return Couple(Levels("schwartz10", {"power": 5, "security": 1}), Letters(), made, **more)


def test_the_answer_taken_is_the_nearest_of_those_tried_and_the_model_is_as_it_was(model):
    say = saying(model, 0)
    firsts = say(PROMPTS)
    traces = loop(model).traces(PROMPTS, firsts, say)
    for one in traces:
        ways = [way for way, _ in one.tried]
        assert ways[:2] == ["first", "together 1"]
        assert {"together, held 3", "power", "security"} <= set(ways)
        shares = Letters().rate([one.answer])[0].scores
        assert one.tried
        assert min(off for _, off in one.tried) <= one.deviation
        assert shares["power"] >= Letters().rate([one.first])[0].scores["power"]
    assert say(PROMPTS) == firsts


def test_an_answer_that_says_back_what_it_was_told_is_not_taken():
    definition = open_system("schwartz10").value("power").definition

    def say(prompts, *, draw=0, by=()):
        said = f"Aeiou a e i o u. {definition}" if draw == 0 else f"xyz {draw} aei"
        return [Answer(said) for _ in prompts]

    def first(prompts):
        return [Answer("xz xz") for _ in prompts]

    aimed = Couple(Levels("schwartz10", {"power": 5, "security": 1}), Letters(), Reranked(2))
    (trace,) = aimed.traces(PROMPTS[:1], first(PROMPTS[:1]), say)
    assert {way for way, _ in trace.tried} == {"first", "told 2", "held 2", "plain 1", "plain 2"}
    assert definition not in trace.answer


def test_what_is_too_low_is_pushed_up_and_what_is_too_high_down(model):
    seen = []

    def say(prompts, *, draw=0, by=()):
        seen.append(tuple((one.value, float(one.pushes[0].vector[0])) for one in by))
        return saying(model, 0)(prompts, draw=draw, by=by)

    loop(model).traces(PROMPTS[:1], saying(model, 0)(PROMPTS[:1]), say)
    up, down = (
        float(vector(model, value, i).pushes[0].vector[0]) for i, value in enumerate(("power", "security"))
    )
    assert (("power", up), ("security", -down)) in seen


def test_edited_answers_of_a_remembering_subject_are_remembered_apart(model, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        who = remember(model, ledger)
        first = loop(model).traces(PROMPTS, saying(who, 0)(PROMPTS), saying(who, 0))
        put = who.heard.fresh
        again = loop(model).traces(PROMPTS, saying(who, 0)(PROMPTS), saying(who, 0))
        assert who.heard.fresh == put
        assert again == first
        steered = steer(who, loop(model))
        assert steered.answer(PROMPTS, seed=0) == [one.reply for one in first]
    plain = loop(model).traces(PROMPTS, saying(model, 0)(PROMPTS), saying(model, 0))
    assert [one.answer for one in plain] == [one.answer for one in first]


def test_a_mirrored_vector_undoes_a_constant_push_and_turns_a_probe(model):
    one = vector(model, "power", 0)
    assert np.array_equal(one.mirrored().pushes[0].vector, -one.pushes[0].vector)
    assert one.mirrored().mirrored().spec == one.spec
    probe = Vector("power", "probe", "x", (Reach(Site(0), np.ones(4, np.float32), 0.1, 2.0),))
    (push,) = probe.mirrored().pushes
    assert (push.odds, push.sign) == (-2.0, -1)


def test_engines_open_by_name(model, name, tmp_path):
    assert open_engine("prompted") == Prompted()
    assert open_engine("reranked:7") == Reranked(7)
    for i, value in enumerate(("power", "security")):
        save_steering(tmp_path / value, name, [vector(model, value, i)], {})
    opened = open_engine(f"edited:{tmp_path / 'power'},{tmp_path / 'security'}")
    assert opened.spec == loop(model).engine.spec
    for bad, error in (
        ("reranked:x", BadInput),
        ("edited:", BadInput),
        ("magic", UnknownName),
        (f"edited:{tmp_path}", BadInput),
    ):
        with pytest.raises(error):
            open_engine(bad)


def test_an_engine_of_other_vectors_is_another_engine(model):
    one, other = (Edited({"power": vector(model, "power", seed)}) for seed in (0, 1))
    assert one.spec != other.spec
