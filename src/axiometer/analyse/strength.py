"""How strong each of several things is, from which was taken over which: Bradley and Terry, with ties Davidson.

Source: bradleyterry1952, davidson1970
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components

from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Strength:
    """Fitted strengths.

    Attributes:
        strength: [things] in log-odds, summing to zero: one is taken over another with the logistic of the difference.
        error: [things] standard errors, from the curvature at the fit.
        tie: log of Davidson's tie parameter; None where ties were not fitted.
        log_likelihood: at the fit, without the penalty.
    """

    strength: Floats
    error: Floats
    tie: float | None
    log_likelihood: float


def bradley_terry(wins: Floats, *, penalty: float = 0.0) -> Strength:
    """Strengths by maximum likelihood.

    Args:
        wins: [things, things] how often the first was taken over the second; fractions are allowed.
        penalty: half of it times the sum of squared strengths is taken off the log-likelihood; above 0 every table has a fit.

    Raises:
        BadInput: without a penalty, things that were never compared, or of which one part was never taken over the rest: strengths
            would be infinite.
    """
    return _fitted(wins, None, penalty)


def davidson(wins: Floats, ties: Floats, *, penalty: float = 0.0) -> Strength:
    """The same where neither may be taken.

    Args:
        wins: as in `bradley_terry`.
        ties: [things, things] how often neither was taken, the same both ways.
        penalty: as in `bradley_terry`.

    Raises:
        BadInput: as in `bradley_terry`, or no tie at all.
    """
    if not ties.any():
        raise BadInput("there is no tie; fit strengths without ties.")
    return _fitted(wins, np.triu(ties, 1), penalty)


def _fitted(wins: Floats, ties: Floats | None, penalty: float) -> Strength:
    wins = np.asarray(wins, dtype=float)
    many = len(wins)
    if not penalty:
        _check(wins if ties is None else wins + (ties + ties.T) / 2)

    def loss(x: Floats) -> tuple[float, Floats]:
        value, gradient = _minus_log_likelihood(x, wins, ties, many)
        held = penalty * x[:many]
        gradient[:many] += held
        return value + 0.5 * float(held @ x[:many]), gradient

    start = np.zeros(many + (ties is not None))
    x = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 2000, "gtol": 1e-9}).x
    for _ in range(50):  # to the last digit
        value, gradient = loss(x)
        step = np.linalg.lstsq(_curvature(loss, x), -gradient, rcond=1e-10)[0]
        if loss(x + step)[0] > value + 1e-12 or np.abs(step).max() < 1e-13:
            break
        x = x + step
    x[:many] -= x[:many].mean()
    covariance = np.linalg.pinv(_curvature(loss, x), rcond=1e-8)
    return Strength(
        x[:many],
        np.sqrt(np.maximum(np.diag(covariance)[:many], 0.0)),
        None if ties is None else float(x[many]),
        -_minus_log_likelihood(x, wins, ties, many)[0],
    )


def _minus_log_likelihood(x: Floats, wins: Floats, ties: Floats | None, many: int) -> tuple[float, Floats]:
    """With its gradient; the last parameter is the log of the tie parameter where ties are given."""
    s = x[:many]
    one, other = s[:, None] + np.zeros(many), s[None, :] + np.zeros((many, 1))
    middle = (one + other) / 2 + (x[many] if ties is not None else -np.inf)
    total = np.logaddexp(np.logaddexp(one, other), middle)
    p_one, p_tie = np.exp(one - total), np.exp(middle - total)
    value = -(wins * (one - total)).sum()
    slope = wins * (
        1 - p_one - p_tie / 2
    )  # of the first; the second has the opposite but for what a tie shares
    back = wins * (-(1 - p_one - p_tie) - p_tie / 2)
    gradient = np.zeros(len(x))
    gradient[:many] = -(slope.sum(axis=1) + back.sum(axis=0))
    if ties is not None:
        value -= (ties * (middle - total)).sum()
        p_other = 1 - p_one - p_tie
        gradient[:many] -= (ties * (0.5 - p_one - p_tie / 2)).sum(axis=1) + (
            ties * (0.5 - p_other - p_tie / 2)
        ).sum(axis=0)
        gradient[many] = (wins * p_tie).sum() - (ties * (1 - p_tie)).sum()
    return float(value), gradient


def _curvature(loss: object, x: Floats) -> Floats:
    """By central differences of the gradient, which is exact."""
    size, width = len(x), 1e-5
    rows = []
    for i in range(size):
        e = np.zeros(size)
        e[i] = width
        rows.append((loss(x + e)[1] - loss(x - e)[1]) / (2 * width))  # type: ignore[operator]
    found = np.array(rows)
    return np.asarray((found + found.T) / 2)


def _check(wins: Floats) -> None:
    parts, _ = connected_components(wins > 0, directed=True, connection="strong")
    if parts > 1:
        raise BadInput(
            f"the {len(wins)} things fall into {parts} parts of which one was never taken over another, so that no finite "
            "strengths fit; give a penalty above 0, or more comparisons."
        )
