from html import unescape

import pytest
from click.testing import CliRunner

from axiometer.canon import draws, formed, plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.grow.explore import Course
from axiometer.grow.panel import Panel
from axiometer.instruments.questions import OpenQuestion, QuestionSet, open_question_set
from axiometer.report.grown import GrowthStudy
from axiometer.report.growth_page import page
from axiometer.report.numbers import count
from axiometer.studies.exploring import Party, exploring, lines, plan
from axiometer.studies.folder import read_kind
from axiometer.subjects.metered import Meter, Metered
from planted_questions import TOPICS, Author, Reading, holders, question

SEEDS = QuestionSet(
    "seeds",
    "CC0",
    (),
    tuple(OpenQuestion(f"{t}", question(i, draws(0, "s", i)), t) for i, t in enumerate(TOPICS)),
)


def test_what_was_grown_is_written_with_its_lineage_and_opens_again(tmp_path) -> None:
    meter = Meter(400)
    panel = Panel(tuple(Metered(one, meter) for one in holders(4)), Reading())
    who = Party(Metered(Author(), meter), panel, panel, meter)
    study, kept = exploring(SEEDS, who, Course(patience=0), tmp_path)
    assert open_question_set(str(tmp_path)).questions == kept.questions
    assert study.calls <= study.limit == 400
    assert study.kept == len(kept.questions) > 10
    assert [p.calls for p in study.points] == sorted(p.calls for p in study.points)
    assert read_kind(tmp_path)[1] == study == formed(GrowthStudy, plain(study))
    assert kept.questions[0].text.split()[2] in page(study)
    assert "self-BLEU" in "\n".join(lines(study))


ENDLESS = Course(patience=0)


def explored(folder, meter: Meter, course: Course = ENDLESS):
    panel = Panel(tuple(Metered(one, meter) for one in holders(4)), Reading())
    who = Party(Metered(Author(), meter), panel, panel, meter)
    return exploring(SEEDS, who, course, folder)


@pytest.mark.slow
def test_the_page_shows_what_each_kept_question_was_written_after(tmp_path) -> None:
    study, kept = explored(tmp_path, Meter(900))
    known = {one.name: one.text for one in (*SEEDS.questions, *kept.questions)}
    assert len(study.best) == len(kept.questions) > 40
    shown = unescape(page(study))
    for one in study.best:
        assert one.ancestors[-1] in {seed.text for seed in SEEDS.questions}
        assert known.get(one.parent, one.ancestors[0]) == one.ancestors[0]
        assert " ← ".join(one.ancestors) in shown
    assert max(len(one.ancestors) for one in study.best) > 1


def test_a_budget_of_tokens_is_shown_ahead_and_kept(tmp_path) -> None:
    meter = Meter(100_000, tokens=20_000)
    told = plan("author", ["a", "b"], ["a", "b"], Course(), meter, judged=False)
    assert "at most 100000 calls, 20000 tokens in all" in told
    study, _ = explored(tmp_path, meter)
    assert 18_000 < study.read + study.written <= study.limit_tokens == 20_000
    assert "of at most 20000" in "\n".join(lines(study))
    assert f"of at most {count(20_000)}" in page(study)
    with pytest.raises(BadInput, match="0 tokens; allow at least one call"):
        Meter(100, tokens=0)


@pytest.mark.slow
def test_a_set_that_is_too_much_alike_is_thinned_out_and_what_goes_is_counted(tmp_path) -> None:
    whole, every = explored(tmp_path / "a", Meter(400))
    most = whole.diversity["self_bleu"] - 5
    thin, kept = explored(tmp_path / "b", Meter(400), Course(patience=0, self_bleu=most))
    assert thin.diversity["self_bleu"] <= most
    assert "repetitive" not in whole.rejected
    assert thin.rejected["repetitive"] == whole.kept - thin.kept > 0
    assert {one.text for one in kept.questions} < {one.text for one in every.questions}
    rows = (tmp_path / "b" / "rejected.jsonl").read_text().splitlines()
    assert len(rows) == sum(thin.rejected.values())
    assert thin.key != whole.key
    with pytest.raises(BadInput, match="self_bleu from 0 to 100"):
        Course(self_bleu=101)


def test_an_author_that_writes_nothing_usable_ends_in_one_sentence(tmp_path) -> None:
    command = ["grow", "questions", "-a", "scripted:first", "-p", "scripted:first", "-p", "scripted:last"]
    done = CliRunner().invoke(
        axiometer,
        [*command, "--calls", "40", "--yes", "--ledger", str(tmp_path / "l"), "--out", str(tmp_path / "o")],
    )
    assert isinstance(done.exception, BadInput)
    assert "no question was found" in str(done.exception)


def test_a_budget_that_buys_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one call"):
        Meter(0)
