"""The record of a study of counterfactual revision."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Reached:
    """How near answers made in one way are to the objective, as another rater than the one in the loop reads them.

    Attributes:
        way: raw, told, revised, or revised without a part.
        total: sum of absolute differences over the values at stake, a mean over questions, with its 95 % interval.
        mean: the same, a mean over values.
        order: share of ordered pairs in the wanted order, with its interval; None where no pair is ordered.
        pairs: ordered pairs.
        rank: mean rank correlation over `ranked` questions; None where neither side varies.
        n: questions that every way was read on.
        missing: reason -> questions without an answer or a reading.
    """

    way: str
    total: float
    low: float
    high: float
    mean: float
    order: float | None
    order_low: float | None
    order_high: float | None
    pairs: int
    rank: float | None
    ranked: int
    n: int
    missing: dict[str, int]


@dataclass(frozen=True)
class Against:
    """The revised answers against another way: ratio of the totals with its interval, and who is nearer, question by question.

    Attributes:
        win: questions on which the revised answer is nearer by more than half a level.
    """

    way: str
    ratio: float | None
    low: float | None
    high: float | None
    win: int
    tie: int
    lose: int


@dataclass(frozen=True)
class Cell:
    """Answers that showed one level of a value where another was wanted: how far off the revised ones are."""

    before: int
    wanted: int
    off: float
    n: int


@dataclass(frozen=True)
class Threshold:
    """What comes of leaving answers that are no further than theta as they are."""

    theta: float
    total: float
    revised: int
    n: int


@dataclass(frozen=True)
class Check:
    """A difference with its 95 % interval: `placebo`, values set that the question is not about; `points`, the point of a value taken away.

    Attributes:
        before: the mean without the change.
        change: the mean difference.
    """

    name: str
    before: float
    change: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Told:
    """One answer and how it came about."""

    question: str
    first: str
    points: tuple[str, ...]
    observed: dict[str, float]
    aim: dict[str, int]
    changed: dict[str, str]
    tried: tuple[tuple[str, float], ...]
    answer: str
    shown: dict[str, float]


@dataclass(frozen=True)
class CoupleStudy(Record):
    """How near a subject's revised answers come to an objective, and what they would have been otherwise."""

    subject: SubjectNote
    reader: str
    judge: str
    engine: str
    aim: dict[str, int]
    aim_name: str
    questions: int
    most: int
    theta: float
    reached: tuple[Reached, ...]
    against: tuple[Against, ...]
    cells: tuple[Cell, ...]
    thresholds: tuple[Threshold, ...]
    checks: tuple[Check, ...]
    examples: tuple[Told, ...]
