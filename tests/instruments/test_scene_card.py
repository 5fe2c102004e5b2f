"""The card of the shipped scenes says what is in them, and the set passes the filters that the card names."""

import re
from pathlib import Path

import numpy as np
import pytest

from axiometer.grow.scenarios import imported
from axiometer.instruments.scene_files import open_scenes
from axiometer.values import open_system

CARD = (Path(__file__).parents[2] / "docs" / "scenes.md").read_text(encoding="utf-8")
SYSTEM = open_system("valuepilot6")


@pytest.fixture(scope="module")
def shipped():
    return open_scenes("valuepilot6")


def rows(first):
    """The cells of the table whose head begins so, by their first cell."""
    table = CARD.split(f"| {first} |")[1].split("\n\n")[0].splitlines()[2:]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {cells[0]: cells[1:] for cells in found}


def test_the_card_counts_scenes_and_actions_by_level(shipped):
    told = rows("values at stake")
    assert set(told) == {"1", "2", "3", "4", "5", "6", "all"}
    for level, numbers in told.items():
        own = [scene for scene in shipped.scenes if level in ("all", str(len(scene.values)))]
        counted = [
            len(own),
            *(sum(scene.split == split for scene in own) for split in ("train", "test")),
            sum(len(scene.actions) for scene in own),
            len({scene.values for scene in own}),
        ]
        assert [int(number) for number in numbers] == counted


def test_the_card_says_how_ratings_lie_value_by_value(shipped):
    told = rows("value")
    assert tuple(told) == SYSTEM.names
    for name, (scenes, ratings, mean, below, spread) in told.items():
        own = [scene for scene in shipped.scenes if name in scene.values]
        rated = np.array([action.ratings[name] for scene in own for action in scene.actions])
        assert (int(scenes), int(ratings)) == (len(own), len(rated))
        assert float(mean) == pytest.approx(rated.mean(), abs=0.005)
        assert float(below.rstrip(" %")) == pytest.approx(100 * (rated < 0).mean(), abs=0.5)
        assert float(spread) == pytest.approx(rated.std(), abs=0.005)


def test_the_numbers_in_the_sentences_are_those_of_the_set(shipped):
    actions = [action for scene in shipped.scenes for action in scene.actions]
    ratings = [abs(rating) for action in actions for rating in action.ratings.values()]
    assert f"{len(shipped.scenes)} scenes of everyday life with {len(actions):,} actions" in CARD
    slight = sum(rating == pytest.approx(0.1) for rating in ratings)
    assert f"{slight:,} of {len(ratings):,} ratings are .1" in CARD
    words = [
        round(float(np.mean([len(one.text.split()) for one in ones]))) for ones in (shipped.scenes, actions)
    ]
    assert re.search(r"acts, in (\d+) words .* in (\d+)\.", CARD).groups() == tuple(map(str, words))
    assert {len(scene.actions) for scene in shipped.scenes} == {6, 7, 8}
    assert shipped.licence == "CC-BY-4.0"


@pytest.mark.slow
def test_nothing_of_the_shipped_set_is_dropped_by_the_filters(shipped):
    replies = []
    for scene in shipped.scenes:
        said = [f"SCENE: {scene.text}"]
        for action in scene.actions:
            said += [f"ACTION: {action.text}", *(f"{name}: {x}" for name, x in action.ratings.items())]
        replies.append((scene.values, "\n".join(said)))
    again = imported(replies, SYSTEM)
    assert not again.reasons()
    assert [(one.text, one.values, one.actions) for one in again.scenes] == [
        (one.text, one.values, one.actions) for one in shipped.scenes
    ]
    assert not shipped.left_out
