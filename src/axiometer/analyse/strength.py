"""How strong each value is, as one number that all its comparisons share: Bradley and Terry, and Davidson for ties.

Value a is taken over b with odds exp(theta_a - theta_b). With ties, in Davidson's way, the three outcomes stand as
exp(d/2) : exp(-d/2) : nu, where d is the difference, so that a tie is the likelier the nearer two values are.

Source: bradleyterry1952, davidson1970
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from axiometer.errors import BadInput, NotConverged

Floats = npt.NDArray[np.float64]
_STEPS, _HALVINGS = 100, 60


@dataclass(frozen=True)
class Strength:
    """Strengths of values, in logits, that sum to nothing.

    Attributes:
        theta: [values]
        error: [values] standard errors, from Fisher's information under the same constraint; with a penalty they are
            those of the penalised likelihood, and smaller than the data alone allow.
        covariance: [values, values] of theta, for the error of a difference.
        log_tie: Davidson's log nu; nothing for Bradley and Terry.
        log_tie_error: its standard error.
        likelihood: the log-likelihood, without the penalty.
    """

    theta: Floats
    error: Floats
    covariance: Floats
    log_tie: float | None
    log_tie_error: float | None
    likelihood: float


def bradley_terry(wins: Floats, penalty: float = 0.0) -> Strength:
    """Strengths by maximum likelihood, or shrunk by `penalty` times their sum of squares.

    Shapes: wins [values, values], how often the row was taken over the column.

    Raises:
        BadInput: the comparisons do not tie all values together, and there is no penalty.
    """
    _check(wins, np.zeros_like(wins), penalty)
    a, b = np.triu_indices(len(wins), 1)
    return _fit(np.stack([wins[a, b], wins[b, a]], axis=1), _design(len(wins))[:, :2, :-1], penalty)


def davidson(wins: Floats, ties: Floats, penalty: float = 0.0) -> Strength:
    """Strengths by maximum likelihood where a comparison may end in a tie; the penalty is on strengths alone.

    Shapes: wins [values, values]; ties [values, values], symmetric.

    Raises:
        BadInput: no ties or nothing but ties, ties that are not symmetric, or comparisons that do not tie all
            values together while there is no penalty.
    """
    if not np.array_equal(ties, ties.T):
        raise BadInput("ties must be symmetric: a with b as often as b with a.")
    _check(wins, ties, penalty)
    if not ties.any() or not wins.any():
        got = "no ties" if wins.any() else "nothing but ties"
        raise BadInput(f"{got} among the comparisons, so that the share of ties has no finite estimate.")
    if penalty == 0 and _runs_off(wins, ties):
        raise BadInput(
            "whatever was not a tie went one way, so that growing strengths fit ever better; set a penalty."
        )
    a, b = np.triu_indices(len(wins), 1)
    return _fit(np.stack([wins[a, b], wins[b, a], ties[a, b]], axis=1), _design(len(wins)), penalty)


def rivals(players: int) -> int:
    """How many others each of these players can beat.

    Raises:
        BadInput: nobody.
    """
    if players < 2:
        raise BadInput(f"{players} players have nobody to beat; there must be at least 2.")
    return players - 1


def expected_rates(scores: Floats) -> Floats:
    """How often each player is expected to beat another one, on average over the others, where the higher score wins an item.

    A tie is half a win for both, and every two players start with half a win each way, so that who won all or never met
    another has a finite strength. The mean over players is one half, and no order of play enters.

    Shapes: scores [items, players, values], nan where a player did not play -> [players, values]

    Raises:
        BadInput: fewer than two players.

    Source:
        bradleyterry1952
    """
    others = rivals(scores.shape[1])
    gap = scores[:, :, None] - scores[:, None]
    points = (gap > 0).sum(axis=0) + 0.5 * (gap == 0).sum(axis=0) + 0.5
    found = np.empty(points.shape[1:])
    for value in range(points.shape[2]):
        wins = points[:, :, value]
        np.fill_diagonal(wins, 0.0)
        theta = bradley_terry(wins).theta
        found[:, value] = (expit(theta[:, None] - theta[None]).sum(axis=1) - 0.5) / others
    return found


def _design(values: int) -> Floats:
    """How each outcome's logit depends on the strengths and log nu: [pairs, 3 outcomes, values + 1]."""
    a, b = np.triu_indices(values, 1)
    pair, found = np.arange(len(a)), np.zeros((len(a), 3, values + 1))
    found[pair, 0, a] = found[pair, 1, b] = 0.5
    found[pair, 0, b] = found[pair, 1, a] = -0.5
    found[:, 2, -1] = 1.0
    return found


