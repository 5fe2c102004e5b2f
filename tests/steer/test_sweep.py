"""Several doses in one pass give what each gives alone."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_folder

from axiometer.steer import steer
from axiometer.steer.edits import Add
from axiometer.steer.sweep import swept
from axiometer.steer.vectors import Vector
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site

PROMPTS = [
    Prompt("I value power"),
    Prompt("they like new things and rules for me", bare=True),
    Prompt("help"),
]
OPTIONS = [[" yes", " no"]] * 3


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_a_sweep_over_doses_equals_one_dose_after_the_other(tmp_path, family):
    model = open_subject(f"local:{make_folder(tmp_path, family)}?threads=1")
    push = np.linspace(-1, 1.5, model.width("block"), dtype=np.float32)
    by = [Vector("power", "x", model.fingerprint, (Add(Site(1), dose * push),)) for dose in (0.0, 1.0, 3.0)]
    together = swept(model, by, PROMPTS, OPTIONS)
    for one, found in zip(by, together, strict=True):
        alone = steer(model, one).weigh(PROMPTS, OPTIONS)
        assert [w.logp for w in found] == [pytest.approx(w.logp, abs=1e-5) for w in alone]
    assert abs(together[0][0].logp[0] - together[2][0].logp[0]) > 1e-3
    assert together[0][1].logp == pytest.approx(together[2][1].logp, abs=1e-5)
