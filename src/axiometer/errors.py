"""Every error raised on purpose: one sentence that says what was got, what there is, what to do.

The command line catches `AxiometerError` once and exits with its `code`; the codes are part of the interface.
"""

from collections.abc import Iterable


class AxiometerError(Exception):
    """A user can act on this; the message says how."""

    code = 1


class UnknownName(AxiometerError, LookupError):
    """A name that no registry, system, instrument or item list knows."""

    code = 2


class BadInput(AxiometerError, ValueError):
    """A file, folder or argument that cannot be used as it is."""

    code = 3


class Incapable(AxiometerError, TypeError):
    """A subject that cannot do what was asked of it, or an extra that is not installed."""

    code = 4


class StorageFailure(AxiometerError, OSError):
    """Something could not be written or read back: disk full, no permission, a ledger of another version."""

    code = 5


class NotConverged(AxiometerError):
    """A fit that cannot be trusted, so that nothing is reported of it."""

    code = 6


class Interrupted(AxiometerError):
    """Stopped by the user; what was received is kept and the same command continues."""

    code = 130


def unknown(noun: str, got: str, known: Iterable[object]) -> UnknownName:
    """The sentence for an unknown name, with the nearest known ones first."""
    from difflib import get_close_matches

    names = sorted(str(name) for name in known)
    near = get_close_matches(got, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    return UnknownName(f"no {noun} is called {got!r}{hint} There are: {', '.join(names) or 'none'}.")
