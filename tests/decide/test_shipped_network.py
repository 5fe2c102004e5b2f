"""The shipped network on the shipped test scenes, which it has not seen: better than the constant mean and than words, intervals apart."""

import re
from pathlib import Path

import numpy as np
import pytest

from axiometer.analyse.decisions import less_off, readings
from axiometer.decide import open_decider
from axiometer.errors import Incapable
from axiometer.instruments.scene_files import open_scenes
from axiometer.studies.valuepilot import _counts
from axiometer.values import open_system

pytestmark = pytest.mark.slow
SYSTEM = open_system("valuepilot6")
PAGE = (Path(__file__).parents[2] / "docs" / "deciding.md").read_text(encoding="utf-8")


def laid(scenes):
    """[actions, values] ratings, which are at stake; [actions] number of the scene."""
    rated = [[a.ratings.get(name, 0.0) for name in SYSTEM.names] for s in scenes for a in s.actions]
    stake = [[name in s.values for name in SYSTEM.names] for s in scenes for _ in s.actions]
    return (
        np.array(rated),
        np.array(stake),
        np.repeat(np.arange(len(scenes)), [len(s.actions) for s in scenes]),
    )


@pytest.fixture(scope="module")
def found():
    """Ratings, which are at stake, scenes, and what each way reads."""
    scenes = open_scenes("valuepilot6")
    learned, tried = scenes.split("train"), scenes.split("test")
    try:
        decider = open_decider()
    except Incapable as error:
        pytest.skip(str(error))
    network = np.concatenate([decider.assess(s.text, [a.text for a in s.actions]).actions for s in tried])
    (known, there, _), (true, stake, of) = laid(learned), laid(tried)
    mean = np.array([known[there[:, j], j].mean() for j in range(len(SYSTEM.names))])
    counts = [_counts([a.text for s in some for a in s.actions], SYSTEM) for some in (learned, tried)]
    words = np.zeros_like(true)
    for j in range(len(SYSTEM.names)):
        slope, start = np.polyfit(counts[0][there[:, j], j], known[there[:, j], j], 1)
        words[:, j] = np.clip(start + slope * counts[1][:, j], -1, 1)
    return true, stake, of, {"network": network, "constant": np.tile(mean, (len(true), 1)), "words": words}


@pytest.mark.parametrize("other", ["constant", "words"])
def test_the_shipped_network_is_nearer_than_both_baselines_intervals_apart(found, other):
    true, stake, of, ways = found
    errors = {way: np.abs(read - true)[stake] for way, read in ways.items()}
    less, low, high = less_off(errors["network"], errors[other], np.repeat(of, stake.sum(axis=1)))
    assert 0.05 < low < less < high
    # and of ratings read to within .2
    near = {way: (error < 0.2).astype(float) for way, error in errors.items()}
    _, low, _ = less_off(1 - near["network"], 1 - near[other], np.repeat(of, stake.sum(axis=1)))
    assert low > 0


def test_the_page_says_what_the_network_reads_on_the_test_scenes(found):
    true, stake, _, ways = found
    table = re.findall(
        r"^\| (network|constant mean|words of the definitions) \| ([.\d]+) \| ([.\d]+) % \| ([.\d]+) % \|",
        PAGE,
        re.M,
    )
    assert len(table) == 3
    for (_, off, near, closely), way in zip(table, ("network", "constant", "words"), strict=True):
        read = readings(true, ways[way], stake)
        assert float(off) == pytest.approx(read.off, abs=0.0015)
        assert float(near) == pytest.approx(100 * read.within[0.2], abs=0.3)
        assert float(closely) == pytest.approx(100 * read.within[0.05], abs=0.3)
    assert f"{stake.sum():,} ratings of values at stake" in PAGE
