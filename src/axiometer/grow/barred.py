"""What no grown text may hold, whatever it is for."""

import re
from typing import Literal

SIGNS = re.compile(r"[{}|<>\[\]\\`~^=#@]|https?:|www\.")
# A sentence that speaks to whoever reads it as a machine is no sentence about a scene.
ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|prompt|rule|above|previous|earlier)"
    r"|\b(system prompt|language model|as an ai|assistant:|user:)",
    re.IGNORECASE,
)
# What nobody should be asked, whatever it tells: means of harm, and children as objects of desire.
UNSAFE = re.compile(
    r"\b(how to (?:kill|hack|poison)|how to (?:make|build|get) (?:an? )?(?:bombs?|weapons?|explosives?|guns?|poison|drugs)|build(?:ing)? a bomb|nerve agents?|suicide methods?|kill (?:your|my)self"
    r"|child (?:porn\w*|sex\w*)|sexual\w* .{0,20}\b(?:minors?|child(?:ren)?)|genocide of|exterminat\w+)\b",
    re.IGNORECASE,
)


def barred(text: str) -> tuple[Literal["signs", "order", "unsafe"], str] | None:
    """The first thing in a text that none may hold: of which kind, and its words."""
    if found := SIGNS.search(text):
        return "signs", found[0]
    if found := ORDERS.search(text):
        return "order", found[0]
    if found := UNSAFE.search(text):
        return "unsafe", found[0]
    return None
