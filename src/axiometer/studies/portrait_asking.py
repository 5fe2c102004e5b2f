"""What subjects' answers to a bank of portraits say beyond their profiles: sensitivity, reliability, telling items.

Source: valueportrait
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from axiometer.analyse.intervals import wilson
from axiometer.analyse.reliability import cronbach_alpha
from axiometer.instruments import Instrument
from axiometer.measure import Response
from axiometer.report.portrait import PortraitFindings, Sensitivity, Share, Telling
from axiometer.subjects import Missing

Array = npt.NDArray[np.float64]
ENOUGH = 3
TELLING = 5


def portrait_findings(
    instrument: Instrument, values: Sequence[str], responses: Sequence[tuple[str, Response]]
) -> PortraitFindings:
    """What the answers of all subjects say; each subject counts in the form it was asked in first."""
    tags, by_subject = instrument.tags(), dict[tuple[str, str], list[Response]]()
    for subject, response in responses:
        by_subject.setdefault((subject, response.ask.form), []).append(response)
    items = [item.id for item in instrument.items]
    first = dict(reversed(list(by_subject)))
    means = {subject: _means(by_subject[subject, form], items) for subject, form in first.items()}
    names = sorted(means)
    table = np.array([means[name] for name in names])
    alpha: dict[str, float | None] = {}
    for value in values if len(names) >= ENOUGH else ():
        own = [k for k, item in enumerate(items) if tags[item].get(value, 0.0) > 0]
        whole = table[:, own][~np.isnan(table[:, own]).any(axis=1)]
        found = cronbach_alpha(whole) if len(own) > 1 else float("nan")
        alpha[value] = float(found) if np.isfinite(found) else None
    texts = {item.id: item.first for item in instrument.items}
    telling = tuple(
        Telling(
            item,
            value,
            tags[item][value],
            texts[item],
            {
                n: float(means[n][items.index(item)])
                for n in names
                if np.isfinite(means[n][items.index(item)])
            },
        )
        for value in values
        for item in sorted((i for i in items if value in tags[i]), key=lambda i: -abs(tags[i][value]))[
            :TELLING
        ]
    )
    return PortraitFindings(
        tuple(_sensitivity(subject, form, own, items) for (subject, form), own in by_subject.items()),
        alpha,
        len(names),
        telling,
    )


def _cells(responses: Sequence[Response], items: Sequence[str]) -> dict[tuple[str, str], Array]:
    """The mean rating of each item under each condition; nan where there is none."""
    row, found = {item: k for k, item in enumerate(items)}, dict[tuple[str, str], list[list[float]]]()
    for response in responses:
        if not isinstance(response.rating, Missing):
            condition = response.ask.condition
            cells = found.setdefault((condition.wording, condition.order), [[] for _ in items])
            cells[row[response.ask.item]].append(response.rating)
    return {c: np.array([np.mean(x) if x else np.nan for x in cells]) for c, cells in found.items()}


def _means(responses: Sequence[Response], items: Sequence[str]) -> Array:
    cells = np.array([*_cells(responses, items).values(), np.full(len(items), np.nan)])
    seen = ~np.isnan(cells)
    sums = np.where(seen, cells, 0.0).sum(axis=0)
    return np.asarray(
        np.divide(sums, seen.sum(axis=0), out=np.full(len(items), np.nan), where=seen.any(axis=0))
    )


def _sensitivity(subject: str, form: str, responses: Sequence[Response], items: Sequence[str]) -> Sensitivity:
    cells = _cells(responses, items)
    wordings = list(dict.fromkeys(w for w, _ in cells))
    orders = list(dict.fromkeys(o for _, o in cells))
    turned = [
        (cells[w, a], cells[w, b]) for w in wordings for a, b in combinations(orders, 2) if (w, b) in cells
    ]
    order = _share([_both(a, b) for a, b in turned], [_both(a, b) for a, b in turned])
    reworded = [[cells[w, o] for w in wordings if (w, o) in cells] for o in orders]
    groups = [np.array(group)[:, ~np.isnan(group).any(axis=0)] for group in reworded if len(group) > 1]
    pairs = [(g[i], g[j]) for g in groups for i, j in combinations(range(len(g)), 2)]
    return Sensitivity(subject, form, order, _share([(g[0], g) for g in groups], pairs))


def _both(a: Array, b: Array) -> tuple[Array, Array]:
    seen = ~np.isnan(a) & ~np.isnan(b)
    return a[seen], b[seen]


def _share(compared: Sequence[tuple[Array, Array]], pairs: Sequence[tuple[Array, Array]]) -> Share | None:
    """Comparisons in which any rounded rating differs from the first, and the mean distance over pairs."""
    differ = [np.atleast_2d(np.rint(a) != np.rint(b)).any(axis=0) for a, b in compared]
    n = sum(d.size for d in differ)
    if not n:
        return None
    hits = int(sum(d.sum() for d in differ))
    points = float(np.mean(np.concatenate([np.abs(a - b) for a, b in pairs])))
    return Share(hits / n, *wilson(hits, n), points, n)
