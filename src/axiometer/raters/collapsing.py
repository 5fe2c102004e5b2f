"""A rater's ratings in a coarser system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from axiometer.canon import Spec
from axiometer.errors import BadInput, Incapable
from axiometer.raters.opening import open_rater
from axiometer.raters.protocol import Rater, Rating, thresholds
from axiometer.subjects import Missing
from axiometer.values import open_system


@dataclass(frozen=True)
class CollapsedRater:
    """Each value is the mean of those that fall together in it; values that go nowhere are left out.

    Source:
        conva
    """

    rater: Rater
    system: str

    @property
    def spec(self) -> Spec:
        """The rater and the system."""
        return {"rater": f"collapsed:{self.system}:{self.rater.spec['rater']}", "of": self.rater.spec}

    @property
    def thresholds(self) -> dict[str, float]:
        """Value -> the mean of its parts' thresholds: what a text scores in which each part is just there."""
        return dict(_collapsed(Rating(thresholds(self.rater)), self._parts()).scores)

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """The rater's ratings, collapsed."""
        parts = self._parts()
        return [
            each if isinstance(each, Missing) else _collapsed(each, parts)
            for each in self.rater.rate(contents)
        ]

    def _parts(self) -> dict[str, list[str]]:
        parts: dict[str, list[str]] = {value: [] for value in open_system(self.system).names}
        for fine, coarse in open_system(self.rater.system).collapse_to(self.system).items():
            parts[coarse].append(fine)
        return parts


def open_collapsed(rest: str) -> CollapsedRater:
    """A rater in a coarser system: `collapsed:SYSTEM:RATER`.

    Raises:
        BadInput: one of the two is missing, or a value of the system that nothing becomes.
        UnknownName: no such system or rater, or the rater's system does not collapse to it.
    """
    system, _, name = rest.partition(":")
    if not system or not name:
        raise BadInput(
            f"collapsed: needs a system and a rater, as in collapsed:schwartz10:trained; got {rest!r}."
        )
    rater = open_rater(name)
    reached = set(open_system(rater.system).collapse_to(system).values())
    absent = [value for value in open_system(system).names if value not in reached]
    if absent:
        raise BadInput(f"nothing in {rater.system} becomes {absent[0]} of {system}; choose another system.")
    return CollapsedRater(rater, system)


def open_values(rest: str) -> Rater:
    """The best rater of the ten basic values that is installed: the trained one, or the lexicon.

    Raises:
        Incapable: neither is installed.
        BadInput: something behind the name.
    """
    if rest:
        raise BadInput(f"values takes nothing behind its name; got {rest!r}.")
    try:
        return open_rater("collapsed:schwartz10:trained")
    except Incapable as trained:
        try:
            return open_rater("lexicon")
        except Incapable as lexicon:
            raise Incapable(f"no rater of values: {trained} Or {lexicon}") from None


def _collapsed(rating: Rating, parts: Mapping[str, Sequence[str]]) -> Rating:
    return Rating(
        {value: sum(rating.scores[fine] for fine in some) / len(some) for value, some in parts.items()}
    )
