"""What answers to a bank of portraits say beyond the profiles: sensitivity, reliability, telling items."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """A share of comparisons that differ, with its Wilson interval, and by how many points on average."""

    share: float
    low: float
    high: float
    points: float
    n: int


@dataclass(frozen=True)
class Sensitivity:
    """How a subject's ratings depend on how it was asked.

    Attributes:
        order: ratings that change when the labels are listed the other way round, in one wording.
        wording: items whose rating is not the same in all wordings, in one order; points over pairs of wordings.
    """

    subject: str
    form: str
    order: Share | None
    wording: Share | None


@dataclass(frozen=True)
class Telling:
    """An item that says much of a value: its correlation among people, and each subject's mean rating of it."""

    item: str
    value: str
    rho: float
    text: str
    ratings: dict[str, float]


@dataclass(frozen=True)
class PortraitFindings:
    """Beyond the profiles.

    Attributes:
        sensitivity: of each subject and form.
        alpha: value -> Cronbach's alpha with items as columns and subjects as cases; empty with too few subjects.
        cases: how many subjects stand behind `alpha`.
        telling: for each value, the items with the largest correlations.
    """

    sensitivity: tuple[Sensitivity, ...]
    alpha: dict[str, float | None]
    cases: int
    telling: tuple[Telling, ...]
