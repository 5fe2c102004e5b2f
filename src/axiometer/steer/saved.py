"""Steered subjects as folders: what is done in JSON, the numbers as safetensors; opened again by name."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from axiometer import __version__
from axiometer.data import need, read_text
from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.registry import Registry
from axiometer.steer.steered import Intervention, Steered, steer
from axiometer.subjects import Subject
from axiometer.subjects.opening import open_subject
from axiometer.subjects.protocol import Cues
from axiometer.subjects.sites import Floats

NAME, NUMBERS = "steering.json", "steering.safetensors"
_SCHEMA = 2


class Storable(Intervention, Protocol):
    """An intervention that a folder can hold."""

    def stored(self) -> tuple[dict[str, Any], dict[str, Floats]]:
        """Plain JSON with the `kind` that opens it again, and its numbers by name."""
        ...

    @classmethod
    def restored(cls, row: dict[str, Any], arrays: Mapping[str, Floats], where: str) -> "Storable":
        """The intervention again, from what `stored` gave; `where` names the file in errors.

        Raises:
            BadInput: a broken row, or numbers that are not there.
        """
        ...

    def check(self, subject: Subject) -> None:
        """Refuses a subject that the intervention was not made for.

        Raises:
            Incapable: why not.
        """
        ...


KINDS: Registry[Storable] = Registry(
    "intervention",
    {
        "vector": "axiometer.steer.vectors:Vector.restored",
        "gated": "axiometer.steer.gate:Gated.restored",
        "neurons": "axiometer.steer.neurons:Neurons.restored",
        "prompt": "axiometer.steer.regard:ValuePrompt.restored",
    },
)


def save_steering(folder: Path, subject: str, by: Sequence[Storable], evidence: Mapping[str, Any]) -> None:
    """Writes interventions and the name of the subject they are for.

    Args:
        folder: made if it is not there.
        subject: what opens the subject again.
        by: what is done to it.
        evidence: plain JSON kept beside them: how they were found, and how well.

    Raises:
        Incapable: safetensors is not installed.
        StorageFailure: the folder cannot be written.
    """
    rows, arrays = stored_all(by)
    table = {
        "schema": _SCHEMA,
        "axiometer": __version__,
        "subject": subject,
        "interventions": rows,
        "evidence": dict(evidence),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _numbers().save_file(arrays, folder / NUMBERS)
        (folder / NAME).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None


def load_steering(folder: Path) -> tuple[str, tuple[Storable, ...]]:
    """The subject's name and the interventions in a folder.

    Raises:
        BadInput: not such a folder, or a broken one.
        Incapable: safetensors is not installed.
    """
    where = str(folder / NAME)
    if not (folder / NAME).is_file():
        raise BadInput(f"{folder} has no {NAME}; give a folder that `axiometer locate` wrote.")
    try:
        table = json.loads(read_text(folder / NAME))
        arrays = _numbers().load_file(folder / NUMBERS)
    except Incapable:
        raise
    except Exception as error:  # safetensors has an error class of its own for each mishap
        raise BadInput(f"{folder} cannot be read: {error}; locate the value again.") from None
    if not isinstance(table, dict) or table.get("schema") != _SCHEMA:
        raise BadInput(f"{where} is of another schema; this version reads schema {_SCHEMA}.")
    by = restored_all(need(table, "interventions", list, where), arrays, where)
    return need(table, "subject", str, where), by


def stored_all(by: Sequence[Storable]) -> tuple[list[dict[str, Any]], dict[str, Floats]]:
    """The rows of several interventions, and their numbers under names of their own."""
    rows, arrays = [], {}
    for i, each in enumerate(by):
        row, own = each.stored()
        rows.append(row)
        arrays.update({f"{i}.{name}": array for name, array in own.items()})
    return rows, arrays


def restored_all(
    rows: Sequence[dict[str, Any]], arrays: Mapping[str, Floats], where: str
) -> tuple[Storable, ...]:
    """The interventions that `stored_all` gave."""
    found = []
    for i, row in enumerate(rows):
        start = f"{i}."
        own = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
        found.append(KINDS.open(need(row, "kind", str, where), row, own, where))
    return tuple(found)


def open_steered(rest: str, cues: Cues) -> Steered:
    """The subject that a folder steers, under its interventions.

    Raises:
        BadInput: no such folder.
        Incapable: a subject with other weights than the interventions were made for.
    """
    if not rest:
        raise BadInput("steered: needs a folder: steered:FOLDER, as `axiometer locate vector` writes it.")
    name, by = load_steering(Path(rest).expanduser())
    subject = open_subject(name, cues)
    found = steer(subject, *by)
    for each in by:
        each.check(subject)
    return found


def _numbers() -> Any:
    try:
        import safetensors.numpy as numbers
    except ImportError:
        raise Incapable("saved steering needs safetensors: pip install 'axiometer[local]'.") from None
    return numbers
