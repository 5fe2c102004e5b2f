"""A gate lets an intervention fire only where a value is at stake, and leaves everything else as it is, to the bit."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.contrast import open_contrast
from axiometer.instruments.neutral import neutral_questions
from axiometer.steer import steer
from axiometer.steer.edits import Add
from axiometer.steer.gate import Gate, gate_of, gated, open_gate
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import save_steering
from axiometer.steer.vectors import Vector
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site

NEUTRAL = [Prompt(text) for text in neutral_questions("test")[:6]]
ASKED = [
    Prompt(d.question(expressing_first=True)) for d in open_contrast("tradition").dilemmas_of("tune")[:6]
]


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    return f"local:{make_folder(tmp_path_factory.mktemp('llama'))}?threads=1&max_new_tokens=4"


@pytest.fixture(scope="module")
def model(name):
    return open_subject(name)


@pytest.fixture(scope="module")
def gate():
    return open_gate("tradition")


def push(model):
    vector = 3 * np.linspace(-1, 1.5, model.width("block"), dtype=np.float32)
    return Vector("tradition", "x", model.fingerprint, (Add(Site(1), vector),), "text")


def logp(subject, prompts):
    # Prefixes kept from the call before would be computed in another order, and differ in the last bit.
    getattr(subject, "base", subject).forget()
    return np.array([w.logp for w in subject.weigh(prompts, [[" yes", " no"]] * len(prompts))])


def test_neutral_prompts_are_as_they_were_to_the_bit_and_others_are_steered(model, gate):
    by = gated(push(model), gate)
    opened = gate.opens([*NEUTRAL, *ASKED])
    assert sum(opened[:6]) == 0
    assert sum(opened[6:]) >= 4
    shut = Gate(gate.rater, "tradition", 1.0)
    before, after = logp(model, NEUTRAL), logp(steer(model, by), NEUTRAL)
    assert np.array_equal(before, after)
    assert np.abs(logp(steer(model, push(model)), NEUTRAL) - before).min() > 1e-5
    there = [prompt for prompt, fired in zip(ASKED, opened[6:], strict=True) if fired]
    assert np.abs(logp(steer(model, by), there) - logp(model, there)).max() > 1e-4
    assert np.array_equal(logp(steer(model, gated(push(model), shut)), ASKED), logp(model, ASKED))


def test_a_receipt_says_whether_the_gate_fired(model, gate):
    fired = gate.opens([*NEUTRAL[:2], *ASKED[:2]])
    _, receipts = steer(model, gated(push(model), gate)).receipted([*NEUTRAL[:2], *ASKED[:2]], seed=0)
    assert [receipt.fired for receipt in receipts] == fired


def test_words_stand_behind_a_gate_as_well(gate):
    by = gated(ValuePrompt("tradition", 1), gate)
    assert by.rewrite(NEUTRAL[0]) == NEUTRAL[0]
    fired = [prompt for prompt, there in zip(ASKED, gate.opens(ASKED), strict=True) if there]
    assert by.rewrite(fired[0]) != fired[0]


def test_only_the_words_of_the_user_are_read(gate):
    told = Prompt(NEUTRAL[0].user, system=ASKED[0].user)
    assert gate.opens([told]) == gate.opens([NEUTRAL[0]]) == [False]
    assert gate.opens([Prompt(""), Prompt(ASKED[0].user, bare=True)]) == [False, False]


def test_a_gated_subject_is_saved_and_opens_again(tmp_path, name, model, gate):
    by = gated(push(model), gate)
    save_steering(tmp_path / "kept", name, [by], {})
    again = open_subject(f"steered:{tmp_path / 'kept'}")
    assert again.spec == steer(model, by).spec
    assert logp(again, ASKED) == pytest.approx(logp(steer(model, by), ASKED), abs=1e-5)
    assert gate_of(gate.spec).spec == gate.spec


def test_bad_gates_are_refused(gate):
    with pytest.raises(BadInput, match="between 0 and 1"):
        Gate(gate.rater, "tradition", 1.5)
    with pytest.raises(UnknownName, match="glory"):
        open_gate("glory")
    with pytest.raises(BadInput, match="no thresholds"):
        open_gate("tradition", "lexicon")
    with pytest.raises(BadInput, match="is not the one"):
        gate_of({**gate.spec, "rater": {**gate.spec["rater"], "heads": "b2:other"}})
    with pytest.raises(Incapable, match="cannot stand behind a gate"):
        gated(object(), gate)
