"""An encoder of known behaviour: each word is a fixed random vector, and words of a value carry its direction."""

from dataclasses import dataclass

import numpy as np

from axiometer.canon import draws
from axiometer.instruments.scenes import Action, Scene, Scenes
from axiometer.values import open_system

NAMES = open_system("valuepilot6").names
UP = {
    "curiosity": "peer",
    "energy": "bread",
    "safety": "lock",
    "happiness": "song",
    "intimacy": "hug",
    "fairness": "halve",
}
DOWN = {
    "curiosity": "shrug",
    "energy": "fast",
    "safety": "blaze",
    "happiness": "gloom",
    "intimacy": "shun",
    "fairness": "grab",
}


@dataclass(frozen=True)
class Words:
    """16 numbers a word."""

    width: int = 16
    key: str = "words"
    layer: int = 0

    def tokens(self, texts):
        return [
            np.stack(
                [
                    draws(0, "word", word).standard_normal(16).astype(np.float32)
                    for word in text.lower().split()
                ]
            )
            for text in texts
        ]


def planted(many=200, seed=0, levels=(1, 2, 3, 6)):
    """Scenes whose actions are rated by the words they hold."""
    rng, found = np.random.default_rng(seed), []
    for i in range(many):
        values = tuple(sorted(rng.permutation(NAMES)[: levels[i % len(levels)]], key=NAMES.index))
        actions = []
        for _ in range(5):
            signs = {value: int(rng.choice([-1, 1])) for value in values}
            words = [(UP if sign > 0 else DOWN)[value] for value, sign in signs.items()]
            text = " ".join([*rng.permutation(words), *(f"thing{rng.integers(20)}" for _ in range(2))])
            actions.append(Action(text, {value: 0.8 * sign for value, sign in signs.items()}))
        text = f"place{rng.integers(9)} " + " ".join(UP[v] for v in values)
        found.append(Scene(f"s{i}", text, values, tuple(actions), "test" if i % 5 == 4 else "train"))
    return Scenes("planted", "valuepilot6", "CC0", (), tuple(found))
