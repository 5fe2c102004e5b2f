import json
import re
from dataclasses import dataclass, field

import pytest

from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.raters.judge import Judge
from axiometer.studies.judging import Labelled, calibrate, read_labelled, trusted, try_judge
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
    best, rounds = calibrate(judge, texts, judge.subject)
    assert best.levels[0] == "strictly level 1"
    assert [round(one.held, 2) for one in rounds][1] == 0
    assert rounds[0].held > 0.5
    assert len(rounds) == 3  # the vague one was no better, and nothing more is spent
    assert try_judge(best, texts).agreement.same == 1.0


def test_calibrating_never_makes_a_judge_worse_on_held_out_texts() -> None:
    texts = labelled()
    judge = planted(["I would rather not.", VAGUE], texts)
    best, rounds = calibrate(judge, texts, judge.subject)
    assert best.levels == judge.levels
    assert len(rounds) == 1


def test_a_judge_below_the_stated_agreement_is_refused_unless_forced() -> None:
    texts = labelled()
    constant = planted([], texts, too_high=5)  # says 5 to everything, which is no rating
    with pytest.raises(BadInput, match=r"rated none of 20 texts .*same number"):
        trusted(constant, texts)
    inverted = [Labelled(one.text, {n: 6 - x for n, x in one.numbers.items()}) for one in texts]
    judge = planted([], texts, too_high=0)
    assert trusted(judge, texts).agreement.kappa == 1
    with pytest.raises(BadInput, match=r"--force"):
        trusted(judge, inverted)
    assert trusted(judge, inverted, force=True).agreement.kappa < 0


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
