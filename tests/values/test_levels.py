"""Objectives as levels: written out, as an order, by name or from a file; what contradicts itself is refused."""

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.values.levels import Levels, floored, objective_names, open_levels, read_levels, spread


def test_levels_are_read_in_any_order_and_kept_in_the_order_of_the_system():
    assert list(read_levels("power=1, security=5").levels) == ["power", "security"]
    assert read_levels(read_levels("Security=5,Power=1").written()).levels == {"power": 1, "security": 5}


def test_an_order_becomes_levels_that_keep_it():
    found = read_levels("security>achievement>power,benevolence>power")
    assert found.levels["security"] == 5
    assert found.levels["power"] == 1
    assert ("security", "achievement") in found.above()
    assert ("benevolence", "power") in found.above()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("security=9", "whole number from 1 to 5"),
        ("security=0", "whole number from 1 to 5"),
        ("security=2.5", "has no level"),
        ("security=nan", "has no level"),
        ("security=5,security=4", "give it one level"),
        ("security>power>security", "contradicts itself: security > power > security"),
        ("security>power,power>achievement,achievement>security", "contradicts itself"),
        ("security=5,power>hedonism", "is no objective"),
        ("", "is no objective"),
        ("security>", "is called"),
        ("power>achievement>hedonism>stimulation>self-direction>universalism", "does not fit into 5 levels"),
    ],
)
def test_what_is_no_objective_is_refused(text, match):
    with pytest.raises((BadInput, UnknownName), match=match):
        read_levels(text)


def test_unknown_values_and_objectives_are_named_with_what_there_is():
    with pytest.raises(UnknownName, match="benevolence"):
        read_levels("benevolense=3")
    with pytest.raises(UnknownName, match="germany"):
        open_levels("germani")


def test_the_published_profiles_are_there():
    assert len(objective_names()) == 15
    group = open_levels("group-1").levels
    assert {v for v, n in group.items() if n == 5} == {
        "universalism",
        "benevolence",
        "conformity",
        "tradition",
        "security",
    }
    assert open_levels("united-states").levels["power"] == 2


def test_a_persona_holds_its_value_above_all_and_its_opposites_not():
    found = open_levels("persona:power").levels
    assert found["power"] == 5
    assert found["universalism"] == found["benevolence"] == 1
    assert found["achievement"] == found["security"] == 4


def test_norms_keep_the_order_of_people():
    found = open_levels("norm:pvq40-us-adults").levels
    assert found["self-direction"] == 5
    assert found["power"] == 1


def test_files_hold_levels_or_mean_ratings(tmp_path):
    path = tmp_path / "aim.toml"
    path.write_text('schema = 1\nsystem = "mft6"\n[levels]\ncare = 5\nloyalty = 2\n')
    assert open_levels(str(path)) == Levels("mft6", {"care": 5, "loyalty": 2}, str(path))
    path.write_text("schema = 1\n[means]\npower = 3.9\nsecurity = 6\n")
    assert open_levels(str(path)).levels == {"power": 3, "security": 5}
    path.write_text("schema = 1\n[means]\npower = 39\n")
    with pytest.raises(BadInput, match="from 1 to 6"):
        open_levels(str(path))
    path.write_text("schema = 1\n[levels]\npower = true\n")
    with pytest.raises(BadInput, match="whole number"):
        open_levels(str(path))


def test_profiles_are_spread_over_all_levels_and_ratings_are_rounded_down():
    assert spread({"a": -1.0, "b": 0.0, "c": 1.0}) == {"a": 1, "b": 3, "c": 5}
    assert spread({"a": 2.0, "b": 2.0}) == {"a": 3, "b": 3}
    with pytest.raises(BadInput, match="no number"):
        spread({"a": float("nan"), "b": 1.0})
    assert floored({"a": 5.99, "b": 1.2, "c": 6.0}) == {"a": 5, "b": 1, "c": 5}
