"""How varied a set of texts is, and which of them say nearly the same. Pure; for tens of thousands of texts.

Source: zhu2018
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from axiometer.analyse.likeness import words
from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
_SAMPLE = 500
_ORDER = 4
_BLOCK = 1000


@dataclass(frozen=True)
class Diversity:
    """How varied texts are.

    Attributes:
        n: texts.
        length: mean number of words.
        self_bleu: mean BLEU-4 of a text against the others, 0 to 100; lower is more varied.
        similarity: mean cosine of word vectors between two texts; lower is more varied.
        sampled: how many texts the two were taken over, where there are more.
    """

    n: int
    length: float
    self_bleu: float
    similarity: float
    sampled: int


def diversity(texts: Sequence[str], seed: int = 0) -> Diversity:
    """The diversity of at least two texts; over a sample of them where there are many."""
    chosen = draws(seed, "sample", len(texts)).permutation(len(texts))[:_SAMPLE]
    some = [texts[i] for i in chosen]
    found = word_vectors(some)
    total = (found @ found.T).sum() - found.multiply(found).sum()
    return Diversity(
        len(texts),
        float(np.mean([len(words(text)) for text in texts])),
        100 * float(np.mean(self_bleu(some))),
        float(total / (len(some) * (len(some) - 1))),
        len(some),
    )


def self_bleu(texts: Sequence[str]) -> Floats:
    """BLEU-4 of each text against all the others as its references, from 0 to 1.

    Shapes: -> [texts]
    """
    tokens = [words(text) for text in texts]
    grams = [[_grams(own, n) for own in tokens] for n in range(1, _ORDER + 1)]
    most = [_two_largest(each) for each in grams]
    lengths = sorted(len(own) for own in tokens)
    found = np.zeros(len(texts))
    for i, own in enumerate(tokens):
        if len(own) < _ORDER:
            continue
        logs = 0.0
        for each, largest in zip(grams, most, strict=True):
            hits = sum(min(count, largest[gram].without(i)) for gram, count in each[i].items())
            logs += log(max(hits, 0.1) / each[i].total()) / _ORDER
        nearest = min(_others(lengths, len(own)), key=lambda length: (abs(length - len(own)), length))
        found[i] = exp(logs) * (1.0 if len(own) >= nearest else exp(1 - nearest / len(own)))
    return found


def bleu(text: str, others: Sequence[str]) -> float:
    """BLEU-4 of one text against others, from 0 to 1; 0 where there are none."""
    return float(self_bleu([text, *others])[0]) if others else 0.0


def word_vectors(texts: Sequence[str]) -> csr_matrix:
    """Texts by their words and pairs of words, weighted by rarity, at unit length.

    Shapes: -> [texts, terms], sparse
    """
    counted = [Counter([*own, *pairwise(own)]) for own in map(words, texts)]
    columns: dict[object, int] = {}
    rows, places, counts = [], [], []
    for i, own in enumerate(counted):
        for term, count in own.items():
            rows.append(i)
            places.append(columns.setdefault(term, len(columns)))
            counts.append(1.0 + log(count))
    found = csr_matrix((counts, (rows, places)), shape=(len(texts), max(len(columns), 1)))
    held = np.bincount(places, minlength=found.shape[1]) if places else np.zeros(found.shape[1])
    found = found.multiply(np.log((1 + len(texts)) / (1 + held)) + 1.0).tocsr()
    length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    return csr_matrix(found.multiply((1 / np.where(length > 0, length, 1.0))[:, None]))


def distinct(texts: Sequence[str], least: float) -> list[int]:
    """The texts that are kept when each that is as like an earlier one as `least` is dropped.

    Args:
        texts: in order of preference.
        least: the cosine of word vectors from which two texts say the same.
    """
    found = word_vectors(texts)
    alike: dict[int, list[int]] = {}
    for start in range(0, len(texts), _BLOCK):  # a block at a time: all pairs at once would fill the memory
        near = (found[start : start + _BLOCK] @ found.T).tocoo()
        rows = near.row + start
        close = (near.data >= least) & (near.col < rows)
        for i, j in zip(rows[close].tolist(), near.col[close].tolist(), strict=True):
            alike.setdefault(i, []).append(j)
    dropped: set[int] = set()
    for i in range(len(texts)):
        if any(j not in dropped for j in alike.get(i, ())):
            dropped.add(i)
    return [i for i in range(len(texts)) if i not in dropped]


def varied(texts: Sequence[str], most: float) -> list[int]:
    """The texts that are kept when those put together most from phrases of the others are dropped, until the set is varied enough.

    One in twenty of those that are left goes at once, and one at a time where they are few.

    Args:
        texts: in order of preference: of two that are as alike to the others, the later one goes.
        most: mean self-BLEU of the kept ones, 0 to 100; from 100 on all are kept.
    """
    kept = list(range(len(texts)))
    while len(kept) > 1 and most < 100:
        scores = 100 * self_bleu([texts[i] for i in kept])
        if scores.mean() <= most:
            break
        worst = sorted(range(len(kept)), key=lambda place: (-scores[place], -place))
        gone = set(worst[: max(1, len(kept) // 20)])
        kept = [i for place, i in enumerate(kept) if place not in gone]
    return kept


@dataclass
class _Largest:
    """The largest count of a gram, in which text, and the largest in any other."""

    first: int = 0
    where: int = -1
    second: int = 0

    def see(self, count: int, where: int) -> None:
        if count > self.first:
            self.first, self.where, self.second = count, where, self.first
        elif count > self.second:
            self.second = count

    def without(self, where: int) -> int:
        return self.second if where == self.where else self.first


def _two_largest(each: Sequence[Counter[tuple[str, ...]]]) -> dict[tuple[str, ...], _Largest]:
    found: dict[tuple[str, ...], _Largest] = {}
    for i, own in enumerate(each):
        for gram, count in own.items():
            found.setdefault(gram, _Largest()).see(count, i)
    return found


def _grams(own: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(own[i : i + n]) for i in range(len(own) - n + 1))


def _others(lengths: Sequence[int], own: int) -> list[int]:
    """All lengths but one of this length."""
    rest = list(lengths)
    rest.remove(own)
    return rest or [own]
