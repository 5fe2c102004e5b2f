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
class Study:
    """What was asked of whom, with which versions, and what was found.

    Attributes:
        key: the content key of `spec`.
        created: ISO time, UTC.
        spec: instrument, forms, subjects, seed, repeats, system: enough to ask the same again.
        instrument: name, title, version, licence, origin, items, key.
        method: the settings of the analysis: bootstrap_draws, permutations, p_signal.
        citations: keys in references.bib, in order of first use.
        portrait: what a bank of portraits says beyond the profiles; None for other instruments.
    """

    key: str
    created: str
    spec: Spec
    versions: dict[str, str]
    instrument: dict[str, Any]
    system: str
    subjects: tuple[SubjectNote, ...]
    profiles: tuple[Profile, ...]
    examples: tuple[Example, ...]
    method: dict[str, float]
    citations: tuple[str, ...]
    portrait: PortraitFindings | None = None
