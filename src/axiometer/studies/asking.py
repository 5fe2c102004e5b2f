"""Opening subjects for a study: by name, behind one ledger, told something if wanted."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from axiometer.errors import BadInput
from axiometer.instruments import Instrument
from axiometer.raters import Rater, open_rater
from axiometer.raters.judge import Judge
from axiometer.steer import Told, steer
from axiometer.subjects import Subject
from axiometer.subjects.home import home
from axiometer.subjects.ledger import Ledger, Remembered, remember
from axiometer.subjects.opening import open_subject


@dataclass(frozen=True)
class Asking:
    """Subjects ready to be asked, and the remembering subjects they rest on.

    Why the memory is innermost: what a subject is told becomes part of the prompt, so answers are shared between
    studies, and each statement's unconditional likelihood is asked once however many things a subject is told.
    """

    subjects: tuple[Subject, ...]
    remembered: tuple[Remembered, ...]

    @property
    def fresh(self) -> int:
        """Questions really put so far."""
        return sum(each.heard.fresh for each in self.remembered)

    @property
    def known(self) -> int:
        """Questions answered from the ledger so far."""
        return sum(each.heard.known for each in self.remembered)


@contextmanager
def asking(
    names: Sequence[str], instrument: Instrument | None = None, ledger: Path | None = None, tell: str = ""
) -> Iterator[Asking]:
    """The subjects of these names behind the ledger, for as long as the context lasts."""
    with Ledger(ledger_path(ledger)) as kept:
        cues = instrument.cues() if instrument else None
        remembered = tuple(remember(open_subject(name, cues), kept) for name in names)
        told = tuple(steer(each, Told(tell)) if tell else each for each in remembered)
        yield Asking(told, remembered)


def rater_behind(name: str, ledger: Ledger, heard: list[Remembered]) -> Rater:
    """The rater of this name; whoever it asks is behind the ledger, too, and joins `heard`.

    Raises:
        UnknownName: no such rater.
    """
    read = open_rater(name)
    if not isinstance(read, Judge):
        return read
    heard.append(remember(read.subject, ledger))
    return replace(read, subject=heard[-1])


def ledger_path(path: Path | None = None) -> Path:
    """The ledger a user named, or the one that all studies share."""
    return path or home() / "ledger.sqlite"


def open_ledger(path: Path | None = None) -> Ledger:
    """A ledger that exists.

    Raises:
        BadInput: there is none yet.
    """
    found = ledger_path(path)
    if not os.path.isfile(found):  # noqa: PTH113  a path too long or barred is no file either
        raise BadInput(
            f"there is no ledger at {found}; the first `axiometer measure` makes one, or give --ledger."
        )
    return Ledger(found)
