"""What two wordings share and where they differ; texts as bags of words and of letters. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PIECE = re.compile(r"\s*(?:[^\W_]+(?:['’-][^\W_]+)*|[^\s])")
_ENDINGS = ("ement", "ment", "ation", "ition", "ion", "ence", "ity", "ism")
_LONG = 5  # letters: shorter stems stand inside too many other words


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.casefold() for word in _WORD.findall(text)]


def parted(first: str, second: str) -> tuple[str, str, str, str]:
    """What two texts begin with alike, what differs in the first and in the second, and what they end with alike.

    Whole words and signs only; the four parts put together give both texts back, but for the space before what differs.
    """
    a, b = _PIECE.findall(first.strip()), _PIECE.findall(second.strip())
    shorter, start, end = min(len(a), len(b)), 0, 0
    while start < shorter and a[start] == b[start]:
        start += 1
    while end < shorter - start and a[-1 - end] == b[-1 - end]:
        end += 1
    before, after = "".join(a[:start]), "".join(a[len(a) - end :])
    first_part, second_part = ("".join(each[start : len(each) - end]).strip() for each in (a, b))
    return before, first_part, second_part, after


def overlap(first: str, second: str) -> float:
    """Jaccard's coefficient of the two sets of words; 1 where neither has any."""
    a, b = set(words(first)), set(words(second))
    return len(a & b) / len(a | b) if a | b else 1.0


def differing_share(first: str, second: str) -> float:
    """The share of both texts' words that the other has not, each as often as it stands there."""
    a, b = Counter(words(first)), Counter(words(second))
    total = a.total() + b.total()
    return 1.0 - 2.0 * (a & b).total() / total if total else 0.0


def stems(name: str) -> tuple[str, ...]:
    """What gives a name away in a text: its words without their endings; short words only where there is no long one."""
    found = [
        next((w[: -len(e)] for e in _ENDINGS if w.endswith(e)), w)
        for w in re.split(r"[\W_]+", name.casefold())
    ]
    return tuple(w for w in found if len(w) >= _LONG) or tuple(w for w in found if w)


def names(text: str, stem: str) -> bool:
    """Whether a text has the stem: inside any word, or, where it is short, as a word of its own."""
    return any(stem in word if len(stem) >= _LONG else stem == word for word in words(text))


def bags(texts: Sequence[Sequence[str]]) -> Floats:
    """How often each text has each word.

    Shapes: -> [texts, words], words in alphabetical order
    """
    columns = {word: i for i, word in enumerate(sorted({word for text in texts for word in text}))}
    found = np.zeros((len(texts), len(columns)))
    for row, text in enumerate(texts):
        for word in text:
            found[row, columns[word]] += 1.0
    return found


def letters(texts: Sequence[str], least: int = 3, most: int = 5) -> Floats:
    """Texts by their runs of letters within words, weighted by rarity, at unit length: near where they are worded alike.

    Shapes: -> [texts, runs]
    """
    counted = bags([_runs(text, least, most) for text in texts])
    rarity = np.log((1.0 + len(texts)) / (1.0 + (counted > 0).sum(axis=0))) + 1.0
    weighted = np.log1p(counted) * rarity
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    return np.asarray(weighted / np.where(length > 0, length, 1.0))


def _runs(text: str, least: int, most: int) -> list[str]:
    padded = [f" {word} " for word in words(text)]
    return [
        word[i : i + size]
        for word in padded
        for size in range(least, most + 1)
        for i in range(max(len(word) - size + 1, 0))
    ]
