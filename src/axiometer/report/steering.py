"""The record of a steered subject: where it was to go, where it went, what that cost, and whether it holds."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Push:
    """What was done towards one value.

    Attributes:
        sign: 1 towards the value, -1 away from it.
        how: the layer, span or wording.
        tuned: the shift on the dilemmas that this was chosen on, towards the goal.
    """

    value: str
    sign: int
    method: str
    how: str
    dose: float
    tuned: float


@dataclass(frozen=True)
class Effect:
    """How far one value moved.

    Attributes:
        role: `raised`, `lowered`, `kept` (to be left alone), `opposite` or `neighbour` of what was moved, or `free`.
        shift: after less before, with its 95 % interval.
        chosen: the share of dilemmas in which its option was preferred before and after; None outside dilemmas.
        n: dilemmas, or items.
    """

    value: str
    role: str
    shift: float
    low: float
    high: float
    n: int
    chosen: tuple[float, float] | None = None


@dataclass(frozen=True)
class Null:
    """What directions drawn at random do to a value at the same price: each draw's shift towards the goal."""

    value: str
    shifts: tuple[float, ...]


@dataclass(frozen=True)
class Held:
    """Whether steering holds against an instruction to the contrary, in preference towards the goal.

    Attributes:
        plain: unsteered, told nothing.
        told: unsteered, told the opposite.
        both: steered, told the opposite.
        over_plain, over_told: `both` less each, with 95 % intervals over dilemmas, as (shift, low, high).
    """

    value: str
    plain: float
    told: float
    both: float
    over_plain: tuple[float, float, float]
    over_told: tuple[float, float, float]
    n: int


@dataclass(frozen=True)
class Cost:
    """One thing that steering cost.

    Attributes:
        unit: what the numbers are.
        shift: of the after over the before where `unit` is a ratio, else their difference, with its 95 % interval.
        what: what n counts.
    """

    name: str
    unit: str
    before: float | None
    after: float | None
    shift: float
    low: float
    high: float
    n: int
    what: str


@dataclass(frozen=True)
class SteeringStudy(Record):
    """A subject before and after.

    Attributes:
        objective: value -> 1, -1 or 0.
        gate: what decides whether a prompt is steered; empty where every prompt is.
        effects: by preference in dilemmas that nothing was chosen on.
        verified: by the instrument, from the own mean; empty where none was asked.
    """

    subject: SubjectNote
    objective: dict[str, int]
    budget: float
    pushes: tuple[Push, ...]
    gate: str
    effects: tuple[Effect, ...]
    nulls: tuple[Null, ...]
    held: tuple[Held, ...]
    costs: tuple[Cost, ...]
    verified: tuple[Effect, ...]
    form: str
    unit: str
    missing: int
    notes: tuple[str, ...]
