"""Four-choice questions of knowledge: our own, or a released test in a folder of tables."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.canon import draws
from axiometer.data import need, read_text, read_toml, several, shipped
from axiometer.errors import BadInput

LETTERS = ("A", "B", "C", "D")


@dataclass(frozen=True)
class FourChoice:
    """A question of fact with four answers, one of them right.

    Attributes:
        name: its own within a set.
        area: what it is about; subsets are drawn area by area.
        key: the letter of the right answer.
    """

    name: str
    area: str
    question: str
    options: tuple[str, ...]
    key: str

    @property
    def right(self) -> int:
        """The place of the right answer, from 0."""
        return LETTERS.index(self.key)


def open_knowledge() -> tuple[FourChoice, ...]:
    """Our own hundred questions of everyday knowledge; none is about what anybody should want."""
    path = shipped("neutral", "knowledge.toml")
    rows = need(read_toml(path), "questions", list, str(path))
    return tuple(
        _checked(
            need(row, "name", str, str(path)),
            need(row, "area", str, str(path)),
            [need(row, "question", str, str(path)), *several(row, "options", str, str(path)), row.get("key")],
            f"{path}, question {i + 1}",
        )
        for i, row in enumerate(rows)
    )


def read_released(path: Path, split: str = "test") -> tuple[FourChoice, ...]:
    """The questions of a test released like MMLU: a folder or `.zip` of tables `AREA_SPLIT.csv` without headings.

    Each row is a question, four answers and the letter of the right one.

    Raises:
        BadInput: no such tables, or a row of another form.

    Source:
        mmlu
    """
    found = []
    for name, text in sorted(_tables(path, f"_{split}.csv")):
        area = name.removesuffix(f"_{split}.csv")
        rows = csv.reader(io.StringIO(text, newline=""))
        found += [
            _checked(f"{area}-{i + 1}", area, row, f"{path}, {name}, row {i + 1}")
            for i, row in enumerate(rows)
            if row
        ]
    if not found:
        raise BadInput(
            f"{path} holds no tables named AREA_{split}.csv; give the folder or the zip of a test released like MMLU."
        )
    return tuple(found)


def subset(questions: Sequence[FourChoice], many: int, seed: int) -> tuple[FourChoice, ...]:
    """So many questions, as equally from every area as there are; a larger subset holds every smaller one.

    Raises:
        BadInput: fewer than one, or more than there are.
    """
    if not 1 <= many <= len(questions):
        raise BadInput(f"{many} questions were asked for; there are {len(questions)}.")
    areas: dict[str, list[FourChoice]] = defaultdict(list)
    for question in sorted(questions, key=lambda one: (one.area, one.name)):
        areas[question.area].append(question)
    ranked = []
    turns = draws(seed, "areas").permutation(len(areas))
    for turn, (area, own) in zip(turns, areas.items(), strict=True):
        order = draws(seed, "area", area).permutation(len(own))
        ranked += [(round_, int(turn), own[place]) for round_, place in enumerate(order)]
    ranked.sort(key=lambda one: one[:2])
    return tuple(question for _, _, question in ranked[:many])


def _checked(name: str, area: str, parts: Sequence[object], at: str) -> FourChoice:
    """One question out of its text, four answers and a letter."""
    texts = [part.strip() for part in parts if isinstance(part, str)]
    if len(texts) != len(parts) or len(texts) != 6 or not all(texts) or texts[-1] not in LETTERS:
        raise BadInput(
            f"{at} has {len(parts)} fields and ends in {parts[-1]!r:.20}; it must have a question, four answers and one "
            f"of the letters {', '.join(LETTERS)}."
        )
    return FourChoice(name, area, texts[0], tuple(texts[1:5]), texts[5])


def _tables(path: Path, ending: str) -> Iterator[tuple[str, str]]:
    """Names and texts of the tables in a folder or an archive, at any depth."""
    if path.is_dir():
        for file in path.rglob(f"*{ending}"):
            yield file.name, read_text(file)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(ending):
                    yield Path(name).name, archive.read(name).decode()
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path} cannot be read: {error}; give a folder of tables or a zip of them.") from None
