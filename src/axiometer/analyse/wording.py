"""How varied and how repetitive texts are, text by text: pure functions of the words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyse.effects import Floats, Moved, moved

SIGNS = ("words", "distinct-1", "distinct-2", "distinct-3", "repeated", "loop")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Sign:
    """One sign of how texts are worded, before and after; each with a 95 % bootstrap interval over texts.

    Attributes:
        name: of SIGNS.
        before, after: means over texts.
        shift: after minus before, paired.
    """

    name: str
    before: Moved
    after: Moved
    shift: Moved


def words(text: str) -> list[str]:
    """The words of a text, in small letters; signs between them do not count.

    Why: without a tokenizer of any model, so that texts of different models compare. A script that sets no spaces
    between words is read as long words, and the figures then mean little.
    """
    return _WORD.findall(text.casefold())


def distinct(said: Sequence[str], n: int) -> float:
    """Different runs of n words, as a share of all of them; there must be at least n words.

    Source: li2016
    """
    runs = _runs(said, n)
    return len(set(runs)) / len(runs)


def repeated(said: Sequence[str]) -> float:
    """The share of runs of three words that occur more than once; there must be at least three words."""
    runs = Counter(_runs(said, 3))
    return sum(count for count in runs.values() if count > 1) / runs.total()


def loop(said: Sequence[str]) -> int:
    """How many words in a row are one phrase said again and again, at the longest; 0 where nothing is said twice in a row."""
    codes = np.unique(np.array(said, dtype=object).astype(str), return_inverse=True)[1]
    longest = 0
    for period in range(1, len(codes) // 2 + 1):
        same = np.concatenate([[False], codes[period:] == codes[:-period], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1])
        run = int((edges[1::2] - edges[::2]).max(initial=0))
        if run >= period:
            longest = max(longest, run + period)
    return longest


def signs(text: str) -> dict[str, float]:
    """Every sign that a text of this length has: distinct-n needs n words, `repeated` three."""
    said = words(text)
    found = {"words": float(len(said)), "loop": float(loop(said))}
    found |= {f"distinct-{n}": distinct(said, n) for n in (1, 2, 3) if len(said) >= n}
    return found | ({"repeated": repeated(said)} if len(said) >= 3 else {})


def compared(before: Sequence[str], after: Sequence[str], seed: int = 0) -> tuple[Sign, ...]:
    """Every sign over the answers to the same prompts; pairs of which one text is too short for a sign are left out of it."""
    both = [(signs(one), signs(other)) for one, other in zip(before, after, strict=True)]
    found = []
    for name in SIGNS:
        kept = np.array([(one[name], other[name]) for one, other in both if name in one and name in other])
        if len(kept):
            first, second = kept[:, 0], kept[:, 1]
            found.append(Sign(name, _mean(first, seed), _mean(second, seed), moved(first, second, seed)))
    return tuple(found)


def _mean(values: Floats, seed: int) -> Moved:
    return moved(np.zeros_like(values), values, seed)


def _runs(said: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(said[i : i + n]) for i in range(len(said) - n + 1)]
