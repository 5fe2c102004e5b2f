"""Sets of open questions: asked of anybody, answered in opinions, out of which values are read.

Source: adaem
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.canon import Spec, formed, key
from axiometer.data import need, read_text, read_toml, shipped, shipped_names, sources
from axiometer.errors import BadInput, unknown

FILE = "questions.jsonl"
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_COLUMNS = ("question", "dilemma_situation", "Conclusion")
_CLAIM = re.compile(r"we should (.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class OpenQuestion:
    """A question that can be answered by yes or no and reasons.

    Attributes:
        name: its own within a set.
        topic: what it is about; profiles can be told topic by topic.
        parent: the question that it was written from; empty for a seed.
        wordings: earlier wordings with their scores, as it was sharpened.
        score: how informative it was when it was grown, in nats, the mean over `looks`; None where that was not tried.
        looks: how often a panel was asked it afresh.
    """

    name: str
    text: str
    topic: str = ""
    parent: str = ""
    wordings: tuple[tuple[str, ...], ...] = ()
    score: float | None = None
    looks: int = 0


@dataclass(frozen=True)
class QuestionSet:
    """Open questions over a value system.

    Attributes:
        name: what opens it again.
        left_out: reason -> rows of the file that could not be used.
    """

    name: str
    licence: str
    source: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    left_out: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """The content key of all that is asked."""
        return key([[question.name, question.text] for question in self.questions])

    @property
    def spec(self) -> Spec:
        """Name and content."""
        return {"questions": self.name, "key": self.key}

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic, in the order of its first question."""
        return tuple(dict.fromkeys(question.topic for question in self.questions))

    def best(self, many: int) -> "QuestionSet":
        """The most informative ones, at most so many; those without a score come last."""
        ranked = sorted(self.questions, key=lambda one: (one.score is None, -(one.score or 0.0), one.name))
        return QuestionSet(f"{self.name}, best {many}", self.licence, self.source, tuple(ranked[:many]))


def open_question_set(name: str) -> QuestionSet:
    """A shipped set by name, a FOLDER or FILE.jsonl of grown questions, FILE.toml of ours, or a table FILE.csv or FILE.tsv.

    A table has a column `question`, `dilemma_situation` (as DailyDilemmas has) or `Conclusion` (as Touche has).

    Raises:
        UnknownName: neither a shipped name nor such a path.
        BadInput: a file without any question that can be used.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return _from_rows(name, list(_lines(path / FILE)))
    if path.suffix == ".jsonl":
        return _from_rows(name, list(_lines(path)))
    if path.suffix in _SEPARATORS:
        return _from_rows(name, list(_table(path)))
    if path.suffix != ".toml" and name not in shipped_names("questions"):
        raise unknown(
            "set of questions",
            name,
            [*shipped_names("questions"), "FOLDER", "FILE.jsonl", "FILE.toml", "FILE.csv", "FILE.tsv"],
        )
    return _from_toml(path if path.suffix == ".toml" else shipped("questions", f"{name}.toml"), name)


def _from_toml(path: Path, name: str) -> QuestionSet:
    table, where = read_toml(path), str(path)
    rows = [
        {"name": f"{topic}-{i + 1}", "topic": topic, "text": text}
        for topic, texts in need(table, "topics", dict, where).items()
        for i, text in enumerate(texts if isinstance(texts, list) else [texts])
    ]
    found = _from_rows(name, rows)
    return QuestionSet(
        name, need(table, "licence", str, where), sources(table, where), found.questions, found.left_out
    )


def _from_rows(name: str, rows: Sequence[Any]) -> QuestionSet:
    kept: list[OpenQuestion] = []
    names, texts, left_out = set[str](), set[str](), Counter[str]()
    for row in rows:
        try:
            one: OpenQuestion = formed(OpenQuestion, row, "question")
        except TypeError as error:
            left_out[f"another form: {error}"[:60]] += 1
            continue
        said = " ".join(one.text.split()).casefold()
        if not said or not one.name:
            left_out["no text"] += 1
        elif one.name in names or said in texts:
            left_out["there already"] += 1
        else:
            names.add(one.name)
            texts.add(said)
            kept.append(one)
    if not kept:
        why = f" ({next(iter(left_out))})" if left_out else ""
        raise BadInput(f"{name} holds no question that can be used{why}; see docs/files.md for the form.")
    return QuestionSet(name, "as its source", (), tuple(kept), dict(left_out.most_common()))


def _lines(path: Path) -> Iterator[Any]:
    """The rows of JSON lines; a line that is cut or broken is a row of another form."""
    for line in read_text(path).splitlines():
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield "broken JSON"


def _table(path: Path) -> Iterator[Any]:
    """The rows of a table; conclusions of arguments, "We should ...", become questions, as the source of `couple` makes them."""
    table = csv.DictReader(io.StringIO(read_text(path), newline=""), delimiter=_SEPARATORS[path.suffix])
    column = next((name for name in _COLUMNS if name in (table.fieldnames or ())), None)
    if column is None:
        raise BadInput(
            f"{path} has no column {' or '.join(_COLUMNS)}; it has: {', '.join(table.fieldnames or ())}."
        )
    for i, row in enumerate(table, 1):
        text = (row[column] or "").strip()
        if column == "Conclusion":
            text = f"Should we {found[1].rstrip('.')}?" if (found := _CLAIM.match(text)) else ""
        yield {
            "name": row.get("name") or f"row-{i}",
            "text": text,
            "topic": row.get("topic") or row.get("questionnaire") or "",
        }
