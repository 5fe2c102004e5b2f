"""Attention heads that tell whether a value is held: a probe for each head, the best of them shifted."""

from dataclasses import dataclass, replace

import numpy as np

from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast
from axiometer.locate.probe import fit_probe, hits, mean_difference
from axiometer.locate.reading import Reading, states
from axiometer.subjects.sites import Floats, OpenModel, Site


@dataclass(frozen=True)
class Head:
    """One head, and how well it tells holding from opposing.

    Attributes:
        right: of the states of held-out scenes, how many its probe puts on the right side.
        n: how many there were.
        shift: [width of a head] the unit mean difference times the standard deviation of the states along it.
    """

    layer: int
    head: int
    right: int
    n: int
    shift: Floats


@dataclass(frozen=True)
class Heads:
    """The best heads of a value in a model.

    Attributes:
        best: the best first.
        heads: how many a layer has.
    """

    value: str
    fingerprint: str
    best: tuple[Head, ...]
    heads: int

    def best_of(self, many: int) -> "Heads":
        """The best few of them."""
        return replace(self, best=self.best[:many])

    @property
    def at(self) -> dict[int, Floats]:
        """For each layer with a chosen head, [width] the shifts of its heads side by side, zeros elsewhere."""
        wide = len(self.best[0].shift)
        found: dict[int, Floats] = {}
        for one in self.best:
            whole = found.setdefault(one.layer, np.zeros(self.heads * wide, np.float32))
            whole[one.head * wide : (one.head + 1) * wide] = one.shift
        return found


def locate_heads(model: OpenModel, contrast: Contrast, many: int, *, reading: Reading = "answer") -> Heads:
    """The heads whose probes do best on scenes not trained on.

    Args:
        model: whose heads are read.
        contrast: pairs in the splits train and tune.
        many: how many heads to keep.
        reading: see `states`.

    Raises:
        BadInput: more heads than there are.

    Source:
        iti
    """
    sites = [Site(layer, "heads") for layer in range(model.n_layers)]
    wide = model.width("heads") // model.n_heads
    if not 0 < many <= model.n_heads * model.n_layers:
        raise BadInput(f"{many} heads wanted; {model.card.name} has {model.n_heads * model.n_layers}.")
    train, tune = (states(model, contrast.pairs_of(split), sites, reading) for split in ("train", "tune"))
    found = [
        _head(site.layer, head, *(_of(side, head, wide) for side in (*train[site], *tune[site])))
        for site in sites
        for head in range(model.n_heads)
    ]
    best = sorted(found, key=lambda one: (-one.right, one.layer, one.head))[:many]
    return Heads(contrast.value, model.fingerprint, tuple(best), model.n_heads)


def _head(layer: int, head: int, holding: Floats, opposing: Floats, held: Floats, against: Floats) -> Head:
    right = hits(fit_probe(holding, opposing), held, against)
    direction = mean_difference(holding, opposing)
    direction /= np.linalg.norm(direction) or 1.0
    spread = float(np.concatenate([holding @ direction, opposing @ direction]).std())
    return Head(layer, head, right, len(held) + len(against), (spread * direction).astype(np.float32))


def _of(states_: Floats, head: int, wide: int) -> Floats:
    return states_[:, head * wide : (head + 1) * wide]
