"""A subject told how much a value matters to it: the plain alternative to steering, and what steering has to hold out against."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from axiometer.canon import Spec
from axiometer.data import need, read_toml, shipped
from axiometer.errors import BadInput
from axiometer.subjects import Prompt, Subject
from axiometer.subjects.sites import Floats
from axiometer.values import open_system

_STRENGTHS = (1, 2, 3)


@dataclass(frozen=True)
class ValuePrompt:
    """High or low regard for a value, said on a line of its own before what is asked.

    Attributes:
        value: of the system, by name, title or abbreviation; kept as its name.
        sign: 1 for high regard, -1 for low.
        strength: how strongly it is worded, 1 to 3: the dose of a prompt.
        system: the value system.
        text: what is said; empty for our own wording with the system's definition of the value.

    Why: before the question and not in the system message, so that a model's own system message stays in place and an
    edit can be compared with and without the instruction.

    Raises:
        UnknownName: no such system or value.
        BadInput: another sign or strength.

    Source:
        conva
    """

    value: str
    sign: int = 1
    strength: int = 2
    system: str = "schwartz10"
    text: str = ""

    def __post_init__(self) -> None:
        """Looks up the value and its wording."""
        if self.sign not in (1, -1):
            raise BadInput(
                f"the sign of regard for {self.value} is {self.sign}; it must be 1 (high) or -1 (low)."
            )
        if self.strength not in _STRENGTHS:
            raise BadInput(
                f"the strength of regard for {self.value} is {self.strength}; it must be 1, 2 or 3."
            )
        value = open_system(self.system).value(self.value)
        object.__setattr__(self, "value", value.name)
        if not self.text:
            texts = read_toml(shipped("regard", "regard.toml"))["high" if self.sign > 0 else "low"]
            parts = {"{value}": value.title.lower(), "{definition}": value.definition}
            text = str(texts[self.strength - 1])
            for slot, words in parts.items():
                text = text.replace(slot, words)
            object.__setattr__(self, "text", text)

    @property
    def spec(self) -> Spec:
        """The value, the sign, the strength and every word."""
        return {
            "intervention": "value prompt",
            "value": self.value,
            "system": self.system,
            "sign": self.sign,
            "strength": self.strength,
            "text": self.text,
        }

    def rewrite(self, prompt: Prompt) -> Prompt:
        """The prompt with the text on its own line before what is asked."""
        return replace(prompt, user=f"{self.text}\n{prompt.user}")

    def check(self, subject: Subject) -> None:
        """Words suit every subject."""

    def stored(self) -> tuple[dict[str, Any], dict[str, Floats]]:
        """A row that `restored` reads, and no numbers."""
        return {**self.spec, "kind": "prompt"}, {}

    @classmethod
    def restored(cls, row: dict[str, Any], arrays: Mapping[str, Floats], where: str) -> "ValuePrompt":
        """The same out of a stored row, with the words that were stored.

        Raises:
            BadInput: a row that lacks something.
        """
        value, system, text = (need(row, name, str, where) for name in ("value", "system", "text"))
        sign, strength = (need(row, name, int, where) for name in ("sign", "strength"))
        return cls(value, sign, strength, system, text)
