"""Regard for a value, told in words: high or low, in three strengths, stored and restored to the word."""

import json

import pytest

from axiometer.canon import canonical
from axiometer.errors import BadInput, UnknownName
from axiometer.steer import Rewrites, Told, steer
from axiometer.steer.regard import ValuePrompt
from axiometer.subjects import Prompt, Turn
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system


def test_the_words_stand_on_their_own_line_before_what_is_asked():
    told = ValuePrompt("power")
    asked = Prompt("Who leads?", system="Be brief.", turns=(Turn("user", "hello"),))
    sent = told.rewrite(asked)
    assert sent.user == f"{told.text}\nWho leads?"
    assert (sent.system, sent.turns) == ("Be brief.", asked.turns)
    assert isinstance(told, Rewrites)


@pytest.mark.parametrize("system", ["schwartz10", "schwartz19", "mft6"])
def test_every_value_sign_and_strength_has_words_of_its_own_with_the_definition(system):
    values = open_system(system).values
    texts = set()
    for value in values:
        for sign in (1, -1):
            for strength in (1, 2, 3):
                text = ValuePrompt(value.name, sign, strength, system).text
                assert value.definition in text
                assert value.title.lower() in text
                assert "{" not in text
                texts.add(text)
    assert len(texts) == 6 * len(values)


def test_a_value_may_be_named_by_its_abbreviation_and_is_kept_by_name():
    assert ValuePrompt("POW") == ValuePrompt("power")


def test_sign_strength_and_words_are_in_the_key():
    told = [
        ValuePrompt("power"),
        ValuePrompt("power", -1),
        ValuePrompt("power", strength=3),
        ValuePrompt("security"),
        ValuePrompt("power", text="You like to lead."),
    ]
    assert len({canonical(each.spec) for each in told}) == 5


def test_it_comes_back_from_what_was_stored_with_the_words_of_then():
    for told in (ValuePrompt("power", -1, 3), ValuePrompt("power", text="Words of another version.")):
        row, arrays = told.stored()
        assert (row["kind"], arrays) == ("prompt", {})
        again = ValuePrompt.restored(json.loads(json.dumps(row)), {}, "x.json")
        assert again == told
        assert again.spec == told.spec
    with pytest.raises(BadInput, match="'strength' is missing"):
        ValuePrompt.restored({"value": "power", "system": "schwartz10", "text": "", "sign": 1}, {}, "x.json")


def test_it_goes_with_other_interventions_and_leaves_unconditional_likelihoods_alone():
    subject = steer(open_subject("scripted:first"), ValuePrompt("power"), Told("You are old."))
    sent = subject.as_sent(Prompt("Who leads?"))
    assert sent.system == "You are old."
    assert sent.user.endswith("\nWho leads?")
    assert subject.as_sent(Prompt("Who leads?", bare=True)).user == "Who leads?"


def test_what_there_is_not_is_refused():
    with pytest.raises(UnknownName, match="glory"):
        ValuePrompt("glory")
    with pytest.raises(BadInput, match="1, 2 or 3"):
        ValuePrompt("power", strength=4)
    with pytest.raises(BadInput, match=r"1 \(high\) or -1 \(low\)"):
        ValuePrompt("power", 0)
