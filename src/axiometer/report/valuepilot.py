"""The record of a study of the value assessment network."""

from dataclasses import dataclass

from axiometer.report.study import Record


@dataclass(frozen=True)
class Read:
    """How well ratings were read in one way.

    Attributes:
        way: the network, or a baseline.
        over: `stake`, ratings of values at stake; `all`, of every value, 0 where it is not at stake, as the source counts.
        near, very_near: share of ratings off by less than .2 and .05.
        off: mean absolute error.
        all_near: share of actions of which all ratings are off by less than .2.
        n: ratings.
    """

    way: str
    over: str
    near: float
    very_near: float
    off: float
    all_near: float
    n: int


@dataclass(frozen=True)
class Margin:
    """By how much less the network is off than a baseline, over values at stake, with a 95 % bootstrap interval over scenes."""

    way: str
    less: float
    low: float
    high: float
    scenes: int


@dataclass(frozen=True)
class ByValue:
    """One value, over the actions in which it is at stake: the network's mean absolute error, and the correlation with the ratings."""

    value: str
    off: float
    constant: float
    r: float | None
    n: int


@dataclass(frozen=True)
class Decided:
    """Rankings from what the network reads against rankings from the ratings, for drawn preferences.

    Attributes:
        rule: how actions are ranked, in both.
        similarity: OS-Sim, with a 95 % bootstrap interval over scenes.
        first: share of the same first action, with its interval.
        chance: OS-Sim of a drawn order, which is what the constant mean comes to: under it all actions tie; `chance_first` the share of the same
            first action.
    """

    rule: str
    similarity: float
    low: float
    high: float
    first: float
    first_low: float
    first_high: float
    chance: float
    chance_first: float
    scenes: int
    preferences: int


@dataclass(frozen=True)
class ValuePilotStudy(Record):
    """What a network was trained on, how well it reads other scenes, and how alike decisions come out.

    Attributes:
        trained: scenes and actions it was trained on; `tested`: those it was tested on.
        levels: values at stake -> scenes, in both.
        epochs: of both heads together.
        exact: share of actions of which every value is told to be involved or not, surely and rightly.
    """

    scenes: str
    trained: tuple[int, int]
    tested: tuple[int, int]
    left_out: dict[str, int]
    levels: dict[str, int]
    curriculum: bool
    epochs: int
    exact: float
    reads: tuple[Read, ...]
    margins: tuple[Margin, ...]
    values: tuple[ByValue, ...]
    decisions: tuple[Decided, ...]
