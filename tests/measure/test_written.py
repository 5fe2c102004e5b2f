"""What is written about dilemmas: read in one order for everybody, missing where nothing can be read."""

import numpy as np

from axiometer.instruments.contrast import open_contrast
from axiometer.measure.written import told_apart, written
from axiometer.raters import Rating
from axiometer.subjects import Answer, Card, Missing

TEST = open_contrast("power").dilemmas_of("test")


class Expressing:
    """Reads power in a text as far as it says what the dilemmas' expressing options say."""

    system = "schwartz10"
    spec = property(lambda self: {"rater": "planted"})

    def rate(self, contents):
        return [
            Rating({"power": float(any(d.answers()[0] in text for d in TEST))})
            if text
            else Missing("unparsed", "")
            for text in contents
        ]


class Writer:
    """Says of some dilemmas what expresses the value, of others the other, of the first nothing."""

    spec = property(lambda self: {"subject": "writer"})
    card = property(lambda self: Card("writer", "planted"))

    def __init__(self, holds):
        self.holds, self.asked = holds, []

    def answer(self, prompts, *, seed):
        self.asked = [prompt.user for prompt in prompts]
        said = [Answer(d.answers()[0 if i % 4 < self.holds else 1]) for i, d in enumerate(TEST)]
        return [Missing("refused", "no"), *said[1:]]


def test_ratings_follow_what_is_written_and_every_subject_is_asked_alike():
    some, all_of_it = Writer(1), Writer(4)
    few, many = (written(each, TEST, Expressing(), "power") for each in (some, all_of_it))
    assert np.isnan(few[0])
    assert np.nanmean(few) < 0.3
    assert np.nanmean(many) == 1
    assert some.asked == all_of_it.asked
    first = [d.question(expressing_first=True) == asked for d, asked in zip(TEST, some.asked, strict=True)]
    assert 0.3 < np.mean(first) < 0.7


def test_a_rater_that_sees_the_value_tells_all_answers_apart_and_a_blind_one_none():
    assert told_apart(TEST, Expressing(), "power").all()

    class Blind(Expressing):
        def rate(self, contents):
            return [Rating({"power": 0.5}) for _ in contents]

    assert not told_apart(TEST, Blind(), "power").any()
