"""The record of a study of personas: what telling a subject who it is does, beside how such people differ."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Effect:
    """One persona and one value; points of the scale, or the form's unit.

    Attributes:
        effect: score with the persona less without, with its 95 % interval.
        human: the group's difference from all people; None without a reference.
        bias: effect less human, with the interval of the effect; None without a reference.
        n: pairs of items answered with and without.
    """

    attribute: str
    group: str
    value: str
    effect: float
    low: float
    high: float
    human: float | None
    n: int

    @property
    def bias(self) -> float | None:
        """How much further than people's the effect goes, signed."""
        return None if self.human is None else self.effect - self.human


@dataclass(frozen=True)
class Agreement:
    """How far a persona's effects follow people's over all values.

    Attributes:
        same_sign: values on which both go the same way, of `n`, with a Wilson interval.
        correlation: Pearson over values, with a bootstrap interval over items.
    """

    attribute: str
    group: str
    same_sign: int
    sign_low: float
    sign_high: float
    correlation: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class PersonaStudy(Record):
    """What was told, and what it did.

    Attributes:
        personas: group -> what was told.
        human: what the reference is and how it was got.
    """

    subject: SubjectNote
    form: str
    unit: str
    personas: dict[str, str]
    effects: tuple[Effect, ...]
    agreements: tuple[Agreement, ...]
    missing: dict[str, int]
    human: str
    notes: tuple[str, ...]
