"""People's tables: the two public data sets, and every kind of bad data."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.canon import formed, plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.report.people import PeopleStudy
from axiometer.report.people_page import page
from axiometer.studies.people import people_study

SHARED = Path(__file__).parents[3] / "shared" / "data"
PVQ40 = SHARED / "human_pvq40_smacof" / "PVQ40.csv"
PVQ21 = SHARED / "human_pvq21_gss2012" / "gss12_values.csv"
NORMS = SHARED / "norms" / "human_norms_derived.csv"
here = pytest.mark.skipif(not NORMS.exists(), reason="shared data are not here")


def _table(path: Path, people: int = 40, *, seed: int = 0, **changed: str) -> Path:
    """A wide PVQ-21 file of made-up people."""
    rng = np.random.default_rng(seed)
    rows = [["respondent", *(f"Q{i}" for i in range(1, 22))]]
    rows += [[f"p{i}", *map(str, rng.integers(1, 7, 21))] for i in range(people)]
    for place, text in changed.items():
        _, row, column = place.split("_")
        rows[int(row)][int(column)] = text
    path.write_text("\n".join(",".join(row) for row in rows))
    return path


@here
def test_the_pvq40_of_151_people_is_scored_as_before_and_lies_on_the_circle() -> None:
    found = people_study(PVQ40, "pvq40", columns=("first",), reverse=True)
    assert (found.people, found.blank, found.off_scale, found.excluded) == (151, 17, {"0": 11}, {})
    derived = {
        row["value"].lower(): row
        for row in csv.DictReader(NORMS.read_text().splitlines())
        if row["source"].startswith("PVQ-40, 151")
    }
    for value in found.values:
        row = derived[value.name]
        assert value.mean.value == pytest.approx(float(row["centred_mean"]), abs=2e-3)
        assert value.deviation == pytest.approx(float(row["centred_sd"]), abs=2e-3)
        assert value.alpha.value == pytest.approx(float(row["cronbach_alpha"]), abs=2e-3)
    assert found.circle is not None
    assert found.circle.in_order == 1.0
    assert found.circle.predictions_p < 0.001
    assert found.warnings == ()


@here
def test_a_file_coded_the_other_way_round_is_noticed_and_never_turned_silently() -> None:
    found = people_study(PVQ40, "pvq40", columns=("first",))
    assert "give --reverse" in found.warnings[0]
    again = people_study(PVQ40, "pvq40", columns=("first",), reverse=True)
    by_name = {v.name: v.mean.value for v in again.values}
    assert all(v.mean.value == pytest.approx(-(by_name[v.name] or 0)) for v in found.values)


@here
def test_the_pvq21_of_the_gss_leaves_out_who_gave_one_rating_throughout() -> None:
    found = people_study(PVQ21, "pvq21", columns=("first",))
    assert found.people == 1209
    assert found.excluded == {"the same rating for every item": 5, "one rating for more than 16 items": 41}
    assert found.circle is not None
    assert found.circle.in_order == 1.0


def test_long_and_wide_files_say_the_same(tmp_path: Path) -> None:
    wide = _table(tmp_path / "wide.csv")
    rows = list(csv.DictReader(wide.read_text().splitlines()))
    lines = [f"{r['respondent']},{i},{r[f'Q{i}']}" for r in rows for i in range(1, 22)]
    (tmp_path / "long.csv").write_text("respondent,item,rating\n" + "\n".join(lines))
    one, other = (people_study(tmp_path / name, "pvq21") for name in ("wide.csv", "long.csv"))
    assert [v.mean for v in one.values] == [v.mean for v in other.values]


def test_answers_not_given_stay_out_and_are_counted(tmp_path: Path) -> None:
    found = people_study(_table(tmp_path / "f.csv", at_1_3="", at_2_5="NA"), "pvq21")
    assert found.blank == 2
    assert found.people == 40


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"at_3_4": "often"}, "line 4, column Q4: 'often' is not a number"),
        ({"at_2_0": "p0"}, "line 3: respondent 'p0' stands twice"),
        ({"at_0_7": "Z"}, "has 20 of 21 item columns"),
    ],
)
def test_bad_cells_are_named_by_line_and_column(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        people_study(_table(tmp_path / "f.csv", **changed), "pvq21")


def test_a_few_codes_off_the_scale_are_counted_and_many_are_refused(tmp_path: Path) -> None:
    few = people_study(_table(tmp_path / "f.csv", at_1_3="0", at_2_5="9"), "pvq21")
    assert few.off_scale == {"0": 1, "9": 1}
    many = _table(
        tmp_path / "g.csv",
        **{f"at_{i}_1": "99" for i in range(1, 40)},
        **{f"at_{i}_2": "8" for i in range(1, 9)},
    )
    with pytest.raises(
        BadInput, match=r"47 of 840 ratings are off the scale of 1 to 6: 99 \(39 times\), 8 \(8 times\)"
    ):
        people_study(many, "pvq21")


def test_constant_and_nearly_empty_respondents_are_left_out_with_counts(tmp_path: Path) -> None:
    same = {f"at_1_{i}": "4" for i in range(1, 22)}
    empty = {f"at_2_{i}": "" for i in range(1, 22)}
    gaps = {f"at_3_{i}": "" for i in range(1, 10)}
    found = people_study(_table(tmp_path / "f.csv", **same, **empty, **gaps), "pvq21")
    assert found.people == 37
    assert found.excluded == {
        "no answer at all": 1,
        "more than 5 items unanswered": 1,
        "the same rating for every item": 1,
    }


def test_nobody_left_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the same rating for every item: 1"):
        people_study(_table(tmp_path / "f.csv", 1, **{f"at_1_{i}": "4" for i in range(1, 22)}), "pvq21")


def test_one_person_has_scores_but_neither_reliability_nor_circle(tmp_path: Path) -> None:
    found = people_study(_table(tmp_path / "f.csv", 1), "pvq21")
    assert found.circle is None
    assert "too few" in found.why
    assert all(
        v.alpha.value is None and v.mean.low is None and v.mean.value is not None for v in found.values
    )
    assert "1 person" in page(found)


def test_the_record_survives_json_and_the_command_writes_it(tmp_path: Path) -> None:
    path, out = _table(tmp_path / "f.csv"), str(tmp_path / "out")
    found = people_study(path, "pvq21")
    assert formed(PeopleStudy, json.loads(json.dumps(plain(found))), "study") == found
    words = ["study", "people", str(path), "--key", "pvq21", "--out", out]
    done = CliRunner().invoke(axiometer, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "40 people" in done.output
    assert (tmp_path / "out" / "report.html").exists()
    assert CliRunner().invoke(axiometer, ["report", out], catch_exceptions=False).exit_code == 0
