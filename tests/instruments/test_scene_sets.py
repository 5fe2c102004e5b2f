"""Sets of scenes: our own files and the released form; what is broken is left out with its reason, the rest goes on."""

import json

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.instruments.scene_files import open_scenes, write_released_scenes
from axiometer.instruments.scenes import Action

GOOD = {
    "values": ["safety", "curiosity"],
    "scenario": "A door creaks.",
    "actions": [
        {"description": "Look inside.", "values": [0.8, 0, -0.5, 0, 0, 0]},
        {"description": "Lock it.", "values": [-0.4, 0.3, 0.9, 0, 0, 0]},
    ],
}


def put(folder, name, row):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(row if isinstance(row, str) else json.dumps(row), encoding="utf-8")


def test_a_folder_as_released_is_read_with_its_splits(tmp_path):
    put(tmp_path, "value_2/train_data/0_safety_curiosity_train.json", GOOD)
    put(tmp_path, "value_2/test_data/1_safety_curiosity_test.json", [GOOD, GOOD])
    found = open_scenes(str(tmp_path))
    assert [len(found.split(split)) for split in ("train", "test")] == [1, 2]
    one = found.scenes[-1]
    assert one.values == ("curiosity", "safety")
    # what is not at stake is no rating, although a number stands there
    assert one.actions[1] == Action("Lock it.", {"curiosity": -0.4, "safety": 0.9})
    assert not found.left_out


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "not valid JSON"),
        ({**GOOD, "scenario": ""}, "no scenario"),
        ({**GOOD, "values": []}, "names no values"),
        ({**GOOD, "values": ["bravery"]}, "bravery"),
        ({**GOOD, "actions": []}, "no action"),
        ("3", "no object"),
    ],
)
def test_broken_records_are_left_out_and_the_rest_goes_on(tmp_path, row, why):
    put(tmp_path, "value_2/train_data/0_train.json", GOOD)
    put(tmp_path, "value_2/train_data/1_train.json", row)
    found = open_scenes(str(tmp_path))
    assert len(found.scenes) == 1
    assert any(why in one.why for one in found.left_out)


@pytest.mark.parametrize(
    "bad",
    [
        {"description": "x"},
        {"description": "x", "values": [1, 2]},
        {"description": "", "values": [0.0] * 6},
        7,
    ],
)
def test_broken_actions_are_left_out_by_number(tmp_path, bad):
    put(tmp_path, "a_train.json", {**GOOD, "actions": [bad, *GOOD["actions"]]})
    found = open_scenes(str(tmp_path))
    assert len(found.scenes[0].actions) == 2
    assert [(one.action) for one in found.left_out] == [1]


def test_numbers_out_of_range_and_nan_are_no_ratings(tmp_path):
    rows = [{"description": "x", "values": [n, 0, 0, 0, 0, 0]} for n in (1.5, -2)]
    put(tmp_path, "a_train.json", json.dumps({**GOOD, "actions": [*rows, *GOOD["actions"]]}))
    put(tmp_path, "b_train.json", json.dumps(GOOD).replace("0.8", "NaN"))
    found = open_scenes(str(tmp_path))
    assert [len(scene.actions) for scene in found.scenes] == [2, 1]
    assert len(found.left_out) == 3


def test_what_is_written_in_the_released_form_is_read_again(tmp_path):
    put(tmp_path, "in/value_2/train_data/0_train.json", GOOD)
    found = open_scenes(str(tmp_path / "in"))
    assert write_released_scenes(found, tmp_path / "out") == 1
    again = open_scenes(str(tmp_path / "out"))
    assert [(s.text, s.values, s.actions, s.split) for s in again.scenes] == [
        (s.text, s.values, s.actions, s.split) for s in found.scenes
    ]


def test_a_folder_without_scenes_and_unknown_names_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no scene that can be used"):
        open_scenes(str(tmp_path))
    with pytest.raises(UnknownName, match=r"FILE\.toml"):
        open_scenes("nowhere")


TOML = """
schema = 1
system = "valuepilot6"
licence = "CC0"
[[scenes]]
name = "door"
values = ["safety"]
text = "A door creaks."
actions = [{ text = "Lock it.", ratings = { safety = 0.9 } }%s]
"""


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (', { text = "Look.", ratings = { safety = 2 } }', "not from -1 to 1"),
        (', { text = "Look.", ratings = { safety = nan } }', "not from -1 to 1"),
        (', { text = "Look.", ratings = { curiosity = 0.5 } }', "not at stake"),
        (', { text = "", ratings = { safety = 0.5 } }', "empty"),
        (', { text = "Look." }', "ratings"),
    ],
)
def test_our_own_files_name_what_is_wrong_with_an_action(tmp_path, more, why):
    path = tmp_path / "s.toml"
    path.write_text(TOML % more)
    found = open_scenes(str(path))
    assert len(found.scenes[0].actions) == 1
    assert why in found.left_out[0].why
