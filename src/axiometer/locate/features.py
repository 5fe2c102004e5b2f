"""Which sparse features tell whether a value is held: chosen on training scenes, confirmed on others."""

from dataclasses import dataclass, replace

import numpy as np

from axiometer.analyse.detection import area
from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast
from axiometer.locate.reading import Reading, states
from axiometer.locate.sparse import SparseCoder
from axiometer.subjects.sites import Floats, OpenModel, Site

MANY = 64


@dataclass(frozen=True)
class Feature:
    """One feature.

    Attributes:
        number: which of the coder's.
        difference: its mean activation where the value is held less where it is not, on training scenes.
        area: how often, on scenes it was not chosen on, it is more active where the value is held (less, if `difference` is
            below 0); .5 is chance.
        n: states of these scenes.
    """

    number: int
    difference: float
    area: float
    n: int


@dataclass(frozen=True, eq=False)
class Features:
    """The features of a value.

    Attributes:
        best: those that hold up on other scenes, the clearest first.
        tried: how many were looked at there.
        direction: [width] their directions, each by its difference.
        seen: [n, width] the states of the training scenes: how far along a direction states usually are.
    """

    value: str
    fingerprint: str
    layer: int
    best: tuple[Feature, ...]
    tried: int
    direction: Floats
    seen: Floats


def locate_features(
    model: OpenModel, coder: SparseCoder, contrast: Contrast, many: int = MANY, *, reading: Reading = "answer"
) -> Features:
    """The features whose activation differs most for its spread, that go the same way on other scenes.

    Args:
        model: what is read.
        coder: its features.
        contrast: pairs in the splits train and tune.
        many: how many features to look at.
        reading: see `states`.

    Raises:
        Incapable: features of another model.
        BadInput: no feature holds up.

    Source:
        valuecausal
    """
    coder.check(model)
    site = Site(coder.layer)
    sides = [states(model, contrast.pairs_of(split), [site], reading)[site] for split in ("train", "tune")]
    train, tune = ([coder.encode(side) for side in both] for both in sides)
    difference = train[0].mean(axis=0) - train[1].mean(axis=0)
    spread = np.sqrt((train[0].var(axis=0) + train[1].var(axis=0)) / 2)
    clear = np.abs(difference) / (spread + 1e-6 + 0.05 * float(spread.mean()))
    tried = np.argsort(-clear)[:many]
    found = []
    for i in tried:
        over = area(tune[0][:, i], tune[1][:, i])
        right = over if difference[i] > 0 else 1 - over
        found.append(Feature(int(i), float(difference[i]), right, len(tune[0]) + len(tune[1])))
    best = tuple(one for one in found if one.area > 0.5)
    if not best:
        raise BadInput(
            f"none of {len(found)} features of {contrast.value} holds up on other scenes; train more of them."
        )
    return Features(
        contrast.value,
        model.fingerprint,
        coder.layer,
        best,
        len(found),
        _direction(coder, best),
        np.concatenate(sides[0]),
    )


def at_random(coder: SparseCoder, found: Features, usual: Floats, seed: int) -> Features:
    """As many features drawn at random among those about as often active, with the same differences.

    Args:
        coder: whose features.
        found: what is matched.
        usual: [features] in which share of states each is active.
        seed: of the draw.
    """
    rng, taken, drawn = draws(seed, "random features", found.value), {one.number for one in found.best}, []
    for one in found.best:
        near = [int(i) for i in np.argsort(np.abs(usual - usual[one.number])) if int(i) not in taken][:50]
        other = near[int(rng.integers(len(near)))]
        taken.add(other)
        drawn.append(Feature(other, one.difference, 0.5, 0))
    return replace(found, best=tuple(drawn), direction=_direction(coder, drawn))


def _direction(coder: SparseCoder, some: tuple[Feature, ...] | list[Feature]) -> Floats:
    weights = np.array([one.difference for one in some], dtype=np.float32)
    found: Floats = weights @ coder.decoder[[one.number for one in some]]
    return found
