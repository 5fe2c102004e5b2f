"""Value systems: names, circle, opposites, groups, definitions and collapses, read from TOML."""

from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from axiometer.data import need, read_toml, several, shipped, shipped_names, sources
from axiometer.errors import BadInput, unknown


@dataclass(frozen=True)
class Value:
    """One value of a system; `angle` in degrees on the circle, None where the system has no circle."""

    name: str
    title: str
    abbr: str
    definition: str
    angle: float | None = None
    ring: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A named set of values, such as a higher-order value."""

    name: str
    title: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Collapse:
    """How a finer system becomes a coarser one; values in `left_out` go nowhere."""

    to: str
    pairs: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueSystem:
    """What can be valued, as one theory names it."""

    name: str
    title: str
    values: tuple[Value, ...]
    source: tuple[str, ...]
    licence: str
    circle: bool = False
    groups: tuple[Group, ...] = ()
    opposites: tuple[tuple[str, str], ...] = ()
    collapses: tuple[Collapse, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The values' names, in circle order where there is a circle."""
        return tuple(value.name for value in self.values)

    def value(self, name: str) -> Value:
        """The value of this name, title, abbreviation or alias, in any case.

        Raises:
            UnknownName: with the nearest names.
        """
        wanted = name.strip().casefold()
        for value in self.values:
            if wanted in {n.casefold() for n in (value.name, value.title, value.abbr, *value.aliases)}:
                return value
        raise unknown(f"value of {self.name}", name, self.names)

    def relation(self, one: str, other: str) -> str:
        """How two values stand to each other: `same`, `opposite`, `neighbour` on the circle, or `other`."""
        if one == other:
            return "same"
        sides = [{name, *(g.name for g in self.groups if name in g.values)} for name in (one, other)]
        if any(
            (a in sides[0] and b in sides[1]) or (b in sides[0] and a in sides[1]) for a, b in self.opposites
        ):
            return "opposite"
        if not self.circle:
            return "other"
        apart = abs(self.names.index(one) - self.names.index(other))
        return "neighbour" if apart in (1, len(self.values) - 1) else "other"

    def collapse_to(self, name: str) -> dict[str, str]:
        """For each value that has one, its value in the coarser system `name`; the identity for this system.

        Raises:
            UnknownName: when this system does not collapse to `name`.
        """
        if name == self.name:
            return {value: value for value in self.names}
        for collapse in self.collapses:
            if collapse.to == name:
                return dict(collapse.pairs)
        raise unknown(f"collapse of {self.name}", name, [self.name, *(c.to for c in self.collapses)])


def system_names() -> list[str]:
    """The shipped systems."""
    return shipped_names("systems")


def open_system(name: str) -> ValueSystem:
    """A shipped system by name, or a user's own from a `.toml` path with the same schema.

    Raises:
        UnknownName: neither a shipped name nor a `.toml` path.
        BadInput: a file that is broken; the message names file and field.
    """
    if name.endswith(".toml"):
        return read_system(Path(name))
    if name not in system_names():
        raise unknown("value system", name, [*system_names(), "FILE.toml"])
    return _shipped(name)


@cache
def _shipped(name: str) -> ValueSystem:
    return read_system(shipped("systems", f"{name}.toml"))


def read_system(path: Path) -> ValueSystem:
    """The system in a TOML file, checked."""
    table, where = read_toml(path), str(path)
    circle = bool(need({"circle": False, **table}, "circle", bool, where))
    rows = need(table, "values", list, where)
    system = ValueSystem(
        name=need(table, "name", str, where),
        title=need(table, "title", str, where),
        values=tuple(_value(row, i, len(rows), circle=circle, where=where) for i, row in enumerate(rows)),
        source=sources(table, where),
        licence=need(table, "licence", str, where),
        circle=circle,
        groups=tuple(_group(row, where) for row in several(table, "groups", dict, where)),
        opposites=tuple(
            (need(row, "a", str, where), need(row, "b", str, where))
            for row in several(table, "opposites", dict, where)
        ),
        collapses=tuple(_collapse(row, where) for row in several(table, "collapses", dict, where)),
    )
    _check(system, where)
    return system


def _value(row: Any, index: int, count: int, *, circle: bool, where: str) -> Value:
    if not isinstance(row, dict):
        raise BadInput(f"{where}: value {index + 1} is {row!r}; it must be a table [[values]].")
    at = f"{where}, value {index + 1}"
    return Value(
        name=need(row, "name", str, at),
        title=need(row, "title", str, at),
        abbr=need(row, "abbr", str, at),
        definition=need(row, "definition", str, at),
        angle=_angle(row, 360.0 * index / count, at) if circle else None,
        ring=need({"ring": "", **row}, "ring", str, at),
        aliases=several(row, "aliases", str, at),
    )


def _angle(row: dict[str, Any], regular: float, at: str) -> float:
    angle = float(need({"angle": regular, **row}, "angle", (int, float), at))
    if not isfinite(angle):
        raise BadInput(f"{at}: 'angle' is {angle}; it must be a number of degrees.")
    return angle


def _group(row: dict[str, Any], where: str) -> Group:
    return Group(
        need(row, "name", str, where),
        need(row, "title", str, where),
        several({"values": need(row, "values", list, where)}, "values", str, where),
    )


def _collapse(row: dict[str, Any], where: str) -> Collapse:
    to, pairs = need(row, "to", str, where), need(row, "map", dict, where)
    at = f"{where}, collapse to {to}"
    return Collapse(
        to, tuple((name, need(pairs, name, str, at)) for name in pairs), several(row, "left_out", str, at)
    )


def _check(system: ValueSystem, where: str) -> None:
    names = list(system.names)
    if not names:
        raise BadInput(f"{where}: a system needs at least one [[values]] table.")
    if not all(name.strip() for name in names):
        raise BadInput(f"{where}: a value has an empty name; give each a name of its own.")
    for what, found in (("name", names), ("abbr", [v.abbr for v in system.values])):
        twice = sorted({n for n in found if found.count(n) > 1})
        if twice:
            raise BadInput(f"{where}: {what} {twice[0]!r} stands twice; each value needs its own.")
    groups = {g.name for g in system.groups}
    for group in system.groups:
        _known(group.values, names, f"{where}, group {group.name}")
    for pair in system.opposites:
        _known(pair, [*names, *groups], f"{where}, opposites")
    for collapse in system.collapses:
        named = [*(a for a, _ in collapse.pairs), *collapse.left_out]
        _known(named, names, f"{where}, collapse to {collapse.to}")
        if sorted(named) != sorted(names):
            lost = sorted(set(names) - set(named)) or sorted({n for n in named if named.count(n) > 1})
            raise BadInput(
                f"{where}, collapse to {collapse.to}: {', '.join(lost)} must stand once, in map or left_out."
            )


def _known(found: tuple[str, ...] | list[str], names: list[str], where: str) -> None:
    strange = [n for n in found if n not in names]
    if strange:
        raise BadInput(f"{where}: {strange[0]!r} is no value here; there are: {', '.join(names)}.")
