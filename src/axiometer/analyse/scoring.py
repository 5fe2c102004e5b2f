"""Win rates of subjects against each other, value by value, by either of two models; with draws and folds of the questions.

Source: adaem
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from axiometer.analyse.strength import expected_rates
from axiometer.analyse.trueskill import Rules, ladder, win_rates
from axiometer.canon import draws
from axiometer.errors import unknown

Floats = npt.NDArray[np.float64]
MODELS = {"trueskill": ladder, "bradley-terry": expected_rates}
SCORINGS = tuple(MODELS)
LASTING = Rules(tau=0.0)  # values do not wander from question to question, so early ones count like late ones
_RESAMPLES = 200
_DRAWN = 400  # questions a draw at most
_CELLS = 4_000_000  # of the tables that are climbed side by side


def check_scoring(scoring: str) -> None:
    """Refuses a scoring that there is not.

    Raises:
        UnknownName: no such scoring.
    """
    if scoring not in MODELS:
        raise unknown("scoring", scoring, SCORINGS)


def rates(union: Floats, scoring: str = SCORINGS[0], orders: Sequence[int] = range(5)) -> Floats:
    """How often each subject would show each value more than another one; over subjects the mean is one half.

    Args:
        union: how much each reply shows each value; nan where there is no reply.
        scoring: `trueskill`, or `bradley-terry`, which knows no order of play.
        orders: of play, a seed each.

    Shapes: union [questions, subjects, values] -> [subjects, values]

    Raises:
        UnknownName: no such scoring.
    """
    check_scoring(scoring)
    if scoring == "bradley-terry":
        return expected_rates(union)
    found = ladder(union, seeds=orders, rules=LASTING)
    return win_rates(found.mu, found.sigma, LASTING)


def drawn_rates(union: Floats, whole: Floats, scoring: str = SCORINGS[0], seed: int = 0) -> Floats:
    """Win rates over questions drawn with replacement, as they vary where as many are drawn as there are.

    Of many questions a few hundred are drawn each time, and the draws are brought as near to the estimate as drawing all would bring them: by the root
    of the share that was drawn. One order of play a draw; orders are part of the spread.

    Args:
        union: as in `rates`.
        whole: the rates over all questions.
        scoring: as in `rates`.
        seed: of the draws.

    Shapes: union [questions, subjects, values], whole [subjects, values] -> [draws, subjects, values]
    """
    many, size = len(union), min(len(union), _DRAWN)
    rows = [draws(seed, "questions", i).integers(many, size=size) for i in range(_RESAMPLES)]
    found = rates_of([union[own] for own in rows], scoring, [seed])
    if size == many:
        return found
    return np.asarray(np.clip(whole + np.sqrt(size / many) * (found - found.mean(axis=0)), 0, 1))


def fold_rates(union: Floats, many: int, scoring: str = SCORINGS[0], seed: int = 0) -> Floats | None:
    """Win rates in each of so many folds of the questions, drawn at random; None where a fold would have fewer than two.

    Shapes: union [questions, subjects, values] -> [folds, subjects, values]
    """
    parts = np.array_split(draws(seed, "folds").permutation(len(union)), many)
    return None if min(map(len, parts)) < 2 else rates_of([union[part] for part in parts], scoring, range(2))


def rates_of(
    tables: Sequence[Floats], scoring: str = SCORINGS[0], orders: Sequence[int] = range(5)
) -> Floats:
    """The rates of several tables of the same subjects and values, each on its own.

    Why side by side: a step of a ladder takes hardly longer for many values than for one, and each table is taken for a set of values of its own.

    Shapes: tables [questions, subjects, values] each -> [tables, subjects, values]
    """
    if scoring != "trueskill":
        return np.stack([rates(table, scoring, orders) for table in tables])
    longest, (subjects, values) = max(map(len, tables)), tables[0].shape[1:]
    at_once = max(1, _CELLS // (longest * subjects * values))
    found = []
    for start in range(0, len(tables), at_once):
        some = tables[start : start + at_once]
        wide = np.full((longest, subjects, len(some), values), np.nan)
        for place, table in enumerate(some):
            wide[: len(table), :, place] = table
        own = rates(wide.reshape(longest, subjects, -1), scoring, orders)
        found.append(np.moveaxis(own.reshape(subjects, len(some), values), 1, 0))
    return np.concatenate(found)
