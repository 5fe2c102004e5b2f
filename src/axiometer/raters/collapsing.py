"""A rater's ratings in a coarser system."""

from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.canon import Spec
from axiometer.errors import BadInput, Incapable
from axiometer.raters.opening import open_rater
from axiometer.raters.protocol import Rater, Rating
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

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """The rater's ratings, collapsed."""
        return [self._collapsed(each) for each in self.rater.rate(contents)]

    def _collapsed(self, rating: Rating | Missing) -> Rating | Missing:
        if isinstance(rating, Missing):
            return rating
        parts: dict[str, list[float]] = {}
        for fine, coarse in open_system(self.rater.system).collapse_to(self.system).items():
            parts.setdefault(coarse, []).append(rating.scores[fine])
        return Rating(
            {value: sum(parts[value]) / len(parts[value]) for value in open_system(self.system).names}
        )


def open_collapsed(rest: str) -> CollapsedRater:
    """A rater in a coarser system: `collapsed:SYSTEM:RATER`.

    Raises:
        BadInput: one of the two is missing.
        UnknownName: no such system or rater, or the rater's system does not collapse to it.
    """
    system, _, name = rest.partition(":")
    if not system or not name:
        raise BadInput(
            f"collapsed: needs a system and a rater, as in collapsed:schwartz10:trained; got {rest!r}."
        )
    rater = open_rater(name)
    open_system(rater.system).collapse_to(system)
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
