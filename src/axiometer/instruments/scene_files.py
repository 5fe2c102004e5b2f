"""Sets of scenes by name, and in the form in which ValuePilot is released: a folder of JSON files, one or several scenes each.

Its data have no licence and are not ours to ship; a folder of them can be read.

Source: valuepilot2025
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from axiometer.data import read_text, shipped, shipped_names, toml_text
from axiometer.errors import AxiometerError, BadInput, StorageFailure, unknown
from axiometer.instruments.scenes import SPLITS, Action, Scene, SceneLeftOut, Scenes, read_scenes
from axiometer.values import ValueSystem, open_system

_SYSTEM = "valuepilot6"


def open_scenes(name: str) -> Scenes:
    """A shipped set by name, a TOML file of the same schema, or a folder as ValuePilot is released.

    Raises:
        UnknownName: no such set.
        BadInput: a file of another form, or one without any scene that can be used.
    """
    if Path(name).expanduser().is_dir():
        return read_released_scenes(Path(name).expanduser())
    if not name.endswith(".toml") and name not in shipped_names("scenes"):
        raise unknown("set of scenes", name, [*shipped_names("scenes"), "FILE.toml", "FOLDER"])
    return read_scenes(Path(name) if name.endswith(".toml") else shipped("scenes", f"{name}.toml"), name)


def read_released_scenes(folder: Path, system: str = _SYSTEM) -> Scenes:
    """All scenes below a folder: `value_2/train_data/0_curiosity_safety_train.json` and so on.

    A record has `values`, `scenario` and `actions` with `description` and a number for every value of the system, 0 where it is not involved. A
    broken file, scene or action is left out with its reason.

    Raises:
        BadInput: no folder, or no scene in it that can be used.
        UnknownName: no such system.
    """
    valued, where = open_system(system), str(folder)
    left_out: list[SceneLeftOut] = []
    kept: list[Scene] = []
    for path in sorted(folder.rglob("*.json")):
        name = str(path.relative_to(folder).with_suffix(""))
        try:
            rows = _rows(path)
        except AxiometerError as error:
            left_out.append(SceneLeftOut(name, 0, str(error).removesuffix(".")))
            continue
        split = SPLITS[1] if "test" in path.parent.name or path.stem.endswith("_test") else SPLITS[0]
        for number, row in enumerate(rows, 1):
            own = name if len(rows) == 1 else f"{name}-{number}"
            try:
                kept.append(_scene(own, row, valued, split, left_out))
            except AxiometerError as error:
                left_out.append(SceneLeftOut(own, 0, str(error).removesuffix(".")))
    if not kept:
        why = f" ({left_out[0].scene}: {left_out[0].why})" if left_out else ""
        raise BadInput(
            f"{where} holds no scene that can be used{why}; give a folder of JSON files as ValuePilot releases them."
        )
    return Scenes(where, valued.name, "as released", ("valuepilot2025",), tuple(kept), tuple(left_out))


def as_toml(scenes: Sequence[Scene], system: str, licence: str, note: str) -> str:
    """Scenes in a TOML file of our schema, below a note to its readers."""
    head = [
        f"# {note}",
        "schema = 1",
        f"system = {toml_text(system)}",
        f"licence = {toml_text(licence)}",
        'source = ["valuepilot2025"]',
    ]
    return "\n\n".join(["\n".join(head), *map(_scene_toml, scenes)]) + "\n"


def write_released_scenes(scenes: Scenes, folder: Path) -> int:
    """Writes scenes in the same form, and says how many files there are.

    Raises:
        StorageFailure: the folder cannot be written.
    """
    names = open_system(scenes.system).names
    try:
        for number, scene in enumerate(scenes.scenes):
            level = folder / f"value_{len(scene.values)}" / f"{scene.split}_data"
            level.mkdir(parents=True, exist_ok=True)
            actions = [
                {"description": one.text, "values": [one.ratings.get(name, 0.0) for name in names]}
                for one in scene.actions
            ]
            record = {"values": list(scene.values), "scenario": scene.text, "actions": actions}
            path = level / f"{number}_{'_'.join(scene.values)}_{scene.split}.json"
            path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None
    return len(scenes.scenes)


def _scene_toml(scene: Scene) -> str:
    actions = [
        f"  {{ text = {toml_text(one.text)}, ratings = {{ {', '.join(f'{toml_text(v)} = {x:g}' for v, x in one.ratings.items())} }} }},"
        for one in scene.actions
    ]
    return "\n".join(
        [
            "[[scenes]]",
            f"name = {toml_text(scene.name)}",
            f"split = {toml_text(scene.split)}",
            f"values = [{', '.join(map(toml_text, scene.values))}]",
            f"text = {toml_text(scene.text)}",
            "actions = [",
            *actions,
            "]",
        ]
    )


def _rows(path: Path) -> list[Any]:
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"it is not valid JSON: {error}.") from None
    return found if isinstance(found, list) else [found]


def _scene(name: str, row: Any, system: ValueSystem, split: str, left_out: list[SceneLeftOut]) -> Scene:
    if not isinstance(row, dict):
        raise BadInput("it is no object")
    text, listed = row.get("scenario"), row.get("values")
    if not isinstance(text, str) or not text.strip():
        raise BadInput("it has no scenario")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise BadInput("it names no values")
    named = {system.value(each).name for each in listed}
    values = tuple(each for each in system.names if each in named)
    actions = list(_actions(name, row.get("actions"), values, system.names, left_out))
    if not actions:
        raise BadInput("it has no action that can be used")
    return Scene(name, text.strip(), values, tuple(actions), split)


def _actions(
    scene: str, rows: Any, values: Sequence[str], names: Sequence[str], left_out: list[SceneLeftOut]
) -> Iterator[Action]:
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        text = row.get("description") if isinstance(row, dict) else None
        given = row.get("values") if isinstance(row, dict) else None
        if not isinstance(text, str) or not text.strip():
            left_out.append(SceneLeftOut(scene, number, "it has no description"))
        elif not isinstance(given, list) or len(given) != len(names) or not all(map(_is_rating, given)):
            left_out.append(SceneLeftOut(scene, number, f"it has not {len(names)} numbers from -1 to 1"))
        else:
            # what is not at stake in the scene is stored as 0, and is not rated
            ratings = dict(zip(names, map(float, given), strict=True))
            yield Action(text.strip(), {name: ratings[name] for name in values if ratings[name]})


def _is_rating(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and -1 <= number <= 1
