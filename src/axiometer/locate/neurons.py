"""Value neurons: the feed-forward units that tell a value said from its opposite, and what they did at either pole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from axiometer.errors import BadInput, unknown
from axiometer.subjects import Prompt
from axiometer.subjects.sites import Floats, OpenModel, Site

Score: TypeAlias = Literal["frequency", "mean", "auroc"]
Ints: TypeAlias = npt.NDArray[np.int64]
SCORES: tuple[Score, ...] = get_args(Score)
SHARE = 0.005
LEAST = 0.1


@dataclass(frozen=True)
class Said:
    """An answer, and what it answers."""

    prompt: Prompt
    answer: str


@dataclass(frozen=True, eq=False)
class Pole:
    """What every unit did while the answers of one pole were said; what was read before them does not count.

    Attributes:
        tokens: [answers] how many tokens each has.
        fired: [answers, layers, units] at how many of them the unit was above 0.
        mean: [answers, layers, units] its mean.
        high: [layers, units] its 95th percentile within an answer, averaged over answers.
    """

    tokens: Ints
    fired: npt.NDArray[np.int32]
    mean: Floats
    high: Floats

    @property
    def frequency(self) -> Floats:
        """[layers, units] at what share of all tokens the unit was above 0."""
        return np.asarray(self.fired.sum(axis=0) / self.tokens.sum(), dtype=np.float32)


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


def observed(
    model: OpenModel,
    answers: Sequence[Said],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Pole:
    """What every unit does at the tokens of the answers, by the model's own activation.

    Why: an answer at a time, for all units of all layers at all tokens of many answers do not fit in memory.

    Raises:
        BadInput: no answers.
    """
    if not answers:
        raise BadInput("there are no answers to read; give at least one for each pole.")
    sites = [Site(layer, "units") for layer in range(model.n_layers)]
    tokens, fired, mean = [], [], []
    high = np.zeros((model.n_layers, model.width("units")), dtype=np.float64)
    for i, said in enumerate(answers):
        found = model.capture([said.prompt], sites, tokens="each", answers=[said.answer])
        states = np.stack([found[site] for site in sites], axis=1)
        tokens.append(len(states))
        fired.append((states > 0).sum(axis=0, dtype=np.int32))
        mean.append(states.mean(axis=0))
        high += np.quantile(states, 0.95, axis=0) / len(answers)
        progress(i + 1, len(answers))
    return Pole(np.array(tokens), np.stack(fired), np.stack(mean), high.astype(np.float32))


def deltas(holding: Pole, opposing: Pole, score: Score) -> Floats:
    """[layers, units] how much more each unit answers to holding than to opposing; minus that with the poles swapped.

    `frequency`: difference of the shares of tokens above 0, as the authors have it. `mean`: difference of the answers'
    mean activations in standard deviations of answers. `auroc`: twice the chance that an answer of one pole has the
    higher mean than one of the other, less 1, which for units that are on or off is the difference of frequencies.

    Raises:
        UnknownName: no such score.

    Source:
        valuelocate
    """
    if score == "frequency":
        return holding.frequency - opposing.frequency
    if score == "mean":
        spread = np.sqrt((holding.mean.var(axis=0) + opposing.mean.var(axis=0)) / 2)
        difference = holding.mean.mean(axis=0) - opposing.mean.mean(axis=0)
        return np.asarray(difference / np.where(spread > 0, spread, np.inf), dtype=np.float32)
    if score == "auroc":
        n, m = len(holding.mean), len(opposing.mean)
        layers = []
        for layer in range(holding.mean.shape[1]):
            ranks = rankdata(np.concatenate([holding.mean[:, layer], opposing.mean[:, layer]]), axis=0)
            layers.append(2 * (ranks[:n].sum(axis=0) - n * (n + 1) / 2) / (n * m) - 1)
        return np.asarray(layers, dtype=np.float32)
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
    value: str,
    system: str,
    holding: Pole,
    opposing: Pole,
    *,
    score: Score = "frequency",
    top: int = 0,
    least: float = LEAST,
) -> LocatedNeurons:
    """The units that answer most to either pole.

    Args:
        model: in which the poles were observed.
        value: which value.
        system: of which system.
        holding: what units did while the value was said.
        opposing: while its opposite was.
        score: how units are told apart; see `deltas`.
        top: how many units for each pole at least; 0 for half a percent of all.
        least: units with this delta are taken even beyond `top`.
    """
    delta = deltas(holding, opposing, score)
    many = top or max(1, round(SHARE * delta.size))
    return LocatedNeurons(
        value,
        system,
        model.card.name,
        model.fingerprint,
        score,
        (delta.shape[0], delta.shape[1]),
        _units(delta, holding, strongest(delta, many, least)),
        _units(-delta, opposing, strongest(-delta, many, least)),
        (len(holding.tokens), len(opposing.tokens)),
        (int(holding.tokens.sum()), int(opposing.tokens.sum())),
    )


def _units(delta: Floats, pole: Pole, places: Ints) -> Units:
    layers, units = np.unravel_index(places, delta.shape)
    at = (layers, units)
    return Units(
        np.asarray(layers),
        np.asarray(units),
        delta[at],
        pole.frequency[at],
        pole.high[at],
        pole.mean.mean(axis=0)[at],
    )
