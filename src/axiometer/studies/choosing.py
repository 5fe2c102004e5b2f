"""A way to steer chosen on the tune split: among candidates at the strongest dose that a budget allows, the one that does most."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from axiometer.analyse.effects import Floats, Moved, ratio
from axiometer.errors import BadInput, unknown
from axiometer.instruments.contrast import Contrast, Dilemma
from axiometer.locate.vectors import Located, locate_vector
from axiometer.measure.dilemmas import Preference, preferences
from axiometer.measure.fluency import Cost, cost, neutral_passages
from axiometer.measure.written import told_apart, written
from axiometer.raters import Rater
from axiometer.steer.dose import Dosed, affordable, least
from axiometer.steer.methods import (
    activation_additions,
    at_random,
    depths,
    head_shifts,
    mean_differences,
    probes,
)
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import Storable
from axiometer.steer.steered import steer
from axiometer.subjects import Weigher
from axiometer.subjects.sites import OpenModel

METHODS = ("probe", "caa", "iti", "actadd", "prefix", "random")


@dataclass(frozen=True)
class Chosen:
    """What was chosen.

    Attributes:
        dosed: the way.
        dose: its strength.
        tuned: the shift on the tune split, towards the goal; 0 where there was nothing to choose from.
    """

    dosed: Dosed
    dose: float
    tuned: float

    @property
    def by(self) -> Storable:
        """The intervention."""
        return self.dosed.at(self.dose)


class Bench:
    """A model, and what is known of it unsteered."""

    def __init__(self, model: OpenModel) -> None:
        self.model = model
        passages = neutral_passages()
        self.passages = {"tune": passages[0::2], "test": passages[1::2]}
        self._costs = {split: cost(model, some) for split, some in self.passages.items()}
        self._located: dict[str, Located] = {}
        self._preferred: dict[tuple[str, ...], Floats] = {}
        self._rated: dict[tuple[str, str], Floats] = {}
        self._told_apart: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}

    def price(self, by: Sequence[Storable], split: str) -> Moved:
        """The ratio of perplexities."""
        before, after = self._costs[split], cost(self._steered(by), self.passages[split])
        return ratio(_logp(before), _logp(after), np.array(before.tokens, dtype=np.float64))

    def tuning(self, dosed: Dosed, dose: float) -> float:
        """What a dose may cost at most: the upper limit of its price on the passages that doses are chosen on."""
        return self.price((dosed.at(dose),), "tune").high

    def strongest(self, dosed: Dosed, budget: float) -> float:
        """The strongest dose within a budget.

        Raises:
            BadInput: even the weakest costs more.
        """
        return affordable(partial(self.tuning, dosed), dosed.doses, budget).dose

    def located(self, contrast: Contrast) -> Located:
        """The value at every layer, found once."""
        if contrast.value not in self._located:
            self._located[contrast.value] = locate_vector(self.model, contrast)
        return self._located[contrast.value]

    def preferred(self, dilemmas: Sequence[Dilemma]) -> Floats:
        """[dilemmas] of the unsteered model."""
        names = tuple(dilemma.name for dilemma in dilemmas)
        if names not in self._preferred:
            self._preferred[names] = _means(self.model, dilemmas)
        return self._preferred[names]

    def steered(self, by: Sequence[Storable], dilemmas: Sequence[Dilemma]) -> Floats:
        """[dilemmas] of the steered model."""
        return _means(self._steered(by), dilemmas)

    def rated(self, by: Sequence[Storable], contrast: Contrast, rater: Rater) -> Floats:
        """[test dilemmas] how much a rater reads of the value in what the model writes, steered or, by nothing, as it is."""
        test, value = contrast.dilemmas_of("test"), contrast.value
        if by:
            return written(self._steered(by), test, rater, value)
        of = value, str(rater.spec["rater"])
        if of not in self._rated:
            self._rated[of] = written(self.model, test, rater, value)
        return self._rated[of]

    def told_apart(self, contrast: Contrast, rater: Rater) -> npt.NDArray[np.bool_]:
        """[test dilemmas] whether the rater tells the two ready answers apart, found once."""
        of = contrast.value, str(rater.spec["rater"])
        if of not in self._told_apart:
            self._told_apart[of] = told_apart(contrast.dilemmas_of("test"), rater, contrast.value)
        return self._told_apart[of]

    def shift(self, by: Sequence[Storable], dilemmas: Sequence[Dilemma], sign: int = 1) -> float:
        """The mean shift towards the goal."""
        return sign * float((self.steered(by, dilemmas) - self.preferred(dilemmas)).mean())

    def _steered(self, by: Sequence[Storable]) -> Weigher:
        found = steer(self.model, *by)
        assert isinstance(found, Weigher)  # noqa: S101 - an open model weighs
        return found


def candidates(bench: Bench, contrast: Contrast, method: str, sign: int = 1) -> list[Dosed]:
    """What a method may choose from on the tune split.

    Raises:
        UnknownName: no such method.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    value, model, layers = contrast.value, bench.model, depths(bench.model)
    if method == "iti":
        return head_shifts(model, contrast, sign=sign)
    if method == "actadd":
        return activation_additions(model, value, layers, sign=sign)
    if method == "prefix":
        wordings = [(s, partial(_worded, value, sign)) for s in (1, 2, 3)]
        return [Dosed("prefix", f"wording {s}", value, at, (s, s)) for s, at in wordings]
    located = bench.located(contrast)
    if method == "random":
        return [at_random(located, layers[len(layers) // 2], 0)]
    return (probes if method == "probe" else mean_differences)(located, layers, sign=sign)


def _worded(value: str, sign: int, strength: float) -> ValuePrompt:
    return ValuePrompt(value, sign, round(strength))


def chosen(
    bench: Bench, contrast: Contrast, method: str, budget: float, *, sign: int = 1, goal: float | None = None
) -> Chosen:
    """The best candidate of a method.

    Args:
        bench: the model.
        contrast: the value.
        method: one of `METHODS`.
        budget: how much perplexity on neutral passages may rise, as a ratio: the upper limit of its 95 % interval.
        sign: 1 towards the value, -1 away from it.
        goal: the shift on the tune split to reach, in nats per token; none for as far as the budget allows.

    Raises:
        UnknownName: no such method.
        BadInput: no candidate stays within the budget, or reaches the goal.
    """
    among, tune = candidates(bench, contrast, method, sign), contrast.dilemmas_of("tune")
    found: list[Chosen] = []
    for dosed in among:
        try:
            dose = bench.strongest(dosed, budget)
        except BadInput:
            continue
        shift = bench.shift((dosed.at(dose),), tune, sign) if len(among) > 1 or goal is not None else 0.0
        found.append(Chosen(dosed, dose, shift))
    if not found:
        raise BadInput(f"no dose of {method} stays within a perplexity ratio of {budget:g}; allow more.")
    best = max(found, key=lambda one: one.tuned)
    if goal is None:
        return best

    def reached(dose: float) -> float:
        return bench.shift((best.dosed.at(dose),), tune, sign)

    dose = least(reached, partial(bench.tuning, best.dosed), best.dosed.doses, goal=goal, budget=budget).dose
    return Chosen(best.dosed, dose, reached(dose))


def _means(subject: Weigher, dilemmas: Sequence[Dilemma]) -> Floats:
    found = preferences(subject, dilemmas)
    lost = [one for one in found if not isinstance(one, Preference)]
    if lost:
        raise BadInput(f"{len(lost)} of {len(dilemmas)} dilemmas cannot be weighed: {lost[0].detail}")
    return np.array([one.mean for one in found if isinstance(one, Preference)])


def _logp(found: Cost) -> Floats:
    return np.array(found.logp)
