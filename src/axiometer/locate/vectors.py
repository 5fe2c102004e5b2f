"""Value vectors: where in a model pairs that differ in one value are told apart, layer by layer, on scenes not trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from axiometer.analyse.intervals import wilson
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast
from axiometer.locate.probe import Floats, Probe, fit_along, fit_probe, hits, mean_difference, principal
from axiometer.locate.reading import Reading, states
from axiometer.subjects.sites import Floats as States
from axiometer.subjects.sites import OpenModel, Site, check_sites

Fit: TypeAlias = Literal["difference", "logistic", "principal"]
FITS: tuple[Fit, ...] = ("difference", "logistic", "principal")
_HIGHEST = 5


@dataclass(frozen=True)
class Layer:
    """How well one layer tells holding from opposing.

    Attributes:
        layer: the decoder block.
        probe: fitted on the training scenes.
        difference: [width] mean of holding minus opposing over the training scenes; with `principal`, as long, along the first
            principal component of the pairs' differences.
        longest: the length of the longest state of the training scenes.
        right: of the states of the held-out scenes, how many the probe puts on the right side.
        n: how many states were held out.
        low, high: 95 % interval of the accuracy (Wilson).
    """

    layer: int
    probe: Probe
    difference: Floats
    longest: float
    right: int
    n: int
    low: float
    high: float

    @property
    def accuracy(self) -> float:
        """On scenes not trained on."""
        return self.right / self.n


@dataclass(frozen=True)
class Located:
    """A value found in a model, or not: every layer, and those that a vector is best put at.

    Attributes:
        chosen: layers by held-out accuracy, in order; the upper layers are never among them.
        pairs: how many pairs were trained on.
    """

    value: str
    system: str
    model: str
    fingerprint: str
    layers: tuple[Layer, ...]
    chosen: tuple[int, ...]
    pairs: int

    def at(self, layer: int) -> Layer:
        """One layer."""
        return self.layers[layer]


def locate_vector(
    model: OpenModel,
    contrast: Contrast,
    *,
    layers: Sequence[int] = (),
    reading: Reading = "answer",
    fit: Fit = "difference",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Located:
    """The vectors of a value at every layer.

    Why: where no layer is named, the one that generalises best to new scenes is chosen, below the last five; the paper
    takes every layer above .9, which a small model may not have, and pushes at several layers add up their costs.

    Args:
        model: whose inside is read.
        contrast: pairs in the splits train and tune.
        layers: which layers to steer, if not the best one.
        reading: see `states`.
        fit: `difference`, a probe along the mean difference; `logistic`, a probe free to point anywhere, as in the paper;
            `principal`, a probe along the first principal component of the pairs' differences.
        progress: heard after each layer.

    Raises:
        BadInput: material without training or held-out scenes; a layer that there is not.

    Source:
        conva
    """
    train, tune = contrast.pairs_of("train"), contrast.pairs_of("tune")
    if len(train) < 2 or not tune:
        raise BadInput(
            f"the material of {contrast.value} has {len(train)} pairs to train on and {len(tune)} held out; give at "
            "least two of split train and one of split tune."
        )
    check_sites([Site(layer) for layer in layers], model.n_layers, model.card.name)
    sites = [Site(layer) for layer in range(model.n_layers)]
    fitted, held = (states(model, pairs, sites, reading) for pairs in (train, tune))
    found = []
    for site in sites:
        found.append(_layer(site, *fitted[site], *held[site], fit))
        progress(len(found), len(sites))
    return Located(
        contrast.value,
        contrast.system,
        model.card.name,
        model.fingerprint,
        tuple(found),
        tuple(sorted(layers)) or _best(found),
        len(train),
    )


def _layer(site: Site, holding: States, opposing: States, held: States, against: States, fit: Fit) -> Layer:
    difference = mean_difference(holding, opposing)
    if fit == "principal":
        difference = principal(holding, opposing) * np.linalg.norm(difference)
    probe = fit_probe(holding, opposing) if fit == "logistic" else fit_along(difference, holding, opposing)
    longest = float(np.linalg.norm(np.concatenate([holding, opposing]), axis=1).max())
    right, n = hits(probe, held, against), len(held) + len(against)
    return Layer(site.layer, probe, difference, longest, right, n, *wilson(right, n))


def _best(layers: Sequence[Layer]) -> tuple[int, ...]:
    allowed = layers[: max(1, len(layers) - _HIGHEST)]
    # Of equals, the ones in the middle, where the literature finds such directions.
    middle = len(layers) / 2
    order = sorted(allowed, key=lambda one: (-one.right, abs(one.layer - middle)))
    return (order[0].layer,)
