"""What is drawn on one axis: the subjects of one form with their marks, and the scale that holds all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from axiometer.report.numbers import finite
from axiometer.values import Profile

MANY = 3


@dataclass(frozen=True)
class Series:
    """A subject's profile and the place in the study that gives it its colour and mark."""

    slot: int
    profile: Profile

    @property
    def name(self) -> str:
        """The subject."""
        return self.profile.subject

    @property
    def clear(self) -> bool:
        """Whether there is a value signal to read."""
        return self.profile.signal.verdict == "signal"

    @property
    def class_(self) -> str:
        """Its CSS classes."""
        return f"s{self.slot % 6}" + ("" if self.clear else " faded")


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high` with round ticks; 0 is always one of them."""

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int

    def at(self, x: float, start: float, end: float) -> float:
        """Where a score lies between two coordinates."""
        return start + (end - start) * (x - self.low) / (self.high - self.low)


def axis_of(profiles: Sequence[Profile], steps: int = 4) -> Axis:
    """The axis that holds every mean and interval of these profiles, and 0."""
    ends = [
        x
        for profile in profiles
        for e in profile.values.values()
        for x in map(finite, (e.mean, e.low, e.high))
        if x is not None
    ]
    return axis_over(ends, steps)


def axis_over(ends: Sequence[float], steps: int = 4) -> Axis:
    """The axis that holds these numbers, and 0."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    step = _round_step((high - low) / steps)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    digits = max(0, -floor(log10(step) + 1e-9))
    return Axis(first * step, last * step, tuple(i * step for i in range(first, last + 1)), digits)


def _round_step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return power * next(nice for nice in (1, 2, 5, 10) if nice * power >= rough * (1 - 1e-9))
