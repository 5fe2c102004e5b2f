"""People's data as a subject: a CSV file of ratings, one row an answer."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from axiometer.canon import Spec
from axiometer.data import read_text
from axiometer.errors import BadInput, unknown
from axiometer.subjects.exchange import Answer, Missing, Prompt
from axiometer.subjects.protocol import Card, Cues


@dataclass(frozen=True)
class Human:
    """One respondent, or the mean of all in the file; items the file lacks are missing."""

    name: str
    ratings: tuple[tuple[str, float], ...]
    respondents: int

    @property
    def spec(self) -> Spec:
        """The ratings themselves: two files with the same ratings are the same subject."""
        return {"subject": "human", "ratings": [list(pair) for pair in self.ratings]}

    @property
    def card(self) -> Card:
        """Recorded data."""
        return Card(name=self.name, kind="data", batch=4096, details={"respondents": str(self.respondents)})

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """The recorded rating of the item each prompt is about."""
        known = dict(self.ratings)
        return [
            Answer(f"{known[p.about]:g}", known[p.about])
            if p.about in known
            else Missing("filtered", "not in the file")
            for p in prompts
        ]


def open_human(rest: str, cues: Cues) -> Human:
    """`FILE.csv` for the mean over its respondents, `FILE.csv#NAME` for one of them.

    Raises:
        BadInput: a file that cannot be read as ratings, or that rates none of the instrument's items.
        UnknownName: no such respondent, or an item the instrument does not have.
    """
    path, _, who = rest.partition("#")
    rows = read_ratings(Path(path))
    people = sorted({person for person, _, _, _ in rows})
    if who and who not in people:
        raise unknown(f"respondent in {path}", who, people)
    levels = cues.levels.values()
    cells: dict[str, list[float]] = {}
    for person, item, rating, line in rows:
        if cues.values and item not in cues.values:
            raise BadInput(
                f"{path}, line {line}: no item is called {item!r}; items are {_some(cues.values)}."
            )
        if levels and not min(levels) <= rating <= max(levels):
            raise BadInput(
                f"{path}, line {line}: rating {rating:g} is outside {min(levels)} to {max(levels)}; "
                "the highest means most like the person."
            )
        if who in ("", person):
            cells.setdefault(item, []).append(rating)
    means = tuple(sorted((item, sum(found) / len(found)) for item, found in cells.items()))
    return Human(f"human:{rest}", means, 1 if who else len(people))


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else "")


def read_ratings(path: Path) -> list[tuple[str, str, float, int]]:
    """(respondent, item, rating, line) of every rated row of a CSV with columns item,rating and maybe respondent.

    Raises:
        BadInput: text where a number is expected, an item rated twice by one respondent, other columns; with the line.
    """
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        names = reader.fieldnames or []
        if not {"item", "rating"} <= set(names):
            raise BadInput(
                f"{path} has columns {', '.join(names) or 'none'}; it needs item and rating (and may have respondent)."
            )
        rows = [row for row in (_row(r, path, reader.line_num) for r in reader) if row]
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num + 1}: not readable as CSV ({error}).") from None
    if not rows:
        raise BadInput(f"{path} holds no rating; give one row for each item and respondent.")
    seen: dict[tuple[str, str], int] = {}
    for person, item, _, line in rows:
        if (person, item) in seen:
            raise BadInput(
                f"{path}, line {line}: item {item!r} was already rated in line {seen[person, item]}."
            )
        seen[person, item] = line
    return rows


def _row(row: dict[str | None, Any], path: Path, line: int) -> tuple[str, str, float, int] | None:
    if None in row:
        raise BadInput(
            f"{path}, line {line}: more cells than columns; write decimals with a point, and put texts that hold commas "
            'in quotes (").'
        )
    text = (row.get("rating") or "").strip()
    if not text:
        return None
    try:
        rating = float(text)
    except ValueError:
        rating = float("nan")
    if not isfinite(rating):
        raise BadInput(f"{path}, line {line}: rating {text!r} is not a number.")
    return (row.get("respondent") or "").strip(), (row.get("item") or "").strip(), rating, line
