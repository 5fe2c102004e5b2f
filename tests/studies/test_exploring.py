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
from axiometer.studies.exploring import Party, exploring, lines
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
