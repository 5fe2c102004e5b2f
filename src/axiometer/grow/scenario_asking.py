"""What the author of new scenes is asked, and how its replies are read: no action is lost, and what cannot be used has its reason.

Source: valuepilot2025
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, TypeAlias

from axiometer.canon import draws, key
from axiometer.data import need, read_toml, several, shipped
from axiometer.data.wording import fence, filled
from axiometer.grow.asking import Rejected
from axiometer.instruments.scenes import Action
from axiometer.subjects import Answer, Missing, Prompt, listed
from axiometer.values import ValueSystem

_Row: TypeAlias = tuple[list[str], dict[str, list[float]]]
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\u2010": "-"})
_DECORATION = re.compile(r"^[\s>*_#\-•\d.)]*|[\s*_]+$")
_SCENE = re.compile(r"^\s*[*_#>]*\s*scene\s*[*_]*\s*:\s*[*_]*\s*(.*)$", re.IGNORECASE)
_ACTION = re.compile(r"^\s*[-•*_#>\d.)]*\s*action(?:\s*\d+)?\s*[*_]*\s*:\s*[*_]*\s*(.*)$", re.IGNORECASE)
_RATED = re.compile(
    r"^\s*[-•*_#>]*\s*([A-Za-z][\w '-]*?)\s*[*_]*\s*[:=]\s*[*_]*\s*([+-]?\d*\.?\d+)\s*[*_.]*\s*$"
)


@dataclass(frozen=True)
class Task:
    """One try to make a scene: what is to be at stake, and where it is set.

    Attributes:
        index: its number within its level.
        values: the cell, in the order of the system.
    """

    index: int
    values: tuple[str, ...]
    setting: str = ""
    person: str = ""


@dataclass(frozen=True)
class Drafted:
    """A scene as it was written.

    Attributes:
        lost: (number of the action from 1, why it cannot be used).
    """

    text: str
    actions: tuple[Action, ...]
    lost: tuple[tuple[int, Rejected], ...]


def cells(system: ValueSystem, level: int, seed: int) -> list[tuple[str, ...]]:
    """Every set of so many values, in an order that is drawn: the cells of a level."""
    found = list(combinations(system.names, level))
    return [found[i] for i in draws(seed, "cells", system.name, level).permutation(len(found))]


def task(system: ValueSystem, level: int, index: int, seed: int) -> Task:
    """What a try is about: cells in turn, setting and person drawn for this very try."""
    order, texts = cells(system, level, seed), _texts()
    dice = draws(seed, "scene", system.name, level, index)
    setting, person = (str(dice.choice(texts[name])) for name in ("settings", "persons"))
    return Task(index, order[index % len(order)], setting, person)


def ask_scene(one: Task, system: ValueSystem, many: int) -> Prompt:
    """The question for a scene with so many actions."""
    texts = _texts()
    parts = {
        "values": _values(system, one.values),
        "setting": one.setting,
        "person": one.person,
        "many": str(many),
        "form": "\n".join(f"{name}: a number" for name in one.values),
    }
    about = f"scene/{len(one.values)}/{one.index}"
    return Prompt(filled(texts["scene"].strip(), parts), system=texts["system"].strip(), about=about)


def ask_blind(drafted: Drafted, system: ValueSystem) -> Prompt:
    """The question which values the actions differ in, to somebody who has not been told."""
    texts = _texts()
    shown = "\n".join([drafted.text, *(f"- {action.text}" for action in drafted.actions)])
    parts = {"scene": shown, "fence": fence(shown), "values": _values(system, system.names)}
    return Prompt(
        filled(texts["blind"].strip(), parts),
        system=texts["system"].strip(),
        about=f"blind/{key(shown)[3:15]}",
    )


def read_scene(reply: Answer | Missing, values: Sequence[str], system: ValueSystem) -> Drafted | Rejected:
    """The scene in a reply, and every action of it that is rated on every value of the cell and on no other."""
    if isinstance(reply, Missing):
        return Rejected("missing", f"{reply.why}: {reply.detail}".rstrip(": "))
    scene, rows = _parts(reply.text.translate(_MINUS), system)
    if len(scene) > 1:
        return Rejected("form", "SCENE stands twice")
    text = _plain(" ".join(scene[0])) if scene else ""
    if not text:
        return Rejected("form", "no SCENE")
    actions, lost = [], []
    for number, (said, rated) in enumerate(rows, 1):
        one = _action(_plain(" ".join(said)), rated, values)
        if isinstance(one, Rejected):
            lost.append((number, one))
        else:
            actions.append(one)
    return Drafted(text, tuple(actions), tuple(lost))


def _parts(text: str, system: ValueSystem) -> tuple[list[list[str]], list[_Row]]:
    """The lines of each SCENE, and of each ACTION with its numbers by value."""
    scene: list[list[str]] = []
    rows: list[_Row] = []
    for line in filter(str.strip, text.splitlines()):
        if found := _ACTION.match(line):
            rows.append(([found[1]], {}))
        elif found := _SCENE.match(line):
            scene.append([found[1]])
        elif rows and (found := _RATED.match(line)) and (name := _known(found[1], system)):
            rows[-1][1].setdefault(name, []).append(float(found[2]))
        elif rows or scene:
            (rows[-1][0] if rows else scene[-1]).append(line.strip())
    return scene, rows


def read_blind(reply: Answer | Missing, system: ValueSystem) -> frozenset[str] | Missing:
    """The values that a reader names."""
    if isinstance(reply, Missing):
        return reply
    named = {
        name for line in listed(reply.text) if (name := _known(re.split(r"[:(,–—]| - ", line)[0], system))
    }
    return frozenset(named) if named else Missing("unparsed", f"names no value: {reply.text.strip()[:60]!r}")


def wordings_key() -> str:
    """The content key of every word that is asked."""
    return key(_texts())


def _action(text: str, rated: dict[str, list[float]], values: Sequence[str]) -> Action | Rejected:
    if not text:
        return Rejected("form", "it has no words")
    for name in values:
        if len(rated.get(name, ())) != 1:
            return Rejected("value", f"{name} is rated {len(rated.get(name, ()))} times")
        if not -1 <= rated[name][0] <= 1 or rated[name][0] == 0:
            return Rejected("value", f"{name} is rated {rated[name][0]:g}; it must be from -1 to 1 and not 0")
    if other := sorted(set(rated) - set(values)):
        return Rejected("value", f"{other[0]} is rated and not at stake")
    return Action(text, {name: rated[name][0] for name in values})


def _known(name: str, system: ValueSystem) -> str:
    wanted = _plain(name).casefold()
    for value in system.values:
        if wanted in {n.casefold() for n in (value.name, value.title, *value.aliases)}:
            return value.name
    return ""


def _plain(text: str) -> str:
    return " ".join(_DECORATION.sub("", text).split())


def _values(system: ValueSystem, names: Sequence[str]) -> str:
    return "\n".join(f"- {system.value(name).name}: {system.value(name).definition}" for name in names)


@cache
def _texts() -> dict[str, Any]:
    table = read_toml(path := shipped("growing", "scenes.toml"))
    for name in ("system", "scene", "blind"):
        need(table, name, str, str(path))
    for name in ("settings", "persons"):
        several(table, name, str, str(path))
    return table
