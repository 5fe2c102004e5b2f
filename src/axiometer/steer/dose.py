"""How strong: the strongest dose that a budget allows, and the least that reaches a goal."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from axiometer.errors import BadInput
from axiometer.steer.saved import Storable

_STEPS = 7


@dataclass(frozen=True)
class Dosed:
    """A way to steer towards a value whose strength is still to be chosen.

    Attributes:
        method: what it is, such as `probe` or `caa`.
        how: in what manner, such as a layer and a scope.
        value: what it steers towards.
        at: from a dose to the intervention.
        doses: the weakest and the strongest to be tried; where both are above 0, steps between them are ratios.
    """

    method: str
    how: str
    value: str
    at: Callable[[float], Storable]
    doses: tuple[float, float]


@dataclass(frozen=True)
class Dose:
    """A dose, and what was seen there.

    Attributes:
        price: what it costs, in the unit of the budget.
        tried: every dose looked at, with its price, in order.
    """

    dose: float
    price: float
    tried: tuple[tuple[float, float], ...]


def affordable(
    price: Callable[[float], float], doses: tuple[float, float], budget: float, *, steps: int = _STEPS
) -> Dose:
    """The strongest dose whose price is within a budget, by halving.

    Args:
        price: from a dose to its price, which rises with the dose.
        doses: the weakest and the strongest.
        budget: the highest price to pay.
        steps: how often to halve.

    Raises:
        BadInput: even the weakest dose costs more.
    """
    weakest, strongest = doses
    tried = [(strongest, price(strongest))]
    if tried[0][1] <= budget:
        return Dose(*tried[0], tuple(tried))
    best = None
    for _ in range(steps):
        middle = _between(weakest, strongest, doses)
        tried.append((middle, price(middle)))
        if tried[-1][1] <= budget:
            best, weakest = tried[-1], middle
        else:
            strongest = middle
    if best is None:
        raise BadInput(
            f"no dose from {doses[0]:g} to {doses[1]:g} stays within the budget of {budget:g}: {tried[-1][0]:.3g} already "
            f"costs {tried[-1][1]:.3f}. Allow more, or steer elsewhere."
        )
    return Dose(*best, tuple(tried))


def least(
    reached: Callable[[float], float],
    price: Callable[[float], float],
    doses: tuple[float, float],
    *,
    goal: float,
    budget: float,
    steps: int = _STEPS,
) -> Dose:
    """The least dose that reaches a goal within a budget, by halving.

    Args:
        reached: from a dose to what it reaches, which rises with the dose.
        price: from a dose to its price.
        doses: the weakest and the strongest.
        goal: what is to be reached.
        budget: the highest price to pay.
        steps: how often to halve.

    Raises:
        BadInput: the strongest dose that the budget allows does not reach the goal.
    """
    most = affordable(price, doses, budget, steps=steps)
    far = reached(most.dose)
    if far < goal:
        raise BadInput(
            f"the goal is {goal:+.3f}, and the strongest dose within the budget of {budget:g} ({most.dose:.3g}) reaches "
            f"{far:+.3f}; ask for less, or allow more."
        )
    low, high = doses[0], most.dose
    for _ in range(steps):
        middle = _between(low, high, doses)
        if reached(middle) >= goal:
            high = middle
        else:
            low = middle
    paid = price(high)
    return Dose(high, paid, (*most.tried, (high, paid)))


def _between(low: float, high: float, doses: tuple[float, float]) -> float:
    return sqrt(low * high) if min(doses) > 0 else (low + high) / 2
