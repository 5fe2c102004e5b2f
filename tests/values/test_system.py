"""Value systems: the shipped ones are whole, a user's own is read, a broken one is named with its place."""

import re
from pathlib import Path

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.instruments.loading import read_instrument
from axiometer.report.cite import references
from axiometer.studies.administer import administer
from axiometer.subjects.scripted import Scripted
from axiometer.values import open_system, system_names
from axiometer.values.system import read_system

GOOD = """
schema = 1
name = "tea"
title = "What tea is for"
licence = "CC0"
source = ["schwartz1992"]
circle = true

[[values]]
name = "warmth"
title = "Warmth"
abbr = "WA"
definition = "Hot."
angle = 10.0
aliases = ["heat"]

[[values]]
name = "calm"
title = "Calm"
abbr = "CA"
definition = "Quiet."

[[groups]]
name = "both"
title = "Both"
values = ["warmth", "calm"]

[[opposites]]
a = "warmth"
b = "calm"

[[collapses]]
to = "schwartz4"
left_out = ["calm"]
[collapses.map]
warmth = "conservation"
"""
COUNTS = {
    "dailydilemmas50": 50,
    "mft6": 6,
    "schwartz10": 10,
    "schwartz19": 19,
    "schwartz4": 4,
    "touche20": 20,
    "valuepilot6": 6,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tea.toml"


@pytest.mark.parametrize("name", system_names())
def test_every_shipped_system_is_whole(name: str) -> None:
    system = open_system(name)
    assert system.name == name
    assert len(system.names) == len(set(system.names)) == COUNTS[name]
    assert set(system.source) <= set(references())
    assert all(v.title and v.abbr and len(v.definition) > 10 for v in system.values)
    assert all((v.angle is not None) == system.circle for v in system.values)
    if system.circle:
        assert all(0 <= v.angle < 360 for v in system.values if v.angle is not None)


def test_every_shipped_system_is_listed() -> None:
    assert set(system_names()) == set(COUNTS)


@pytest.mark.parametrize("name", system_names())
def test_every_name_title_abbreviation_and_alias_finds_its_own_value_only(name: str) -> None:
    system = open_system(name)
    for value in system.values:
        for word in (value.name, value.title, value.abbr, *value.aliases, f" {value.name.upper()} "):
            assert system.value(word) == value


@pytest.mark.parametrize("name", system_names())
def test_every_collapse_sends_every_value_to_a_value_of_the_target_or_leaves_it_out(name: str) -> None:
    system = open_system(name)
    assert system.collapse_to(name) == {value: value for value in system.names}
    for collapse in system.collapses:
        target, sent = open_system(collapse.to), system.collapse_to(collapse.to)
        assert set(sent) | set(collapse.left_out) == set(system.names)
        assert not set(sent) & set(collapse.left_out)
        assert set(sent.values()) <= set(target.names)


def test_collapsing_in_two_steps_is_collapsing_in_one_but_for_what_theory_leaves_open() -> None:
    fine, ten = open_system("schwartz19"), open_system("schwartz10")
    direct, first, second = (
        fine.collapse_to("schwartz4"),
        fine.collapse_to("schwartz10"),
        ten.collapse_to("schwartz4"),
    )
    both = [value for value in direct if value in first and first[value] in second]
    assert len(both) >= 15
    assert all(direct[value] == second[first[value]] for value in both)


def test_an_unknown_system_value_or_collapse_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no value system is called 'schwarz10'; did you mean schwartz10"):
        open_system("schwarz10")
    with pytest.raises(
        UnknownName, match="no value of schwartz10 is called 'stimulatoin'; did you mean stimulation"
    ):
        open_system("schwartz10").value("stimulatoin")
    with pytest.raises(
        UnknownName, match=r"no collapse of schwartz19 is called 'mft6'\. There are: schwartz10"
    ):
        open_system("schwartz19").collapse_to("mft6")


def test_a_users_own_system_is_read(file: Path) -> None:
    file.write_text(GOOD)
    system = open_system(str(file))
    assert system.names == ("warmth", "calm")
    assert [v.angle for v in system.values] == [10.0, 180.0]
    assert system.value("heat").name == "warmth"
    assert system.collapse_to("schwartz4") == {"warmth": "conservation"}
    assert system.source == ("schwartz1992",)


def test_one_source_may_be_written_without_a_list(file: Path) -> None:
    file.write_text(GOOD.replace('["schwartz1992"]', '"schwartz1992"'))
    assert read_system(file).source == ("schwartz1992",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("schema = 1", "schema = 9", "says schema = 9; this version reads schema = 1"),
        ('name = "tea"', "", "'name' is missing"),
        ('licence = "CC0"', "licence = 1", "'licence' is 1; it must be str"),
        ('["schwartz1992"]', "7", "'source' is 7; it must be a list of texts"),
        ("circle = true", 'circle = "no"', "'circle' is 'no'; it must be bool"),
        ('abbr = "CA"', "", "value 2: 'abbr' is missing; it has: name, title, definition"),
        ('abbr = "CA"', 'abbr = "WA"', "abbr 'WA' stands twice; each value needs its own"),
        ('name = "calm"', 'name = "warmth"', "name 'warmth' stands twice"),
        ('name = "calm"', 'name = " "', "a value has an empty name"),
        ("angle = 10.0", 'angle = "north"', "value 1: 'angle' is 'north'; it must be int or float"),
        ("angle = 10.0", "angle = nan", "value 1: 'angle' is nan; it must be a number of degrees"),
        ("angle = 10.0", "angle = true", "value 1: 'angle' is True"),
        ('aliases = ["heat"]', 'aliases = "heat"', "value 1: 'aliases' is 'heat'; it must be a list of texts"),
        ('aliases = ["heat"]', "ring = 3", "value 1: 'ring' is 3; it must be str"),
        ('values = ["warmth", "calm"]', 'values = ["warmth", "milk"]', "group both: 'milk' is no value here; there are: warmth, calm"),
        ('values = ["warmth", "calm"]', "values = [1]", "'values' is [1]; it must be a list of texts"),
        ('values = ["warmth", "calm"]', "values = 1", "'values' is 1; it must be list"),
        ("[[groups]]", "[groups]", "'groups' is {'name': 'both'"),
        ('b = "calm"', 'b = "milk"', "opposites: 'milk' is no value here; there are: warmth, calm, both"),
        ('b = "calm"', "", "'b' is missing; it has: a"),
        ('left_out = ["calm"]', "", "collapse to schwartz4: calm must stand once, in map or left_out"),
        ('left_out = ["calm"]', 'left_out = ["calm", "calm"]', "collapse to schwartz4: calm must stand once"),
        ('left_out = ["calm"]', 'left_out = "calm"', "collapse to schwartz4: 'left_out' is 'calm'; it must be a list"),
        ('warmth = "conservation"', "warmth = 3", "collapse to schwartz4: 'warmth' is 3; it must be str"),
        ('warmth = "conservation"', 'milk = "conservation"', "collapse to schwartz4: 'milk' is no value here"),
        ("[[values]]\nname = \"warmth\"", "[[values]]\nname = 1", "value 1: 'name' is 1; it must be str"),
        ("circle = true", "circle = true\nopposites = 5", "'opposites' is 5"),
        ("circle = true", "circle = = true", "is not valid TOML: Invalid value (at line 7"),
    ],
)  # fmt: skip
def test_each_kind_of_break_is_one_sentence_that_names_the_place(
    file: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    content = GOOD.replace(old, new, 1)
    if new.endswith("opposites = 5"):
        content = content.replace('[[opposites]]\na = "warmth"\nb = "calm"\n', "")
    file.write_text(content)
    with pytest.raises(BadInput, match=re.escape(expected)) as caught:
        read_system(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("values", "expected"), [("[]", "needs at least one"), ("[3]", "value 1 is 3; it must be a table"), ("3", "'values' is 3; it must be list")])  # fmt: skip
def test_values_that_are_no_tables_are_said(file: Path, values: str, expected: str) -> None:
    file.write_text(f'schema = 1\nname = "x"\ntitle = "x"\nlicence = "x"\nvalues = {values}\n')
    with pytest.raises(BadInput, match=re.escape(expected)):
        read_system(file)


def test_a_collapse_into_what_the_target_does_not_have_is_said_before_anybody_is_asked(
    file: Path, tmp_path: Path
) -> None:
    file.write_text(GOOD.replace('warmth = "conservation"', 'warmth = "conserve"'))
    mine = tmp_path / "mine.toml"
    mine.write_text(
        f'schema = 1\nname = "m"\ntitle = "M"\nversion = "1"\nlicence = "x"\norigin = "x"\nsystem = "{file}"\n'
        '[[items]]\nid = "a"\nvalue = "warmth"\nfirst = "I like it hot."\n'
    )
    with pytest.raises(
        BadInput, match="collapses to 'conserve', which is no value of schwartz4; there are: "
    ):
        administer(read_instrument(mine), [Scripted("first")], system="schwartz4")
