"""Deciding: a network trained on 84,000 actions in 12,000 scenes, and how long a decision takes once it is loaded.

Texts are put together from the words of the shipped scenes, so that they have their lengths; ratings follow from words. `--actions N` takes fewer.

Run: python benchmarks/deciding.py
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from axiometer.canon import draws
from axiometer.decide import open_decider
from axiometer.instruments.scene_files import open_scenes
from axiometer.instruments.scenes import Action, Scene, Scenes
from axiometer.studies.valuepilot import valuepilot
from axiometer.values import open_system


def many(actions: int) -> Scenes:
    """Scenes of seven actions each, every level as often, a tenth of them for testing."""
    shipped, names = open_scenes("valuepilot6").scenes, open_system("valuepilot6").names
    told = [scene.text.split() for scene in shipped]
    done = [action.text.split() for scene in shipped for action in scene.actions]
    words = sorted({word for text in done for word in text})
    pull = {word: draws(0, "pull", word).normal(0, 0.5, 6) for word in words}
    found = []
    for i in range(actions // 7):
        rng = draws(0, "scene", i)
        values = tuple(sorted(rng.permutation(names)[: 1 + i % 6], key=names.index))
        own = []
        for _ in range(7):
            a, b = (done[int(rng.integers(len(done)))] for _ in range(2))
            text = [*a[: len(a) // 2], *b[len(b) // 2 :]]
            score = np.tanh(sum(pull.get(word, np.zeros(6)) for word in text) / 2)
            own.append(
                Action(" ".join(text), {v: float(round(score[names.index(v)], 1)) or 0.1 for v in values})
            )
        a, b = (told[int(rng.integers(len(told)))] for _ in range(2))
        text = " ".join([*a[: len(a) // 2], *b[len(b) // 2 :]])
        found.append(Scene(f"s{i}", text, values, tuple(own), "test" if i % 10 == 9 else "train"))
    return Scenes("benchmark", "valuepilot6", "none", (), tuple(found))


def latency() -> None:
    """Milliseconds a decision, by number of actions; encoding included."""
    decider, scenes = open_decider(), open_scenes("valuepilot6").split("test")
    for count in (2, 4, 6, 8):
        took = []
        for scene in [scene for scene in scenes if len(scene.actions) >= min(count, 6)][:20]:
            texts = ([action.text for action in scene.actions] * 2)[:count]
            start = time.perf_counter()
            decider.decide(scene.text, texts, {"safety": 0.9, "curiosity": 0.2})
            took.append(1000 * (time.perf_counter() - start))
        print(
            f"{count} actions: {np.median(took):5.1f} ms a decision, median of {len(took)} scenes (slowest {max(took):.1f})"
        )


def main() -> None:
    """Training, then latency."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--actions", type=int, default=84_000)
    wanted = asked.parse_args().actions
    latency()
    scenes, start = many(wanted), time.perf_counter()
    began: dict[str, float] = {}

    def heard(what: str):
        began[what] = time.perf_counter()
        return lambda done, total: None

    with tempfile.TemporaryDirectory() as place:
        study, _ = valuepilot(scenes, Path(place), heard=heard)
    end = time.perf_counter()
    print(
        f"{study.trained[1]} + {study.tested[1]} actions in {sum(study.trained[:1]) + study.tested[0]} scenes"
    )
    print(
        f"read by the encoder in {began['epochs'] - start:.0f} s, trained in {study.epochs} epochs of a head in {end - began['epochs']:.0f} s"
    )
    for one in study.reads[:3:2]:
        print(f"{one.way}: off by {one.off:.3f}, n = {one.n}")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
