import json
import re
from dataclasses import dataclass, field, replace

import pytest
from click.testing import CliRunner

from axiometer.canon import draws
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.raters.judge import Judge, read_rubric
from axiometer.studies import judging, rubrics
from axiometer.studies.judging import Labelled, among, check_agreement, lines, read_labelled, try_judge
from axiometer.studies.rubrics import calibrate
from axiometer.subjects import Answer, Card
from axiometer.values import open_system

TEN = open_system("schwartz10")


def labelled(many: int = 20) -> list[Labelled]:
    rows = draws(0, "labels").integers(1, 6, (many, len(TEN.names)))
    return [
        Labelled(f"text {i}", dict(zip(TEN.names, map(float, row), strict=True)))
        for i, row in enumerate(rows)
    ]


@dataclass
class Planted:
    """Knows what people say of each text; goes too high by one, unless its rubric is strict."""

    said: dict[str, dict[str, float]]
    rubrics: list[str] = field(default_factory=list)
    too_high: int = 1
    spec = property(lambda self: {"subject": "planted"})
    card = property(lambda self: Card("planted", "remote"))

    def answer(self, prompts, *, seed):
        return [Answer(self._say(p.user)) for p in prompts]

    def _say(self, asked: str) -> str:
        if "Write the five lines" in asked:
            return self.rubrics.pop(0)
        text = re.search(r"text \d+", asked)[0]
        if "List the points" in asked:
            return f"- {text}"
        over = 0 if "strictly" in asked else self.too_high
        return "\n".join(f"{TEN.value(n).title}: {min(5, int(x) + over)}" for n, x in self.said[text].items())


def planted(rubrics: list[str], texts: list[Labelled], too_high: int = 1) -> Judge:
    return Judge(Planted({one.text: dict(one.numbers) for one in texts}, rubrics, too_high), "schwartz10")


STRICT = "\n".join(f"{i}: strictly level {i}" for i in range(1, 6))
VAGUE = "\n".join(f"{i}: somehow level {i}" for i in range(1, 6))


def test_a_rubric_is_rewritten_until_held_out_texts_agree_no_better() -> None:
    texts = labelled()
    judge = planted([STRICT, VAGUE, STRICT], texts)
    found = calibrate(judge, texts, judge.subject)
    assert found.judge.levels[0] == "strictly level 1"
    assert [round(one.held, 2) for one in found.rounds][1] == 0
    assert found.rounds[0].held > 0.5
    assert len(found.rounds) == 3  # the vague one was no better, and nothing more is spent
    assert try_judge(found.judge, texts).agreement.same == 1.0


def test_calibrating_never_makes_a_judge_worse_on_held_out_texts() -> None:
    texts = labelled()
    judge = planted(["I would rather not.", VAGUE], texts)
    found = calibrate(judge, texts, judge.subject)
    assert found.judge.levels == judge.levels
    assert len(found.rounds) == 1


@dataclass
class Crammer(Planted):
    """Learns by heart every text that it is shown as an author, and knows nothing of the others."""

    known: set[str] = field(default_factory=set)

    def _say(self, asked: str) -> str:
        if "Write the five lines" in asked:
            self.known |= set(re.findall(r"text \d+", asked))
            return STRICT
        text = re.search(r"text \d+", asked)[0]
        if "List the points" in asked or text in self.known:
            return super()._say(asked)
        own = draws(1, text).integers(1, 6, len(TEN.names))
        return "\n".join(f"{TEN.value(n).title}: {x}" for n, x in zip(TEN.names, own, strict=True))


def test_agreement_after_calibrating_is_over_texts_that_had_no_part_in_it() -> None:
    texts = labelled(24)
    crammer = Crammer({one.text: dict(one.numbers) for one in texts}, too_high=0)
    found = calibrate(Judge(crammer, "schwartz10"), texts, crammer)
    parts = [{one.text for one in part} for part in (found.fitted, found.stopping, found.unseen)]
    assert [len(part) for part in parts] == [10, 7, 7]
    assert set.union(*parts) == {one.text for one in texts}
    assert crammer.known
    assert crammer.known <= parts[0]
    assert try_judge(found.judge, found.fitted).agreement.kappa > 0.6
    trial = try_judge(found.judge, found.unseen)
    assert trial.agreement.n == 7
    with pytest.raises(BadInput, match=r"below 0\.4: .*n = 7 texts"):
        check_agreement([trial])
    with pytest.raises(BadInput, match="8 labelled texts are too few"):
        calibrate(Judge(crammer, "schwartz10"), texts[:8], crammer)


def test_a_judge_below_the_stated_agreement_is_refused_unless_forced() -> None:
    texts = labelled()
    constant = planted([], texts, too_high=5)  # says 5 to everything, which is no rating
    with pytest.raises(BadInput, match=r"rated none of 20 texts .*same number"):
        try_judge(constant, texts)
    inverted = [Labelled(one.text, {n: 6 - x for n, x in one.numbers.items()}) for one in texts]
    judge = planted([], texts, too_high=0)
    good, bad = try_judge(judge, texts), try_judge(judge, inverted)
    assert good.agreement.kappa == 1
    check_agreement([good])
    with pytest.raises(BadInput, match=r"--force"):
        check_agreement([good, bad])
    check_agreement([good, bad], force=True)
    assert bad.agreement.kappa < 0


