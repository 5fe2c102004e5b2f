"""What a profile should become: read from a few words, refused where it contradicts itself."""

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.values import open_system, read_objective


def test_directions_are_read_in_any_spelling_of_a_value():
    found = read_objective(" Power=+1, tradition=-1 ,benevolence=0")
    assert found.moved == {"power": 1, "tradition": -1}
    assert found.kept == ("benevolence",)
    assert found.system == "schwartz10"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("power=+1,power=-1", "two ways at once"),
        ("power=+1,power=0", "two ways at once"),
        ("power", "names no direction"),
        ("power=2", "names no direction"),
        ("power=0", "raises and lowers nothing"),
        ("", "raises and lowers nothing"),
    ],
)
def test_what_contradicts_itself_or_says_nothing_is_refused(text, said):
    with pytest.raises(BadInput, match=said):
        read_objective(text)


def test_a_value_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(UnknownName, match="glory"):
        read_objective("glory=+1")


def test_opposites_that_are_both_to_rise_are_told():
    assert read_objective("power=+1,universalism=+1").strained == (("power", "universalism"),)
    assert read_objective("power=+1,universalism=-1").strained == ()
    assert read_objective("power=+1,achievement=+1").strained == ()


def test_relations_follow_the_circle_and_its_opposites():
    system = open_system("schwartz10")
    assert system.relation("power", "power") == "same"
    assert system.relation("power", "achievement") == "neighbour"
    assert system.relation(system.names[0], system.names[-1]) in ("neighbour", "opposite")
    for a, b in (("self-direction", "security"), ("power", "benevolence"), ("stimulation", "tradition")):
        assert system.relation(a, b) == system.relation(b, a) == "opposite"
