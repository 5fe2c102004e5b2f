"""The protocols of whoever answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from axiometer.canon import Spec
from axiometer.errors import Incapable
from axiometer.subjects.exchange import Answer, Missing, Prompt, Weights

Kind: TypeAlias = Literal["open", "remote", "data", "planted"]


@dataclass(frozen=True)
class Card:
    """What a reader of a study should know of a subject, and how it likes to be asked.

    Attributes:
        name: what a user writes to open the same subject again.
        kind: open weights in memory, a remote model, recorded data, or planted for tests and planning.
        batch: how many prompts one call should carry.
        parameters: number of weights, where known.
        source: keys in references.bib.
        sees: whether it is shown the pictures of a prompt; others cannot be asked about any.
    """

    name: str
    kind: Kind
    batch: int = 32
    parameters: int | None = None
    source: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    sees: bool = False


@dataclass(frozen=True)
class Cues:
    """What subjects that do not read language may recognise.

    Attributes:
        values: item id -> value.
        stances: (item id, ending of a statement) -> +1 endorsing, -1 opposing.
        levels: label text -> rating.
        loadings: item id -> value -> correlation, for items that bear on several values.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    stances: Mapping[tuple[str, str], int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    loadings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@runtime_checkable
class Subject(Protocol):
    """Whoever answers. The same spec, prompts and seed give the same answers, in any batch and order."""

    @property
    def spec(self) -> Spec:
        """Plain JSON that names everything its answers depend on."""
        ...

    @property
    def card(self) -> Card:
        """For people, and for the plan."""
        ...

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """An answer for every prompt, in their order."""
        ...


@runtime_checkable
class Weigher(Subject, Protocol):
    """A subject that can also say how likely each of some given continuations is."""

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """For every prompt, the log-probability of each of its options."""
        ...


@runtime_checkable
class Rewording(Protocol):
    """A subject, or a wrapper around one, that puts something else than it was given."""

    def as_sent(self, prompt: Prompt) -> Prompt:
        """What really goes out for this prompt."""
        ...


def as_sent(subject: Subject, prompt: Prompt) -> Prompt:
    """What a subject really puts for this prompt: the prompt itself, unless it rewords."""
    return subject.as_sent(prompt) if isinstance(subject, Rewording) else prompt


def check_sees(card: Card, prompts: Sequence[Prompt]) -> None:
    """Refuses pictures for a subject that would not be shown them: they are never left out in silence.

    Raises:
        Incapable: such a subject and such a prompt.
    """
    if not card.sees and any(prompt.pictures for prompt in prompts):
        raise Incapable(
            f"{card.name} is shown no pictures; name a model that sees, such as inspect:openai/gpt-4o or local:FOLDER of a vision-language model, "
            "or put captions instead."
        )