@dataclass
class Wavering(Planted):
    """Says one more or less here and there, otherwise each time."""

    often: float = 0.3

    def answer(self, prompts, *, seed):
        self.seed = seed
        return super().answer(prompts, seed=seed)

    def _say(self, asked: str) -> str:
        if "List the points" in asked:
            return super()._say(asked)
        text = re.search(r"text \d+", asked)[0]
        rng = draws(self.seed, text)
        own = {n: x + int(rng.choice([0, 1, -1], p=[1 - self.often, self.often / 2, self.often / 2])) for n, x in self.said[text].items()}  # fmt: skip
        return "\n".join(f"{TEN.value(n).title}: {int(min(5, max(1, x)))}" for n, x in own.items())


def test_draws_of_one_judge_and_several_judges_are_compared_with_each_other() -> None:
    texts = labelled(30)
    said = {one.text: dict(one.numbers) for one in texts}
    steady, wavering = (
        try_judge(Judge(Wavering(said, often=often), "schwartz10", draws=3, name=f"often {often}"), texts)
        for often in (0.0, 0.6)
    )
    assert steady.draws.alpha == 1
    assert 0.5 < wavering.draws.low < wavering.draws.alpha < wavering.draws.high < 1
    assert (wavering.draws.raters, wavering.draws.n, wavering.draws.cells) == (3, 30, 900)
    single = try_judge(replace(planted([], texts, too_high=0), name="single"), texts)
    assert single.draws is None
    assert among([steady]) is None
    found = among([steady, wavering, single])
    assert found.pairs["often 0.0", "single"].kappa == 1
    assert 0.5 < found.pairs["often 0.0", "often 0.6"].kappa < 1
    assert found.alpha.n == 30
    told = "\n".join(lines([steady, wavering, single]))
    assert told.count("between its draws: Krippendorff's alpha") == 2
    assert "3 judges, n = 30 texts" in told


def invoked(texts: list[Labelled], judges: dict[str, Judge], monkeypatch, folder, *more: str):
    """`study judge` with planted judges, the first of which also writes the rubric."""
    table = folder / "l.jsonl"
    table.write_text("\n".join(json.dumps({"text": one.text, "values": one.numbers}) for one in texts))
    monkeypatch.setattr(judging, "open_rater", lambda name: replace(judges[name], name=name))
    monkeypatch.setattr(rubrics, "open_subject", lambda name: judges["judge:a"].subject)
    command = ["study", "judge", "--labelled", str(table), "--yes", "--ledger", str(folder / "ledger"), *more]
    return CliRunner().invoke(axiometer, command)


def test_a_calibrated_judge_is_checked_before_its_rubric_is_written(monkeypatch, tmp_path) -> None:
    texts, out = labelled(), tmp_path / "rubric.toml"
    more = ("-j", "judge:a", "--calibrate", "planted", "--out", str(out))
    inverted = [Labelled(one.text, {n: 6 - x for n, x in one.numbers.items()}) for one in texts]
    refused = invoked(inverted, {"judge:a": planted([STRICT], texts)}, monkeypatch, tmp_path, *more)
    assert "n = 6 texts" in str(refused.exception)
    assert not out.exists()
    done = invoked(texts, {"judge:a": planted([STRICT, VAGUE], texts)}, monkeypatch, tmp_path, *more)
    assert done.exit_code == 0, done.exception
    assert "over 6 held-out texts alone" in done.output
    assert "n = 6 texts" in done.output
    assert "n = 20 texts" not in done.output
    assert read_rubric(out)[0] == "strictly level 1"
    assert "unseen = 6\nfitted = 8\nstopping = 6\nkappa = 1.0000" in out.read_text()


def test_several_judges_are_tried_in_one_command(monkeypatch, tmp_path) -> None:
    texts = labelled()
    judges = {"judge:a": planted([], texts, too_high=0), "judge:b": planted([], texts)}
    both = ("-j", "judge:a", "-j", "judge:b")
    done = invoked(texts, judges, monkeypatch, tmp_path, *both)
    assert done.exit_code == 0, done.exception
    assert "between judges: Krippendorff's alpha" in done.output
    assert "judge:a and judge:b: weighted kappa" in done.output
    more = invoked(texts, judges, monkeypatch, tmp_path, *both, "--calibrate", "x", "--out", "y")
    assert "rewrites the rubric of one judge" in more.output
    judges["judge:b"] = replace(judges["judge:b"], scale="binary")
    other = invoked(texts, judges, monkeypatch, tmp_path, *both)
    assert "one system and one scale" in str(other.exception)


def test_labelled_texts_are_read_from_tables_and_lines(tmp_path) -> None:
    table = tmp_path / "l.csv"
    table.write_text("text,security,Self-Direction\nLock it.,5,\nOpen it.,1,4\n")
    found = read_labelled(table, "schwartz10")
    assert found == [
        Labelled("Lock it.", {"security": 5}),
        Labelled("Open it.", {"security": 1, "self-direction": 4}),
    ]
    rows = tmp_path / "l.jsonl"
    rows.write_text("\n".join(json.dumps({"text": one.text, "values": one.numbers}) for one in found))
    assert read_labelled(rows, "schwartz10") == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("text,security\nLock it.,often\nb,1\n", "line 2: .*often"),
        ("text,security\n,3\nb,1\n", "line 2 needs a text"),
        ("sentence,security\na,3\n", "no column `text`"),
        ("text,security\nLock it.,nan\nb,1\n", "at least one number"),
        ("text,security\nLock it.,4\n", "at least two"),
    ],
)
def test_broken_labels_are_named_by_line(tmp_path, text: str, why: str) -> None:
    path = tmp_path / "l.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=why):
        read_labelled(path, "schwartz10")
