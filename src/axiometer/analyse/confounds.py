"""What besides the value could tell the sides of pairs apart: length, wording, single words, context. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.analyse import likeness
from axiometer.analyse.giveaway import Giveaway, giveaways
from axiometer.analyse.intervals import wilson
from axiometer.analyse.telling import area, over_groups, ranked_apart, told_apart

Floats = npt.NDArray[np.float64]
Embed: TypeAlias = Callable[[Sequence[str]], npt.NDArray[np.floating]]
Verdict: TypeAlias = Literal["within", "beyond", "undecided", "told"]
LEAST_SHARED, MOST_DIFFERING = 0.25, 0.7
_MARKS = ",;:-'’"


@dataclass(frozen=True)
class Sides:
    """Pairs of sentences of which one holds a value.

    Attributes:
        scene: what each pair is about; scenes are what intervals are drawn over.
        split: the split of each pair; empty where there is none.
        elsewhere: (scene, context) of pairs of other values, to see how far the context tells which value it is.
    """

    holding: tuple[str, ...]
    opposing: tuple[str, ...]
    scene: tuple[str, ...]
    split: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Limit:
    """What a finding may be at most, at least, or in size."""

    at: float
    side: Literal["most", "least", "size"]


@dataclass(frozen=True)
class Line:
    """One finding, its 95 % interval, and whether all of the interval is within the limit, or beyond it."""

    name: str
    estimate: float
    low: float
    high: float
    n: int
    limit: Limit | None
    verdict: Verdict


@dataclass(frozen=True)
class Confounds:
    """The findings over `pairs` pairs of `scenes` scenes, and the most lopsided words."""

    pairs: int
    scenes: int
    lines: tuple[Line, ...]
    words: tuple[Giveaway, ...]

    @property
    def beyond(self) -> tuple[str, ...]:
        """The names of the findings that are beyond their limit."""
        return tuple(line.name for line in self.lines if line.verdict == "beyond")


LIMITS: dict[str, Limit | None] = {
    "longer, words": Limit(1.0, "size"),
    "longer, in standard deviations of length": Limit(0.3, "size"),
    "words shared, Jaccard": Limit(LEAST_SHARED, "least"),
    "words that differ": Limit(MOST_DIFFERING, "most"),
    "distance within pairs to between scenes": Limit(0.75, "most"),
    "sentences with the value's name": Limit(0.02, "most"),
    "giveaway words": Limit(0.0, "most"),
    "side told from length and signs": Limit(0.6, "most"),
    "side told from single words": Limit(0.8, "most"),
    "split told from context": Limit(0.65, "most"),
    "value told from context": None,
}


def confounds(sides: Sides, name: str, embed: Embed = likeness.letters, seed: int = 0) -> Confounds:
    """Every finding on these pairs, each with its verdict.

    Args:
        sides: at least two scenes.
        name: of the value, to look for in the sentences.
        embed: [texts, width] of texts, for distances.
        seed: of resampling and folds.
    """
    scene = _numbered(sides.scene)
    both = list(zip(sides.holding, sides.opposing, strict=True))
    parts = [likeness.parted(*pair) for pair in both]
    differing = [[likeness.words(part[1]) for part in parts], [likeness.words(part[2]) for part in parts]]
    lengths = np.array([[len(likeness.words(text)) for text in pair] for pair in both], dtype=np.float64)
    longer = lengths[:, 0] - lengths[:, 1]
    spread = float(lengths.std()) or 1.0
    found = [
        _mean("longer, words", longer, scene, seed),
        _mean("longer, in standard deviations of length", longer / spread, scene, seed),
        _mean("words shared, Jaccard", np.array([likeness.overlap(*pair) for pair in both]), scene, seed),
        _mean("words that differ", np.array([likeness.differing_share(*pair) for pair in both]), scene, seed),
        _distances(sides, scene, embed, seed),
        _named(both, name),
    ]
    words = giveaways(differing[0], differing[1], scene.tolist())
    clear = sum(word.found for word in words)
    found.append(_counted("giveaway words", float(clear), float(clear), float(clear), len(words)))
    shapes = np.array([_shape(a) - _shape(b) for a, b in both])
    shapes /= np.where(shapes.any(axis=0), np.sqrt((shapes**2).mean(axis=0)), 1.0)
    found.append(_mean("side told from length and signs", told_apart(shapes, scene, seed), scene, seed))
    bags = likeness.bags(differing[0] + differing[1])
    alone = bags[: len(both)] - bags[len(both) :]
    found.append(_mean("side told from single words", told_apart(alone, scene, seed), scene, seed))
    contexts = [f"{part[0]} {part[3]}" for part in parts]
    if len(set(sides.split)) > 1:
        first = np.array([split == sides.split[0] for split in sides.split])
        found.append(_context("split told from context", contexts, first, sides.scene, seed))
    if sides.elsewhere:
        own = np.arange(len(both) + len(sides.elsewhere)) < len(both)
        every = [*contexts, *(context for _, context in sides.elsewhere)]
        where = [*sides.scene, *(f"elsewhere {place}" for place, _ in sides.elsewhere)]
        found.append(_context("value told from context", every, own, where, seed))
    return Confounds(len(both), int(scene.max()) + 1, tuple(found), tuple(words))


def judged(limit: Limit | None, low: float, high: float) -> Verdict:
    """Whether an interval is within a limit, beyond it, or on both sides of it."""
    if limit is None:
        return "told"
    if limit.side == "size":
        nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
        low, high = nearest, max(abs(low), abs(high))
    elif limit.side == "least":
        low, high = -high, -low
    at = -limit.at if limit.side == "least" else limit.at
    return "within" if high <= at else "beyond" if low > at else "undecided"


def _counted(name: str, estimate: float, low: float, high: float, n: int) -> Line:
    """A line judged by its estimate: what was counted in these very pairs needs no inference."""
    return Line(name, estimate, low, high, n, LIMITS[name], judged(LIMITS[name], estimate, estimate))


def _mean(name: str, each: Floats, scene: npt.NDArray[np.intp], seed: int) -> Line:
    estimate, low, high = over_groups(each, np.ones(len(each)), scene, seed)
    return Line(name, estimate, low, high, len(each), LIMITS[name], judged(LIMITS[name], low, high))


def _distances(sides: Sides, scene: npt.NDArray[np.intp], embed: Embed, seed: int) -> Line:
    """How far the two of a pair lie apart, relative to sentences of one side and different scenes."""
    name, many = "distance within pairs to between scenes", len(scene)
    points = np.asarray(embed([*sides.holding, *sides.opposing]), dtype=np.float64)
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    holding, opposing = points[:many], points[many:]
    within = np.maximum(1.0 - (holding * opposing).sum(axis=1), 0.0)
    apart = scene[:, None] != scene[None, :]
    between = np.zeros(many)
    for side in (holding, opposing):
        between += np.where(apart, 1.0 - side @ side.T, 0.0).sum(axis=1) / (2.0 * apart.sum(axis=1))
    estimate, low, high = over_groups(within, np.maximum(between, 1e-12), scene, seed)
    return Line(name, estimate, low, high, many, LIMITS[name], judged(LIMITS[name], low, high))


def _named(both: Sequence[tuple[str, str]], name: str) -> Line:
    texts = [text for pair in both for text in pair]
    hits = sum(any(likeness.names(text, stem) for stem in likeness.stems(name)) for text in texts)
    return _counted(
        "sentences with the value's name", hits / len(texts), *wilson(hits, len(texts)), len(texts)
    )


def _shape(text: str) -> Floats:
    """What can be counted in a sentence without reading it."""
    words = likeness.words(text)
    mean = sum(map(len, words)) / max(len(words), 1)
    return np.array([len(words), len(text), mean, *(text.count(mark) for mark in _MARKS)], dtype=np.float64)


def _context(
    name: str, contexts: Sequence[str], label: npt.NDArray[np.bool_], where: Sequence[str], seed: int
) -> Line:
    scene, features = _numbered(where), np.minimum(likeness.bags([likeness.words(c) for c in contexts]), 1.0)
    estimate, low, high = area(ranked_apart(features, label, scene, seed), label, scene, seed)
    return Line(name, estimate, low, high, len(contexts), LIMITS[name], judged(LIMITS[name], low, high))


def _numbered(labels: Sequence[str]) -> npt.NDArray[np.intp]:
    number = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return np.array([number[label] for label in labels], dtype=np.intp)
