"""A capable subject of known behaviour: it writes down at which mark each value stands, and misses what is wanted by a known spread.

Nothing in it is a language model. It answers by marks, "power stands at mark 4 here", with an error of its own for every question, value and way of
being asked; a reader of marks reads them. What revision can gain with it follows from the spreads.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from axiometer.canon import draws, key
from axiometer.raters import Rating
from axiometer.subjects import Answer, Card, Missing
from axiometer.values import open_system

# Chosen freely, in the order in which the paper's ablations cost; with all parts least, with the levels told alone most.
SPREADS = {"told": 1.1, "concepts": 0.45, "scratch": 0.65, "direct": 0.8, "unrelated": 0.95}


def mark(system, value, level):
    return f"{system.value(value).title} stands at mark {level} here."


def marks(system, text):
    found = {}
    for value in system.values:
        hits = re.findall(rf"{re.escape(value.title)} stands at mark (\d)", text)
        if hits:
            found[value.name] = int(hits[-1])
    return found


@dataclass(frozen=True)
class Writer:
    """Answers, and rewrites, by marks.

    Attributes:
        spreads: way of being asked -> standard deviation of what it misses by.
        deaf: whether it says the same whatever it is asked.
    """

    system: str = "schwartz10"
    spreads: dict = field(default_factory=lambda: dict(SPREADS))
    deaf: bool = False

    @property
    def spec(self):
        return {"subject": "writer", "system": self.system, "spreads": self.spreads, "deaf": self.deaf}

    @property
    def card(self):
        return Card("writer", "planted", batch=64)

    def answer(self, prompts, *, seed):
        return [Answer(self._say(prompt, seed)) for prompt in prompts]

    def _say(self, prompt, seed):
        system, name = open_system(self.system), prompt.about.rpartition("/")[2]
        if prompt.about.startswith("couple/answer"):
            said = prompt.user.split("the most important first:")[1]
            return (
                " ".join(mark(system, v, n) for v, n in marks(system, said).items())
                or "Nothing is to be said."
            )
        wanted = self._wanted(system, prompt.user)
        if not wanted or self.deaf:
            rng = draws(7, "own view", name)
            return " ".join(mark(system, v, int(rng.integers(1, 6))) for v in system.names)
        way = prompt.about.split("/")[1] if prompt.about.startswith("couple/") else "told"
        if (
            way == "concepts"
            and "pull against" not in prompt.user
            and "more important" not in prompt.user.split("Now these")[1].split("Say for")[0]
        ):
            way = "unrelated"
        found = {
            v: int(np.clip(np.rint(n + draws(seed, way, name, v).normal(0, self.spreads[way])), 1, 5))
            for v, n in wanted.items()
        }
        if way in ("concepts", "scratch", "unrelated"):
            return "\n".join(f"{system.value(v).title}: {mark(system, v, n)}" for v, n in found.items())
        return " ".join(mark(system, v, n) for v, n in found.items())

    def _wanted(self, system, text):
        part = re.search(
            r"(?:levels are wanted[^\n]*|levels of importance[^\n]*)\n((?:[^\n:]+: \d\n?)+)", text
        )
        if not part:
            return {}
        return {system.value(name).name: int(n) for name, n in re.findall(r"([^\n:]+): (\d)", part[1])}


@dataclass(frozen=True)
class Marks:
    """Reads marks, off by an error of its own; a value without one is absent, level 2."""

    error: float = 0.0
    seed: int = 0
    blind: bool = False
    system: str = "schwartz10"

    @property
    def spec(self):
        return {"rater": f"marks-{self.seed}", "error": self.error, "seed": self.seed, "system": self.system}

    def rate(self, contents):
        system = open_system(self.system)
        found = []
        for text in contents:
            if self.blind:
                found.append(Missing("refused"))
                continue
            read = dict.fromkeys(system.names, 2) | marks(system, text)
            rng = draws(self.seed, "marks", key(text))
            found.append(
                Rating(
                    {
                        v: float(np.clip((n + rng.normal(0, self.error) - 1) / 4, 0, 1))
                        for v, n in read.items()
                    }
                )
            )
        return found

    @property
    def thresholds(self):
        """The level of 3.5 lies at 2.5 of 4 steps, so that scores are levels in a straight line."""
        return dict.fromkeys(open_system(self.system).names, 2.5 / 4)
