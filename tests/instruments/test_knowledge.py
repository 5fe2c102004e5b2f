"""Questions of fact: our own are balanced and about no value; released tests are read as they come; subsets are fair."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from axiometer.data import shipped_names
from axiometer.errors import BadInput
from axiometer.instruments.contrast import open_contrast
from axiometer.instruments.knowledge import LETTERS, open_knowledge, read_released, subset
from axiometer.measure.drift import neutral_prompts
from axiometer.values import open_system

MMLU = Path(__file__).parents[3] / "shared" / "data" / "mmlu" / "mmlu.zip"


def test_our_hundred_questions_are_distinct_and_balanced_over_letters_and_areas():
    ours = open_knowledge()
    assert len(ours) == len({one.question for one in ours}) == len({one.name for one in ours}) == 100
    assert Counter(one.key for one in ours) == dict.fromkeys(LETTERS, 25)
    assert set(Counter(one.area for one in ours).values()) == {25}
    for area in {one.area for one in ours}:
        assert max(Counter(one.key for one in ours if one.area == area).values()) <= 7
    assert all(len(set(one.options)) == 4 for one in ours)


def test_neither_questions_nor_requests_name_a_value():
    names = {value.title.lower() for value in open_system("schwartz10").values} | {"value", "moral", "ought"}
    texts = [one.question for one in open_knowledge()] + list(neutral_prompts())
    assert not [text for text in texts if set(text.lower().replace("?", "").split()) & names]


def test_the_requests_are_forty_and_none_is_a_dilemma():
    prompts = neutral_prompts()
    assert len(prompts) == len(set(prompts)) == 40
    dilemmas = {d.lead for name in shipped_names("contrast") for d in open_contrast(name).dilemmas}
    assert not dilemmas & set(prompts)
    assert not [prompt for prompt in prompts if "should" in prompt.lower()]


@pytest.fixture
def tables(tmp_path):
    folder = tmp_path / "data" / "test"
    folder.mkdir(parents=True)
    (folder / "sums_test.csv").write_text('"What, then, is\n1 + 1?",2,3,4,5,A\n' + "x,1,2,3,4,B\n" * 7)
    (folder / "seas_test.csv").write_text("y,1,2,3,4,C\n" * 3)
    (folder / "seas_dev.csv").write_text("z,1,2,3,4,D\n")
    return tmp_path


def test_tables_are_read_from_a_folder_or_a_zip_split_by_split(tables, tmp_path):
    found = read_released(tables)
    assert Counter(one.area for one in found) == {"sums": 8, "seas": 3}
    first = next(one for one in found if one.name == "sums-1")
    assert (first.question, first.options, first.right) == ("What, then, is\n1 + 1?", ("2", "3", "4", "5"), 0)
    assert [one.key for one in read_released(tables, "dev")] == ["D"]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in tables.rglob("*.csv"):
            archive.write(file, file.name)
    assert read_released(tmp_path / "all.zip") == found


def test_what_is_no_such_test_says_so(tables, tmp_path):
    with pytest.raises(BadInput, match="no tables named AREA_val"):
        read_released(tables, "val")
    with pytest.raises(BadInput, match="cannot be read"):
        read_released(tmp_path / "absent.zip")
    for row in ("only,three,fields", "q,1,2,3,4,E", "q,1,2,3,,A", "q,1,2,3,4,5,A"):
        (tables / "bad_val.csv").write_text(f"q,1,2,3,4,A\n{row}\n")
        with pytest.raises(BadInput, match=r"bad_val\.csv, row 2"):
            read_released(tables, "val")


def test_a_subset_is_fair_to_areas_repeatable_and_nested(tables):
    every = read_released(tables)
    some = subset(every, 6, seed=1)
    assert Counter(one.area for one in some) == {"sums": 3, "seas": 3}
    assert subset(every[::-1], 6, seed=1) == some
    assert subset(every, 4, seed=1) == some[:4]
    assert Counter(one.area for one in subset(every, 9, seed=1)) == {"sums": 6, "seas": 3}
    ours = open_knowledge()
    assert {one.name for one in subset(ours, 20, seed=1)} != {one.name for one in subset(ours, 20, seed=2)}
    for many in (0, 12):
        with pytest.raises(BadInput, match="there are 11"):
            subset(every, many, seed=1)


@pytest.mark.skipif(not MMLU.exists(), reason="needs the shared data mmlu")
def test_the_released_test_has_its_57_areas_and_14042_questions():
    found = read_released(MMLU)
    assert len({one.area for one in found}) == 57
    assert len(found) == 14042
    assert len({one.area for one in subset(found, 57, seed=3)}) == 57
