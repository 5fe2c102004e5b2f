"""A head over places: one layer of attention, the mean over places, two linear maps. Forward, and the slopes of a loss, in numpy.

The mean over places is taken before what is linear in them, which is the same and saves most of the work.

Source: valuepilot2025
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import draws

Floats = npt.NDArray[np.float32]
Parts: TypeAlias = dict[str, Floats]
HEADS, HIDDEN = 4, 128


@dataclass(frozen=True)
class Passed:
    """What a pass forward leaves for the pass back.

    Shapes: x [texts, places, width]; q, k [texts, heads, places, width / heads]; share [texts, heads, places, places]; seen [texts, heads, width];
        context, mixed [texts, width]; hidden [texts, HIDDEN]; kept: the same, what dropout left of it; out [texts, values]
    """

    x: Floats
    q: Floats
    k: Floats
    share: Floats
    seen: Floats
    context: Floats
    mixed: Floats
    hidden: Floats
    kept: Floats
    out: Floats


def fresh(width: int, values: int, seed: int, name: str) -> Parts:
    """A head before training."""
    rng = draws(seed, "head", name)

    def linear(start: int, end: int) -> Floats:
        bound = 1 / np.sqrt(start)
        return rng.uniform(-bound, bound, (start, end)).astype(np.float32)

    found = {part: linear(width, width) for part in ("wq", "wk", "wv", "wo")}
    found |= {"w1": linear(width, HIDDEN), "w2": linear(HIDDEN, values)}
    sizes = {"bq": width, "bk": width, "bv": width, "bo": width, "b1": HIDDEN, "b2": values}
    return found | {part: np.zeros(size, np.float32) for part, size in sizes.items()}


def forward(part: Parts, x: Floats, dropout: Floats | None = None) -> Passed:
    """The head's outputs before sigmoid or tanh, and all that the pass back needs.

    Args:
        part: the head.
        x: [texts, places, width]
        dropout: [texts, HIDDEN] what each hidden unit is multiplied by; None for nothing.
    """
    texts, places, width = x.shape
    flat = x.reshape(-1, width)
    both = flat @ np.concatenate([part["wq"], part["wk"]], axis=1)  # one wide product is faster than two
    both += np.concatenate([part["bq"], part["bk"]])
    q, k = both.reshape(texts, places, 2, HEADS, width // HEADS).transpose(2, 0, 3, 1, 4)
    odds = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width // HEADS))
    share = np.exp(odds - odds.max(axis=-1, keepdims=True))
    share /= share.sum(axis=-1, keepdims=True)
    seen: Floats = share.mean(axis=2) @ x  # [texts, heads, width]
    context: Floats = _per_head(seen, part["wv"]) + part["bv"]
    mixed: Floats = context @ part["wo"] + part["bo"]
    hidden = np.maximum(mixed @ part["w1"] + part["b1"], np.float32(0))
    kept = hidden if dropout is None else hidden * dropout
    out: Floats = kept @ part["w2"] + part["b2"]
    return Passed(x, q, k, share, seen, context, mixed, hidden, kept, out)


def backward(part: Parts, at: Passed, slope: Floats, dropout: Floats | None = None) -> Parts:
    """The slopes of a loss by every number of the head.

    Args:
        part: the head.
        at: the pass forward.
        slope: [texts, values] of the loss by the outputs.
        dropout: as in the pass forward.
    """
    texts, places, width = at.x.shape
    found = {"w2": at.kept.T @ slope, "b2": slope.sum(axis=0)}
    hidden = slope @ part["w2"].T
    hidden = np.where(at.hidden > 0, hidden if dropout is None else hidden * dropout, np.float32(0))
    found |= {"w1": at.mixed.T @ hidden, "b1": hidden.sum(axis=0)}
    mixed = hidden @ part["w1"].T
    found |= {"wo": at.context.T @ mixed, "bo": mixed.sum(axis=0)}
    context = mixed @ part["wo"].T
    own = context.reshape(texts, HEADS, width // HEADS)
    found |= {
        "wv": np.concatenate([at.seen[:, h].T @ own[:, h] for h in range(HEADS)], axis=1),
        "bv": context.sum(axis=0),
    }
    values = part["wv"].reshape(width, HEADS, width // HEADS)
    seen = np.stack([own[:, h] @ values[:, h].T for h in range(HEADS)], axis=1)
    mean = (
        seen @ at.x.transpose(0, 2, 1) / np.float32(places)
    )  # the slope of each share, the same for every query
    spread = at.share * (mean[:, :, None] - (at.share * mean[:, :, None]).sum(axis=-1, keepdims=True))
    spread /= np.float32(np.sqrt(width // HEADS))
    both = np.empty((texts, places, 2, HEADS, width // HEADS), at.x.dtype)
    both[:, :, 0] = (spread @ at.k).transpose(0, 2, 1, 3)
    both[:, :, 1] = (spread.transpose(0, 1, 3, 2) @ at.q).transpose(0, 2, 1, 3)
    flat = both.reshape(-1, 2 * width)
    found["wq"], found["wk"] = np.split(at.x.reshape(-1, width).T @ flat, 2, axis=1)
    found["bq"], found["bk"] = np.split(flat.sum(axis=0), 2)
    return found


def _per_head(seen: Floats, weights: Floats) -> Floats:
    """[texts, width] each head's own columns of `weights` on what that head saw."""
    texts, heads, width = seen.shape
    columns = weights.reshape(width, heads, width // heads)
    return np.concatenate([seen[:, h] @ columns[:, h] for h in range(heads)], axis=1).reshape(texts, width)
