"""The embedded model as an author: whatever it writes, every reply is accounted for."""

import json

import pytest

from axiometer.instruments.contrast import read_contrast
from axiometer.studies.growing import grown_pairs

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_every_reply_of_a_small_model_is_kept_or_rejected_with_its_words(tmp_path):
    growth = grown_pairs("smollm2:?max_new_tokens=32", "hedonism", tmp_path, wanted=2, calls=8)
    rejects = [json.loads(line) for line in (tmp_path / "hedonism.rejects.jsonl").read_text().splitlines()]
    assert len(growth.grown.tried) == len(growth.grown.pairs) + len(rejects)
    assert len(rejects) == sum(growth.grown.reasons.values())
    assert all(row["replies"][0]["text"] for row in rejects if row["why"] != "missing")
    assert len(read_contrast(tmp_path / "hedonism.toml").pairs) == len(growth.grown.pairs)
    again = grown_pairs("smollm2:?max_new_tokens=32", "hedonism", tmp_path, wanted=2, calls=8)
    assert (again.fresh, again.grown) == (0, growth.grown)
