"""How important each value is to be, from 1 to 5: levels, or an order that becomes levels.

Source: couple
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import floor, isfinite
from pathlib import Path
from typing import Any

from axiometer.data import need, read_toml, shipped, shipped_names
from axiometer.errors import BadInput, unknown
from axiometer.values.norms import norm_names, open_norm
from axiometer.values.system import ValueSystem, open_system

LOW, HIGH = 1, 5
_OPPOSITE, _NEIGHBOUR, _OTHER = 1, 4, 3
_SCALE = 6


@dataclass(frozen=True)
class Levels:
    """An objective as levels; what matters is their order as much as their height.

    Attributes:
        system: whose values.
        levels: value -> 1, not important at all, to 5, very important; in the order of the system. Values not named are free.
        name: what opens it again.
    """

    system: str
    levels: Mapping[str, int]
    name: str = ""

    def __post_init__(self) -> None:
        """Refuses what is no objective, and puts the values in order."""
        system = open_system(self.system)
        if not self.levels:
            raise BadInput("an objective names no value; write at least one, as in security=5.")
        for name, level in self.levels.items():
            system.value(name)
            if isinstance(level, bool) or not isinstance(level, int) or not LOW <= level <= HIGH:
                raise BadInput(
                    f"{name} is to be {level!r:.20}; a level is a whole number from {LOW} to {HIGH}."
                )
        ordered = {name: self.levels[name] for name in system.names if name in self.levels}
        object.__setattr__(self, "levels", ordered)

    def only(self, values: Iterable[str]) -> "Levels":
        """The same for some of its values."""
        return Levels(
            self.system, {name: self.levels[name] for name in values if name in self.levels}, self.name
        )

    def above(self) -> tuple[tuple[str, str], ...]:
        """Every pair of which the first is to be more important than the second."""
        return tuple((a, b) for a in self.levels for b in self.levels if self.levels[a] > self.levels[b])

    def written(self) -> str:
        """As `read_levels` reads it."""
        return ",".join(f"{name}={level}" for name, level in self.levels.items())


def read_levels(text: str, system: str = "schwartz10") -> Levels:
    """The objective in `security=5,power=1`, or in an order such as `security>achievement>power,benevolence>power`.

    An order becomes levels as evenly spread as they can be, the first highest: our own reading.

    Raises:
        UnknownName: no such value.
        BadInput: a value with two levels, an order that contradicts itself or does not fit into five levels, or both forms at once.
    """
    valued = open_system(system)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or {"=" in part for part in parts} == {True, False}:
        raise BadInput(
            f"{text!r:.80} is no objective; write levels, security=5,power=1, or an order, security>power."
        )
    if ">" in text:
        return Levels(valued.name, _leveled(_chains(parts, valued), text), text)
    found: dict[str, int] = {}
    for part in parts:
        name, _, given = part.partition("=")
        value = valued.value(name).name
        if not re.fullmatch(r"\s*[+-]?\d+\s*", given):
            raise BadInput(f"{part!r:.60} has no level; write {value}=1 to {value}=5.")
        if found.setdefault(value, int(given)) != int(given):
            raise BadInput(
                f"{value} is to be {found[value]} and {int(given)} in {text!r:.80}; give it one level."
            )
    return Levels(valued.name, found, text)


def open_levels(name: str, system: str = "schwartz10") -> Levels:
    """An objective written out, by name, or from a file.

    Args:
        name: `security=5,power=1`; `security>power`; a shipped objective; `norm:NAME`, the order of people's values; `persona:VALUE`,
            somebody who holds it above all, its neighbours on the circle dear and its opposites not; or FILE.toml with a table `[levels]`, or
            `[means]` of ratings from 1 to 6, which are rounded down.
        system: of written-out levels and personas.

    Raises:
        UnknownName: no such objective, norm or value.
        BadInput: a broken one.
    """
    kind, _, rest = name.partition(":")
    if kind == "norm" and rest:
        norm = open_norm(rest)
        return Levels(norm.system, spread(norm.means), name)
    if kind == "persona" and rest:
        return Levels(open_system(system).name, _persona(open_system(system), rest), name)
    if name.endswith(".toml"):
        return _from_table(read_toml(Path(name).expanduser()), name, name)
    if name in objective_names():
        return _shipped()[name]
    if "=" in name or ">" in name:
        return read_levels(name, system)
    ways = [
        "VALUE=LEVEL,...",
        "VALUE>VALUE",
        *(f"norm:{each}" for each in norm_names()),
        "persona:VALUE",
        "FILE.toml",
    ]
    raise unknown("objective", name, [*objective_names(), *ways])


def objective_names() -> list[str]:
    """The shipped objectives."""
    return list(_shipped())


def spread(scores: Mapping[str, float]) -> dict[str, int]:
    """Levels of a profile that says only who stands above whom: its lowest value 1, its highest 5, the others between in proportion.

    Our own; for profiles on a scale of their own, where nothing says which mark means "important". All 3 where nothing differs.
    """
    lowest, highest = min(scores.values()), max(scores.values())
    if not isfinite(lowest + highest):
        raise BadInput("a profile holds a score that is no number; measure it again.")
    if highest == lowest:
        return dict.fromkeys(scores, (LOW + HIGH) // 2)
    return {
        name: round(LOW + (HIGH - LOW) * (score - lowest) / (highest - lowest))
        for name, score in scores.items()
    }


def floored(means: Mapping[str, float]) -> dict[str, int]:
    """Levels of mean ratings from 1 to 6, rounded down, as the source does."""
    return {name: min(max(floor(mean), LOW), HIGH) for name, mean in means.items()}


def _chains(parts: Sequence[str], system: ValueSystem) -> list[tuple[str, str]]:
    pairs = []
    for part in parts:
        names = [system.value(name).name for name in part.split(">")]
        if len(names) < 2:
            raise BadInput(f"{part!r:.60} puts nothing above anything; write security>power.")
        pairs += list(pairwise(names))
    return pairs


def _leveled(pairs: Sequence[tuple[str, str]], text: str) -> dict[str, int]:
    below: dict[str, set[str]] = {}
    for high, low in pairs:
        below.setdefault(high, set()).add(low)
        below.setdefault(low, set())
    try:
        order = list(TopologicalSorter(below).static_order())
    except CycleError as error:
        circle = " > ".join(reversed(error.args[1]))
        raise BadInput(
            f"the order contradicts itself: {circle}; take one of these out of {text!r:.80}."
        ) from None
    height: dict[str, int] = {}
    for name in order:  # what is below comes first
        height[name] = 1 + max((height[low] for low in below[name]), default=-1)
    most = max(height.values())
    if most > HIGH - LOW:
        raise BadInput(
            f"an order of {most + 1} ranks does not fit into {HIGH} levels; leave some values out."
        )
    return {name: round(LOW + (HIGH - LOW) * rank / most) for name, rank in height.items()}


def _persona(system: ValueSystem, name: str) -> dict[str, int]:
    own = system.value(name).name
    level = {"same": HIGH, "opposite": _OPPOSITE, "neighbour": _NEIGHBOUR, "other": _OTHER}
    return {value: level[system.relation(own, value)] for value in system.names}


def _from_table(table: dict[str, Any], name: str, where: str) -> Levels:
    system = open_system(need({"system": "schwartz10", **table}, "system", str, where))
    if "means" in table:
        means = need(table, "means", dict, where)
        rated = {system.value(value).name: need(means, value, (int, float), where) for value in means}
        if not all(LOW <= mean <= _SCALE for mean in rated.values()):
            raise BadInput(
                f"{where}: means are ratings from {LOW} to {_SCALE}; there is {max(rated.values(), key=abs)}."
            )
        return Levels(system.name, floored(rated), name)
    rows = need(table, "levels", dict, where)
    return Levels(system.name, {system.value(value).name: rows[value] for value in rows}, name)


@cache
def _shipped() -> dict[str, Levels]:
    found = {}
    for file in shipped_names("objectives"):
        table = read_toml(path := shipped("objectives", f"{file}.toml"))
        for name, row in need(table, "objectives", dict, str(path)).items():
            found[name] = _from_table({**row, "system": table["system"]}, name, str(path))
    return found
