"""Value vectors: where in a model pairs that differ in one value are told apart, layer by layer, on scenes not trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from axiometer.analyse.intervals import wilson
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast, Pair
from axiometer.locate.probe import Floats, Probe, fit_probe, hits, mean_difference
from axiometer.subjects import Prompt
from axiometer.subjects.sites import Floats as States
from axiometer.subjects.sites import OpenModel, Site, check_sites

_HIGHEST = 5
_MANY = 3


@dataclass(frozen=True)
class Layer:
    """How well one layer tells holding from opposing.

    Attributes:
        layer: the decoder block.
        probe: fitted on the training scenes.
        difference: [width] mean of holding minus opposing over the training scenes.
        right: of the sentences of the held-out scenes, how many the probe puts on the right side.
        n: how many sentences were held out.
        low, high: 95 % interval of the accuracy (Wilson).
    """

    layer: int
    probe: Probe
    difference: Floats
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
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Located:
    """The vectors of a value at every layer, read from the last token of plain sentences.

    Why: where no layer is named, the three that generalise best to new scenes are chosen, below the last five; the
    paper takes every layer above .9, which a small model may not have.

    Args:
        model: whose inside is read.
        contrast: pairs in the splits train and tune.
        layers: which layers to steer, if not the best ones.
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
    fitted, held = model.capture(_prompts(train), sites), model.capture(_prompts(tune), sites)
    found = []
    for site in sites:
        found.append(_layer(site, fitted[site], held[site]))
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


def _prompts(pairs: Sequence[Pair]) -> list[Prompt]:
    return [Prompt(text, chat=False) for pair in pairs for text in (pair.holding, pair.opposing)]


def _layer(site: Site, fitted: States, held: States) -> Layer:
    probe = fit_probe(fitted[0::2], fitted[1::2])
    right = hits(probe, held[0::2], held[1::2])
    low, high = wilson(right, len(held))
    return Layer(site.layer, probe, mean_difference(fitted[0::2], fitted[1::2]), right, len(held), low, high)


def _best(layers: Sequence[Layer]) -> tuple[int, ...]:
    allowed = layers[: max(1, len(layers) - _HIGHEST)]
    # Of equals, the ones in the middle, where the literature finds such directions.
    middle = len(layers) / 2
    order = sorted(allowed, key=lambda one: (-one.right, abs(one.layer - middle)))
    return tuple(sorted(one.layer for one in order[:_MANY]))
