"""The protocol of whoever reads values out of words, and what is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from axiometer.canon import Spec
from axiometer.subjects import Missing
from axiometer.values import open_system

_HALF = 0.5


@dataclass(frozen=True)
class Rating:
    """How much some words are about each value.

    Attributes:
        scores: value -> 0, not at all, to 1, for every value of the rater's system.
    """

    scores: Mapping[str, float]


@runtime_checkable
class Rater(Protocol):
    """Whoever reads values out of words. A text is rated alike in any batch and order."""

    @property
    def spec(self) -> Spec:
        """Plain JSON that names everything its ratings depend on; `rater` in it is the name that opens it again."""
        ...

    @property
    def system(self) -> str:
        """The system whose values are rated."""
        ...

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """A rating, or why there is none, for every text."""
        ...


def unreadable(content: object) -> Missing | None:
    """Why a content has no rating; None for one that can be read."""
    if not isinstance(content, str):
        return Missing("unparsed", f"a rater reads text, and this is of type {type(content).__name__}.")
    return None if content.strip() else Missing("unparsed", "the text has no words.")


def thresholds(rater: Rater) -> dict[str, float]:
    """Value -> the score from which it counts as there: the rater's own, value by value or one for all, else one half."""
    own = getattr(rater, "thresholds", None)
    one = getattr(rater, "threshold", _HALF)
    return dict(own) if own else dict.fromkeys(open_system(rater.system).names, float(one))
