"""Words that give a side away: they stand on one side of the pairs much more than on the other, scene after scene.

Source: tarone1990
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binomtest

_LEVEL = 0.05
TWICE = float(np.log(2.0))


@dataclass(frozen=True)
class Giveaway:
    """A word, the scenes that have it more on either side, and how lopsided that is.

    Attributes:
        log_odds: that a scene which has it more on one side has it on the holding one; 95 % interval.
        p: of the sign test over scenes, corrected for all words that could have been found (Tarone).
    """

    word: str
    holding: int
    opposing: int
    log_odds: float
    low: float
    high: float
    p: float

    @property
    def found(self) -> bool:
        """Whether it is clear of chance, and at least twice as frequent on one side."""
        return self.p <= _LEVEL and abs(self.log_odds) >= TWICE


def giveaways(
    holding: Sequence[Sequence[str]], opposing: Sequence[Sequence[str]], scene: Sequence[int]
) -> list[Giveaway]:
    """Every word that is on one side of a scene more than on the other, the most lopsided first.

    A scene counts once however often it has the word, so that one scene cannot make a word a giveaway.

    Args:
        holding: [pairs] the words of each holding sentence.
        opposing: [pairs] the words of each opposing one.
        scene: [pairs] the scene of each.
    """
    net: dict[int, Counter[str]] = {}
    for mine, theirs, where in zip(holding, opposing, scene, strict=True):
        there = net.setdefault(where, Counter())
        there.update(set(mine))
        there.subtract(set(theirs))
    more = Counter(word for there in net.values() for word, n in there.items() if n > 0)
    less = Counter(word for there in net.values() for word, n in there.items() if n < 0)
    counted = {word: (more[word], less[word]) for word in sorted(more | less)}
    tests = _testable([a + b for a, b in counted.values()])
    found = [_judged(word, a, b, tests) for word, (a, b) in counted.items()]
    return sorted(found, key=lambda g: (g.p, -abs(g.log_odds), g.word))


def _judged(word: str, more: int, less: int, tests: int) -> Giveaway:
    low, high = beta.ppf([_LEVEL / 2, 1 - _LEVEL / 2], more + 0.5, less + 0.5)
    return Giveaway(
        word,
        more,
        less,
        float(np.log((more + 0.5) / (less + 0.5))),
        float(np.log(low / (1 - low))),
        float(np.log(high / (1 - high))),
        min(1.0, tests * float(binomtest(more, more + less).pvalue)),
    )


def _testable(scenes: Sequence[int]) -> int:
    """How many tests to correct for: words in so few scenes that nothing could be shown of them do not count."""
    least = np.array([2.0 * 0.5**m for m in scenes])
    tests = 1
    while int((least <= _LEVEL / tests).sum()) > tests:
        tests += 1
    return tests
