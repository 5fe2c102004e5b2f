"""Whether preferences between values form an order: strict cycles, moderate and strong stochastic transitivity.

Why probabilities and not verdicts: a cell of a dozen choices makes a cycle out of nothing, and adding steps up can hide one.

Source: mmds
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

from axiometer.analyse.pairwise import win_rates

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


def is_cycle(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """First over second, second over third, third over first, each more often than not."""
    return np.asarray((ab > 0.5) & (bc > 0.5) & (ac < 0.5))


def breaks_moderate(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """The way round is preferred less than its weaker step."""
    return np.asarray((ab >= 0.5) & (bc >= 0.5) & (ac < np.minimum(ab, bc)))


def breaks_strong(ab: Floats, bc: Floats, ac: Floats) -> npt.NDArray[np.bool_]:
    """The way round is preferred less than its stronger step."""
    return np.asarray((ab >= 0.5) & (bc >= 0.5) & (ac < np.maximum(ab, bc)))


RULES: dict[str, Callable[[Floats, Floats, Floats], npt.NDArray[np.bool_]]] = {
    "cycle": is_cycle,
    "moderate": breaks_moderate,
    "strong": breaks_strong,
}


def transitivity(wins: Floats, drawn: Floats, least: int = 0) -> Transitivity:
    """What breaks the rules, triple by triple with enough choices in every cell.

    Args:
        wins: [values, values] counts over all dilemmas.
        drawn: [draws, values, values] the same over resampled ones.
        least: how many choices a cell needs.
    """
    rates, n = win_rates(wins, least)
    often, _ = win_rates(drawn)
    found: dict[str, list[Triple]] = {rule: [] for rule in RULES}
    triples = 0
    for members in combinations(range(len(rates)), 3):
        if np.isnan([rates[a, b] for a, b in combinations(members, 2)]).any():
            continue
        triples += 1
        for a, b, c in permutations(members):
            cells = [(a, b), (b, c), (a, c)]
            here = [rates[cell] for cell in cells]
            for rule, breaks in RULES.items():
                # a cycle is the same from wherever it is begun
                if (rule == "cycle" and a != min(members)) or not breaks(*here):
                    continue
                share = float(breaks(*(often[:, one, other] for one, other in cells)).mean())
                smallest = int(min(n[cell] for cell in cells))
                ab, bc, ac = map(float, here)
                found[rule].append(Triple((a, b, c), (ab, bc, ac), smallest, share))
    cycles, moderate, strong = (tuple(found[rule]) for rule in RULES)
    return Transitivity(cycles, moderate, strong, triples)
