"""Ratings by subject, condition, item and run as index arrays with their labels: the table that is fitted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyse.ordinal.design import Design, Term, crossed, design, zero_sum
from axiometer.analyse.variance import Index
from axiometer.errors import BadInput
from axiometer.subjects import Missing
from axiometer.values import ValueSystem

LEVELS = ("value", "value + subject", "value * subject")


@dataclass(frozen=True)
class Row:
    """One rating, or why there is none."""

    subject: str
    condition: str
    item: str
    value: str
    run: int
    rating: float | Missing


@dataclass(frozen=True)
class Table:
    """Ratings as indices.

    Shapes: `group`, `item`, `run`, `rating` (answers,), rating from 0; `value` (items,); `subject` and `condition`
    (groups,). Runs are numbered through all groups.

    Attributes:
        values: names, in the system's order, of values that have items.
        missing: for each group, rows without a rating by reason.
        excluded: rows left out, by reason.
    """

    system: ValueSystem
    labels: tuple[str, ...]
    low: int
    subjects: tuple[str, ...]
    conditions: tuple[str, ...]
    values: tuple[str, ...]
    items: tuple[str, ...]
    subject: Index
    condition: Index
    value: Index
    group: Index
    item: Index
    run: Index
    rating: Index
    missing: tuple[dict[str, int], ...]
    excluded: dict[str, int]

    @property
    def groups(self) -> int:
        """How many pairs of subject and condition there are."""
        return len(self.subject)


def table_of(rows: Iterable[Row], system: ValueSystem, labels: Sequence[str], low: int) -> Table:
    """The table of these rows.

    Rows of items that belong to no value of the system are left out and counted.

    Raises:
        BadInput: a rating outside the scale or between its points, an item of two values, or too little to fit.
    """
    kept, missing, excluded = _sorted_out(rows, system, len(labels), low)
    if not kept:
        raise BadInput(f"no rating can be used ({_counted(excluded)}); at least two values need ratings.")
    value_of = _values_of(kept)
    values = tuple(name for name in system.names if name in set(value_of.values()))
    if len(values) < 2:
        raise BadInput(f"only {', '.join(values)} has ratings; a profile needs at least two values.")
    items, subjects = tuple(sorted(value_of)), tuple(dict.fromkeys(row.subject for row in kept))
    conditions = tuple(dict.fromkeys(row.condition for row in kept))
    groups = tuple(dict.fromkeys((row.subject, row.condition) for row in kept))
    run = {name: i for i, name in enumerate(dict.fromkeys((r.subject, r.condition, r.run) for r in kept))}
    at_group, at_item = {g: i for i, g in enumerate(groups)}, {name: i for i, name in enumerate(items)}
    return Table(
        system,
        tuple(labels),
        low,
        subjects,
        conditions,
        values,
        items,
        _index(subjects.index(s) for s, _ in groups),
        _index(conditions.index(c) for _, c in groups),
        _index(values.index(value_of[name]) for name in items),
        _index(at_group[r.subject, r.condition] for r in kept),
        _index(at_item[r.item] for r in kept),
        _index(run[r.subject, r.condition, r.run] for r in kept),
        _index(int(r.rating) - low for r in kept if not isinstance(r.rating, Missing)),
        tuple(dict(sorted(missing[group].items())) for group in groups),
        dict(sorted(excluded.items())),
    )


def terms_of(table: Table, level: str = LEVELS[-1]) -> list[Term]:
    """The effects over cells; cell g x items + k is item k answered by group g.

    Why items are normal effects, and items by subject too: the items are a sample of what could be asked, and so is what
    one subject makes of an item; without them, more runs of the same items would seem to say ever more of values.
    """
    items, groups = len(table.items), table.groups
    group, item = np.repeat(np.arange(groups), items), np.tile(np.arange(items), groups)
    value = (zero_sum(len(table.values)), table.value[item])
    subject = (zero_sum(len(table.subjects)), table.subject[group])
    condition = (zero_sum(len(table.conditions)), table.condition[group])
    each_item = (np.eye(items), item)
    own_item = (np.eye(len(table.subjects) * items), table.subject[group] * items + item)
    found: dict[str, Sequence[tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], Index]]] = {
        "value": (value,)
    }
    if level != LEVELS[0]:
        found["subject"] = (subject,)
    if level == LEVELS[2]:
        found["subject x value"] = (subject, value)
    if len(table.conditions) > 1:
        found |= {"condition": (condition,), "condition x value": (condition, value)}
        if len(table.subjects) > 1 and level == LEVELS[2]:
            found |= {
                "subject x condition": (subject, condition),
                "subject x condition x value": (subject, condition, value),
            }
    found["item"] = (each_item,)
    if len(table.subjects) > 1 and level == LEVELS[2]:
        found["subject x item"] = (own_item,)
    if len(table.conditions) > 1 and level == LEVELS[2]:
        found["subject x condition x item"] = ((np.eye(groups * items), group * items + item),)
    columns = {name: crossed(*parts) for name, parts in found.items()}
    return [Term(name, each) for name, each in columns.items() if each.shape[1]]


def design_of(
    table: Table, level: str = LEVELS[-1], *, runs: bool = False, discrimination: bool = False
) -> Design:
    """The design of a table.

    Args:
        table: what is fitted.
        level: which of `LEVELS`.
        runs: whether answers of one run share an effect.
        discrimination: whether each subject has a discrimination of its own.
    """
    sharp = np.repeat(table.subject, len(table.items)) if discrimination else None
    return design(
        terms_of(table, level),
        table.group * len(table.items) + table.item,
        table.rating,
        len(table.labels),
        run=table.run if runs else None,
        sharp=sharp,
    )


def _sorted_out(
    rows: Iterable[Row], system: ValueSystem, categories: int, low: int
) -> tuple[list[Row], dict[tuple[str, str], Counter[str]], Counter[str]]:
    kept: list[Row] = []
    missing: dict[tuple[str, str], Counter[str]] = {}
    excluded: Counter[str] = Counter()
    for row in rows:
        of_group = missing.setdefault((row.subject, row.condition), Counter())
        if isinstance(row.rating, Missing):
            of_group[row.rating.why] += 1
        elif row.value not in system.names:
            excluded["item without a value in the system"] += 1
        elif row.rating % 1 or not low <= row.rating < low + categories:
            raise BadInput(
                f"{row.subject} rated item {row.item} {row.rating:g}; ratings are whole numbers from {low} to "
                f"{low + categories - 1}, the highest for most important: recode the data, or ask with --form text."
            )
        else:
            kept.append(row)
    return kept, missing, excluded


def _values_of(rows: Sequence[Row]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        if found.setdefault(row.item, row.value) != row.value:
            raise BadInput(
                f"item {row.item} belongs to {found[row.item]} and to {row.value}; the ordinal model needs one."
            )
    return found


def _index(numbers: Iterable[int]) -> Index:
    return np.fromiter(numbers, dtype=np.int64)


def _counted(excluded: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}: {n}" for reason, n in excluded.items()) or "there are no rows"
