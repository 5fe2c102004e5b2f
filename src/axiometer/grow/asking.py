"""What the author of new pairs is asked, and how its replies are read: kept as written, or rejected with a reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from axiometer.canon import draws
from axiometer.data import need, read_toml, several, shipped
from axiometer.data.wording import filled
from axiometer.instruments.contrast import SPLITS, VOICES, Split, Voice
from axiometer.subjects import Answer, Missing, Prompt, Turn
from axiometer.values import Value

Reason: TypeAlias = Literal[
    "missing", "form", "signs", "order", "voice", "words", "name", "same", "slot", "bare", "length", "overlap",
    "duplicate", "giveaway", "unsafe", "value", "tension",
]  # fmt: skip
_SHARES: tuple[int, int] = (2, 4)  # of four domains two are for training, one to tune, one to test
_DECORATION = re.compile(r"^[\s*_>\"'“”‘’`]+|[\s*_\"“”`]+$")


@dataclass(frozen=True)
class Rejected:
    """Why a reply is not used, and what exactly was wrong with it."""

    why: Reason
    detail: str


@dataclass(frozen=True)
class Task:
    """One try to make a pair: what it is to be about."""

    index: int
    voice: Voice
    domain: str
    split: Split
    person: str
    turn: str


@dataclass(frozen=True)
class Example:
    """A pair as it should be written, shown to the author once before it is asked."""

    task: Task
    value: Value
    scene: str
    holding: str
    opposing: str


@dataclass(frozen=True)
class Questions:
    """The wordings in which an author is asked, and an example for each voice."""

    system: str
    holding: str
    opposing: str
    voices: Mapping[str, str]
    domains: Mapping[str, str]
    persons: tuple[str, ...]
    turns: tuple[str, ...]
    examples: Mapping[Voice, Example]


def open_questions() -> Questions:
    """The shipped wordings."""
    path = shipped("growing", "pairs.toml")
    table, where = read_toml(path), str(path)
    texts = [need(table, name, str, where).strip() for name in ("system", "holding", "opposing")]
    drawn = need(table, "draws", dict, where)
    return Questions(
        texts[0],
        texts[1],
        texts[2],
        need(table, "voices", dict, where),
        need(table, "domains", dict, where),
        several(drawn, "persons", str, where),
        several(drawn, "turns", str, where),
        {voice: _example(need(table, "example", dict, where), voice, where) for voice in VOICES},
    )


def _example(table: dict[str, Any], voice: Voice, where: str) -> Example:
    title, definition, person, turn = (
        need(table, name, str, where) for name in ("title", "definition", "person", "turn")
    )
    own = need(table, voice, dict, where)
    domain, scene, holding, opposing = (
        need(own, name, str, where) for name in ("domain", "scene", "sentence", "opposing")
    )
    about = Task(-1, voice, domain, SPLITS[0], person, turn)
    return Example(about, Value(title.casefold(), title, "", definition), scene, holding, opposing)


def task(questions: Questions, value: str, index: int, seed: int) -> Task:
    """What try number `index` is about: voices and domains in turn, the rest drawn for this very try.

    A domain belongs to one split, so that no split is tested on scenes like those of another.
    """
    order = [
        list(questions.domains)[i] for i in draws(seed, "domains", value).permutation(len(questions.domains))
    ]
    # the four voices of a domain follow each other; a whole round of domains later it comes again
    place = index // len(VOICES) % len(order)
    quarter = place % _SHARES[1]
    split = SPLITS[0] if quarter < _SHARES[0] else SPLITS[quarter - _SHARES[0] + 1]
    dice = draws(seed, "task", value, index)
    person, turn = (str(dice.choice(each)) for each in (questions.persons, questions.turns))
    return Task(index, VOICES[index % len(VOICES)], order[place], split, person, turn)


def ask_holding(questions: Questions, value: Value, one: Task) -> Prompt:
    """The question for a scene and a sentence in which the value is held."""
    shown = questions.examples[one.voice]
    turns = (
        Turn("user", _holding_text(questions, shown.value, shown.task)),
        Turn("assistant", f"SCENE: {shown.scene}\nSENTENCE: {shown.holding}"),
    )
    about = f"{value.name}/{one.index}/holding"
    return Prompt(_holding_text(questions, value, one), system=questions.system, turns=turns, about=about)


def ask_opposing(questions: Questions, value: Value, one: Task, sentence: str) -> Prompt:
    """The question for the same sentence with the other stance; the sentence stands in it as material."""
    shown = questions.examples[one.voice]
    turns = (
        Turn("user", _opposing_text(questions, shown.value, shown.task, shown.holding)),
        Turn("assistant", f"SENTENCE: {shown.opposing}"),
    )
    text, about = _opposing_text(questions, value, one, sentence), f"{value.name}/{one.index}/opposing"
    return Prompt(text, system=questions.system, turns=turns, about=about)


def _holding_text(questions: Questions, value: Value, one: Task) -> str:
    parts = {
        "definition": value.definition,
        "name": value.title,
        "domain": questions.domains[one.domain],
        "person": one.person,
        "turn": one.turn,
        "voice": questions.voices[one.voice],
    }
    return filled(questions.holding, parts)


def _opposing_text(questions: Questions, value: Value, one: Task, sentence: str) -> str:
    parts = {
        "definition": value.definition,
        "name": value.title,
        "sentence": sentence,
        "voice": questions.voices[one.voice],
    }
    return filled(questions.opposing, parts)


def read_holding(reply: Answer | Missing) -> tuple[str, str] | Rejected:
    """The scene and the sentence."""
    found = read_lines(reply, ("SCENE", "SENTENCE"))
    if isinstance(found, Rejected):
        return found
    scene = "-".join(re.findall(r"[a-z0-9]+", found["SCENE"].casefold())[:4])
    return (scene, found["SENTENCE"]) if scene else Rejected("form", "the scene has no name")


def read_opposing(reply: Answer | Missing) -> str | Rejected:
    """The sentence."""
    found = read_lines(reply, ("SENTENCE",))
    return found if isinstance(found, Rejected) else found["SENTENCE"]


def read_lines(reply: Answer | Missing, labels: tuple[str, ...]) -> dict[str, str] | Rejected:
    """What stands behind each label; exactly these lines, in any case and order, and nothing else."""
    if isinstance(reply, Missing):
        return Rejected("missing", f"{reply.why}: {reply.detail}".rstrip(": "))
    found: dict[str, str] = {}
    for line in filter(str.strip, reply.text.splitlines()):
        label, colon, rest = _DECORATION.sub("", line).partition(":")
        label = _DECORATION.sub("", label).upper()
        if not colon or label not in labels:
            return Rejected("form", f"a line that was not asked for: {line.strip()!r:.120}")
        if label in found:
            return Rejected("form", f"{label} stands twice")
        found[label] = " ".join(_DECORATION.sub("", rest).split())
    lost = [label for label in labels if not found.get(label)]
    return Rejected("form", f"no {lost[0]}") if lost else found
