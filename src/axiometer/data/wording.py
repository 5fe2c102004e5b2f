"""Wordings with slots, and marks around material that is put into them."""

import re
from collections.abc import Mapping

from axiometer.canon import key

_SLOT = re.compile(r"\{([a-z]+)\}")


def filled(text: str, parts: Mapping[str, str]) -> str:
    """The wording with its slots filled, in one pass: what is filled in is never read for slots again."""
    return _SLOT.sub(lambda slot: parts[slot[1]], text)


def fence(material: object) -> str:
    """A line to stand before and after material; it follows from all of it, so that no material can hold its own."""
    return f"=== {key(['fence', material])[3:15]} ==="
