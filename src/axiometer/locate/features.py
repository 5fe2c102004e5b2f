"""Which sparse features tell whether a value is held: chosen on training scenes, confirmed on others."""

import numpy as np

from axiometer.analyse.detection import area
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast
from axiometer.locate.composing import MANY, Component, Components, summed
from axiometer.locate.reading import Reading, states
from axiometer.locate.sparse import SparseCoder
from axiometer.subjects.sites import OpenModel, Site


def locate_features(
    model: OpenModel, coder: SparseCoder, contrast: Contrast, many: int = MANY, *, reading: Reading = "answer"
) -> Components:
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
        found.append(Component(int(i), float(difference[i]), right, len(tune[0]) + len(tune[1])))
    best = tuple(one for one in found if one.area > 0.5)
    if not best:
        raise BadInput(
            f"none of {len(found)} features of {contrast.value} holds up on other scenes; train more of them."
        )
    return Components(
        "features", contrast.value, model.fingerprint, coder.layer, best, len(found), summed(coder.decoder, best),
        np.concatenate(sides[0]),
    )  # fmt: skip
