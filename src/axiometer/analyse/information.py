"""How much a question tells about the differences between subjects' values: pure mathematics.

Source: adaem
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from axiometer.errors import unknown

Floats = npt.NDArray[np.float64]
Over: TypeAlias = Literal["categorical", "bernoulli"]
OVERS: tuple[Over, ...] = get_args(Over)
LEAST = 1e-4
_DEALS = 40


def shares(scores: Floats) -> Floats:
    """How the values that somebody shows are shared out: each row sums to 1; a row without any is even.

    Shapes: [..., values], at least 0, -> the same
    """
    held = np.maximum(scores, LEAST)
    return np.asarray(held / held.sum(axis=-1, keepdims=True))


def divergence(scores: Floats, weights: Floats | None = None, *, over: Over = "categorical") -> Floats:
    """The generalised Jensen-Shannon divergence between subjects, in nats; 0 exactly where all show the same.

    Args:
        scores: how much each subject shows each value, from 0 to 1.
        weights: of the subjects, summing to 1; equal where not given.
        over: `categorical`, the values that a subject shows share out 1; `bernoulli`, each value is there or not, on its own, and
            the divergences are summed. The paper says neither; the first is our default.

    Shapes: scores [..., subjects, values], weights [subjects] -> [...]

    Raises:
        UnknownName: another `over`.
    """
    if over not in OVERS:
        raise unknown("kind of distribution", over, OVERS)
    many = scores.shape[-2]
    alpha = np.full(many, 1 / many) if weights is None else weights
    if over == "categorical":
        return _spread(shares(scores), alpha)
    held = np.clip(scores, LEAST, 1 - LEAST)
    return np.asarray(sum(_spread(np.stack([p, 1 - p], axis=-1), alpha) for p in np.moveaxis(held, -1, 0)))


def disentanglement(scores: Floats, own: Floats) -> Floats:
    """How far the values that subjects show are from those that the question itself carries, from 0 to 1.

    The mean over subjects of half the sum of absolute differences.

    Shapes: scores [..., subjects, values], own [..., values] -> [...]
    """
    apart = np.abs(shares(scores) - shares(own)[..., None, :])
    return np.asarray(0.5 * apart.sum(axis=-1).mean(axis=-1))


def informativeness(
    scores: Floats,
    own: Floats,
    *,
    beta: float = 1.0,
    weights: Floats | None = None,
    over: Over = "categorical",
    capped: bool = True,
) -> Floats:
    """Equation 1: the divergence between subjects, and beta times the distance from the question's own values.

    Why the second term is capped by the first, our own proposal: a question that separates nobody tells nothing, however far everybody
    is from it, and the distance is often several times the divergence. Without the cap the sum is the paper's.

    Shapes: scores [..., subjects, values], own [..., values] -> [...], in nats
    """
    between = divergence(scores, weights, over=over)
    apart = beta * disentanglement(scores, own)
    return np.asarray(between + (np.minimum(apart, between) if capped else apart))


def corrected(
    opinions: Sequence[Floats],
    own: Floats,
    rng: np.random.Generator,
    *,
    beta: float = 1.0,
    over: Over = "categorical",
) -> float:
    """Equation 1 out of a handful of opinions each, less what the same opinions give when they are dealt to the subjects at random.

    Why: a few opinions of people who think alike differ by chance, and more so where they show many values; without the correction a search
    finds the questions with the most chance in them. Our own proposal. On average 0 where nothing differs, and below it as often as above.

    Args:
        opinions: for each subject, [its opinions, values] how much each shows each value; at least one opinion each.
        own: [values] how much the question itself shows.
        rng: deals the opinions.
        beta: as in `informativeness`.
        over: as in `divergence`.
    """
    held, counts = np.concatenate(opinions), np.array([len(each) for each in opinions])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    deals = np.stack([np.arange(len(held)), *(rng.permutation(len(held)) for _ in range(_DEALS))])
    means = np.add.reduceat(held[deals], starts, axis=1) / counts[:, None]
    between = divergence(means, over=over)
    found = float(between[0] - between[1:].mean())
    apart = beta * float(disentanglement(means[0], own))
    return found + min(apart, found)


def opinion_scores(values: Floats, said: Floats, others_values: Floats, others_said: Floats) -> Floats:
    """Equation 2: how well each opinion of a subject shows the values that are its own and not the others'.

    Value conformity, semantic coherence, value difference and semantic difference, all as logarithms.

    Shapes: all [opinions], probabilities -> [opinions]
    """
    return np.asarray(_log(values) + _log(said) - _log(others_values) - _log(others_said))


def question_score(weight: Floats, elicited: Floats, others_values: Floats, others_said: Floats) -> float:
    """Equation 3: whether a question would draw out the opinions that were kept, and only from those who hold them.

    Context coherence, value diversity and opinion diversity, weighted by how likely each opinion is, and averaged.

    Shapes: all [opinions], probabilities
    """
    parts = _log(elicited) - _log(others_values) - _log(others_said)
    return float((weight * parts).sum() / max(float(weight.sum()), LEAST))


def _spread(p: Floats, alpha: Floats) -> Floats:
    """The weighted divergence of distributions [..., subjects, atoms] from their mixture."""
    mixture = (alpha[:, None] * p).sum(axis=-2, keepdims=True)
    each = (p * (np.log(p) - np.log(mixture))).sum(axis=-1)
    return np.asarray(np.maximum((alpha * each).sum(axis=-1), 0.0))


def _log(p: Floats) -> Floats:
    return np.asarray(np.log(np.clip(p, LEAST, 1.0)))
