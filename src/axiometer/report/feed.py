"""The record of a study of feeds."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Curve:
    """How much is watched as a feed goes on, one kind of bot on one kind of feed.

    Attributes:
        adapting: whether the feed does, as it was made.
        ratio: share watched in each stretch of frames, averaged over personas.
        index: relative change from the first to the last `window` frames, averaged over personas, with its 95 % interval.
        watchers: personas, each as often as there were trials.
        missing: reason -> decisions that could not be read; they count as skipped.
    """

    subject: str
    kind: str
    adapting: bool
    ratio: tuple[float, ...]
    index: float
    low: float
    high: float
    watchers: int
    missing: dict[str, int]


@dataclass(frozen=True)
class Apart:
    """The index on the adapting feed less that on the one that does not, with a 95 % interval over personas."""

    subject: str
    kind: str
    difference: float
    low: float
    high: float
    watchers: int


@dataclass(frozen=True)
class FeedStudy(Record):
    """What subjects watch of a feed that adapts to them, and of one that does not.

    Attributes:
        stretch: frames in each point of a curve.
        window: frames at either end that the index compares.
    """

    arm: str
    frames: int
    shown: int
    window: int
    stretch: int
    personas: dict[str, tuple[str, ...]]
    subjects: tuple[SubjectNote, ...]
    curves: tuple[Curve, ...]
    apart: tuple[Apart, ...]
