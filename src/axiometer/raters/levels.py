"""What levels from 1 to 5 a text gives each value: a judge's own, or another rater's scores on the same scale.

Source: couple
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from axiometer.raters.judge import Judge
from axiometer.raters.protocol import Rater, Rating, thresholds
from axiometer.subjects import Answer, Missing

LOW, HIGH = 1.0, 5.0
_THERE = 3.5


@dataclass(frozen=True)
class Leveled:
    """The points of a text and the level that it gives each value.

    Attributes:
        points: what the text says, a line each, where the rater lists that; else nothing.
        levels: value -> 1 to 5, for every value of the rater's system.
    """

    points: tuple[str, ...]
    levels: Mapping[str, float]


def level(rater: Rater, contents: Sequence[str]) -> list[Leveled | Missing]:
    """The levels of every text.

    A judge that rates by levels gives its own. The scores of any other rater become levels in two straight lines that meet at the value's
    threshold: nothing is 1, the threshold 3.5, everything 5. That is our own; such a rater cannot tell a value that a text contradicts from one
    that it does not mention.
    """
    if isinstance(rater, Judge) and rater.scale == "levels":
        return [
            one if isinstance(one, Missing) else Leveled(one.points, one.mean())
            for one in rater.judge(contents)
        ]
    cuts = thresholds(rater)
    return [one if isinstance(one, Missing) else _placed(one, cuts) for one in rater.rate(contents)]


def level_replies(rater: Rater, replies: Sequence[Answer | Missing]) -> list[Leveled | Missing]:
    """The levels of what subjects said; a reply that is missing stays so."""
    found = iter(level(rater, [one.text for one in replies if isinstance(one, Answer)]))
    return [next(found) if isinstance(one, Answer) else one for one in replies]


def _placed(rating: Rating, cuts: Mapping[str, float]) -> Leveled:
    found = {}
    for name, score in rating.scores.items():
        cut = min(max(cuts[name], 1e-6), 1 - 1e-6)
        below, above = min(score / cut, 1.0), max(score - cut, 0.0) / (1 - cut)
        found[name] = LOW + (_THERE - LOW) * below + (HIGH - _THERE) * above
    return Leveled((), found)
