"""Ladders of players by who beats whom, item by item: two-player TrueSkill with draws. Arrays in, arrays out.

A rating is a pair (mu, sigma) of arrays of any one shape; ladders of several values are climbed side by side.

Source: trueskill
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erfcx, ndtr, ndtri

from axiometer.analyse.strength import rivals
from axiometer.canon import draws
from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Rating = tuple[Floats, Floats]
_BLOCK = 512
_ROOT_HALF = float(np.sqrt(0.5))
_TWO_OVER_ROOT = float(np.sqrt(2 / np.pi))


@dataclass(frozen=True)
class Rules:
    """How matches are weighed, in the units of Herbrich and others.

    Attributes:
        mu: a new player's mean.
        sigma: how unsure that is.
        beta: how far one performance strays from a player's skill.
        tau: how far skill wanders before each match; above 0, a long ladder forgets its early matches.
    """

    mu: float = 25.0
    sigma: float = 25 / 3
    beta: float = 25 / 6
    tau: float = 25 / 300


@dataclass(frozen=True)
class Ladder:
    """Where each player stands after all matches, averaged over orders of play.

    Attributes:
        mu: [players] or [players, values]
        sigma: alike.
        spread: alike; standard deviation of mu over orders of play, nan with one order.
    """

    mu: Floats
    sigma: Floats
    spread: Floats


def update(
    winner: Rating, loser: Rating, drawn: Bools | bool, draw: Floats | float = 0.1, rules: Rules | None = None
) -> tuple[Rating, Rating]:
    """Both ratings after one match each; where it was drawn, which of the two is called winner does not matter.

    Args:
        winner: ratings before, of any shape.
        loser: alike.
        drawn: whether the match was drawn.
        draw: how likely a draw is between equals, below 1; above 0 where there are draws.
        rules: of play.
    """
    rules = rules or Rules()
    drawn, draw = np.asarray(drawn), np.asarray(draw, dtype=np.float64)
    _check_draw(draw, bool((drawn & (draw <= 0)).any()))
    first, second = (np.square(sigma) + rules.tau**2 for _, sigma in (winner, loser))
    shift, shrink = _moments(winner[0] - loser[0], first + second, drawn, _margin(draw, rules), rules)
    mus = winner[0] + first * shift, loser[0] - second * shift
    sigmas = np.sqrt(first * (1 - first * shrink)), np.sqrt(second * (1 - second * shrink))
    return (mus[0], sigmas[0]), (mus[1], sigmas[1])


def tie_rate(scores: Floats) -> Floats:
    """How often two players of an item are equal: what to expect of a draw.

    Why: half a draw and half a win are added, so that a value on which all agree still has a finite ladder.

    Shapes: [items, players] -> []; [items, players, values] -> [values]
    """
    ties, met = _ties(scores)
    return (ties + 0.5) / (met + 1.0)


def ladder(
    scores: Floats,
    draw: Floats | float | None = None,
    seeds: Sequence[int] = range(5),
    rules: Rules | None = None,
) -> Ladder:
    """Where players stand when every two meet on every item and the higher score wins.

    Matches are played in rounds in which nobody plays twice, so that a round is one step for all orders and values; the
    rounds of all items are shuffled together, and within an item who meets whom in which round.

    Args:
        scores: [items, players] or [items, players, values]; nan where a player did not play.
        draw: how likely a draw is between equals, one or [values]; the observed rate if not given.
        seeds: one order of play each.
        rules: of play.
    """
    rules, table = rules or Rules(), scores if scores.ndim == 3 else scores[:, :, None]
    if table.shape[1] < 2 or not len(seeds):
        raise BadInput(
            f"{table.shape[1]} players and {len(seeds)} orders; a ladder needs 2 players and 1 order."
        )
    chance = np.broadcast_to(
        tie_rate(table) if draw is None else np.asarray(draw, np.float64), table.shape[2:]
    )
    _check_draw(chance, bool(((chance <= 0) & (_ties(table)[0] > 0)).any()))
    orders, players, values = len(seeds), table.shape[1], table.shape[2]
    mu = np.full((orders * (players + 1), values), rules.mu)
    variance, margin = np.full(mu.shape, rules.sigma**2), _margin(chance, rules)
    for first, second, gap in _rounds(table, seeds):
        # what does not depend on how the ladder stands is worked out for all rounds of a block at once
        who, drawn = np.concatenate([first, second], axis=1), gap == 0
        side = np.where(np.isnan(gap), 0.0, np.where(gap < 0, -1.0, 1.0))
        for meeting, equal, won in zip(who, drawn, side, strict=True):
            _play(mu, variance, meeting, equal, won, margin, rules)
    keep = (slice(None), slice(players)) + (() if scores.ndim == 3 else (0,))
    found, unsure = (x.reshape(orders, players + 1, values)[keep] for x in (mu, np.sqrt(variance)))
    spread = found.std(axis=0, ddof=1) if orders > 1 else np.full(found.shape[1:], np.nan)
    return Ladder(found.mean(axis=0), unsure.mean(axis=0), spread)


def win_rates(mu: Floats, sigma: Floats, rules: Rules | None = None) -> Floats:
    """How likely each player is to beat another one, on average over the others; over players the mean is one half.

    Why: published win rates of this kind need not average one half, for what they are against is not said; these do.

    Shapes: both [players] or [players, values] -> alike
    """
    rules, others = rules or Rules(), rivals(len(mu))
    scale = np.sqrt(2 * rules.beta**2 + sigma[:, None] ** 2 + sigma[None] ** 2)
    return np.asarray((ndtr((mu[:, None] - mu[None]) / scale).sum(axis=1) - 0.5) / others)


def _ties(scores: Floats) -> tuple[Floats, Floats]:
    """How many pairs of players were equal, and how many met; both of the shape of one player's one score."""
    ties, met = np.zeros(scores.shape[2:]), np.zeros(scores.shape[2:])
    for a in range(scores.shape[1]):
        gap = scores[:, a, None] - scores[:, a + 1 :]
        ties += (gap == 0).sum(axis=(0, 1))
        met += (~np.isnan(gap)).sum(axis=(0, 1))
    return ties, met


