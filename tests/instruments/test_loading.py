"""Instruments by name or from a user's file: what is broken is named with its place."""

import re
from pathlib import Path

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.instruments import instrument_names, open_instrument
from axiometer.instruments.instrument import PERSONS
from axiometer.instruments.loading import LABELS, read_instrument
from axiometer.values import open_system

GOOD = """
schema = 1
name = "mine"
title = "My portraits"
version = "1"
licence = "CC0"
origin = "me"
system = "schwartz10"
source = "schwartz1992"

[scale]
low = 0
labels = ["no", "perhaps", "yes"]

[[items]]
id = "a"
value = "power"
first = "I rule."

[[items]]
id = "b"
value = ""
third = "They sleep."
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


@pytest.mark.parametrize("name", instrument_names())
def test_every_shipped_instrument_has_both_stances_in_both_persons_for_every_value(name: str) -> None:
    found = open_instrument(name)
    assert found.paired
    assert {item.value for item in found.items} == set(open_system(found.system).names)
    for item in found.items:
        texts = [item.first, item.third, item.first_opposed, item.third_opposed]
        assert all(texts)
        assert len(set(texts)) == 4
        for person in PERSONS:
            begun, (own, twin) = item.endings(person)
            assert begun
            stances = found.cues().stances
            assert (stances[item.id, own], stances[item.id, twin]) == (1, -1)


def test_a_users_file_is_read_with_its_own_scale(file: Path) -> None:
    file.write_text(GOOD)
    found = open_instrument(str(file))
    assert [item.value for item in found.items] == ["power", ""]
    assert found.scale.levels() == {"no": 0, "perhaps": 1, "yes": 2}
    assert found.source == ("schwartz1992",)
    assert (found.scale.high, found.style, found.paired) == (2, "portraits", False)


def test_a_file_without_a_scale_gets_the_six_labels(file: Path) -> None:
    file.write_text(GOOD.replace('[scale]\nlow = 0\nlabels = ["no", "perhaps", "yes"]', ""))
    assert read_instrument(file).scale.labels == LABELS
    assert read_instrument(file).scale.low == 1


def test_the_key_changes_with_everything_that_is_asked_or_scored_and_not_with_the_title(file: Path) -> None:
    keys = set()
    changes = [
        ("", ""),
        ("I rule", "I lead"),
        ('"power"', '"security"'),
        ("low = 0", "low = 1"),
        ("perhaps", "hm"),
    ]
    for old, new in changes:
        file.write_text(GOOD.replace(old, new) if old else GOOD)
        keys.add(read_instrument(file).key)
    assert len(keys) == len(changes)
    file.write_text(GOOD.replace("My portraits", "Mine"))
    assert read_instrument(file).key in keys


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("schema = 1", "", "says schema = None; this version reads schema = 1"),
        ("schema = 1", "schema = 2", "says schema = 2; this version reads schema = 1"),
        ('name = "mine"', "", "'name' is missing; it has: schema, title"),
        ('title = "My portraits"', "title = 4", "'title' is 4; it must be str"),
        ('version = "1"', "version = true", "'version' is True; it must be str"),
        ('source = "schwartz1992"', "source = 5", "'source' is 5; it must be a list of texts"),
        ('source = "schwartz1992"', "source = [1]", "'source' is [1]; it must be a list of texts"),
        (
            'system = "schwartz10"',
            'system = "schwarz10"',
            "no value system is called 'schwarz10'; did you mean schwartz10",
        ),
        ('system = "schwartz10"', 'system = "no.toml"', "cannot read no.toml: No such file"),
        (
            'value = "power"',
            'value = "Power"',
            "item a: 'Power' is no value of schwartz10; there are: self-direction",
        ),
        ('value = "power"', "", "item 1: 'value' is missing; it has: id, first"),
        ('id = "b"', 'id = "a"', "item id 'a' stands twice; each item needs its own"),
        ('first = "I rule."', "", "item 1 has no text; give `first` or `third`"),
        ('first = "I rule."', 'first = "  "', "item 1 has no text; give `first` or `third`"),
        (
            'first = "I rule."',
            'frist = "I rule."',
            "item 1: 'frist' is no field of an item; there are: id, value, first",
        ),
        (
            'first = "I rule."',
            'first = "I  rule."\nfirst_opposed = "I rule."',
            "item 1: the statement and its opposing twin are the same",
        ),
        ('first = "I rule."', "first = 3", "item 1: 'first' is 3; it must be str"),
        ("[scale]", "scale = 3\n[other]", "'scale' is 3; it must be a table with labels"),
        ("low = 0", "low = 0.5", "scale: 'low' is 0.5; it must be int"),
        ('["no", "perhaps", "yes"]', '"abc"', "scale: 'labels' is 'abc'; it must be list"),
        ('["no", "perhaps", "yes"]', '["no"]', "scale needs two or more labels"),
        ('["no", "perhaps", "yes"]', '["no", "No!", "yes"]', "that differ by more than case and punctuation"),
        ('["no", "perhaps", "yes"]', '["no", "...", "yes"]', "that differ by more than case and punctuation"),
        ('licence = "CC0"', 'licence = "CC0"\nstyle = "portrait"', "did you mean portraits"),
        ('licence = "CC0"', 'licence = "CC0"\nstyle = 3', "'style' is 3; it must be str"),
        ('licence = "CC0"', 'licence = "CC0"\nlicence = "x"', "is not valid TOML: Cannot overwrite a value"),
        ('id = "a"', "id = ", "is not valid TOML: Invalid value (at line 16"),
        ("low = 0", "low = " + "9" * 5000, "is not valid TOML: Exceeds the limit"),
        ("low = 0", "low = " + "[" * 5000, "is not valid TOML"),
    ],
)
def test_what_is_broken_is_named_with_file_and_place(file: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(
        (BadInput, UnknownName), match=re.escape(expected).replace("'scale'\\ is", ".*scale'? is")
    ) as caught:
        read_instrument(file)
    assert "mine.toml" in str(caught.value) or "system" in str(caught.value) or "no.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_items_says_what_to_give(file: Path) -> None:
    file.write_text(GOOD.partition("[[items]]")[0] + "\n")
    with pytest.raises(BadInput, match="'items' is missing"):
        read_instrument(file)
    file.write_text("items = []\n" + GOOD.partition("[[items]]")[0])
    with pytest.raises(BadInput, match=r"has no items; give at least one \[\[items\]\] table"):
        read_instrument(file)
    file.write_text("items = [1]\n" + GOOD.partition("[[items]]")[0])
    with pytest.raises(BadInput, match=r"item 1 is 1; it must be a table"):
        read_instrument(file)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'schema = 1\nname = "caf\xe9"\n', "line 2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbfa\n\xff", "line 2: byte 0xff is not UTF-8"),
        (GOOD.encode("utf-16"), "line 1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (
            GOOD.encode().replace(b"rule", b"ru\0le"),
            "is not valid TOML: Illegal character '\\x00' (at line 18",
        ),
    ],
)
def test_another_encoding_is_named_with_line_and_remedy(file: Path, content: bytes, expected: str) -> None:
    file.write_bytes(content)
    with pytest.raises(BadInput, match=re.escape(expected)):
        read_instrument(file)


def test_a_byte_order_mark_and_windows_line_ends_are_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_instrument(file).name == "mine"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("portrait57", "no instrument is called 'portrait57'; did you mean portraits57 or portrait?"),
        ("zzz", "no instrument is called 'zzz'. There are: FILE.toml, portrait, portraits57."),
        ("", "no instrument is called ''. There are"),
        (
            "missing.toml",
            "cannot read missing.toml: No such file or directory; give the path of a readable file.",
        ),
        ("a\0b.toml", "cannot read"),
        ("x" * 5000 + ".toml", "File name too long"),
    ],
)
def test_an_unknown_name_or_path_is_one_sentence(name: str, expected: str) -> None:
    with pytest.raises((BadInput, UnknownName), match=re.escape(expected)):
        open_instrument(name)


def test_a_folder_is_no_instrument(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BadInput, match="Is a directory; give the path of a readable file"):
        open_instrument(str(tmp_path / "folder.toml"))
