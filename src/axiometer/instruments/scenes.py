"""Scenes: somebody is about to act, and each action open to them serves or costs some values.

Source: valuepilot2025
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.canon import Spec, key
from axiometer.data import need, read_toml, several, sources
from axiometer.errors import AxiometerError, BadInput
from axiometer.values import ValueSystem, open_system

SPLITS = ("train", "test")


@dataclass(frozen=True)
class Action:
    """Something that can be done in a scene.

    Attributes:
        ratings: value -> from -1, it goes against the value, to 1, it serves it; a value not named is not involved.
    """

    text: str
    ratings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """A moment just before action.

    Attributes:
        name: its own within a set.
        values: which values are at stake, in the order of the system; the actions are rated on these alone.
        split: train or test; all actions of a scene are in one.
    """

    name: str
    text: str
    values: tuple[str, ...]
    actions: tuple[Action, ...]
    split: str = SPLITS[0]


@dataclass(frozen=True)
class SceneLeftOut:
    """A scene, or one of its actions (from 1; 0 for all of it), that cannot be used, and why."""

    scene: str
    action: int
    why: str


@dataclass(frozen=True)
class Scenes:
    """A set of scenes over one value system.

    Attributes:
        name: what opens it again.
        left_out: what the file held besides, and could not be used.
    """

    name: str
    system: str
    licence: str
    source: tuple[str, ...]
    scenes: tuple[Scene, ...]
    left_out: tuple[SceneLeftOut, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The content key of all that it holds."""
        return key([self.system, list(self.scenes)])

    @property
    def spec(self) -> Spec:
        """Name and content."""
        return {"scenes": self.name, "system": self.system, "key": self.key}

    def split(self, name: str) -> tuple[Scene, ...]:
        """The scenes of one split."""
        return tuple(scene for scene in self.scenes if scene.split == name)


def read_scenes(path: Path, name: str = "") -> Scenes:
    """The set in a TOML file of our schema; one broken scene or action is left out with its reason.

    Raises:
        BadInput: a broken file, or no scene in it that can be used.
    """
    table, where = read_toml(path), str(path)
    system = open_system(need(table, "system", str, where))
    kept: dict[str, Scene] = {}
    left_out: list[SceneLeftOut] = []
    for number, row in enumerate(several(table, "scenes", dict, where), 1):
        called = str(row.get("name", f"scene {number}"))
        try:
            if called in kept:
                raise BadInput("its name is there twice")
            kept[called] = _scene(called, row, system, left_out)
        except AxiometerError as error:
            left_out.append(SceneLeftOut(called, 0, _short(error)))
    if not kept:
        why = f" ({left_out[0].scene}: {left_out[0].why})" if left_out else ""
        raise BadInput(f"{where} holds no scene that can be used{why}; see docs/files.md for the form.")
    licence, source = need(table, "licence", str, where), sources(table, where)
    return Scenes(name or where, system.name, licence, source, tuple(kept.values()), tuple(left_out))


def _scene(name: str, row: dict[str, Any], system: ValueSystem, left_out: list[SceneLeftOut]) -> Scene:
    text = need(row, "text", str, "it").strip()
    named = {system.value(each).name for each in several(row, "values", str, "it")}
    values = tuple(each for each in system.names if each in named)
    split = str(row.get("split", SPLITS[0]))
    if not text or not values:
        raise BadInput("it has no text" if not text else "it names no value")
    if split not in SPLITS:
        raise BadInput(f"its split is {split!r:.40}; it must be {' or '.join(SPLITS)}")
    actions = []
    for number, one in enumerate(several(row, "actions", dict, "it"), 1):
        try:
            actions.append(_action(one, values, system))
        except AxiometerError as error:
            left_out.append(SceneLeftOut(name, number, _short(error)))
    if not actions:
        raise BadInput("it has no action that can be used")
    return Scene(name, text, values, tuple(actions), split)


def _action(row: dict[str, Any], values: tuple[str, ...], system: ValueSystem) -> Action:
    text, rated = need(row, "text", str, "it").strip(), need(row, "ratings", dict, "it")
    if not text:
        raise BadInput("its text is empty")
    ratings = {system.value(name).name: need(rated, name, (int, float), "it") for name in rated}
    for name, rating in ratings.items():
        if not -1 <= rating <= 1:
            raise BadInput(f"{name} is rated {rating}, not from -1 to 1")
        if name not in values:
            raise BadInput(f"{name} is rated but not at stake in the scene")
    return Action(text, {name: float(ratings[name]) for name in values if ratings.get(name)})


def _short(error: AxiometerError) -> str:
    return str(error).removeprefix("it: ").removesuffix(".")
