"""A world in which it is known what every question tells: subjects with planted values, and an author who writes blindly.

A question is made of words that bear on values, and that divide people or do not. A subject shows a value that the question bears
on: as anybody would where nothing divides, as much as it holds the value where everything does. A rater reads values
out of words, and errs at a known rate.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from axiometer.analyse.information import informativeness
from axiometer.canon import draws
from axiometer.raters import Rating
from axiometer.subjects import Answer, Card, Missing, Prompt
from axiometer.values import open_system

NAMES = open_system("schwartz10").names
TOPICS = tuple(f"topic{i}" for i in range(12))
_WORD = re.compile(r"\b(w\d+x\d+)\b")
_ADJECTIVES = [
    "quiet",
    "old",
    "northern",
    "crowded",
    "little",
    "distant",
    "rainy",
    "famous",
    "narrow",
    "dusty",
]


def bearing(text: str) -> np.ndarray:
    """How much a question bears on each value, from 0 to 1: the mean over its words."""
    found = [_bears(word) for word in _WORD.findall(text)]
    return np.mean(found, axis=0) if found else np.full(len(NAMES), 0.4)


def contested(text: str) -> float:
    """How far answers follow what somebody holds rather than what anybody would say, from 0 to 1: the mean over its words."""
    return float(np.mean([_contested(word) for word in _WORD.findall(text)] or [0.0]))


def _bears(word: str) -> np.ndarray:
    """A word bears on about three of the ten values."""
    return np.where(draws(7, "bears", word).random(len(NAMES)) < 0.35, 0.95, 0.02)


def _contested(word: str) -> float:
    """Most words are harmless, few divide; in some topics more than in others."""
    topic = int(word[1 : word.index("x")])
    most = 0.2 + 0.8 * topic / (len(TOPICS) - 1)
    return float(most * draws(7, "contested", word).random())


@dataclass(frozen=True)
class Holder:
    """Shows the values that a question bears on, and in a question that divides those that it holds."""

    name: str
    held: tuple[float, ...]

    @property
    def spec(self):
        return {"subject": "holder", "name": self.name, "held": list(self.held)}

    @property
    def card(self):
        return Card(self.name, "planted", batch=64)

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        return [self._say(p, seed) for p in prompts]

    def truth(self, text: str) -> np.ndarray:
        divides = contested(text)
        return bearing(text) * (divides * np.array(self.held) + (1 - divides) * 0.5)

    def _say(self, prompt: Prompt, seed: int) -> Answer:
        chance, rng = self.truth(prompt.user), draws(seed, self.name, prompt.user)
        reasons = []
        for _ in range(3):
            shown = [name for name, p in zip(NAMES, chance, strict=True) if rng.random() < p]
            reasons.append(f"- it is about {' and '.join(shown) or 'nothing much'}")
        return Answer("Yes.\n" + "\n".join(reasons))


@dataclass(frozen=True)
class Reading:
    """Reads the values that are named, and errs on each with a known chance."""

    error: float = 0.05
    system: str = "schwartz10"

    @property
    def spec(self):
        return {"rater": "reading", "error": self.error}

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        return [self._rated(text) for text in contents]

    def _rated(self, text: str) -> Rating:
        rng = draws(3, "error", text)
        there = [float(re.search(rf"\b{name}\b", text) is not None) for name in NAMES]
        if _WORD.search(text):  # the question itself: what it bears on
            there = list(bearing(text))
        return Rating(
            {n: abs(x - float(rng.random() < self.error)) for n, x in zip(NAMES, there, strict=True)}
        )


@dataclass
class Author:
    """Writes new questions of a topic out of words drawn blindly; sharpens by exchanging one word, which half of the time is the one
    that divides least, as an author may see from what was said, and otherwise any.
    """

    calls: int = 0
    seen: list[Prompt] = field(default_factory=list)

    @property
    def spec(self):
        return {"subject": "author"}

    @property
    def card(self):
        return Card("author", "planted", batch=64)

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        self.seen += prompts
        return [Answer(self._write(p, seed)) for p in prompts]

    def _write(self, prompt: Prompt, seed: int) -> str:
        rng = draws(seed, "author", prompt.user)
        if prompt.about.startswith("fresh/"):
            topic = TOPICS.index(prompt.about.split("/")[1])
            return "\n".join(f"- {question(topic, rng)}" for _ in range(3))
        old = _WORD.findall(prompt.user.splitlines()[2])
        topic = int(old[0][1 : old[0].index("x")])
        found = []
        for _ in range(3):
            least = int(np.argmin([_contested(word) for word in old]))
            place = least if rng.random() < 0.5 else int(rng.integers(len(old)))
            words = [_word(topic, rng) if i == place else word for i, word in enumerate(old)]
            found.append(f"- {_sentence(words, rng)}")
        return "\n".join(found)


def question(topic: int, rng: np.random.Generator) -> str:
    return _sentence([_word(topic, rng) for _ in range(3)], rng)


def _word(topic: int, rng: np.random.Generator) -> str:
    return f"w{topic}x{int(rng.integers(10_000))}"


def _sentence(words: Sequence[str], rng: np.random.Generator) -> str:
    a, b = rng.choice(_ADJECTIVES, 2, replace=False)
    return f"Should the {a} {words[0]} give up its {words[1]} so that the {b} {words[2]} can stay?"


def holders(many: int, seed: int = 0, spread: float = 1.0) -> tuple[Holder, ...]:
    """Subjects whose values differ; with no spread they are all alike."""
    mean = np.full(len(NAMES), 0.5)
    # half of the values are held strongly, half hardly at all, by each in its own way
    rows = [
        mean + spread * 0.45 * (2 * (draws(seed, "held", i).permutation(len(NAMES)) % 2) - 1)
        for i in range(many)
    ]
    return tuple(Holder(f"holder{seed}-{i}", tuple(map(float, np.clip(r, 0, 1)))) for i, r in enumerate(rows))


def true_score(text: str, panel: Sequence[Holder]) -> float:
    """What a question really tells, without any noise."""
    return float(informativeness(np.stack([one.truth(text) for one in panel]), bearing(text)))
