"""What stands before a subject and changes no answer."""

from dataclasses import dataclass

from axiometer.canon import Spec
from axiometer.subjects.exchange import Prompt
from axiometer.subjects.protocol import Card, Subject, as_sent


@dataclass(frozen=True)
class Through:
    """A subject seen through something that remembers or counts: who it is and what it is sent are the base's."""

    base: Subject

    @property
    def spec(self) -> Spec:
        """The base's."""
        return self.base.spec

    @property
    def card(self) -> Card:
        """The base's."""
        return self.base.card

    def as_sent(self, prompt: Prompt) -> Prompt:
        """The base's."""
        return as_sent(self.base, prompt)
