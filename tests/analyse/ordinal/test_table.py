"""Rows become a table, or one clear sentence."""

import numpy as np
import pytest

from axiometer.analyse.ordinal import Row, table_of
from axiometer.analyse.ordinal.table import LEVELS, design_of
from axiometer.errors import BadInput
from axiometer.subjects import Missing
from axiometer.values import open_system

SYSTEM = open_system("schwartz10")


def _rows(*changed: Row) -> list[Row]:
    kept = [
        Row(s, c, f"{value} {k}", value, r, float(1 + (k + r) % 3))
        for s in ("a", "b")
        for c in ("", "told")
        for value in ("power", "hedonism")
        for k in (0, 1)
        for r in (0, 1)
    ]
    return [*kept, *changed]


def test_missing_answers_are_counted_by_group_and_reason() -> None:
    table = table_of(
        _rows(
            Row("a", "", "power 0", "power", 2, Missing("refused")),
            Row("b", "told", "power 0", "power", 2, Missing("unparsed")),
            Row("b", "told", "power 1", "power", 2, Missing("unparsed")),
        ),
        SYSTEM,
        ("no", "perhaps", "yes"),
        1,
    )
    assert table.missing == ({"refused": 1}, {}, {}, {"unparsed": 2})
    assert len(table.rating) == 32
    assert table.values == ("hedonism", "power")


def test_items_of_no_value_are_left_out_and_counted() -> None:
    table = table_of(_rows(Row("a", "", "x", "", 0, 2.0)), SYSTEM, ("no", "perhaps", "yes"), 1)
    assert table.excluded == {"item without a value in the system": 1}
    assert "x" not in table.items


@pytest.mark.parametrize("rating", [0.0, 4.0, 1.5, -1.0])
def test_a_rating_off_the_scale_is_refused_with_the_remedy(rating: float) -> None:
    with pytest.raises(BadInput, match=r"whole numbers from 1 to 3.*recode"):
        table_of(_rows(Row("a", "", "power 0", "power", 3, rating)), SYSTEM, ("no", "perhaps", "yes"), 1)


def test_an_item_of_two_values_is_refused() -> None:
    with pytest.raises(BadInput, match="power 0 belongs to power and to hedonism"):
        table_of(_rows(Row("a", "", "power 0", "hedonism", 3, 1.0)), SYSTEM, ("no", "perhaps", "yes"), 1)


def test_one_value_alone_makes_no_profile() -> None:
    with pytest.raises(BadInput, match="only power has ratings"):
        table_of([Row("a", "", "p", "power", 0, 1.0)], SYSTEM, ("no", "yes"), 1)


def test_nothing_at_all_is_refused_with_what_was_left_out() -> None:
    with pytest.raises(BadInput, match="item without a value in the system: 1"):
        table_of([Row("a", "", "x", "", 0, 1.0)], SYSTEM, ("no", "yes"), 1)
    with pytest.raises(BadInput, match="there are no rows"):
        table_of([], SYSTEM, ("no", "yes"), 1)


def test_the_terms_follow_from_what_there_is() -> None:
    table = table_of(_rows(), SYSTEM, ("no", "perhaps", "yes"), 1)
    assert design_of(table).names == (
        "value",
        "subject",
        "subject x value",
        "condition",
        "condition x value",
        "subject x condition",
        "subject x condition x value",
        "item",
        "subject x item",
        "subject x condition x item",
    )
    alone = [r for r in _rows() if r.subject == "a" and not r.condition]
    assert design_of(table_of(alone, SYSTEM, ("no", "perhaps", "yes"), 1)).names == ("value", "item")
    assert "subject x value" not in design_of(table, LEVELS[1]).names
    assert "subject" not in design_of(table, LEVELS[0]).names


def test_collapsing_to_counts_keeps_every_answer() -> None:
    table = table_of(_rows(), SYSTEM, ("no", "perhaps", "yes"), 1)
    of = design_of(table)
    assert of.middle.sum() == len(table.rating)
    by_runs = design_of(table, runs=True)
    assert by_runs.runs == 8
    for one, other in ((of.up, by_runs.up), (of.down, by_runs.down)):
        assert one.sum() == other.sum()
    assert np.array_equal(of.middle, by_runs.middle)
