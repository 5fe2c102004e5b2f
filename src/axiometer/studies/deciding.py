"""Deciding by name: scenes, preferences and rankings out of files, in words and as records.

Source: valuepilot2025
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from axiometer.data import read_text
from axiometer.decide import Decider, Decision
from axiometer.decide.explaining import Flip
from axiometer.decide.personal import Preferences
from axiometer.errors import BadInput
from axiometer.values import open_system


def read_scene(path: Path) -> tuple[str, list[str]]:
    """A scene and its actions in a TOML or JSON file: `text`, and `actions` as texts or as tables with `text`.

    Raises:
        BadInput: no text, or no action.
    """
    table = _table(path)
    text, rows = table.get("text", table.get("scenario")), table.get("actions")
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"{path} has no text; describe the scene in a field `text`.")
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"{path} has no actions; list what can be done in a field `actions`.")
    actions = []
    for number, row in enumerate(rows, 1):
        action = row.get("text", row.get("description")) if isinstance(row, dict) else row
        if not isinstance(action, str) or not action.strip():
            raise BadInput(f"{path}: action {number} has no words; write what is done.")
        actions.append(action)
    return text, actions


def read_given(path: Path) -> Mapping[str, float]:
    """Preferences in a TOML or JSON file: value = number from 0 to 1, by themselves or in a table `preferences`.

    Raises:
        BadInput: a file of another form.
    """
    table = _table(path)
    given = table.get("preferences", {name: n for name, n in table.items() if name != "schema"})
    if not isinstance(given, dict):
        raise BadInput(f"{path}: preferences are {given!r:.60}; write a table, value = number from 0 to 1.")
    return given


def read_rankings(path: Path) -> list[tuple[str, list[str], list[int]]]:
    """Rankings in a TOML or JSON file: `rankings`, tables with `text`, `actions` and `order`, the numbers of the actions from 1, the best first.

    Raises:
        BadInput: no ranking, or one that contradicts itself.
    """
    rows = _table(path).get("rankings")
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"{path} has no rankings; list tables with text, actions and order.")
    found = []
    for number, row in enumerate(rows, 1):
        text, actions, order = (
            row.get(name) if isinstance(row, dict) else None for name in ("text", "actions", "order")
        )
        if (
            not isinstance(text, str)
            or not isinstance(actions, list)
            or not all(isinstance(a, str) for a in actions)
        ):
            raise BadInput(f"{path}: ranking {number} needs a text and a list of actions.")
        if not isinstance(order, list) or not all(
            isinstance(n, int) and not isinstance(n, bool) for n in order
        ):
            raise BadInput(
                f"{path}: the order of ranking {number} is {order!r:.60}; write the numbers of the actions, the best first."
            )
        twice = sorted({n for n in order if order.count(n) > 1})
        if twice:
            raise BadInput(
                f"{path}: ranking {number} puts action {twice[0]} in two places; name each action once."
            )
        if sorted(order) != list(range(1, len(actions) + 1)):
            raise BadInput(
                f"{path}: ranking {number} names {order} of {len(actions)} actions; name each from 1 to {len(actions)} once."
            )
        found.append((text, actions, [n - 1 for n in order]))
    return found


def decision_lines(
    decider: Decider, decision: Decision, flips: tuple[Flip | None, Flip | None]
) -> Iterator[str]:
    """A decision in words: the ranking, what speaks for each action, and what would change it."""
    title = {value.name: value.title for value in open_system(decider.network.system).values}
    for place, i in enumerate(decision.ranking, 1):
        yield f"{place}. {decision.actions[i]}  ({decision.scores[i]:+.3f})"
        served = ", ".join(f"{title[name]} {x:+.2f}" for name, x in _largest(decision.serves[i]))
        added = (
            ", ".join(f"{title[name]} {x:+.3f}" for name, x in _largest(decision.adds[i]))
            if decision.adds
            else ""
        )
        yield f"   serves: {served}" + (f"; adds: {added}" if added else "")
    one, two = flips
    if one:
        ((name, x),) = one.preferences.items()
        yield f"With a preference for {title[name]} of {x:.2f}, action {one.winner + 1} would win: {decision.actions[one.winner]}"
    if two and (one is None or two.change < one.change):
        told = " and ".join(f"{title[name]} of {x:.2f}" for name, x in two.preferences.items())
        yield f"With preferences for {told}, action {two.winner + 1} would win: {decision.actions[two.winner]}"
    if one is None and two is None:
        yield "No change of one or two preferences makes another action win."


def preference_lines(decider: Decider, found: Preferences) -> Iterator[str]:
    """Preferences in words."""
    title = {value.name: value.title for value in open_system(decider.network.system).values}
    for j, name in enumerate(decider.names):
        yield f"{title[name]:<12} {found.mean[j]:.2f} [{found.low[j]:.2f}, {found.high[j]:.2f}]"
    yield f"from {found.n} rankings; intervals of 95 %"
    if found.n > 1:
        yield f"rankings left out one by one: OS-Sim {found.similarity:.2f}, same first action in {found.first:.0%}"


def _largest(row: Mapping[str, float], many: int = 3) -> list[tuple[str, float]]:
    return sorted(row.items(), key=lambda each: -abs(each[1]))[:many]


def _table(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path} is not valid {'JSON' if path.suffix == '.json' else 'TOML'}: {error}."
        ) from None
    if not isinstance(found, dict):
        raise BadInput(f"{path} holds a {type(found).__name__}; it must be a table of fields.")
    return found
