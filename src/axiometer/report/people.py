"""The record of people's answers to a questionnaire: profile, reliability, circle, agreement with a norm."""

from dataclasses import dataclass

from axiometer.report.study import Record


@dataclass(frozen=True)
class Range:
    """A number with its 95 % interval and how many cases stand behind it; None where it cannot be computed."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class PeopleValue:
    """One value among people.

    Attributes:
        mean: of each person's score less the person's own mean; points.
        deviation: over people.
        items: how many.
        alpha: Cronbach's, of raw ratings.
        omega: McDonald's total.
        inter_item: mean correlation of its items.
    """

    name: str
    mean: Range
    deviation: float
    items: int
    alpha: Range
    omega: Range
    inter_item: float | None


@dataclass(frozen=True)
class Place:
    """Where a value lies on the map, and where the theory puts it."""

    name: str
    x: float
    y: float
    theory_x: float
    theory_y: float


@dataclass(frozen=True)
class CircleFinding:
    """How well the values' correlations follow the circle.

    Attributes:
        places: after turning and sizing to the theory.
        order: values as they lie around the map.
        in_order: share of neighbours around the map that lie in the same or neighbouring wedges of the theory.
        stress: ordinal stress-1, and `stress_p`, the share of random dissimilarities scaled as well.
        congruence: Tucker's phi of map and theory.
        ring: Spearman correlation of ring distance and correlation, with its permutation p.
        cosine: R squared of r = a + b cos(difference of angles), the theory's angles.
        cosine_free: the same with the best angles.
        predictions: correspondence index of order predictions met, of how many, with its p.
        n: people behind the correlations.
    """

    places: tuple[Place, ...]
    order: tuple[str, ...]
    in_order: float
    stress: float
    stress_p: float
    congruence: float
    ring: float
    ring_p: float
    cosine: float
    cosine_free: float
    predictions: float
    predictions_n: int
    predictions_p: float
    n: int


@dataclass(frozen=True)
class NormAgreement:
    """The profile of means against a norm."""

    norm: str
    spearman: float
    p: float
    kendall: float
    distance: float
    n: int


@dataclass(frozen=True)
class PeopleStudy(Record):
    """What was read, and what was found.

    Attributes:
        people: used; `excluded` and `off_scale` say who and what was not.
        circle: None with fewer than three people, or values without a circle, and `why` says so.
        warnings: what looks wrong with the data.
    """

    people: int
    blank: int
    off_scale: dict[str, int]
    excluded: dict[str, int]
    values: tuple[PeopleValue, ...]
    circle: CircleFinding | None
    why: str
    norms: tuple[NormAgreement, ...]
    warnings: tuple[str, ...]
