"""What chance does, by doing the same with other things drawn at random: pure mathematics."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from axiometer.analyse.effects import Moved
from axiometer.errors import BadInput

TIMES = 3.0


@dataclass(frozen=True)
class Against:
    """A shift beside those of random draws.

    Attributes:
        draws: the mean shift of each.
        size: their mean size, whatever the sign.
        end: where 95 % of further draws end, by the t distribution.
        times: the shift over `size`.
        apart: whether the shift is `TIMES` times that size, and its interval beyond `end`.
    """

    draws: tuple[float, ...]
    size: float
    end: float
    times: float
    apart: bool


def against(shift: Moved, draws: tuple[float, ...]) -> Against:
    """The shift against what chance does.

    Raises:
        BadInput: fewer than two draws.
    """
    many = len(draws)
    if many < 2:
        raise BadInput(f"{many} random draws have no spread; draw at least 2.")
    size = float(np.mean(np.abs(draws)))
    spread = float(np.std(draws, ddof=1)) * np.sqrt(1 + 1 / many)
    end = float(np.mean(draws) + t.ppf(0.975, many - 1) * spread)
    times = shift.shift / size if size else float(np.sign(shift.shift)) * 1e9
    return Against(draws, size, end, times, times >= TIMES and shift.low > end)
