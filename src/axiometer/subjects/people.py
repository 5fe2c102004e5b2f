"""Tables of people's answers to a questionnaire: long or wide CSV files, cleaned, with what was left out counted."""

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
from axiometer.subjects.human import read_ratings

MOSTLY = 0.05
BLANK = ("", "NA", "NaN", "nan", ".")
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cleaning:
    """When a respondent is left out: more than `missing` items unanswered, or one rating on more than `identical`."""

    missing: int
    identical: int


@dataclass(frozen=True)
class People:
    """Answers of people.

    Shapes: ratings (people, items), nan where there is none.

    Attributes:
        blank: answers that were not given.
        off_scale: rating outside the scale -> how many; counted as not given.
        excluded: respondents left out, by reason.
    """

    respondents: tuple[str, ...]
    items: tuple[str, ...]
    ratings: Array
    blank: int
    off_scale: dict[str, int]
    excluded: dict[str, int]


def read_people(
    path: Path,
    items: Sequence[str],
    scale: tuple[int, int],
    cleaning: Cleaning,
    *,
    columns: Sequence[str] = (),
    reverse: bool = False,
) -> People:
    """The people in a CSV: columns respondent,item,rating, or a row for each person and a column for each item.

    Args:
        path: the file.
        items: the questionnaire's items, in order.
        scale: lowest and highest rating, the highest for most like the person.
        cleaning: who is left out.
        columns: names of a wide file's item columns in the questionnaire's order, or the one word `first` for as many
            columns as there are items, from the left; none given: columns called by item, number, or Q and number.
        reverse: whether the file's lowest rating means most like the person.

    Raises:
        BadInput: text where a number is expected, more than 5 % of ratings off the scale, a respondent twice; with the place.
    """
    header = next(csv.reader(io.StringIO(read_text(path))), [])
    rows = _long(path, items) if {"item", "rating"} <= set(header) else _wide(path, header, items, columns)
    low, high = scale
    table, off = np.full((len(rows), len(items)), np.nan), Counter[str]()
    for i, own in enumerate(rows.values()):
        for k, rating in own.items():
            if low <= rating <= high and not rating % 1:
                table[i, k] = low + high - rating if reverse else rating
            else:
                off[f"{rating:g}"] += 1
    given = int((~np.isnan(table)).sum()) + sum(off.values())
    if sum(off.values()) > MOSTLY * max(given, 1):
        worst = ", ".join(f"{code} ({n} times)" for code, n in off.most_common(4))
        raise BadInput(
            f"{path}: {sum(off.values())} of {given} ratings are off the scale of {low} to {high}: {worst}; recode the file, or "
            "choose another --key."
        )
    return _cleaned(tuple(rows), tuple(items), table, dict(off), cleaning)


def _cleaned(
    names: tuple[str, ...], items: tuple[str, ...], table: Array, off: dict[str, int], cleaning: Cleaning
) -> People:
    absent = np.isnan(table).sum(axis=1)
    alike = np.array([max(Counter(row[~np.isnan(row)].tolist()).values(), default=0) for row in table])
    constant = np.array([len(set(row[~np.isnan(row)].tolist())) < 2 for row in table])
    empty, few = absent == len(items), absent > cleaning.missing
    reasons = {
        "no answer at all": empty,
        f"more than {cleaning.missing} items unanswered": few & ~empty,
        "the same rating for every item": constant & ~few,
        f"one rating for more than {cleaning.identical} items": (alike > cleaning.identical)
        & ~constant
        & ~few,
    }
    out = np.any(list(reasons.values()), axis=0)
    return People(
        tuple(name for name, gone in zip(names, out, strict=True) if not gone),
        items,
        table[~out],
        int(np.isnan(table[~out]).sum()),
        off,
        {reason: int(which.sum()) for reason, which in reasons.items() if which.any()},
    )


def _long(path: Path, items: Sequence[str]) -> dict[str, dict[int, float]]:
    column, found = _places(items), dict[str, dict[int, float]]()
    for person, item, rating, line in read_ratings(path):
        if item.casefold() not in column:
            raise BadInput(f"{path}, line {line}: {item!r} is no item; items are {items[0]} to {items[-1]}.")
        found.setdefault(person, {})[column[item.casefold()]] = rating
    return found


def _wide(
    path: Path, header: Sequence[str], items: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[int, float]]:
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    place = _columns(path, header, items, columns)
    found: dict[str, dict[int, float]] = {}
    try:
        for number, row in enumerate(reader, 1):
            name = str(row.get("respondent") or number).strip()
            if name in found:
                raise BadInput(f"{path}, line {reader.line_num}: respondent {name!r} stands twice.")
            found[name] = {
                k: _number(row[column], path, reader.line_num, column)
                for column, k in place.items()
                if (row[column] or "").strip() not in BLANK
            }
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num + 1}: not readable as CSV ({error}).") from None
    if not found:
        raise BadInput(f"{path} holds nobody; give a row for each person.")
    return found


def _columns(
    path: Path, header: Sequence[str], items: Sequence[str], columns: Sequence[str]
) -> Mapping[str, int]:
    """Column name -> place of the item."""
    if list(columns) == ["first"]:
        columns = list(header[: len(items)])
    if columns:
        absent = [c for c in columns if c not in header]
        if absent or len(columns) != len(items):
            why = f"has no column {absent[0]!r}" if absent else f"{len(columns)} columns were named"
            raise BadInput(f"{path}: {why}; name the {len(items)} item columns in the questionnaire's order.")
        return {column: k for k, column in enumerate(columns)}
    own = _places(items)
    found = {column: own[column.strip().casefold()] for column in header if column.strip().casefold() in own}
    if len(found) != len(items):
        raise BadInput(
            f"{path} has {len(found)} of {len(items)} item columns ({', '.join(header[:6])}, ...); name them 1 to {len(items)} or Q1 "
            f"to Q{len(items)}, give their names in order with --columns (or --columns first), or use columns respondent,item,rating."
        )
    return found


def _places(items: Sequence[str]) -> dict[str, int]:
    """What an item may be called: its own name, its number, Q and its number."""
    found: dict[str, int] = {}
    for k, item in enumerate(items):
        found |= {name.casefold(): k for name in (str(k + 1), f"Q{k + 1}", item)}
    return found


def _number(text: str, path: Path, line: int, column: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadInput(f"{path}, line {line}, column {column}: {text!r} is not a number.")
    return number
