"""Finished parts of a long study, a line each: an interrupted study goes on where it stopped."""

import json
from pathlib import Path
from typing import Any

from axiometer.canon import Spec, canonical, plain
from axiometer.errors import BadInput, StorageFailure

_NAME = "journal.jsonl"


class Journal:
    """What is finished, by name.

    Attributes:
        parts: what was kept, as plain JSON.
    """

    def __init__(self, folder: Path | None, made_for: Spec) -> None:
        """Opens or begins the journal in a folder.

        Args:
            folder: none to keep nothing.
            made_for: everything that the parts depend on.

        Raises:
            BadInput: the folder holds another study.
        """
        self._path = None if folder is None else folder / _NAME
        self.parts: dict[str, Any] = {}
        if self._path is None:
            return
        if not self._path.exists():
            self._append({"for": plain(made_for)})
            return
        head, *rows = _lines(self._path)
        if canonical(head.get("for")) != canonical(plain(made_for)):
            raise BadInput(
                f"{folder} holds parts of a study with other settings or another subject; choose another folder."
            )
        self.parts = {row["part"]: row["found"] for row in rows}

    def keep(self, part: str, found: Any) -> None:
        """Adds a finished part.

        Raises:
            StorageFailure: the folder cannot be written.
        """
        self.parts[part] = plain(found)
        if self._path is not None:
            self._append({"part": part, "found": self.parts[part]})

    def _append(self, row: Any) -> None:
        assert self._path is not None  # noqa: S101
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            raise StorageFailure(
                f"cannot write {self._path}: {error.strerror or error}; choose another folder."
            ) from None


def _lines(path: Path) -> list[dict[str, Any]]:
    """All whole lines; the last one may have been cut off by a kill, and is dropped from the file."""
    found: list[dict[str, Any]] = []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or (not {"for"} <= set(row) and not {"part", "found"} <= set(row)):
            raise BadInput(f"{path}, line {number} is broken: {line:.60}; remove the line or the folder.")
        found.append(row)
    if not found:
        raise BadInput(f"{path} is empty; remove it.")
    return found
