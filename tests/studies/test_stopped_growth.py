import json
import re
from pathlib import Path

import pytest

from axiometer.canon import draws
from axiometer.instruments.questions import open_question_set
from planted_questions import TOPICS, question
from stopping import Ran, kept, run

PLANTED = """
import sys, time
from axiometer.raters.opening import RATERS
from axiometer.subjects.opening import SUBJECTS
from planted_questions import Author, Reading, holders

class Slow:
    def __init__(self, base):
        self.base = base
    spec = property(lambda self: self.base.spec)
    card = property(lambda self: self.base.card)
    def answer(self, prompts, *, seed):
        time.sleep(0.01 * len(prompts))
        return self.base.answer(prompts, seed=seed)

def author(rest, cues):
    return Slow(Author())

def holder(rest, cues):
    return Slow(holders(4)[int(rest)])

def reading(rest):
    return Reading()

SUBJECTS._targets |= {"author": "__main__:author", "holder": "__main__:holder"}
RATERS._targets["reading"] = "__main__:reading"
from axiometer.cli import main
sys.argv[0] = "axiometer"
main()
"""


def seeds(folder: Path) -> Path:
    path = folder / "seeds.jsonl"
    rows = [
        {"name": f"s{t}", "text": question(t, draws(0, "seed", t)), "topic": topic}
        for t, topic in enumerate(TOPICS)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def grow(folder: Path, out: str, ledger: str, stop: int | None = None) -> Ran:
    words = [
        "grow",
        "questions",
        "-a",
        "author",
        "--rater",
        "reading",
        "--seeds",
        str(folder / "seeds.jsonl"),
    ]
    words += [word for i in range(4) for word in ("-p", f"holder:{i}")]
    words += ["--calls", "360", "--tokens", "60000", "--patience", "0", "--yes", "--out", str(folder / out)]
    return run(PLANTED, words, folder / ledger, stop=stop)


@pytest.mark.slow
def test_growing_that_was_stopped_in_its_midst_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    seeds(tmp_path)
    first = grow(tmp_path, "grown", "l", stop=120)
    assert first.code == 130, first
    assert "at most 360 calls, 60000 tokens in all" in first.err
    told = re.search(r"stopped after (\d+) pulls and (\d+) calls; (\d+) questions are in ", first.err)
    assert told, first.err
    so_far = open_question_set(str(tmp_path / "grown"))
    assert int(told[3]) == len(so_far.questions) > 0
    before = kept(tmp_path / "l")
    assert 120 <= before < 300
    second = grow(tmp_path, "grown", "l")
    assert second.code == 0, second
    assert f"questions put: {kept(tmp_path / 'l') - before};" in second.out
    at_once = grow(tmp_path, "whole", "other")
    assert at_once.code == 0, at_once
    assert kept(tmp_path / "other") == kept(tmp_path / "l")
    grown, whole = (open_question_set(str(tmp_path / name)) for name in ("grown", "whole"))
    assert grown.questions == whole.questions
    assert len(grown.questions) > len(so_far.questions)
    assert (tmp_path / "grown" / "report.html").is_file()
    assert "informativeness in nats" in second.out
