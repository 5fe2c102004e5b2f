"""Whether preferences between values form an order: strict cycles, moderate and strong stochastic transitivity.

Why probabilities and not verdicts: a cell of a dozen choices makes a cycle out of nothing, and adding steps up can hide one.

Source: mmds
"""

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

from axiometer.analyse.pairwise import resampled, win_rates

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Triple:
    """Three values, the first preferred to the second and the second to the third, that break a rule.

    Attributes:
        values: their numbers; of a cycle, the smallest first.
        rates: how often the first was taken over the second, the second over the third, and the first over the third.
        n: choices in the smallest of the three cells.
        probability: share of bootstrap draws over dilemmas in which it breaks the rule, too.
    """

    values: tuple[int, int, int]
    rates: tuple[float, float, float]
    n: int
    probability: float


@dataclass(frozen=True)
class Transitivity:
    """What breaks each rule.

    Attributes:
        cycles: each of three is taken over the next more often than not, all round.
        moderate: the first is taken over the third less often than the rarer of the two steps that lead there.
        strong: the same with the more frequent of the two.
        triples: how many triples of values have three cells with enough choices.
    """

    cycles: tuple[Triple, ...]
    moderate: tuple[Triple, ...]
    strong: tuple[Triple, ...]
    triples: int


def transitivity(wins: Floats, least: int = 0, seed: int = 0, resamples: int = 1000) -> Transitivity:
    """What breaks the rules, cell by cell with enough choices.

    Args:
        wins: counts of each dilemma; steps are added up before, or chosen.
        least: how many choices a cell needs.
        seed: of the bootstrap.
        resamples: its draws.

    Shapes: wins [dilemmas, values, values]
    """
    rates, n = win_rates(wins.sum(axis=0), least)
    drawn, _ = win_rates(resampled(wins, seed, resamples))
    values = len(rates)
    cycles, moderate, strong = [], [], []
    triples = 0
    for members in combinations(range(values), 3):
        if np.isnan([rates[a, b] for a, b in combinations(members, 2)]).any():
            continue
        triples += 1
        for a, b, c in permutations(members):
            ab, bc, ac = rates[a, b], rates[b, c], rates[a, c]
            cells = drawn[:, a, b], drawn[:, b, c], drawn[:, a, c]
            smallest = int(min(n[a, b], n[b, c], n[a, c]))

            def found(broken: npt.NDArray[np.bool_]) -> Triple:
                return Triple((a, b, c), (float(ab), float(bc), float(ac)), smallest, float(broken.mean()))  # noqa: B023

            if a == min(members) and is_cycle(ab, bc, ac):
                cycles.append(found(is_cycle(*cells)))
            if breaks_moderate(ab, bc, ac):
                moderate.append(found(breaks_moderate(*cells)))
            if breaks_strong(ab, bc, ac):
                strong.append(found(breaks_strong(*cells)))
    return Transitivity(tuple(cycles), tuple(moderate), tuple(strong), triples)


def is_cycle(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """First over second, second over third, third over first, each more often than not."""
    return np.asarray((ab > 0.5) & (bc > 0.5) & (ac < 0.5))


def breaks_moderate(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """The way round is preferred less than its weaker step."""
    return np.asarray((ab >= 0.5) & (bc >= 0.5) & (ac < np.minimum(ab, bc)))


def breaks_strong(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """The way round is preferred less than its stronger step."""
    return np.asarray((ab >= 0.5) & (bc >= 0.5) & (ac < np.maximum(ab, bc)))
