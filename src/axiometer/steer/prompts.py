"""Interventions that change what is asked."""

from dataclasses import dataclass, replace

from axiometer.canon import Spec
from axiometer.errors import BadInput
from axiometer.steer.steered import Steered, steer
from axiometer.subjects import Cues, Prompt
from axiometer.subjects.opening import open_subject


@dataclass(frozen=True)
class Told:
    """A subject told something about itself, before everything else it is told."""

    text: str

    @property
    def spec(self) -> Spec:
        """The text."""
        return {"intervention": "told", "text": self.text}

    def rewrite(self, prompt: Prompt) -> Prompt:
        """The prompt with the text first in its system message."""
        return replace(prompt, system=f"{self.text}\n{prompt.system}".strip())


def open_told(rest: str, cues: Cues) -> Steered:
    """A subject that is told something about itself: `told:SUBJECT|TEXT`, such as told:smollm2|You are a careful nurse.

    Raises:
        BadInput: no subject, or no text.
        UnknownName: no such subject.
    """
    name, _, text = rest.partition("|")
    if not name.strip() or not text.strip():
        raise BadInput(
            f"told: needs a subject and what it is told, as in told:smollm2|You love order.; got {rest!r}."
        )
    found = steer(open_subject(name.strip(), cues), Told(text.strip()))
    return replace(found, named=f"told:{rest}")
