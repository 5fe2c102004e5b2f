"""The price of steering: nothing where nothing is done, something where it is, and every figure with its n."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.instruments.knowledge import open_knowledge
from axiometer.steer import Told, steer
from axiometer.steer.edits import Add
from axiometer.steer.vectors import Vector
from axiometer.studies.price import lines, price
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site

PROMPTS = ["I like rules", "you help me", "new things for you", "they care for the power of rules"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = make_folder(tmp_path_factory.mktemp("llama"))
    return open_subject(f"local:{folder}?threads=1&max_new_tokens=12&temperature=1")


def pushed(model, by):
    push = Add(Site(1), np.full(32, by, np.float32))
    return steer(model, Vector("power", "difference", model.fingerprint, (push,)))


def test_steering_by_nothing_costs_nothing(model):
    found = price(pushed(model, 0.0), questions=open_knowledge()[:12], by="words", prompts=PROMPTS)
    assert (found.knowledge.lost, found.knowledge.gained) == (0, 0)
    assert found.drift.shift == pytest.approx(0.0, abs=1e-5)
    assert found.share.shift == pytest.approx(0.0, abs=1e-5)
    assert all(sign.shift.shift == 0 for sign in found.wording)


def test_steering_shows_in_every_figure_and_in_words(model):
    found = price(pushed(model, 2.0), questions=open_knowledge()[:12], by="words", prompts=PROMPTS)
    assert found.share.n + found.knowledge_missing == 12
    assert found.share.n >= 6
    assert abs(found.share.shift) > 1e-3
    assert found.drift.shift > 0.01
    assert found.drift.n + found.drift_missing == 4
    told = "\n".join(lines(found))
    assert "estimate of KL" in told
    assert f"n = {found.drift.n} answers" in told
    assert "distinct-3" in told
    assert price(pushed(model, 2.0), questions=open_knowledge()[:12], by="words", prompts=PROMPTS) == found


def test_who_guesses_is_told_to_have_nothing_to_lose_and_who_is_silent_is_missing():
    guessing = price(steer(open_subject("scripted:first"), Told("You are old.")))
    told = "\n".join(lines(guessing))
    assert "right 0.25" in told
    assert "nothing to lose" in told
    silent = price(steer(open_subject("scripted:refuse"), Told("You are old.")))
    assert (silent.knowledge, silent.drift, silent.knowledge_missing, silent.drift_missing) == (
        None,
        None,
        100,
        40,
    )
    assert "missing 100" in "\n".join(lines(silent))
