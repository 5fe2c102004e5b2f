"""Staircases: an everyday norm under growing pressure, a choice between two options at every step.

Source: mmds
"""

from collections import Counter
from dataclasses import dataclass, field

from axiometer.canon import Spec, key


@dataclass(frozen=True)
class Option:
    """One of the two things that can be done, and the value that it shows."""

    text: str
    value: str


@dataclass(frozen=True)
class Step:
    """A situation, what has to be decided in it, and two options of different values."""

    situation: str
    question: str
    options: tuple[Option, Option]

    @property
    def values(self) -> tuple[str, str]:
        """The values of the two options."""
        return self.options[0].value, self.options[1].value


@dataclass(frozen=True)
class Staircase:
    """One dilemma in steps.

    Attributes:
        name: its own within a set.
        norm: the everyday norm that is put under pressure.
        steps: as they follow each other; None where a step could not be used.
        theme: the area of life it is from, where that is known.
    """

    name: str
    norm: str
    steps: tuple[Step | None, ...]
    theme: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A dilemma, or one of its steps (from 1; 0 for all of it), that cannot be used, and why."""

    dilemma: str
    step: int
    why: str


@dataclass(frozen=True)
class Staircases:
    """A set of staircases over one value system.

    Attributes:
        name: what opens it again.
        system: the value system of the options.
        left_out: what the file held besides, and could not be used.
    """

    name: str
    system: str
    licence: str
    source: tuple[str, ...]
    dilemmas: tuple[Staircase, ...]
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The content key of all that is asked."""
        return key([self.system, list(self.dilemmas)])

    @property
    def spec(self) -> Spec:
        """Name and content."""
        return {"staircases": self.name, "system": self.system, "key": self.key}

    @property
    def height(self) -> int:
        """The steps of the longest dilemma."""
        return max(len(dilemma.steps) for dilemma in self.dilemmas)

    def reasons(self) -> dict[str, int]:
        """How much was left out for each reason."""
        return dict(Counter(one.why for one in self.left_out).most_common())
