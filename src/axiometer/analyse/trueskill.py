"""TrueSkill for two, with draws; ladders of several players side by side; win rates that sum to zero.

Source: trueskill
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
MU = 25.0
SIGMA = MU / 3
BETA = SIGMA / 2
TAU = SIGMA / 100
_HALF_LOG = float(np.log(2 * np.pi)) / 2


def margin(draw: float, beta: float = BETA) -> float:
    """Within how much two performances count as a draw, where equals draw with this probability."""
    return float(ndtri((draw + 1) / 2) * np.sqrt(2) * beta)


def updated(
    mu: Floats,
    sigma: Floats,
    drawn: npt.NDArray[np.bool_],
    within: Floats,
    *,
    beta: float = BETA,
    tau: float = TAU,
) -> tuple[Floats, Floats]:
    """Both players after a game, many games at once.

    Args:
        mu: the winner's and the loser's mean.
        sigma: their standard deviations.
        drawn: whether nobody won.
        within: the margin of a draw, of each game.
        beta: spread of performances around skill.
        tau: what is added to the uncertainty before each game.

    Shapes: mu, sigma [2, games]; drawn, within [games] -> mu, sigma [2, games]
    """
    variance = sigma**2 + tau**2
    c2 = 2 * beta**2 + variance.sum(axis=0)
    c = np.sqrt(c2)
    t, e = (mu[0] - mu[1]) / c, within / c
    v, w = np.where(drawn, _draw(t, e), _win(t - e))
    sign = np.array([[1.0], [-1.0]])
    return mu + sign * variance / c * v, np.sqrt(variance * np.maximum(1 - variance / c2 * w, 1e-6))


def _win(x: Floats) -> Floats:
    """Mean and variance corrections after a win; [2, games]."""
    v = np.exp(-(x**2) / 2 - _HALF_LOG - log_ndtr(x))
    return np.stack([v, v * (v + x)])


def _draw(t: Floats, e: Floats) -> Floats:
    """The same after a draw."""
    size = np.abs(t)
    low, high = (np.exp(-(x**2) / 2 - _HALF_LOG) for x in (-e - size, e - size))
    inside = np.maximum(ndtr(e - size) - ndtr(-e - size), 1e-12)
    v = (low - high) / inside
    w = v**2 + ((e - size) * high - (-e - size) * low) / inside
    return np.stack([np.where(t < 0, -v, v), w])


@dataclass(frozen=True)
class Ladder:
    """Where players stand, for each value on a ladder of its own.

    Attributes:
        mu: [values, players] mean over orders of play.
        sigma: [values, players]
        draw: [values] share of games that nobody won.
        games: [values] games in each order of play.
    """

    mu: Floats
    sigma: Floats
    draw: Floats
    games: npt.NDArray[np.int64]


def ladder(scores: Floats, *, orders: int = 5, seed: int = 0) -> Ladder:
    """Every two players compared on every item, value by value: the higher score wins, the same is a draw.

    The probability of a draw is the share of draws that was seen, from .01 to .99. Since later games count more, items are played in several
    shuffled orders, and the means taken.

    Args:
        scores: nan where a player did not play.
        orders: how many.
        seed: of the orders.

    Shapes: scores [items, players, values], at least two players
    """
    items, players, values = scores.shape
    one, other = np.triu_indices(players, 1)
    apart = scores[:, one] - scores[:, other]  # [items, pairs, values]
    played = ~np.isnan(apart)
    games = played.sum(axis=(0, 1))
    share = np.divide((apart == 0).sum(axis=(0, 1)), games, out=np.full(values, 0.5), where=games > 0)
    within = np.array([margin(float(np.clip(each, 0.01, 0.99))) for each in share])
    games_of = np.stack(
        [draws(seed, "order of play", order).permutation(items * len(one)) for order in range(orders)]
    )
    mu, sigma = np.full((orders, values, players), MU), np.full((orders, values, players), SIGMA)
    flat = apart.reshape(-1, values)
    for now in games_of.T:  # one game of every order at once
        _play(mu, sigma, one[now % len(one)], other[now % len(one)], flat[now], within)
    return Ladder(mu.mean(axis=0), sigma.mean(axis=0), share, games)


def _play(mu: Floats, sigma: Floats, one: Index, other: Index, apart: Floats, within: Floats) -> None:
    """One game on every ladder on which both play; mu, sigma [orders, values, players], apart [orders, values]."""
    order, value = np.nonzero(~np.isnan(apart))
    if not len(order):
        return
    gap = apart[order, value]
    players = np.stack([one[order], other[order]])
    at = (order, value, np.where(gap >= 0, players, players[::-1]))
    mu[at], sigma[at] = updated(mu[at], sigma[at], gap == 0, within[value])


def win_rates(mu: Floats, sigma: Floats, beta: float = BETA) -> Floats:
    """How often each player would win against the others, on average; .5 on average over players.

    The published win rates of the paper are not of this kind: their means over models run from .26 to .93, and no formula is given.

    Shapes: mu, sigma [..., players] -> the same
    """
    apart = mu[..., :, None] - mu[..., None, :]
    spread = np.sqrt(2 * beta**2 + sigma[..., :, None] ** 2 + sigma[..., None, :] ** 2)
    chance = ndtr(apart / spread)
    return np.asarray((chance.sum(axis=-1) - 0.5) / (mu.shape[-1] - 1))
