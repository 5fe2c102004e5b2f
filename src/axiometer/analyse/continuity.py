"""Whether the steps of a story are one story: how much of each step's own words the steps before it have had. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyse.likeness import words
from axiometer.canon import draws

# Words that any two stories share; what is left are people, places and things.
_COMMON = 4  # letters
_FEWEST, _MIXED = 5, 400
_NAME = re.compile(r"(?<![.!?\"“]\s)(?<!^)\b[A-Z][a-z]+")
_EVERYWHERE = frozenset(
    "about after again all also and another any are around because been before being between both can could does down each even "
    "every everyone first for from get give goes going has have her here hers him his how into its just keep know last later "
    "like long make makes many more most much must need needs never new next not now off old once one only other our out over "
    "own people says she should since some someone something still such take takes tell tells than that the their them then "
    "there these they thing things this those though through time told too two under until wants was way week well were what "
    "when where which while who whole will with without would year years you your yours yourself".split()
)


def continuity(steps: Sequence[str]) -> list[float]:
    """For each step after the first, the share of its telling words that an earlier step has; names count double.

    Our own proposal: the published dilemmas are partly one story in five steps, partly five stories of one theme.
    """
    told = [_telling(step) for step in steps]
    found = []
    for number in range(1, len(told)):
        before = {word for step in told[:number] for word in step}
        total = sum(told[number].values())
        shared = sum(weight for word, weight in told[number].items() if word in before)
        found.append(shared / total if total else 0.0)
    return found


def _telling(text: str) -> dict[str, float]:
    """Word -> weight, without its plural; names 2, other words 1."""
    names = {name.casefold() for name in _NAME.findall(text)}
    found: dict[str, float] = {}
    for word in words(text):
        own = word.removesuffix("'s").removesuffix("’s")
        if own in _EVERYWHERE or (len(own) < _COMMON and own not in names):
            continue
        found[own.removesuffix("s") if len(own) > _COMMON else own] = 2.0 if own in names else 1.0
    return found


@dataclass(frozen=True)
class Continuity:
    """How far a story goes on from step to step.

    Attributes:
        share: mean over its steps of `continuity`.
        p: how often a story mixed from steps of different stories of the set goes on at least as well; None for a set of fewer than five.
    """

    share: float
    p: float | None


def continuities(stories: Sequence[Sequence[str]], seed: int = 0) -> list[Continuity]:
    """The continuity of every story of a set, and whether one put together of its steps at random would do as well."""
    shares = [float(np.mean(continuity(story) or [0.0])) for story in stories]
    if len(stories) < _FEWEST:
        return [Continuity(share, None) for share in shares]
    rng = draws(seed, "continuity", len(stories))
    mixed = np.empty(_MIXED)
    for i in range(_MIXED):
        height = len(stories[int(rng.integers(len(stories)))])
        some = rng.permutation(len(stories))[:height]
        told = [stories[int(j)][min(number, len(stories[int(j)]) - 1)] for number, j in enumerate(some)]
        mixed[i] = np.mean(continuity(told) or [0.0])
    return [Continuity(share, float((1 + (mixed >= share).sum()) / (1 + _MIXED))) for share in shares]
