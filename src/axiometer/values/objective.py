"""What a profile should become: values to be raised, lowered, or left as they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from axiometer.errors import BadInput
from axiometer.values.system import open_system

_WORDS = {"+1": 1, "1": 1, "+": 1, "-1": -1, "-": -1, "0": 0}


@dataclass(frozen=True)
class Objective:
    """Where each named value should go.

    Attributes:
        system: the value system.
        directions: value -> 1 (raise), -1 (lower) or 0 (leave as it is); values not named are free.
    """

    system: str
    directions: Mapping[str, int]

    @property
    def moved(self) -> dict[str, int]:
        """The values that are to be raised or lowered."""
        return {value: sign for value, sign in self.directions.items() if sign}

    @property
    def kept(self) -> tuple[str, ...]:
        """The values that are to be left as they are."""
        return tuple(value for value, sign in self.directions.items() if not sign)

    @property
    def strained(self) -> tuple[tuple[str, str], ...]:
        """Pairs of opposite values that are to go the same way, against which the theory speaks."""
        system, moved = open_system(self.system), self.moved
        return tuple(
            (a, b)
            for a in moved
            for b in moved
            if a < b and moved[a] == moved[b] and system.relation(a, b) == "opposite"
        )


def read_objective(text: str, system: str = "schwartz10") -> Objective:
    """The objective that a text such as `power=+1,benevolence=0` states.

    Raises:
        UnknownName: no such value.
        BadInput: another direction than +1, -1 or 0, a value with two directions, or nothing to raise or lower.
    """
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, given, word = part.partition("=")
        value = open_system(system).value(name.strip()).name
        if not given or word.strip() not in _WORDS:
            raise BadInput(f"{part!r} names no direction; write {value}=+1, {value}=-1 or {value}=0.")
        sign = _WORDS[word.strip()]
        if found.get(value, sign) != sign:
            raise BadInput(f"{value} is to go two ways at once in {text!r}; give it one direction.")
        found[value] = sign
    if not any(found.values()):
        raise BadInput(f"{text!r} raises and lowers nothing; name at least one value with =+1 or =-1.")
    return Objective(open_system(system).name, found)
