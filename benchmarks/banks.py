"""Large banks: 3,302 staircases and 12,000 open questions loaded, filtered and analysed; seconds and memory.

Run: python benchmarks/banks.py
"""

import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.analyse.diversity import distinct, diversity
from axiometer.analyse.pairwise import course, resampled
from axiometer.canon import draws
from axiometer.instruments.questions import QuestionSet, open_question_set
from axiometer.instruments.staircase_files import open_staircases
from axiometer.measure.opinions import Reply, Shown
from axiometer.measure.staircase import climb
from axiometer.studies.grown import Asked, folds, grades, topics
from axiometer.studies.staircase import analysed
from axiometer.subjects.scripted import Scripted
from axiometer.values import open_system

DILEMMAS, QUESTIONS, SUBJECTS, OPINIONS = 3302, 12_000, 5, 3


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Does it, and prints how long it took."""
    start = time.perf_counter()
    found = act()
    print(f"{what:<62} {time.perf_counter() - start:6.1f} s")
    return found


def bank(folder: Path) -> Path:
    """Staircases in the authors' form, with labels drawn at random."""
    rng, names = draws(0, "bank"), open_system("schwartz10").names
    rows = []
    for i in range(DILEMMAS):
        row: dict[str, object] = {"norm": f"Norm {i}.", "idx": i}
        for step in range(1, 6):
            a, b = rng.permutation(len(names))[:2]
            row |= {f"step {step}_situation": f"Situation {i}.{step}.", f"step {step}_dilemma": "What now?"}
            for letter, value in (("A", a), ("B", b)):
                row[f"step {step}_choice{letter}"] = f"Do {i}.{step}.{letter}."
                row[f"step {step}_choice{letter}_value"] = names[value]
        rows.append(row)
    path = folder / "bank.json"
    path.write_text(json.dumps(rows))
    return path


def questions(folder: Path) -> Path:
    """Open questions of fifteen words, common ones more often than rare ones."""
    rng = draws(0, "questions")
    share = 1 / np.arange(1, 3001)
    share /= share.sum()
    words = [f"w{i}" for i in range(3000)]
    path = folder / "questions.jsonl"
    with path.open("w") as file:
        for i in range(QUESTIONS):
            text = f"Should {' '.join(rng.choice(words, 14, p=share))}?"
            file.write(json.dumps({"name": f"q{i}", "text": text, "topic": f"t{i % 50}"}) + "\n")
    return path


def answered(some: QuestionSet) -> Asked:
    """What five subjects that differ said to them, as if it was rated already: three opinions each, one in fifty left out."""
    names, rng = open_system("schwartz10").names, draws(0, "answers")
    often = 0.1 + 0.3 * rng.random((SUBJECTS, 1, 1, len(names)))
    each = (rng.random((SUBJECTS, QUESTIONS, OPINIONS, len(names))) < often).astype(float)
    gone = rng.random((SUBJECTS, QUESTIONS)) < 0.02
    replies = {
        f"subject {s}": [Reply(one.name, "", ("said",) * OPINIONS) for one in some.questions]
        for s in range(SUBJECTS)
    }
    shown = tuple(
        Shown(
            names,
            np.where(gone[s][:, None], np.nan, each[s].max(axis=1)),
            np.where(gone[s][:, None], np.nan, each[s].mean(axis=1)),
            tuple({} if gone[s, q] else dict(enumerate(each[s, q])) for q in range(QUESTIONS)),
            {},
        )
        for s in range(SUBJECTS)
    )
    own = (rng.random((QUESTIONS, len(names))) < 0.3).astype(float)
    return Asked(some, replies, shown, own)


def main() -> None:
    """Both banks from file to figures."""
    with tempfile.TemporaryDirectory() as place:
        whole, own, asked = time.perf_counter(), bank(Path(place)), questions(Path(place))
        found = timed(f"{DILEMMAS} staircases: load", lambda: open_staircases(str(own)))
        choices = timed("climb by a scripted subject", lambda: climb(Scripted("random"), found, form="text"))
        timed(
            "analyse, three rules of transitivity at each step",
            lambda: analysed("random", "text", found, choices),
        )
        wins = np.ones((DILEMMAS, 5, 10, 10))
        timed(
            "bootstrap of preferences, 1,000 draws",
            lambda: course(wins.sum(axis=0), resampled(wins, 0, 1000)),
        )
        timed("bootstrap of win rates, 1,000 draws", lambda: resampled(wins, 0, 1000))
        some = timed(f"{QUESTIONS} questions: load", lambda: open_question_set(str(asked)))
        texts = [one.text for one in some.questions]
        timed("drop near-duplicates", lambda: distinct(texts, 0.8))
        timed("diversity", lambda: diversity(texts))
        said, names = answered(some), open_system("schwartz10").names
        start = time.perf_counter()
        timed(f"win rates of {SUBJECTS} subjects on 10 values, with intervals", lambda: grades(said, names))
        timed("folds", lambda: folds(said.union))
        timed("informativeness, corrected for chance, with its interval", said.told)
        timed("shares by topic", lambda: topics(said, names))
        print(f"{'what `measure grown` does once it has answers':<62} {time.perf_counter() - start:6.1f} s")
        print(f"{'all, with writing the files':<62} {time.perf_counter() - whole:6.1f} s")
        print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
