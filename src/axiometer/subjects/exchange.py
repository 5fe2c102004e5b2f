"""What goes to a subject and what comes back."""

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from axiometer.subjects.pictures import Picture

Reason: TypeAlias = Literal["refused", "unparsed", "failed", "filtered", "truncated"]
_LISTED = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(.+?)\s*$", re.MULTILINE)
REASONS: tuple[Reason, ...] = ("refused", "unparsed", "failed", "filtered", "truncated")


@dataclass(frozen=True)
class Turn:
    """An earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Prompt:
    """What a subject is shown.

    Attributes:
        user: the last turn, or the text to continue when `chat` is false.
        system: what the subject was told about itself and its task, before everything else.
        turns: earlier turns, oldest first.
        choices: the answers that `user` offers, in the order shown; for subjects that are not models.
        about: the item this asks about; never shown to a model.
        chat: whether a chat model is asked in its own turn format, or `user` is plain text to continue.
        bare: whether this asks for the subject's own unconditional likelihood; interventions leave it alone.
        pictures: shown with the first turn of the user, before its words; a session goes on with them in sight.
    """

    user: str
    system: str = ""
    turns: tuple[Turn, ...] = ()
    choices: tuple[str, ...] = ()
    about: str = ""
    chat: bool = True
    bare: bool = False
    pictures: tuple[Picture, ...] = field(default=(), metadata={"sparse": True})


@dataclass(frozen=True)
class Answer:
    """What a subject said; `rating` only from subjects that are data, where there are no words to read."""

    text: str
    rating: float | None = None

    def __post_init__(self) -> None:
        """Replaces lone surrogates, which no file can hold."""
        object.__setattr__(self, "text", self.text.encode("utf-8", "replace").decode())


def listed(text: str) -> list[str]:
    """What stands in a list in a text: lines that begin with a hyphen, a dot or a number."""
    return [found[1] for found in _LISTED.finditer(text)]


@dataclass(frozen=True)
class Weights:
    """How likely each option is as the continuation of a prompt.

    Units: `logp` in nats, summed over the option's `tokens` tokens.
    """

    logp: tuple[float, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Missing:
    """Why there is no answer. A failed one is never remembered; the others are answers of a kind."""

    why: Reason
    detail: str = ""