def _check(wins: Floats, ties: Floats, penalty: float) -> None:
    counts = np.stack([wins, ties])
    if wins.ndim != 2 or wins.shape[0] != wins.shape[1] or len(wins) < 2 or wins.shape != ties.shape:
        raise BadInput(f"comparisons of shape {wins.shape} are none between two or more values.")
    if not np.isfinite(counts).all() or (counts < 0).any() or counts.diagonal(axis1=1, axis2=2).any():
        raise BadInput("comparisons must be counts, none of a value with itself.")
    if penalty < 0:
        raise BadInput(f"a penalty of {penalty} is below 0.")
    if penalty > 0:
        return
    known = wins + ties
    apart, group = connected_components(known > 0, directed=True, connection="weak")
    if apart > 1:
        raise BadInput(
            f"value {_first(group == 0)} and value {_first(group != 0)} are in groups that were never compared, not"
            " even through others; compare them, fit each group alone, or set a penalty."
        )
    apart, group = connected_components(known > 0, directed=True, connection="strong")
    if apart > 1:
        unbeaten = next(g for g in range(apart) if not known[np.ix_(group != g, group == g)].any())
        members = ", ".join(str(v) for v in np.flatnonzero(group == unbeaten))
        raise BadInput(
            f"no other value was ever taken over {members}, so that no finite strength fits; leave values out or set"
            " a penalty."
        )


def _runs_off(wins: Floats, ties: Floats) -> bool:
    """Whether strengths and log nu can grow together for ever without making anything that happened less likely.

    Why: with log nu as 1, every win needs a difference of at least 2 and every tie of at most 2; such a system of
    differences has a solution unless some circle of them sums to less than nothing.
    """
    cost = np.where(wins > 0, -2.0, np.where(ties > 0, 2.0, np.inf))
    for k in range(len(cost)):
        cost = np.minimum(cost, cost[:, k, None] + cost[None, k])
    return not bool((cost.diagonal() < 0).any())


def _first(mask: npt.NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(mask)[0])


def _fit(counts: Floats, design: Floats, penalty: float) -> Strength:
    """Newton's method on a concave likelihood, each step halved until it does not fall.

    Shapes: counts [pairs, outcomes]; design [pairs, outcomes, parameters], parameters the values and perhaps log nu.
    """
    _, outcomes, parameters = design.shape
    values = parameters - (outcomes == 3)
    centre = np.zeros((parameters, parameters))
    centre[:values, :values] = 1 / values
    shrink = np.where(np.arange(parameters) < values, penalty, 0.0)
    x = np.zeros(parameters)
    for _ in range(_STEPS):
        height, slope, bend = _likelihood(x, counts, design, shrink)
        if np.abs(slope).max() <= 1e-9 * max(1.0, counts.sum()):
            break
        step = np.asarray(np.linalg.solve(bend + centre, slope))
        x = _climbed(x, step, height, counts, design, shrink)
    else:
        raise NotConverged(
            f"strengths did not settle within {_STEPS} steps; a pair may lack an outcome that fixes them; set a"
            " penalty."
        )
    x = x + np.linalg.solve(bend + centre, slope)
    x[:values] -= x[:values].mean()
    level = np.eye(parameters) - centre
    covariance = level @ np.linalg.inv(bend + centre) @ level
    error = np.sqrt(np.maximum(covariance.diagonal(), 0.0))
    likelihood = _likelihood(x, counts, design, np.zeros(parameters))[0]
    tie, unsure = (float(x[-1]), float(error[-1])) if outcomes == 3 else (None, None)
    return Strength(x[:values], error[:values], covariance[:values, :values], tie, unsure, likelihood)


def _climbed(
    x: Floats, step: Floats, height: float, counts: Floats, design: Floats, shrink: Floats
) -> Floats:
    slack = 1e-12 * (1 + abs(height))
    for _ in range(_HALVINGS):
        if _likelihood(x + step, counts, design, shrink)[0] >= height - slack:
            break
        step = step / 2
    return x + step


def _likelihood(x: Floats, counts: Floats, design: Floats, shrink: Floats) -> tuple[float, Floats, Floats]:
    """The penalised log-likelihood, its gradient, and its Hessian with the sign turned."""
    logits = design @ x
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    chance, n = np.exp(logs), counts.sum(axis=1)
    slope = np.einsum("po,pok->k", counts - n[:, None] * chance, design) - 2 * shrink * x
    mean = np.einsum("po,pok->pk", chance, design)
    square = np.einsum("po,pok,pol->kl", n[:, None] * chance, design, design)
    bend = square - np.einsum("p,pk,pl->kl", n, mean, mean) + np.diag(2 * shrink)
    return float((counts * logs).sum() - (shrink * x**2).sum()), slope, bend
