"""People who rated items and answered a value questionnaire, as arrays, with what had to be left out."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt

from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.instruments.importing import open_key
from axiometer.subjects.human import read_ratings
from axiometer.values import ValueSystem, open_system

Array = npt.NDArray[np.float64]
LOWEST, HIGHEST = 1, 6
CONSTANT = 5


@dataclass(frozen=True)
class Raters:
    """Ratings and value scores of the same people.

    Shapes: ratings (people, items), nan where not rated; scores (people, values).
    """

    people: tuple[str, ...]
    ratings: Array
    scores: Array
    excluded: dict[str, int]


def raters_of(
    ratings: Path, scores: Path, items: Sequence[str], system: ValueSystem, key: str = ""
) -> Raters:
    """The people in both files.

    Left out and counted: people without scores, people without ratings, people who gave one and the same rating to
    `CONSTANT` items or more.

    Raises:
        BadInput: text where a number is expected, a rating off the scale, an unknown item; with the line.
    """
    scored = _scores_by_key(scores, key) if key else _scores(scores, system)
    own = _rated(ratings, {item: k for k, item in enumerate(items)})
    excluded = Counter(
        {
            "raters without value scores": len(set(own) - set(scored)),
            "respondents who rated no item": len(set(scored) - set(own)),
        }
    )
    kept = []
    for person in sorted(set(own) & set(scored)):
        if len(own[person]) >= CONSTANT and len(set(own[person].values())) == 1:
            excluded["raters who gave every item the same rating"] += 1
        else:
            kept.append(person)
    if len(kept) < 3:
        raise BadInput(
            f"only {len(kept)} people have ratings in {ratings} and scores in {scores} ({_told(excluded)}); correlations "
            "need at least three, and a few dozen to mean anything."
        )
    table = np.full((len(kept), len(items)), np.nan)
    for i, person in enumerate(kept):
        for k, rating in own[person].items():
            table[i, k] = rating
    return Raters(
        tuple(kept), table, np.array([scored[p] for p in kept]), {r: n for r, n in excluded.items() if n}
    )


def _rated(path: Path, column: Mapping[str, int]) -> dict[str, dict[int, float]]:
    """Person -> place of the item -> rating."""
    own: dict[str, dict[int, float]] = {}
    for person, item, rating, line in read_ratings(path):
        if item not in column:
            raise BadInput(f"{path}, line {line}: {item!r} is no item of the items file.")
        if rating % 1 or not LOWEST <= rating <= HIGHEST:
            raise BadInput(
                f"{path}, line {line}: rating {rating:g} is not a whole number from {LOWEST} to {HIGHEST}; "
                f"{HIGHEST} means most similar to the rater's own thoughts: recode the file."
            )
        own.setdefault(person, {})[column[item]] = rating
    if set(own) == {""}:
        raise BadInput(f"{path} names no respondents; add a column respondent.")
    return own


def _scores(path: Path, system: ValueSystem) -> dict[str, list[float]]:
    header, rows = _table(path)
    column = {system.value(name).name: name for name in header if name != "respondent"}
    absent = [v for v in system.names if v not in column]
    if absent:
        raise BadInput(
            f"{path} has no column for {', '.join(absent)}; give one for each value of {system.name}."
        )
    return {
        person: [_number(row[column[v]], path, line, column[v]) for v in system.names]
        for person, row, line in rows
    }


def _scores_by_key(path: Path, name: str) -> dict[str, list[float]]:
    """Value means less the mean of all items, values in the order of the key's system."""
    key = open_key(name)
    header, rows = _table(path)
    absent = [str(n) for n in sorted({*key.items, *key.unscored}) if str(n) not in header]
    if absent:
        raise BadInput(
            f"{path} has no column {absent[0]!r}; name the columns of {name} by item number, 1 to {key.n_items}."
        )
    found = {}
    for person, row, line in rows:
        answers = {n: _number(row[str(n)], path, line, str(n)) for n in (*key.items, *key.unscored)}
        high = key.low + len(key.labels) - 1
        wrong = [n for n, x in answers.items() if not key.low <= x <= high]
        if wrong:
            raise BadInput(
                f"{path}, line {line}, column {wrong[0]}: {answers[wrong[0]]:g} is outside {key.low} to {high}, the highest for "
                "most like the person; recode the file."
            )
        centre = sum(answers.values()) / len(answers)
        found[person] = [
            sum(answers[n] for n, v in key.items.items() if v == value)
            / list(key.items.values()).count(value)
            - centre
            for value in open_system(key.system).names
        ]
    return found


def _table(path: Path) -> tuple[list[str], list[tuple[str, Mapping[str, str], int]]]:
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        header = list(reader.fieldnames or [])
        if "respondent" not in header:
            raise BadInput(f"{path} has columns {', '.join(header) or 'none'}; it needs respondent.")
        rows: list[tuple[str, Mapping[str, str], int]] = [
            (str(row["respondent"]).strip(), row, reader.line_num) for row in reader
        ]
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num + 1}: not readable as CSV ({error}).") from None
    names = [name for name, _, _ in rows]
    twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise BadInput(f"{path}: respondent {twice[0]!r} stands twice; each needs one row.")
    return header, rows


def _number(text: str | None, path: Path, line: int, column: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadInput(
            f"{path}, line {line}, column {column}: {text!r} is not a number; leave people with gaps out."
        )
    return number


def _told(excluded: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}: {n}" for reason, n in excluded.items() if n) or "nobody was left out"
