"""Directions out of two sets of hidden states: pure mathematics."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.errors import Incapable

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Probe:
    """P(held | e) = sigmoid(weights . e + bias).

    Source:
        conva
    """

    weights: Floats
    bias: float

    @property
    def norm(self) -> float:
        """The length of the weights: one unit along the direction moves the logit by it."""
        return float(np.linalg.norm(self.weights))

    @property
    def direction(self) -> Floats:
        """The unit vector that the weights point along."""
        return np.asarray(self.weights / self.norm)

    def logit(self, states: npt.NDArray[Any]) -> Floats:
        """[...] the log-odds that the value is held, of states [..., width]."""
        return np.asarray(states @ self.weights + self.bias)


def fit_probe(holding: npt.NDArray[Any], opposing: npt.NDArray[Any], strength: float = 1.0) -> Probe:
    """The L2-regularised logistic probe between two sets of states, not standardised.

    Args:
        holding: [n, width].
        opposing: [m, width].
        strength: C of scikit-learn; larger is less regularised.

    Raises:
        Incapable: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise Incapable("probes need scikit-learn: pip install 'axiometer[locate]'.") from None
    states = np.concatenate([holding, opposing]).astype(np.float64)
    held = np.concatenate([np.ones(len(holding)), np.zeros(len(opposing))])
    # The scale of hidden states differs a hundredfold between layers and models; C must mean the same everywhere.
    scale = float(np.sqrt(np.mean((states - states.mean(axis=0)) ** 2) * states.shape[1])) or 1.0
    middle = states.mean(axis=0)
    model = LogisticRegression(C=strength * scale, max_iter=10_000).fit((states - middle) / scale, held)
    weights = model.coef_[0] / scale
    return Probe(weights, float(model.intercept_[0] - weights @ middle))


def fit_along(direction: Floats, holding: npt.NDArray[Any], opposing: npt.NDArray[Any]) -> Probe:
    """The logistic probe whose weights point along a given direction.

    Why: what tells states apart best is not what moves a model best; along the mean difference a push does more at the
    same cost, and its probe still says how far is enough.

    Shapes: direction [width], holding [n, width], opposing [m, width]

    Raises:
        Incapable: scikit-learn is not installed.
    """
    unit = direction / (np.linalg.norm(direction) or 1.0)
    line = fit_probe((holding @ unit)[:, None], (opposing @ unit)[:, None])
    return Probe(line.weights[0] * unit, line.bias)


def hits(probe: Probe, holding: npt.NDArray[Any], opposing: npt.NDArray[Any]) -> int:
    """How many states of both sets are on the right side."""
    return int((probe.logit(holding) > 0).sum() + (probe.logit(opposing) < 0).sum())


def mean_difference(holding: npt.NDArray[Any], opposing: npt.NDArray[Any]) -> Floats:
    """[width] the mean of holding minus opposing.

    Source:
        caa
    """
    return np.asarray(holding.mean(axis=0) - opposing.mean(axis=0), dtype=np.float64)


def principal(holding: npt.NDArray[Any], opposing: npt.NDArray[Any]) -> Floats:
    """[width] the unit first principal component of the pairs' differences, pointing to holding.

    Shapes: both [pairs, width]
    """
    differences = (holding - opposing).astype(np.float64)
    both = np.concatenate([differences, -differences])
    first: Floats = np.linalg.svd(both, full_matrices=False)[2][0]
    return first * (1.0 if first @ differences.mean(axis=0) >= 0 else -1.0)
