"""Figures of a cross-model study: distance to human norms, and what a remedy changed. Our own proposals."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from axiometer.analyse.intervals import wilson
from axiometer.analyse.ordinal import Method, Quantity, Table
from axiometer.analyse.ordinal.finding import Teller, higher_importances
from axiometer.analyse.ordinal.quantities import Quantities
from axiometer.analyse.ordinal.sampler import CHAINS
from axiometer.analyse.variance import Array
from axiometer.measure import Response
from axiometer.report.cultural import Metric, NormNote, NormRow
from axiometer.subjects import Missing
from axiometer.values.norms import Norm

ASYMMETRY = "self-enhancement less self-transcendence"
ENTROPY = "evenness of values"
SPREAD = "difference between subjects"
FLIPS = "answers changed"


def norm_note(norm: Norm) -> NormNote:
    """The norm as a report shows it."""
    return NormNote(norm.name, norm.title, norm.n, norm.means, norm.deviations, norm.obtained)


def norm_rows(table: Table, drawn: Quantities, norm: Norm, method: Method) -> tuple[NormRow, ...]:
    """Each group's expected ratings against the norm, for each draw."""
    shared = [v for v, name in enumerate(table.values) if name in norm.means]
    if len(shared) < 3:
        return ()
    told, target = _teller(drawn, method), np.array([norm.means[table.values[v]] for v in shared])
    ranks = rankdata(target)
    found = []
    for g in range(table.groups):
        own = drawn.points[:, g, shared]
        correlation = _pearson(rankdata(own, axis=1), ranks)
        distance = np.sqrt(((own - target) ** 2).mean(axis=1))
        found.append(
            NormRow(*_name(table, g), told(correlation, rope=None), told(distance, rope=None), len(shared))
        )
    return tuple(found)


def metrics_of(
    table: Table, drawn: Quantities, responses: Sequence[tuple[str, str, Response]], method: Method
) -> tuple[Metric, ...]:
    """Asymmetry and evenness of each group, spread between subjects under each condition, and answers that changed.

    Evenness is the entropy of the importances as shares (softmax over values) over its maximum, from 0 to 1.
    """
    told, found = _teller(drawn, method), list[Metric]()
    names, higher = higher_importances(table, drawn)
    counts = [int((table.group == g).sum()) for g in range(table.groups)]
    for g in range(table.groups):
        share = np.exp(drawn.importance[:, g] - drawn.importance[:, g].max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        even = -(share * np.log(np.maximum(share, 1e-300))).sum(axis=1) / np.log(share.shape[1])
        if {"self-enhancement", "self-transcendence"} <= set(names):
            apart = (
                higher[:, g, names.index("self-enhancement")]
                - higher[:, g, names.index("self-transcendence")]
            )
            found.append(Metric(ASYMMETRY, *_name(table, g), told(apart), counts[g]))
        found.append(Metric(ENTROPY, *_name(table, g), told(even, rope=None), counts[g]))
    if len(table.subjects) > 1:
        for c, condition in enumerate(table.conditions):
            own = np.flatnonzero(table.condition == c)
            spread = drawn.importance[:, own].std(axis=1, ddof=1).mean(axis=1)
            n = sum(counts[g] for g in own)
            found.append(Metric(SPREAD, "", condition, told(spread, rope=None), n))
    return (*found, *_flips(responses))


def _flips(responses: Sequence[tuple[str, str, Response]]) -> list[Metric]:
    """How many answers a remedy changed, item by item in the same run; Wilson intervals."""
    before = {
        (who, r.ask.repeat, r.ask.item): r.rating
        for who, c, r in responses
        if not c and not isinstance(r.rating, Missing)
    }
    pairs: dict[tuple[str, str], list[bool]] = {}
    for who, condition, r in responses:
        at = (who, r.ask.repeat, r.ask.item)
        if condition and at in before and not isinstance(r.rating, Missing):
            pairs.setdefault((who, condition), []).append(r.rating != before[at])
    found = []
    for (who, condition), changed in pairs.items():
        hits, n = sum(changed), len(changed)
        low, high = wilson(hits, n)
        found.append(Metric(FLIPS, who, condition, Quantity(hits / n, low, high, 1.0), n))
    return found


def _teller(drawn: Quantities, method: Method) -> Teller:
    chains = CHAINS if method == "sampled" else 1
    return Teller((chains, len(drawn.importance) // chains), sampled=method == "sampled")


def _name(table: Table, g: int) -> tuple[str, str]:
    return table.subjects[table.subject[g]], table.conditions[table.condition[g]]


def _pearson(a: Array, b: Array) -> Array:
    """The correlation of each row with a vector."""
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean()
    return np.asarray((a @ b) / np.maximum(np.sqrt((a**2).sum(axis=1) * (b @ b)), 1e-12))
