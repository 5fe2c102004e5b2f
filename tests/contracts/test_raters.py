"""What every rater promises, whoever it is."""

import pytest

from axiometer.errors import Incapable, UnknownName
from axiometer.raters import Rating, open_rater
from axiometer.subjects import Missing
from axiometer.values import open_system

NAMES = ["values", "trained", "queries", "lexicon", "collapsed:schwartz10:trained"]
TEXTS = [
    "Everybody deserves the same chance, and we owe help to those who are far away.",
    "Should I keep the family recipe as my grandmother wrote it?",
    "How do I convert kilometres to miles?",
]


@pytest.fixture(params=NAMES)
def rater(request):
    return open_rater(request.param)


def test_a_rating_scores_every_value_of_the_system_between_nothing_and_one(rater):
    names = open_system(rater.system).names
    for rating in rater.rate(TEXTS):
        assert isinstance(rating, Rating)
        assert set(rating.scores) == set(names)
        assert all(0 <= score <= 1 for score in rating.scores.values())


def test_a_text_is_rated_the_same_in_any_company_and_order(rater):
    alone = [rater.rate([text])[0] for text in TEXTS]
    assert rater.rate(TEXTS) == alone
    assert rater.rate(TEXTS[::-1]) == alone[::-1]
    assert rater.rate([]) == []


def test_what_has_no_words_is_missing_with_a_reason(rater):
    for empty in ("", "   \n"):
        (found,) = rater.rate([empty])
        assert isinstance(found, Missing)
        assert found.detail


def test_a_spec_names_what_opens_an_equal_rater(rater):
    again = open_rater(str(rater.spec["rater"]))
    assert again.spec == rater.spec
    assert again.rate(TEXTS) == rater.rate(TEXTS)


def test_raters_that_read_differently_have_different_specs():
    assert len({str(open_rater(name).spec) for name in ("trained", "queries", "lexicon")}) == 3


def test_a_rater_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(UnknownName, match="lexicon"):
        open_rater("oracle")


def test_a_rater_of_a_system_that_does_not_collapse_is_refused():
    with pytest.raises((Incapable, UnknownName)):
        open_rater("collapsed:mft6:trained")
