"""The record of a study of staircases: what each subject preferred at every step, and whether that makes an order."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Place:
    """A value at one step: how much more often than half it was taken when it was offered, from -.5 to .5.

    Attributes:
        score: None where it was not offered.
        low: of the 95 % bootstrap interval over dilemmas; None where it was offered too rarely for one.
        offered: choices.
    """

    value: str
    step: int
    score: float | None
    low: float | None
    high: float | None
    offered: int


@dataclass(frozen=True)
class Shift:
    """How far a preference moved from the first step to the last; `rank_change` among subjects, above 0 where this one rose."""

    value: str
    shift: float | None
    low: float | None
    high: float | None
    rank_change: float | None = None


@dataclass(frozen=True)
class Cell:
    """How often one value was taken over another, over all steps, with Wilson's 95 % interval."""

    first: str
    second: str
    taken: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Broken:
    """Three values that break a rule of transitivity.

    Attributes:
        rule: cycle, moderate or strong.
        step: from 1; 0 for all steps together.
        rates: first over second, second over third, first over third.
        n: choices in the smallest cell.
        probability: share of bootstrap draws over dilemmas in which it is broken, too.
    """

    rule: str
    step: int
    values: tuple[str, ...]
    rates: tuple[float, ...]
    n: int
    probability: float


@dataclass(frozen=True)
class Strong:
    """A value's strength by Bradley and Terry, in log-odds around zero, with a 95 % interval."""

    value: str
    strength: float
    low: float
    high: float


@dataclass(frozen=True)
class Climb:
    """One subject.

    Attributes:
        subject: its name.
        form: how it chose.
        choices: steps with a choice.
        missing: reason -> steps without one.
        first: how often what was listed first was taken, of `choices`; None where both orders were averaged.
        lean: how much more was chosen for standing first, in nats, on average; None where it was said in words.
        triples: triples of values with enough choices, over all steps.
        flat: values whose strength was held finite by a penalty, because one part was never taken over the rest.
    """

    subject: str
    form: str
    choices: int
    missing: dict[str, int]
    first: int | None
    lean: float | None
    places: tuple[Place, ...]
    shifts: tuple[Shift, ...]
    cells: tuple[Cell, ...]
    broken: tuple[Broken, ...]
    strengths: tuple[Strong, ...]
    triples: int
    flat: bool


@dataclass(frozen=True)
class StaircaseStudy(Record):
    """What was climbed, and how.

    Attributes:
        regime: what a step shows of those before.
        height: steps.
        dilemmas: how many.
        left_out: reason -> dilemmas or steps that the file held and that could not be used.
        least: choices that a cell needs to be judged.
        rho: value -> Spearman's correlation of subjects' ranks at the first and the last step; empty with fewer than three subjects.
    """

    subjects: tuple[SubjectNote, ...]
    regime: str
    height: int
    dilemmas: int
    left_out: dict[str, int]
    least: int
    climbs: tuple[Climb, ...]
    rho: dict[str, float | None]
