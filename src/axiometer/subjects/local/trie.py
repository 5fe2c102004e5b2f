"""Token sequences as one tree, in which what they share is there once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trie:
    """Every distinct prefix of some sequences is a node; nodes are numbered in preorder.

    Shapes: `tokens`, `parents`, `depths`, `ends` are [nodes]; `paths[i]` is [length of sequence i].
    Why: in preorder a node's descendants are the numbers from its own to `ends`, so that "a is an ancestor of
    b" is two comparisons, for whole matrices at once.
    """

    tokens: Ints
    parents: Ints
    depths: Ints
    ends: Ints
    paths: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def sees(self, queries: Ints, keys: Ints, window: int | None = None) -> Flags:
        """Which query nodes may attend to which key nodes: to themselves and their ancestors, within a window.

        Shapes: [queries, keys]
        """
        query, key = queries[:, None], keys[None, :]
        seen = (key <= query) & (query < self.ends[key])
        if window is not None:
            seen &= self.depths[query] - self.depths[key] < window
        return np.asarray(seen, dtype=np.bool_)


def plant(sequences: Sequence[Sequence[int]], groups: Ints | None = None) -> Trie:
    """The tree of some token sequences; `paths` follows their order.

    Args:
        sequences: the tokens of each.
        groups: [sequences] which may share nodes: those of one number; without it, all.
    """
    kinds = [0] * len(sequences) if groups is None else groups.tolist()
    tokens: list[int] = []
    parents: list[int] = []
    depths: list[int] = []
    paths: list[Ints] = [np.empty(0, np.int64)] * len(sequences)
    before: Sequence[int] = ()
    kind = -1
    path: list[int] = []
    # Sorted, sequences that share a prefix are neighbours, and numbering in order of appearance is preorder.
    for i in sorted(range(len(sequences)), key=lambda i: (kinds[i], tuple(sequences[i]))):
        sequence = sequences[i]
        del path[_shared(before, sequence) if kinds[i] == kind else 0 :]
        for depth in range(len(path), len(sequence)):
            parents.append(path[-1] if path else -1)
            path.append(len(tokens))
            tokens.append(sequence[depth])
            depths.append(depth)
        paths[i] = np.array(path, dtype=np.int64)
        before, kind = sequence, kinds[i]
    return Trie(
        np.array(tokens, dtype=np.int64),
        np.array(parents, dtype=np.int64),
        np.array(depths, dtype=np.int64),
        _ends(parents),
        tuple(paths),
    )


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _ends(parents: list[int]) -> Ints:
    ends = list(range(1, len(parents) + 1))
    for node in range(len(parents) - 1, -1, -1):
        if parents[node] >= 0:
            ends[parents[node]] = max(ends[parents[node]], ends[node])
    return np.array(ends, dtype=np.int64)
