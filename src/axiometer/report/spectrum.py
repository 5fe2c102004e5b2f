"""The record of a study of frames."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Liked:
    """How much of what was looked up for a value a subject likes.

    Attributes:
        preference: of a hundred frames, with Wilson's 95 % interval; None where nothing was judged.
        n: frames it said yes or no to.
        missing: frames of which that is not known.
    """

    value: str
    preference: float | None
    low: float | None
    high: float | None
    n: int
    missing: int


@dataclass(frozen=True)
class Viewed:
    """One subject.

    Attributes:
        spread: sample standard deviation of its preferences over values; None for fewer than two.
        differ: probability of values as different in what is liked of them, were they all the same; None for fewer than two.
        missing: reason -> frames.
        seen: how alike its descriptions are to the captions of their frames; `mixed`, to those of other frames; p of as much by chance. None
            where there are no captions or descriptions.
    """

    subject: str
    liked: tuple[Liked, ...]
    spread: float | None
    differ: float | None
    missing: dict[str, int]
    seen: float | None
    mixed: float | None
    p: float | None
    described: int


@dataclass(frozen=True)
class Moved:
    """What telling a subject a persona changes in a value's preference, over the same frames, with a 95 % interval."""

    subject: str
    value: str
    change: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Dividing:
    """A frame that divided the subjects.

    Attributes:
        liked: subject -> whether it likes it.
        thumbnail: a small JPEG in base64; empty without a picture.
    """

    frame: str
    value: str
    keyword: str
    caption: str
    liked: dict[str, bool]
    thumbnail: str


@dataclass(frozen=True)
class SpectrumStudy(Record):
    """What subjects like of the frames that were looked up for each value.

    Attributes:
        arm: `picture` or `caption`; what was shown.
        persona: what the subjects were told besides; empty for nothing.
    """

    arm: str
    store: str
    frames: int
    each: int
    subjects: tuple[SubjectNote, ...]
    viewed: tuple[Viewed, ...]
    persona: str
    moved: tuple[Moved, ...]
    dividing: tuple[Dividing, ...]