def _check_draw(draw: Floats, impossible: bool) -> None:
    if ((draw < 0) | (draw >= 1)).any():
        raise BadInput(f"a draw probability of {draw.max()} or {draw.min()}; it must be from 0 to below 1.")
    if impossible:
        raise BadInput("there are draws although their probability is 0; set it to the observed rate.")


def _margin(draw: Floats, rules: Rules) -> Floats:
    return np.asarray(ndtri((1 + draw) / 2) * np.sqrt(2) * rules.beta)


def _moments(
    gap: Floats, variance: Floats, drawn: Bools, margin: Floats, rules: Rules
) -> tuple[Floats, Floats]:
    """What to multiply each player's variance by for the move of its mean, and for the share it loses.

    Why: by the scaled error function, for far from the margin density and tail are both nothing and their ratio is not.
    """
    spread = np.sqrt(variance + 2 * rules.beta**2)
    t, e = gap / spread, margin / spread
    size = np.abs(t)
    x = np.where(drawn, e - size, t - e)
    ratio = _density_over_tail(x)
    v, w = ratio, ratio * (ratio + x)
    if drawn.any():
        low = -e - size
        fade = np.exp(-2 * e * size)
        inside = np.where(drawn, 1 - fade * ratio / _density_over_tail(low), 1.0)
        pull = ratio * (1 - fade) / inside
        v = np.where(drawn, -np.sign(t) * pull, v)
        w = np.where(drawn, pull**2 + ratio * (x - low * fade) / inside, w)
    return v / spread, w / spread**2


def _density_over_tail(x: Floats) -> Floats:
    """The normal density at x over the probability of less than x."""
    return np.asarray(_TWO_OVER_ROOT / erfcx(x * -_ROOT_HALF))


def _play(
    mu: Floats, variance: Floats, who: Index, drawn: Bools, side: Floats, margin: Floats, rules: Rules
) -> None:
    """One round, written into `mu` and `variance`.

    Shapes: mu and variance [players, values]; who [2 pairs] those who sit first, then who meets each; drawn and side [pairs, values], side 1
    where the first won or drew, -1 where the second won, 0 where they did not meet
    """
    half = len(who) // 2
    before, own = np.take(mu, who, axis=0), np.take(variance, who, axis=0) + rules.tau**2
    gap = side * (before[:half] - before[half:])
    shift, shrink = _moments(gap, own[:half] + own[half:], drawn, margin, rules)
    shift, met = shift * side, side * side
    shrink = shrink * met
    mu[who] = before + own * np.concatenate([shift, -shift])
    after = own * (1 - own * np.concatenate([shrink, shrink]))
    if rules.tau:
        after -= rules.tau**2 * (1 - np.concatenate([met, met]))
    variance[who] = after


def _rounds(table: Floats, seeds: Sequence[int]) -> Iterator[tuple[Index, Index, Floats]]:
    """Blocks of rounds: who meets whom [rounds, pairs of all orders], and by how far the first outscored the second.

    The circle method: one seat stays, the others move on by one each round. Where players are odd, one seat is empty
    and has no scores, as the row past the last player.
    """
    items, players, values = table.shape
    seats = players + players % 2
    full = np.concatenate([table, np.full((items, 1, values), np.nan)], axis=1)
    turns = np.array([[0, *(1 + (np.arange(seats - 1) + r) % (seats - 1))] for r in range(seats - 1)])
    rngs = [draws(seed, "ladder", items, players) for seed in seeds]
    seated = np.stack([rng.permuted(np.tile(np.arange(seats), (items, 1)), axis=1) for rng in rngs])
    order = np.stack([rng.permutation(items * (seats - 1)) for rng in rngs], axis=1)
    for start in range(0, len(order), _BLOCK):
        item, turn = np.divmod(order[start : start + _BLOCK], seats - 1)
        who = np.take_along_axis(seated[np.arange(len(seeds)), item], turns[turn], axis=-1)
        first, second = who[..., : seats // 2], who[..., : seats // 2 - 1 : -1]
        gap = full[item[..., None], first] - full[item[..., None], second]
        at, flat = np.arange(len(seeds))[:, None] * (players + 1), (len(item), -1)
        yield (first + at).reshape(flat), (second + at).reshape(flat), gap.reshape(*flat, values)
