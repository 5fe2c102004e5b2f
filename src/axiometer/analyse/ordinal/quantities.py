"""From draws of parameters to the quantities that are reported. Arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from axiometer.analyse.ordinal.density import layout, shape
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.variance import Array, Index

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
PIECE = 500


@dataclass(frozen=True)
class Quantities:
    """Everything reported, for each draw.

    Shapes: importance (draws, groups, values) centred over values, logits; points (draws, groups, values) expected rating
    less the group's mean over items; high (draws, groups, values) probability of the two highest ratings; cells (draws,
    groups * items, categories) probability of each rating; scales (draws, n).
    """

    importance: Array
    points: Array
    high: Array
    cells: Array
    scales: Array
    scale_names: tuple[str, ...]


@dataclass(frozen=True)
class _Shapes:
    """The shapes of several draws; shapes as in `density.Shape`, with draws first."""

    sharpness: Array
    thresholds: Array
    deviation: Array
    run_deviation: Array
    discrimination: Array


def quantities(theta: Array, of: Design, value: Index, groups: int) -> Quantities:
    """The quantities of each draw.

    Args:
        theta: (draws, size), in the layout's order.
        of: the design; cell g * items + k is item k of group g.
        value: (items,) the value of each item.
        groups: how many groups.
    """
    at, found = layout(of), _shapes(theta, of)
    means = _means(value)
    eta = _effects(theta, of, found) @ of.columns.T
    pieces = [
        _probabilities(found, eta, of, slice(i, i + PIECE), runs=at.runs > 0)
        for i in range(0, len(theta), PIECE)
    ]
    cells = np.concatenate(pieces)
    points = (cells @ np.arange(of.categories)).reshape(len(theta), groups, -1)
    high = cells[:, :, -2:].sum(axis=2).reshape(len(theta), groups, -1)
    runs = [found.run_deviation[:, None]] if at.runs else []
    sharp = [found.discrimination] if at.sharps > 1 else []
    return Quantities(
        importances(theta, of, value, groups),
        points @ means.T - points.mean(axis=2, keepdims=True),
        high @ means.T,
        cells,
        np.concatenate([found.sharpness[:, None], found.deviation, *runs, *sharp], axis=1),
        (
            "logits per step",
            *(f"sd of {name}" for name in of.names),
            *(["sd of run"] if runs else []),
            *([f"discrimination {m}" for m in range(at.sharps)] if sharp else []),
        ),
    )


def importances(theta: Array, of: Design, value: Index, groups: int) -> Array:
    """What each group holds of each value beyond what is special to items, centred over values, in logits.

    Shapes: -> (draws, groups, values).
    """
    found = _shapes(theta, of)
    systematic = np.array(["item" not in name for name in of.names])[of.term]
    own = _effects(theta, of, found)[:, systematic] @ of.columns[:, systematic].T
    logits = own * (found.sharpness[:, None] * found.discrimination)[:, of.sharp]
    by_value = logits.reshape(len(theta), groups, -1) @ _means(value).T
    return np.asarray(by_value - by_value.mean(axis=2, keepdims=True))


def predictive(cells: Array, counts: Index, rng: np.random.Generator, most: int = 500) -> Array:
    """How often each rating would be given if all were asked anew.

    Shapes: cells (draws, cells, categories), counts (cells,) answers to each -> (draws, categories) shares.
    """
    chosen = rng.choice(len(cells), size=min(most, len(cells)), replace=False)
    whole = np.maximum(cells[chosen], 0.0)
    drawn = rng.multinomial(
        np.broadcast_to(counts, whole.shape[:2]), whole / whole.sum(axis=-1, keepdims=True)
    )
    return np.asarray(drawn.sum(axis=1) / counts.sum())


def log_scores(cells: Array, counts: Array) -> tuple[Array, Array]:
    """The log-likelihood of each distinct answer, and how many answers it stands for.

    Shapes: cells (draws, cells, categories), counts (cells, categories) -> (draws, distinct), (distinct,).
    """
    at = np.nonzero(counts)
    return np.log(np.maximum(cells[:, at[0], at[1]], 1e-300)), counts[at]


def _shapes(theta: Array, of: Design) -> _Shapes:
    at = layout(of)
    found = [shape(row[: at.hyper], at, of.categories) for row in theta]
    names = ("sharpness", "thresholds", "deviation", "run_deviation", "discrimination")
    return _Shapes(**{name: np.array([getattr(each, name) for each in found]) for name in names})


def _effects(theta: Array, of: Design, found: _Shapes) -> Array:
    """The effects of each draw in rating steps; (draws, effects)."""
    at = layout(of)
    return np.asarray(found.deviation[:, of.term] * theta[:, at.hyper : at.hyper + at.effects])


def _means(value: Index) -> Array:
    """Takes items to the mean of each value; (values, items)."""
    member = value == np.arange(int(value.max()) + 1)[:, None]
    return np.asarray(member / member.sum(axis=1, keepdims=True))


def _probabilities(found: _Shapes, eta: Array, of: Design, piece: slice, *, runs: bool) -> Array:
    """The probability of each rating in each cell, for a new run where runs differ; (draws, cells, categories)."""
    scale = (found.sharpness[piece, None] * found.discrimination[piece])[:, of.sharp, None]
    far = found.thresholds[piece, None, :] - eta[piece, :, None]
    if runs:
        moved = found.run_deviation[piece, None, None]
        share = zip(NODES, WEIGHTS / WEIGHTS.sum(), strict=True)
        below = np.asarray(sum(w * expit(scale * (far - moved * x)) for x, w in share))
    else:
        below = expit(scale * far)
    ends = np.zeros((*below.shape[:2], 1)), np.ones((*below.shape[:2], 1))
    return np.diff(np.concatenate([ends[0], below, ends[1]], axis=2), axis=2)
