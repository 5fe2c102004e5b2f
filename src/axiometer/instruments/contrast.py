"""Contrast material of a value: scenes in which it is held or not, and dilemmas in which one option expresses it."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from axiometer.canon import key, plain
from axiometer.data import need, read_toml, shipped, shipped_names
from axiometer.errors import BadInput, unknown
from axiometer.values import open_system

Split: TypeAlias = Literal["train", "tune", "test"]
Voice: TypeAlias = Literal["first_says", "third_says", "first_asks", "third_asks"]
SPLITS: tuple[Split, ...] = ("train", "tune", "test")
VOICES: tuple[Voice, ...] = ("first_says", "third_says", "first_asks", "third_asks")
_YOU = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
}
_SLOT = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")


@dataclass(frozen=True)
class Pair:
    """Two sentences that differ in nothing but whether a value is held.

    Attributes:
        scene: what it is about; all pairs of a scene are in one split.
        voice: who speaks, and whether it is said or asked.
        text: the sentence, with a slot {holding|opposing}.
    """

    scene: str
    split: Split
    voice: Voice
    text: str

    @property
    def holding(self) -> str:
        """The sentence in which the value is held."""
        return _SLOT.sub(r"\1", self.text)

    @property
    def opposing(self) -> str:
        """The sentence in which it is not."""
        return _SLOT.sub(r"\2", self.text)

    @property
    def context(self) -> str:
        """What both share."""
        return _SLOT.sub("...", self.text)

    @property
    def differing(self) -> tuple[str, str]:
        """What differs: holding, opposing."""
        found = _SLOT.search(self.text)
        assert found is not None  # noqa: S101 - checked when read
        return found[1], found[2]


@dataclass(frozen=True)
class Dilemma:
    """A choice in which one option expresses a value, and the other is as decent."""

    name: str
    split: Split
    who: str
    lead: str
    expressing: str
    other: str

    def question(self, *, expressing_first: bool) -> str:
        """What a subject is asked."""
        options = (self.expressing, self.other) if expressing_first else (self.other, self.expressing)
        return f"{self.lead} Should {self.who} {options[0]} or {options[1]}?"

    def answers(self) -> tuple[str, str]:
        """The two answers: expressing, other."""
        if self.who == "I":
            return f"You should {_turned(self.expressing)}.", f"You should {_turned(self.other)}."
        return f"{self.who} should {self.expressing}.", f"{self.who} should {self.other}."


@dataclass(frozen=True)
class Contrast:
    """All contrast material of one value of a system."""

    system: str
    value: str
    licence: str
    pairs: tuple[Pair, ...]
    dilemmas: tuple[Dilemma, ...]

    @cached_property
    def key(self) -> str:
        """The content key of the whole material."""
        return key([self.system, self.value, plain(self.pairs), plain(self.dilemmas)])

    def pairs_of(self, *splits: Split) -> tuple[Pair, ...]:
        """The pairs of some splits."""
        return tuple(pair for pair in self.pairs if pair.split in splits)

    def dilemmas_of(self, *splits: Split) -> tuple[Dilemma, ...]:
        """The dilemmas of some splits."""
        return tuple(dilemma for dilemma in self.dilemmas if dilemma.split in splits)


def open_contrast(value: str, folder: Path | None = None) -> Contrast:
    """The contrast material of a value, shipped or from a folder of `<value>.toml` files.

    Raises:
        UnknownName: a value without material.
        BadInput: a broken file.
    """
    names = (
        shipped_names("contrast") if folder is None else sorted(path.stem for path in folder.glob("*.toml"))
    )
    if value not in names:
        raise unknown("contrast material", value, names)
    path = (shipped("contrast") if folder is None else folder) / f"{value}.toml"
    return read_contrast(path)


def read_contrast(path: Path) -> Contrast:
    """The contrast material in a file.

    Raises:
        BadInput: a broken file, a text without a slot, a scene or dilemma twice.
    """
    table, where = read_toml(path), str(path)
    system = open_system(need(table, "system", str, where))
    value = system.value(need(table, "value", str, where)).name
    pairs: list[Pair] = []
    for i, row in enumerate(_rows(table, "scenes", where)):
        at = f"{where}, scene {i + 1}"
        name, split = need(row, "name", str, at), _split(row, at)
        if name in {pair.scene for pair in pairs}:
            raise BadInput(f"{at}: the scene {name!r} is there twice; give each scene a name of its own.")
        pairs.extend(Pair(name, split, voice, _slotted(row, voice, at)) for voice in VOICES if voice in row)
    dilemmas = []
    for i, row in enumerate(_rows(table, "dilemmas", where)):
        at = f"{where}, dilemma {i + 1}"
        texts = [need(row, name, str, at).strip() for name in ("who", "lead", "expressing", "other")]
        dilemmas.append(Dilemma(f"{value}-{i + 1}", _split(row, at), *texts))
    return Contrast(system.name, value, need(table, "licence", str, where), tuple(pairs), tuple(dilemmas))


def _turned(option: str) -> str:
    """What somebody says of themselves, as it is said to them."""
    words = re.compile(r"\b(I'm|I've|I|me|my|mine|myself)\b")
    return words.sub(lambda found: _YOU[found[0].lower()], option)


def _rows(table: dict[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    rows = table.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"{where}: {name} must be tables [[{name}]].")
    return rows


def _split(row: dict[str, Any], at: str) -> Split:
    found = need(row, "split", str, at)
    for split in SPLITS:
        if split == found:
            return split
    raise BadInput(f"{at}: split is {found!r}; it must be one of {', '.join(SPLITS)}.")


def _slotted(row: dict[str, Any], voice: str, at: str) -> str:
    text: str = need(row, voice, str, at)
    if len(_SLOT.findall(text)) != 1 or text.count("{") != 1:
        raise BadInput(f"{at}: {voice} must hold one slot {{holding|opposing}}; it is {text!r}.")
    return text
