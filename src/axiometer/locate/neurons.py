"""Value neurons: the feed-forward units that tell a value said from its opposite, or that choices for it hang on."""

from dataclasses import dataclass
from math import inf
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.stats import rankdata

from axiometer.errors import BadInput, unknown
from axiometer.instruments.contrast import Contrast
from axiometer.locate.choices import generated, given
from axiometer.locate.observing import Heard, Ints, Observed, Pole, observed, slopes, unheard
from axiometer.subjects.sites import Floats, OpenModel

Score: TypeAlias = Literal["frequency", "mean", "auroc", "effect"]
Way: TypeAlias = Literal["given", "generated"]
SCORES: tuple[Score, ...] = get_args(Score)
WAYS: tuple[Way, ...] = get_args(Way)
SHARE = 0.005
LEAST = 0.1


@dataclass(frozen=True, eq=False)
class Units:
    """The units chosen for one pole, the strongest first.

    Attributes:
        layers, units: [n] where each is.
        delta: [n] how much more it answers to this pole than to the other.
        prob, p95, mean: [n] what it does at this pole: share of tokens above 0, 95th percentile, mean.
    """

    layers: Ints
    units: Ints
    delta: Floats
    prob: Floats
    p95: Floats
    mean: Floats

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True, eq=False)
class LocatedNeurons:
    """The units of a value in a model.

    Attributes:
        score: how they were told apart.
        shape: layers, and units in each.
        holding, opposing: the units that answer to the value, and to its opposite.
        answers: how many answers were read at each pole.
        tokens: how many tokens these have.
    """

    value: str
    system: str
    model: str
    fingerprint: str
    score: Score
    shape: tuple[int, int]
    holding: Units
    opposing: Units
    answers: tuple[int, int]
    tokens: tuple[int, int]


def observe(
    model: OpenModel,
    contrast: Contrast,
    *,
    way: Way = "given",
    score: Score = "effect",
    seed: int = 0,
    progress: Heard = unheard,
) -> Observed:
    """What every unit does at both poles of the training material.

    Args:
        model: whose units are looked at.
        contrast: the material of a value.
        way: whether the material's answers are read, or the model's own in the role of either pole.
        score: what units will be told apart by; `effect` needs slopes, which cost as much as the rest.
        seed: of the roles.
        progress: heard while each pole is read.

    Raises:
        UnknownName: no such way.
    """
    if way not in WAYS:
        raise unknown("way to come by answers", way, WAYS)
    holding, opposing = given(contrast) if way == "given" else generated(model, contrast, seed=seed)
    found = slopes(model, holding, opposing, progress) if score == "effect" else None
    return Observed(observed(model, holding, progress), observed(model, opposing, progress), found)


def deltas(seen: Observed, score: Score) -> Floats:
    """[layers, units] how much more each unit answers to holding than to opposing; minus that with the poles swapped.

    `frequency`: difference of the shares of tokens above 0, as the authors have it. `mean`: difference of the answers'
    mean activations in standard deviations of answers. `auroc`: twice the chance that an answer of one pole has the
    higher mean than one of the other, less 1, which for units that are on or off is the difference of frequencies.
    `effect`: the mean slope of the choices' log-odds over its root mean square plus the median of those of all units,
    from -1 to 1: whether raising the unit favours the value, choice after choice, and by more than next to nothing.

    Why: a gated unit is multiplied by another number before it is passed on, so that which pole it fires at does not
    tell in which direction it pushes; `effect` asks for the latter. It is our own; the damping is that of `tusher2001`.

    Raises:
        UnknownName: no such score.
        BadInput: `effect` where no slopes were looked at.

    Source:
        valuelocate, tusher2001
    """
    holding, opposing = seen.holding, seen.opposing
    if score == "frequency":
        return holding.frequency - opposing.frequency
    if score == "mean":
        spread = np.sqrt((holding.mean.var(axis=0) + opposing.mean.var(axis=0)) / 2)
        return _over(holding.mean.mean(axis=0) - opposing.mean.mean(axis=0), spread)
    if score == "auroc":
        return _auroc(holding, opposing)
    if score == "effect":
        if seen.slopes is None:
            raise BadInput("the score effect needs slopes; observe the model for it.")
        size = np.sqrt((seen.slopes**2).mean(axis=0))
        return _over(seen.slopes.mean(axis=0), size + np.median(size))
    raise unknown("score", score, SCORES)


def strongest(delta: Floats, top: int, least: float) -> Ints:
    """[n] the flat places of the `top` highest always, then of more as long as they are at least `least`.

    Raises:
        BadInput: so many that a unit could be chosen for both poles.

    Source:
        valuelocate
    """
    if not 0 < top <= delta.size // 2:
        raise BadInput(
            f"{top} units were asked for; there are {delta.size}, so give a number from 1 to {delta.size // 2}."
        )
    order = np.argsort(-delta, axis=None, kind="stable")
    return order[: max(top, int((delta >= least).sum()))]


def locate_neurons(
    model: OpenModel,
    contrast: Contrast,
    seen: Observed,
    *,
    score: Score = "effect",
    top: int = 0,
    least: float | None = None,
) -> LocatedNeurons:
    """The units that answer most to either pole.

    Args:
        model: in which the poles were observed.
        contrast: the value's material.
        seen: what was observed.
        score: how units are told apart; see `deltas`.
        top: how many units for each pole at least; 0 for a share of all.
        least: units with this delta are taken even beyond `top`; None for the authors' where it is their score.
    """
    delta = deltas(seen, score)
    many = top or max(1, round(SHARE * delta.size))
    if least is None:
        least = LEAST if score == "frequency" else inf
    poles = (seen.holding, seen.opposing)
    return LocatedNeurons(
        contrast.value,
        contrast.system,
        model.card.name,
        model.fingerprint,
        score,
        (delta.shape[0], delta.shape[1]),
        _units(delta, seen.holding, strongest(delta, many, least)),
        _units(-delta, seen.opposing, strongest(-delta, many, least)),
        (len(poles[0].tokens), len(poles[1].tokens)),
        (int(poles[0].tokens.sum()), int(poles[1].tokens.sum())),
    )


def _units(delta: Floats, pole: Pole, places: Ints) -> Units:
    layers, units = np.unravel_index(places, delta.shape)
    at = (layers, units)
    mean = pole.mean[:, layers, units].mean(axis=0)
    return Units(np.asarray(layers), np.asarray(units), delta[at], pole.frequency[at], pole.high[at], mean)


def _over(difference: Floats, spread: Floats) -> Floats:
    return np.asarray(difference / np.where(spread > 0, spread, np.inf), dtype=np.float32)


def _auroc(holding: Pole, opposing: Pole) -> Floats:
    n, m = len(holding.mean), len(opposing.mean)
    layers = []
    for layer in range(holding.mean.shape[1]):
        ranks = rankdata(np.concatenate([holding.mean[:, layer], opposing.mean[:, layer]]), axis=0)
        layers.append(2 * (ranks[:n].sum(axis=0) - n * (n + 1) / 2) / (n * m) - 1)
    return np.asarray(layers, dtype=np.float32)
