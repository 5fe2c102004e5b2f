"""Interventions that fire only where a value is at stake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axiometer.canon import Spec
from axiometer.data import need
from axiometer.errors import BadInput, Incapable
from axiometer.raters import Rater, Rating, open_rater
from axiometer.raters.trained import TrainedRater
from axiometer.steer.saved import Storable, restored_all, stored_all
from axiometer.steer.steered import Edits, Rewrites
from axiometer.subjects import Prompt, Subject
from axiometer.subjects.sites import Edit, Floats, OpenModel
from axiometer.values import open_system


@dataclass(frozen=True)
class Gate:
    """Opens for prompts whose own words are about a value.

    Attributes:
        rater: reads the words of the user, nothing else of the prompt.
        value: of the rater's system.
        threshold: the score from which the gate is open.

    Source:
        conva
    """

    rater: Rater
    value: str
    threshold: float

    def __post_init__(self) -> None:
        """Refuses values and thresholds that there are not.

        Raises:
            UnknownName: a value that the rater does not rate.
            BadInput: a threshold that is no score.
        """
        name = open_system(self.rater.system).value(self.value).name
        object.__setattr__(self, "value", name)
        if not 0 <= self.threshold <= 1:
            raise BadInput(f"the threshold of a gate is {self.threshold}; it must lie between 0 and 1.")

    @property
    def spec(self) -> Spec:
        """The rater, the value and the threshold."""
        return {"rater": self.rater.spec, "value": self.value, "threshold": self.threshold}

    @property
    def told(self) -> str:
        """The gate in words."""
        return f"open where {self.rater.spec['rater']} rates the question {self.threshold:.2f} or more"

    def opens(self, prompts: Sequence[Prompt]) -> list[bool]:
        """Whether the gate opens for each prompt; it does not for one without words, or one that is bare."""
        asked = [prompt.user for prompt in prompts if not prompt.bare]
        rated = iter(self.rater.rate(asked))
        return [not prompt.bare and self._open(next(rated)) for prompt in prompts]

    def _open(self, rating: object) -> bool:
        return isinstance(rating, Rating) and rating.scores[self.value] >= self.threshold


def open_gate(value: str, rater: str = "queries", threshold: float | None = None) -> Gate:
    """A gate for a value.

    Args:
        value: of the rater's system.
        rater: what opens the rater.
        threshold: the rater's own for this value if not given.

    Raises:
        BadInput: a rater that has no threshold of its own.
        UnknownName: no such value or rater.
        Incapable: the rater is not installed.
    """
    opened = open_rater(rater)
    name = open_system(opened.system).value(value).name
    if threshold is not None:
        return Gate(opened, name, threshold)
    if not isinstance(opened, TrainedRater):
        raise BadInput(
            f"{rater} has no thresholds; give one, as `axiometer study gate --rater {rater}` finds it."
        )
    return Gate(opened, name, opened.thresholds[name])


def gate_of(spec: Spec) -> Gate:
    """The gate that a spec describes.

    Raises:
        BadInput: the rater that its name opens today is another one.
    """
    gate = Gate(open_rater(spec["rater"]["rater"]), spec["value"], spec["threshold"])
    if gate.spec != spec:
        raise BadInput(
            f"the rater {spec['rater']['rater']} is not the one that the gate was made with; choose a threshold again."
        )
    return gate


@dataclass(frozen=True)
class Gated:
    """An intervention behind a gate. A closed gate leaves a prompt as it is, to the bit."""

    intervention: Storable
    gate: Gate

    @property
    def spec(self) -> Spec:
        """The intervention and the gate."""
        return {"intervention": "gated", "by": self.intervention.spec, "gate": self.gate.spec}

    @property
    def value(self) -> str:
        """The value that the gate is for."""
        return self.gate.value

    def check(self, subject: Subject) -> None:
        """Refuses a subject that the intervention was not made for."""
        self.intervention.check(subject)

    def stored(self) -> tuple[dict[str, Any], dict[str, Floats]]:
        """Plain JSON and numbers, for a folder."""
        (row,), arrays = stored_all([self.intervention])
        return {"kind": "gated", "gate": self.gate.spec, "by": row}, arrays

    @classmethod
    def restored(cls, row: dict[str, Any], arrays: Mapping[str, Floats], where: str) -> "Gated":
        """What was stored.

        Raises:
            BadInput: a broken row, or another rater than the gate was made with.
        """
        (by,) = restored_all([need(row, "by", dict, where)], arrays, where)
        return gated(by, gate_of(need(row, "gate", dict, where)))


@dataclass(frozen=True)
class GatedEdits(Gated):
    """The same for edits of a model's inside."""

    def edits(self, model: OpenModel, prompts: Sequence[Prompt]) -> list[Sequence[Edit]]:
        """The edits of the prompts that open the gate; none for the others."""
        assert isinstance(self.intervention, Edits)  # noqa: S101 - seen to by `gated`
        opened = self.gate.opens(prompts)
        inside = [prompt for prompt, there in zip(prompts, opened, strict=True) if there]
        made = iter(self.intervention.edits(model, inside) if inside else ())
        return [next(made) if there else () for there in opened]


@dataclass(frozen=True)
class GatedRewrites(Gated):
    """The same for other words."""

    def rewrite(self, prompt: Prompt) -> Prompt:
        """The rewritten prompt if it opens the gate, else the prompt."""
        assert isinstance(self.intervention, Rewrites)  # noqa: S101 - seen to by `gated`
        return self.intervention.rewrite(prompt) if self.gate.opens([prompt])[0] else prompt


def gated(intervention: Storable, gate: Gate) -> GatedEdits | GatedRewrites:
    """The intervention, firing only where the gate opens.

    Raises:
        Incapable: an intervention that does not either edit or rewrite.
    """
    if isinstance(intervention, Edits) and not isinstance(intervention, Rewrites):
        return GatedEdits(intervention, gate)
    if isinstance(intervention, Rewrites) and not isinstance(intervention, Edits):
        return GatedRewrites(intervention, gate)
    raise Incapable(
        f"{type(intervention).__name__} cannot stand behind a gate: what stands there edits a model or rewrites prompts, "
        "one of the two."
    )
