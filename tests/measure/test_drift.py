"""How far answers to neutral requests stray: the divergence where it is known, and nothing where nothing fires."""

import sys
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.analyse.paired import rate
from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.measure.drift import Strayed, neutral_prompts, strayed
from axiometer.steer import steer
from axiometer.steer.edits import Add
from axiometer.subjects import Answer, Missing, Weights
from axiometer.subjects.opening import open_subject
from axiometer.subjects.protocol import Card
from axiometer.subjects.sites import Site


@dataclass(frozen=True)
class Dice:
    """Says ten words, each drawn anew with these odds."""

    odds: tuple[float, ...]
    spec = {"subject": "dice"}  # noqa: RUF012
    card = Card("dice", "planted")

    def answer(self, prompts, *, seed):
        drawn = [draws(seed, prompt).choice(len(self.odds), 10, p=self.odds) for prompt in prompts]
        return [Answer(" ".join(map(str, row))) for row in drawn]

    def weigh(self, prompts, options):
        said = [[int(word) for word in some[0].split()] for some in options]
        return [Weights((sum(log(self.odds[word]) for word in row),), (len(row),)) for row in said]


def test_the_estimate_finds_a_divergence_that_is_known():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    known = float((p * np.log(p / q)).sum())
    found = strayed(Dice(tuple(p)), Dice(tuple(q)), neutral_prompts(), repeats=50, seed=4)
    assert len(found) == 2000
    told = rate(np.array([one.lost for one in found]), np.array([float(one.tokens) for one in found]))
    spread = float(np.sqrt((p * (np.log(p / q) - known) ** 2).sum() / 20_000))
    assert told.shift == pytest.approx(known, abs=4 * spread)
    assert told.low < known < told.high
    assert told.high - told.low == pytest.approx(2 * 1.96 * spread, rel=0.15)


def test_repeats_are_other_answers_and_the_same_seed_gives_the_same():
    base, other = Dice((0.5, 0.5)), Dice((0.9, 0.1))
    found = strayed(base, other, ["a"], repeats=5, seed=1)
    assert len({one.lost for one in found}) > 1
    assert strayed(base, other, ["a"], repeats=5, seed=1) == found
    with pytest.raises(BadInput, match="at least one"):
        strayed(base, other, ["a"], repeats=0)


def test_what_is_not_said_or_not_weighed_is_missing():
    class Shy(Dice):
        def answer(self, prompts, *, seed):
            said = super().answer(prompts, seed=seed)
            return [Missing("refused"), Answer(""), *said[2:]]

    class Blind(Dice):
        def weigh(self, prompts, options):
            return [Missing("truncated"), *super().weigh(prompts, options)[1:]]

    fair = (0.5, 0.5)
    found = strayed(Shy(fair), Blind(fair), ["a", "b", "c", "d"])
    assert [getattr(one, "why", "") for one in found] == ["refused", "unparsed", "truncated", ""]
    assert isinstance(found[3], Strayed)
    assert (found[3].prompt, found[3].lost, found[3].tokens, len(found[3].said)) == ("d", 0.0, 10, 19)


@dataclass(frozen=True)
class Sometimes:
    """Pushes the prompts that contain a word."""

    word: str
    push: Add

    @property
    def spec(self):
        return {"intervention": "sometimes", "word": self.word}

    def edits(self, model, prompts):
        return [(self.push,) if self.word in prompt.user else () for prompt in prompts]


def test_nothing_strays_where_nothing_fires_and_something_where_it_does(tmp_path):
    model = open_subject(f"local:{make_folder(tmp_path)}?threads=1&max_new_tokens=6&temperature=1")
    push = Add(Site(1), np.full(32, 2.0, np.float32))
    prompts = ["I like rules", "you help me", "new things for you"]
    never = strayed(model, steer(model, Sometimes("nowhere", push)), prompts)
    assert [one.lost for one in never] == [0.0] * 3
    model.forget()
    some = strayed(model, steer(model, Sometimes("help", push)), prompts)
    assert abs(some[1].lost) > 0.01
    assert [some[0].lost, some[2].lost] == pytest.approx([0.0, 0.0], abs=1e-4)
    assert all(one.tokens > 0 for one in some)
