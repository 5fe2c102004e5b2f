import json

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.canon import draws, formed, plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput, UnknownName
from axiometer.instruments.questions import OpenQuestion, QuestionSet, open_question_set
from axiometer.measure.opinions import opinions, read_opinions, shown
from axiometer.report.grown import GrownStudy
from axiometer.report.grown_page import page
from axiometer.studies.folder import draw, read_kind
from axiometer.studies.grown import folds, grown, primed
from axiometer.subjects import Answer, Card, Missing
from planted_questions import NAMES, TOPICS, Reading, contested, holders, question


def questions(topics: range, many: int = 30) -> QuestionSet:
    rows = [
        OpenQuestion(f"q{t}-{i}", question(t, draws(1, "asked", t, i)), TOPICS[t])
        for t in topics
        for i in range(many)
    ]
    return QuestionSet(f"topics {topics}", "CC0", (), tuple(rows))


def sharp() -> QuestionSet:
    """Those that divide most among many."""
    found = questions(range(9, 12), 300)
    ranked = sorted(found.questions, key=lambda one: -contested(one.text))
    return QuestionSet("sharp", "CC0", (), tuple(ranked[:60]))


SHARP, DULL = sharp(), questions(range(2))


def test_win_rates_find_who_holds_a_value_and_average_one_half() -> None:
    subjects = holders(5, seed=5)
    study, _ = grown(SHARP, subjects, Reading(), beside=[DULL])
    agree = []
    for value in NAMES:
        rates = [
            next(g.rate for g in study.grades if (g.subject, g.value) == (s.name, value)) for s in subjects
        ]
        assert np.mean(rates) == pytest.approx(0.5)
        held = [s.held[NAMES.index(value)] for s in subjects]
        if np.std(held):
            agree.append(np.corrcoef(rates, held)[0, 1])
    assert np.mean(agree) > 0.8
    assert all(g.low <= g.rate <= g.high for g in study.grades)
    assert study.reliability.alpha > 0.6
    (beside,) = study.beside.values()
    assert study.told.low > beside.high  # sharp questions tell more than as many dull ones
    text = page(study)
    assert "win rate" in text
    assert study == formed(GrownStudy, plain(study))


def test_both_scorings_put_subjects_alike_and_no_other_is_taken() -> None:
    subjects = holders(4, seed=5)
    ladder, _ = grown(SHARP, subjects, Reading())
    model, _ = grown(SHARP, subjects, Reading(), scoring="bradley-terry")
    rates = [np.array([g.rate for g in study.grades]) for study in (ladder, model)]
    assert np.corrcoef(*rates)[0, 1] > 0.97
    assert "A Bradley-Terry model" in page(model)
    assert "bradleyterry1952" in model.citations
    with pytest.raises(UnknownName, match="bradley-terry"):
        grown(SHARP, subjects, Reading(), scoring="elo")


class Planted:
    """Says one thing to everything."""

    spec = property(lambda self: {"subject": "suggestible"})
    card = property(lambda self: Card("suggestible", "planted"))


def test_priming_raises_the_target_and_lowers_its_opposites() -> None:
    class Primed(Planted):
        def answer(self, prompts, *, seed):
            return [
                Answer(
                    "- it is about power"
                    if "matters more to you than power" in p.user.casefold()
                    else "- it is about universalism"
                )
                for p in prompts
            ]

    found = {one.role: one for one in primed(SHARP, Primed(), Reading(error=0.0), "power")}
    assert found["target"].low > 0.8
    assert found["opposite"].high < 0
    assert found["target"].n == len(SHARP.questions)


def test_folds_agree_where_subjects_differ_and_not_where_they_do_not() -> None:
    rng = draws(0, "folds")
    differ = (rng.random((100, 4, 5)) < rng.random((1, 4, 5))).astype(float)
    alike = (rng.random((100, 4, 5)) < 0.5).astype(float)
    assert folds(differ).alpha > 0.8
    assert folds(alike).alpha < 0.6
    assert folds(differ[:6]).alpha is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yes.\n- It keeps us safe.\n- It is kind.", ("It keeps us safe.", "It is kind.")),
        (
            "1. One reason here\n2) Another reason\n3. A third\n4. A fourth",
            ("One reason here", "Another reason", "A third"),
        ),
        (
            "No, because it would hurt the poor. And it is unfair.",
            ("because it would hurt the poor.", "And it is unfair."),
        ),
    ],
)
def test_opinions_are_the_listed_reasons_or_else_the_sentences(said: str, found: tuple[str, ...]) -> None:
    assert read_opinions(Answer(said)) == found


def test_a_reply_shows_a_value_if_one_of_its_opinions_does_and_twice_is_no_more() -> None:
    rater = Reading(error=0.0)
    replies = opinions(holders(1)[0], SHARP.questions[:5])
    table = shown(rater, replies, 0.5)
    assert ((table.union == 1) == (table.mean > 0)).all()
    doubled = [type(r)(r.question, r.text, (*r.opinions, *r.opinions)) for r in replies]
    assert (shown(rater, doubled, 0.5).union == table.union).all()


def test_missing_replies_and_ratings_are_counted_and_never_a_zero() -> None:
    class Halting(Planted):
        def answer(self, prompts, *, seed):
            return [
                Missing("refused", "") if i % 2 else Answer("- it is about power")
                for i, _ in enumerate(prompts)
            ]

    study, _ = grown(SHARP, [Halting(), *holders(2)], Reading())
    assert study.missing["suggestible"] == {"refused": 30}
    assert {g.n for g in study.grades if g.subject == "suggestible"} == {30}


def test_one_subject_is_not_compared_with_itself() -> None:
    with pytest.raises(BadInput, match="at least two"):
        grown(SHARP, holders(1), Reading())


def test_sets_are_read_from_every_form_and_broken_rows_are_counted(tmp_path) -> None:
    rows = [json.dumps(plain(one)) for one in SHARP.questions[:4]]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join([*rows, rows[0], "{cut", json.dumps({"text": 3}), ""]))
    found = open_question_set(str(path))
    assert len(found.questions) == 4
    assert sum(found.left_out.values()) == 3
    assert open_question_set(str(tmp_path)).questions == found.questions
    table = tmp_path / "bank.csv"
    table.write_text("questionnaire,item,question\nPVQ,a,Should wealth matter to me?\n,b,\n")
    assert [one.topic for one in open_question_set(str(table)).questions] == ["PVQ"]
    assert len(open_question_set("seeds").topics) == 40
    table.write_text("item\nx\n")
    with pytest.raises(BadInput, match="no column question"):
        open_question_set(str(table))


def test_the_command_measures_writes_and_draws_again(tmp_path) -> None:
    out = tmp_path / "g"
    command = ["measure", "grown", "seeds", "--best", "6", "-s", "scripted:first", "-s", "scripted:last"]
    done = CliRunner().invoke(axiometer, [*command, "--ledger", str(tmp_path / "l"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    kind, study = read_kind(out)
    assert (kind, study.questions) == ("grown", 6)
    assert draw(out).read_text() == page(study)
    assert study.missing == {"scripted:first": {"unparsed": 6}, "scripted:last": {"unparsed": 6}}
