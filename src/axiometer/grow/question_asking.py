"""What the author of new questions is asked, and how its replies are read."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from axiometer.canon import key
from axiometer.data import need, read_toml, shipped
from axiometer.data.wording import fence, filled
from axiometer.measure.plan import is_small
from axiometer.subjects import Answer, Missing, Prompt, Subject

_LINE = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s*(.+?)\s*$", re.MULTILINE)
_QUOTES = " \"'“”‘’*_`"


def continues(author: Subject) -> bool:
    """Whether an author is a small open model, which continues a list better than it follows an instruction."""
    return author.card.kind == "open" and is_small(author.card)


def ask_fresh(
    topic: str, examples: Sequence[str], many: int, place: int, *, continued: bool = False
) -> Prompt:
    """The question for new questions on a topic; `place` tells one pull from another."""
    parts = {"topic": topic, "examples": _listed(examples), "many": str(many)}
    return _prompt("fresh", parts, f"fresh/{topic}/{place}", continued=continued)


def ask_sharper(question: str, opinions: Sequence[str], many: int, *, continued: bool = False) -> Prompt:
    """The question for new wordings of a question, given what was said to it."""
    parts = {"question": question, "opinions": _listed(opinions), "many": str(many)}
    return _prompt("sharpen", parts, "sharpen", continued=continued)


def read_questions(
    reply: Answer | Missing, many: int, *, continued: bool = False
) -> tuple[str, ...] | Missing:
    """The listed lines of a reply, at most so many; a single unlisted line that asks something is one, too."""
    if isinstance(reply, Missing):
        return reply
    whole = f"- Should {reply.text.lstrip()}" if continued else reply.text
    found = [one[1].strip(_QUOTES) for one in _LINE.finditer(whole)]
    if continued:  # a question may be followed by chatter, and the last line may be cut
        found = [one[: one.index("?") + 1] for one in found if "?" in one]
    text = whole.strip().strip(_QUOTES)
    if not found and text.endswith("?") and "\n" not in text:
        found = [text]
    return tuple(found[:many]) if found else Missing("unparsed", f"no list of questions: {text[:60]!r}")


def texts_key() -> str:
    """The content key of every wording."""
    return key(_texts())


def _prompt(name: str, parts: Mapping[str, str], about: str, *, continued: bool) -> Prompt:
    texts = _texts()
    whole = {**parts, "fence": fence(dict(parts))}
    if continued:
        return Prompt(filled(texts["continued"][name].strip(), whole), about=about, chat=False)
    system = filled(texts["system"].strip(), whole)
    return Prompt(filled(texts[name].strip(), whole), system=system, about=about)


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines) or "- none yet"


@cache
def _texts() -> dict[str, Any]:
    path = shipped("growing", "questions.toml")
    table = read_toml(path)
    for name in ("system", "fresh", "sharpen"):
        need(table, name, str, str(path))
    need(table, "continued", dict, str(path))
    return table
