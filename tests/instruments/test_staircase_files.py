import json
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from axiometer.analyse.likeness import names, stems
from axiometer.errors import BadInput, UnknownName
from axiometer.instruments.staircase_files import open_staircases
from axiometer.values import open_system

RELEASED = Path("../shared/data/mmds_staircase_sample")
shared = pytest.mark.skipif(not RELEASED.exists(), reason="shared data are absent")


@pytest.mark.parametrize("name", ["schwartz10", "mft6"])
def test_every_shipped_dilemma_has_five_steps_between_two_values(name: str) -> None:
    found, system = open_staircases(name), open_system(name)
    assert found.left_out == ()
    assert len({one.norm for one in found.dilemmas}) == len(found.dilemmas)
    offered = Counter[tuple[str, int]]()
    pairs = Counter[tuple[str, ...]]()
    for dilemma in found.dilemmas:
        assert len(dilemma.steps) == 5
        for number, step in enumerate(dilemma.steps):
            assert step is not None
            assert 20 <= len(step.situation.split()) <= 65
            sizes = sorted(len(option.text) for option in step.options)
            assert sizes[1] <= 1.4 * sizes[0], dilemma.name
            pairs[tuple(sorted(step.values))] += 1
            for option in step.options:
                offered[option.value, number] += 1
                assert not any(
                    names(option.text, stem) for stem in stems(system.value(option.value).title)
                ), option.text
    assert all(offered[value, step] >= 4 for value in system.names for step in range(5))
    assert all(pairs[tuple(sorted(pair))] >= 2 for pair in combinations(system.names, 2))


def test_at_least_sixty_dilemmas_are_shipped() -> None:
    assert sum(len(open_staircases(name).dilemmas) for name in ("schwartz10", "mft6")) >= 60


@pytest.mark.parametrize("name", ["schwartz10", "mft6"])
def test_no_value_stands_first_more_often_than_chance_allows(name: str) -> None:
    first, offered = Counter[str](), Counter[str]()
    for dilemma in open_staircases(name).dilemmas:
        for step in dilemma.steps:
            assert step is not None
            first[step.values[0]] += 1
            offered.update(step.values)
    assert all(0.3 < first[value] / offered[value] < 0.7 for value in offered)


@shared
@pytest.mark.parametrize(
    ("file", "system", "many"), [("MMDs_MFT.json", "mft6", 25), ("MMDs_Schwartz.json", "schwartz10", 26)]
)
def test_the_authors_sample_loads_with_its_dirty_labels(file: str, system: str, many: int) -> None:
    found = open_staircases(str(RELEASED / file))
    assert (found.system, len(found.dilemmas), found.height, found.left_out) == (system, many, 5, ())
    labels = {value for one in found.dilemmas for step in one.steps if step for value in step.values}
    assert labels <= set(open_system(system).names)
    if system == "schwartz10":
        assert "self-direction" in labels  # stands there as "self"


def released(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {"norm": "Be kind.", "idx": 1}
    for step in (1, 2):
        row |= {
            f"step {step}_situation": "A knock at the door.",
            f"step {step}_dilemma": "Open?",
            f"step {step}_choiceA": "Open.",
            f"step {step}_choiceA_value": "Benevolence",
            f"step {step}_choiceB": "Stay quiet.",
            f"step {step}_choiceB_value": "self",
        }
    return row | changes


def test_a_broken_dilemma_or_step_is_left_out_with_its_reason_and_the_rest_is_kept(tmp_path) -> None:
    rows = [
        released(),
        released(idx=2, **{"step 2_choiceB_value": "benevolence"}),
        released(idx=3, **{"step 1_choiceA": None}),
        released(idx=4, norm=7),
        released(idx=5, **{"step 1_choiceA_value": "greed", "step 2_choiceA_value": "greed"}),
        "no dilemma",
        released(idx=6, **{"step 1_choiceB": " open. "}),
        released(),
    ]
    path = tmp_path / "d.json"
    path.write_text(json.dumps(rows))
    found = open_staircases(str(path))
    assert [one.name for one in found.dilemmas] == ["1", "2", "3", "6-2", "1-2"]
    reasons = {(one.dilemma, one.step): one.why for one in found.left_out}
    assert reasons["2", 2] == "both options show the same value"
    assert "text" in reasons["3", 1]
    assert "norm" in reasons["4", 0]
    assert "greed" in reasons["5", 1]
    assert reasons["6", 0] == "it is no object"
    assert reasons["6-2", 1] == "both options say the same"
    assert sum(found.reasons().values()) == len(found.left_out) >= 6


@pytest.mark.parametrize("text", ["[", "{}", "[]", '[{"norm": "x", "idx": 1}]', '["a"]'])
def test_a_file_without_any_usable_dilemma_is_one_sentence(tmp_path, text: str) -> None:
    path = tmp_path / "d.json"
    path.write_text(text)
    with pytest.raises(BadInput):
        open_staircases(str(path))


def test_an_unknown_set_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="schwartz10"):
        open_staircases("schwartz")


def test_a_bank_as_large_as_the_released_one_loads_in_seconds(tmp_path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([released(idx=i) for i in range(3302)]))
    start = time.process_time()
    assert len(open_staircases(str(path)).dilemmas) == 3302
    assert time.process_time() - start < 60  # a guard against a wrong algorithm, not a benchmark
