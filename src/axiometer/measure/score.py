"""Scoring responses: the table of ratings, and each value's mean centred on the subject's own mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.measure.run import Response
from axiometer.subjects import Missing

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """What one subject's responses in one form say, before any inference.

    Shapes: `ratings` and `present` are (items, conditions), repeats averaged; `key` is (items,) with the index of each
    item's value in `values`, or -1 where the system leaves the item out; `n` is (items,), the ratings behind each.

    Units: the form's own.
    """

    values: tuple[str, ...]
    items: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    ratings: Array
    present: npt.NDArray[np.bool_]
    key: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]
    missing: dict[str, int]

    def item_scores(self) -> Array:
        """(items,) the score of each item over its conditions; nan for an item without any rating."""
        return additive(self.ratings, self.present)[0]


def score(responses: Sequence[Response], values: Sequence[str], collapse: Mapping[str, str]) -> Scores:
    """The table of ratings of one form.

    Args:
        responses: of one subject in one form.
        values: the values to score, in order.
        collapse: item value -> one of `values`; items of other values count for the centre alone.
    """
    items = tuple(dict.fromkeys(r.ask.item for r in responses))
    conditions = tuple(dict.fromkeys((r.ask.condition.wording, r.ask.condition.order) for r in responses))
    row, column = {name: i for i, name in enumerate(items)}, {c: i for i, c in enumerate(conditions)}
    total = np.zeros((len(items), len(conditions)))
    count = np.zeros(total.shape, dtype=np.int64)
    key = np.full(len(items), -1, dtype=np.int64)
    missing: Counter[str] = Counter()
    for response in responses:
        ask, rating = response.ask, response.rating
        value = collapse.get(ask.value)
        key[row[ask.item]] = -1 if value is None else list(values).index(value)
        if isinstance(rating, Missing):
            missing[rating.why] += 1
            continue
        cell = row[ask.item], column[ask.condition.wording, ask.condition.order]
        total[cell] += rating
        count[cell] += 1
    ratings = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return Scores(
        tuple(values),
        items,
        conditions,
        ratings,
        count > 0,
        key,
        count.sum(axis=1),
        dict(sorted(missing.items())),
    )


def additive(ratings: Array, present: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """Item scores and condition effects of the additive fit; with nothing missing, the plain means.

    Why: where an item lacks one condition, its plain mean would carry the effect of the conditions it has.

    Shapes: ratings, present (items, conditions) -> (items,) with nan for empty rows, (conditions,) summing to zero.
    """
    count = present.astype(float)
    seen, per_condition = count.sum(axis=1), count.sum(axis=0)
    share = np.divide(count, seen[:, None], out=np.zeros_like(count), where=seen[:, None] > 0)
    sums = (ratings * count).sum(axis=1)
    # the normal equations once the items are eliminated; the least-norm solution sums to zero
    normal = np.diag(per_condition) - count.T @ share
    effect = np.linalg.lstsq(normal, (ratings * count).sum(axis=0) - share.T @ sums, rcond=1e-10)[0]
    item = np.divide(sums - count @ effect, seen, out=np.full(len(seen), np.nan), where=seen > 0)
    return item, np.asarray(effect)


def centred(item_scores: Array, key: npt.NDArray[np.int64], count: int) -> tuple[Array, float]:
    """Each value's mean less the mean of all items, and that mean; nan for a value without a scored item.

    Shapes: item_scores (items,), key (items,) -> (count,).

    Source: schwartz1992
    """
    scored = ~np.isnan(item_scores)
    if not scored.any():
        return np.full(count, np.nan), float("nan")
    centre = float(item_scores[scored].mean())
    means = np.array(
        [
            item_scores[scored & (key == v)].mean() if (scored & (key == v)).any() else np.nan
            for v in range(count)
        ]
    )
    return means - centre, centre


def item_means(responses: Sequence[Response]) -> dict[str, float]:
    """The mean rating of each item that has one."""
    found: dict[str, list[float]] = {}
    for response in responses:
        if not isinstance(response.rating, Missing):
            found.setdefault(response.ask.item, []).append(response.rating)
    return {item: float(np.mean(ratings)) for item, ratings in found.items()}
