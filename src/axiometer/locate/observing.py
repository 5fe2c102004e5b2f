"""What the feed-forward units of a model do while a value is said or denied, and what a choice hangs on in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from axiometer.errors import BadInput, Incapable
from axiometer.locate.choices import Said
from axiometer.subjects.sites import Floats, OpenModel, Sensitive, Site

Ints = npt.NDArray[np.int64]
Heard = Callable[[int, int], None]
_SLOPES = 16


def unheard(done: int, total: int) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, eq=False)
class Pole:
    """What every unit did while the answers of one pole were said; what was read before them does not count.

    Attributes:
        tokens: [answers] how many tokens each has.
        fired: [answers, layers, units] at how many of them the unit was above 0.
        mean: [answers, layers, units] its mean.
        high: [layers, units] its 95th percentile within an answer, averaged over answers.
        frequency: [layers, units] at what share of all tokens the unit was above 0.
    """

    tokens: Ints
    fired: npt.NDArray[np.int32]
    mean: Floats
    high: Floats
    frequency: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Counts over all answers."""
        share = self.fired.sum(axis=0) / self.tokens.sum()
        object.__setattr__(self, "frequency", share.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Observed:
    """What was seen at both poles.

    Attributes:
        slopes: [choices, layers, units] how the log-odds per token of the answer that holds the value would move if the
            unit were raised by 1 at every token; None if not looked at.
    """

    holding: Pole
    opposing: Pole
    slopes: Floats | None = None


def observed(model: OpenModel, answers: Sequence[Said], progress: Heard = unheard) -> Pole:
    """What every unit does at the tokens of the answers, by the model's own activation.

    Why: an answer at a time, for all units of all layers at all tokens of many answers do not fit in memory.

    Raises:
        BadInput: no answers.
    """
    if not answers:
        raise BadInput("there are no answers to read; give at least one for each pole.")
    sites = _sites(model)
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


def slopes(
    model: OpenModel, holding: Sequence[Said], opposing: Sequence[Said], progress: Heard = unheard
) -> Floats:
    """[choices, layers, units] what each choice between two answers to one prompt hangs on, by its gradient.

    Raises:
        Incapable: a model that gives no gradients.
        BadInput: answers to different prompts.
    """
    if not isinstance(model, Sensitive):
        raise Incapable(f"{model.card.name} gives no gradients; choose another score, such as auroc.")
    if [said.prompt for said in holding] != [said.prompt for said in opposing]:
        raise BadInput(
            "slopes need two answers to each prompt; use answers that are given, or another score."
        )
    sites, found = _sites(model), []
    both = list(zip(holding, opposing, strict=True))
    for start in range(0, len(both), _SLOPES):
        some = both[start : start + _SLOPES]
        options = [(first.answer, last.answer) for first, last in some]
        part = model.sensitivity([first.prompt for first, _ in some], options, sites)
        found.append(np.stack([part[site] for site in sites], axis=1))
        progress(start + len(some), len(both))
    return np.concatenate(found)


def _sites(model: OpenModel) -> list[Site]:
    return [Site(layer, "units") for layer in range(model.n_layers)]
