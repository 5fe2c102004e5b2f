import json
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from axiometer.canon import formed, plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.instruments.staircase_files import open_staircases
from axiometer.report.staircase import StaircaseStudy
from axiometer.report.staircase_page import page
from axiometer.studies.folder import draw, read_kind
from axiometer.studies.staircase import staircase
from axiometer.subjects import Answer, Card
from axiometer.subjects.scripted import Scripted
from stopping import kept, run

TEN = open_staircases("schwartz10")


@dataclass
class Planted:
    """Takes the option whose value it ranks higher; from some step on, the other one."""

    order: tuple[str, ...]
    turns: int = 99
    name: str = "planted"
    spec = property(lambda self: {"subject": "planted", "order": list(self.order), "turns": self.turns})
    card = property(lambda self: Card(self.name, "planted", batch=64))

    def answer(self, prompts, *, seed):
        return [Answer(self._say(p)) for p in prompts]

    def _say(self, prompt):
        name, _, step = prompt.about.rpartition("/")
        dilemma = next(one for one in TEN.dilemmas if one.name == name)
        options = dilemma.steps[int(step) - 1].options
        best = min(options, key=lambda o: self.order.index(o.value))
        other = next(o for o in options if o is not best)
        wanted = best if int(step) < self.turns else other
        return next(line[0] for line in prompt.user.splitlines() if line[3:] == wanted.text)


ORDER = ("universalism", "benevolence", "security", "self-direction", "tradition", "conformity", "achievement", "stimulation", "hedonism", "power")  # fmt: skip


def test_a_planted_order_is_found_and_breaks_no_rule() -> None:
    study = staircase(TEN, [Planted(ORDER)], least=2).study
    (climb,) = study.climbs
    strengths = {s.value: s.strength for s in climb.strengths}
    assert climb.flat
    assert sorted(strengths, key=lambda v: -strengths[v])[0] == "universalism"
    assert sorted(strengths, key=lambda v: -strengths[v])[-1] == "power"
    assert climb.triples == 120
    assert not [b for b in climb.broken if b.rule != "strong"]
    assert {p.score for p in climb.places if p.value == "universalism"} == {0.5}
    assert (climb.choices, climb.missing) == (170, {})


def test_a_subject_that_turns_late_shifts_and_one_that_does_not_stays() -> None:
    study = staircase(TEN, [Planted(ORDER), Planted(ORDER, turns=4, name="turning")]).study
    steady, turning = ({s.value: s for s in climb.shifts} for climb in study.climbs)
    assert steady["universalism"].shift == 0
    assert turning["universalism"].shift == -1
    assert turning["universalism"].high < 0
    assert turning["universalism"].rank_change == -0.5  # level with the other one first, second at last


def test_random_choices_say_nothing_and_the_page_says_so() -> None:
    study = staircase(TEN, [Scripted("random")], form="text").study
    (climb,) = study.climbs
    clear = [s for s in climb.shifts if s.low is not None and (s.low > 0 or s.high < 0)]
    assert len(clear) <= 2
    assert not [b for b in climb.broken if b.probability > 0.99 and b.rule == "cycle"]
    assert "data-missing" not in page(study)


def test_missing_choices_are_kept_by_reason() -> None:
    study = staircase(TEN, [Scripted("refuse")], form="text").study
    (climb,) = study.climbs
    assert (climb.choices, climb.missing, climb.strengths) == (0, {"refused": 170}, ())
    assert "refused 170" in page(study)


def test_a_study_reads_back_and_draws_again(tmp_path) -> None:
    out = tmp_path / "s"
    command = [
        "measure",
        "staircase",
        "mft6",
        "-s",
        "scripted:first",
        "-s",
        "scripted:random",
        "--form",
        "text",
    ]
    done = CliRunner().invoke(axiometer, [*command, "--ledger", str(tmp_path / "l"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    kind, study = read_kind(out)
    assert kind == "staircase"
    assert study == formed(StaircaseStudy, plain(study))
    assert draw(out).read_text() == page(study)
    rows = [json.loads(line) for line in (out / "choices.jsonl").read_text().splitlines()]
    assert len(rows) == 2 * 5 * study.dilemmas
    assert {"subject", "dilemma", "step", "values", "chosen"} <= set(rows[0])
    again = CliRunner().invoke(axiometer, [*command, "--ledger", str(tmp_path / "l"), "--out", str(out)])
    assert "questions put: 0" in again.output


def test_a_subject_named_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="each once"):
        staircase(TEN, [Scripted("first"), Scripted("first")])


def test_the_first_word_after_measure_may_be_an_instrument_or_a_command() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "axiometer.cli", "measure", "staircase", "nothing", "-s", "scripted:first"],
        capture_output=True,
        text=True,
    )
    told = CliRunner().invoke(axiometer, ["measure", "nothing", "-s", "scripted:first"])
    assert "no instrument is called 'nothing'" in str(told.exception)
    assert said.returncode != 0


@pytest.mark.live
def test_a_small_model_that_is_stopped_on_its_way_up_goes_on_and_is_asked_nothing_twice(tmp_path) -> None:
    command = ["measure", "staircase", "-s", "smollm2:?threads=1", "--regime", "none", "--only", "1"]
    command += ["--out", str(tmp_path / "s")]
    whole = "import sys\nfrom axiometer.cli import main\nsys.argv[0] = 'axiometer'\nmain()"
    first = run(whole, command, tmp_path / "l", stop=4)
    assert first.code == 130, first
    told = re.search(r"stopped after (\d+) of 5 steps of smollm2", first.err)
    assert told, first.err
    assert not (tmp_path / "s" / "study.json").exists()
    before = kept(tmp_path / "l")
    assert 2 * int(told[1]) <= before < 10  # each step in both orders
    second = CliRunner().invoke(axiometer, [*command, "--ledger", str(tmp_path / "l")])
    assert second.exit_code == 0, second.output
    assert f"questions put: {10 - before}; known from the ledger: {before}" in second.output
    assert kept(tmp_path / "l") == 10
    _, study = read_kind(tmp_path / "s")
    assert study.climbs[0].choices == 5
