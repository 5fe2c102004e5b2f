"""The few parts of a layer that compose a value's vector: feed-forward units, by what they write, or sparse features.

Raising a unit by some amount adds that much of what it writes to the block's output, and a feature is a direction there: pushing the
block's output along a sum of such directions is raising and lowering these parts, each by its weight.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.analyse.detection import area
from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast
from axiometer.locate.probe import mean_difference
from axiometer.locate.reading import Reading, states
from axiometer.subjects.sites import Floats, OpenModel, Site

Kind: TypeAlias = Literal["features", "neurons"]
MANY = 64
_NEAR = 50


@dataclass(frozen=True)
class Component:
    """One feed-forward unit of a layer, or one sparse feature.

    Attributes:
        number: which.
        weight: how far it is raised, relative to the others; below 0, lowered.
        area: how often, on scenes it was not chosen on, it tells the side where the value is held from the other (the other
            way round, if `weight` is below 0); .5 is chance.
        n: states of these scenes.
    """

    number: int
    weight: float
    area: float
    n: int


@dataclass(frozen=True, eq=False)
class Components:
    """The parts that steer a value.

    Attributes:
        kind: what they are.
        best: those that hold up on other scenes.
        tried: how many were looked at there.
        direction: [width] their directions, each by its weight.
        seen: [n, width] the states of the training scenes: how far along a direction states usually are.
    """

    kind: Kind
    value: str
    fingerprint: str
    layer: int
    best: tuple[Component, ...]
    tried: int
    direction: Floats
    seen: Floats


def compose(
    model: OpenModel,
    contrast: Contrast,
    kind: Kind,
    layer: int,
    directions: Floats,
    many: int = MANY,
    *,
    reading: Reading = "answer",
) -> Components:
    """The parts of a layer that best sum up to the value's vector, less those that point the other way on scenes held out.

    Why: units and features that answer to a value need not move it (`valuelocate` and `valuecausal` choose those); these are chosen by
    where they push. A vector is not a state: an encoder of features finds no code for it, but their directions span it.
    Our own proposal.

    Args:
        model: what is read.
        contrast: pairs in the splits train and tune.
        kind: what the parts are.
        layer: after which block.
        directions: [parts, width] of each part.
        many: how many parts to look at.
        reading: see `states`.

    Raises:
        BadInput: no part holds up.
    """
    site = Site(layer)
    train, tune = (
        states(model, contrast.pairs_of(split), [site], reading)[site] for split in ("train", "tune")
    )
    target = mean_difference(*train)
    tried, weights = matching(directions, target, many)
    areas = [
        area(tune[0] @ directions[i], tune[1] @ directions[i]) if weight > 0
        else area(tune[1] @ directions[i], tune[0] @ directions[i])
        for i, weight in zip(tried, weights, strict=True)
    ]  # fmt: skip
    kept = np.flatnonzero(np.array(areas) > 0.5)
    if not len(kept):
        raise BadInput(
            f"none of {len(tried)} {kind} of {contrast.value} at layer {layer} holds up on other scenes; look at another layer."
        )
    refitted = np.linalg.lstsq(directions[tried[kept]].T.astype(np.float64), target, rcond=None)[0]
    n = len(tune[0]) + len(tune[1])
    best = tuple(
        Component(int(tried[i]), float(weight), areas[i], n) for i, weight in zip(kept, refitted, strict=True)
    )
    return Components(
        kind, contrast.value, model.fingerprint, layer, best, len(tried), summed(directions, best),
        np.concatenate(train),
    )  # fmt: skip


def matching(
    directions: Floats, target: npt.NDArray[np.float64], many: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """[many] numbers of the directions that sum up to a target, taken one by one, and the weight of each; fewer where there are fewer, or where a state has fewer numbers.

    Shapes: directions [n, width], target [width]

    Raises:
        BadInput: less than one.

    Source:
        pati1993
    """
    if many < 1:
        raise BadInput(f"{many} parts were asked for; ask for at least 1.")
    wide = directions.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    left, chosen = target, np.empty(0, np.int64)
    weights: npt.NDArray[np.float64] = np.empty(0)
    for _ in range(min(many, *directions.shape)):
        fit = np.abs(wide @ left) / np.where(lengths > 0, lengths, np.inf)
        fit[chosen] = -1
        chosen = np.append(chosen, int(fit.argmax()))
        weights = np.asarray(np.linalg.lstsq(wide[chosen].T, target, rcond=None)[0], dtype=np.float64)
        left = target - weights @ wide[chosen]
    return chosen, weights


def at_random(directions: Floats, found: Components, seed: int, usual: Floats | None = None) -> Components:
    """As many other parts of the same layer, drawn at random, with the same weights.

    Args:
        directions: [parts, width].
        found: what is matched.
        seed: of the draw.
        usual: [parts] how often each is active; then each is replaced by one of those that are about as often active.
    """
    rng, taken, drawn = (
        draws(seed, f"random {found.kind}", found.value),
        {one.number for one in found.best},
        [],
    )
    for one in found.best:
        order = np.arange(len(directions)) if usual is None else np.argsort(np.abs(usual - usual[one.number]))
        near = [int(i) for i in order if int(i) not in taken][: None if usual is None else _NEAR]
        other = near[int(rng.integers(len(near)))]
        taken.add(other)
        drawn.append(Component(other, one.weight, 0.5, 0))
    return replace(found, best=tuple(drawn), direction=summed(directions, tuple(drawn)))


def summed(directions: Floats, some: tuple[Component, ...]) -> Floats:
    """[width] the directions of some parts, each by its weight."""
    weights = np.array([one.weight for one in some], dtype=np.float32)
    found: Floats = weights @ directions[[one.number for one in some]]
    return found
