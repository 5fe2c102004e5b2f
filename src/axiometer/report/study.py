"""The record of a finished study: all that a report shows, and nothing that could run."""

from dataclasses import dataclass, field
from typing import Any

from axiometer.canon import Spec
from axiometer.report.portrait import PortraitFindings
from axiometer.values import Profile


@dataclass(frozen=True)
class SubjectNote:
    """A subject as a reader should know it."""

    name: str
    kind: str
    parameters: int | None
    spec: Spec
    source: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """A prompt as it was sent, and what came back."""

    subject: str
    form: str
    wording: str
    order: str
    item: str
    system: str
    user: str
    options: tuple[str, ...]
    reply: str


@dataclass(frozen=True)
class Record:
    """What the record of any study says.

    Attributes:
        key: the content key of `spec`.
        created: ISO time, UTC.
        spec: enough to ask the same again.
        instrument: name, title, version, licence, origin, items, key, as far as there are.
        citations: keys in references.bib, in order of first use.
    """

    key: str
    created: str
    spec: Spec
    versions: dict[str, str]
    instrument: dict[str, Any]
    system: str
    citations: tuple[str, ...]


@dataclass(frozen=True)
class Study(Record):
    """What was asked of whom, with which versions, and what was found.

    Attributes:
        method: the settings of the analysis: bootstrap_draws, permutations, p_signal.
        portrait: what a bank of portraits says beyond the profiles; None for other instruments.
    """

    subjects: tuple[SubjectNote, ...]
    profiles: tuple[Profile, ...]
    examples: tuple[Example, ...]
    method: dict[str, float]
    portrait: PortraitFindings | None = None
