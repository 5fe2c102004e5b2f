"""Reading what a judge replies: points, a line each, and a number for every value; never more than it really says."""

import re
from collections.abc import Mapping

from axiometer.subjects import Answer, Missing, listed
from axiometer.values import Value, ValueSystem

_MOST = 12
_LEAD = r"[^\S\n]*[-*•#>\d.)]*[^\S\n]*"
_LEVEL = re.compile(r"^\W*([1-5])\W+(\S.*?)\s*$", re.MULTILINE)


def read_points(reply: Answer | Missing) -> tuple[str, ...] | Missing:
    """The listed points; none for a text that makes none."""
    if isinstance(reply, Missing):
        return reply
    points = tuple(listed(reply.text)[:_MOST])
    if not points:
        return Missing("unparsed", f"no list of points: {reply.text.strip()[:60]!r}")
    return points


def read_scores(
    reply: Answer | Missing, system: ValueSystem, limits: tuple[int, int], *, said: str = ""
) -> Mapping[str, int] | Missing:
    """A number for every value of the system, from lines `Name: 3` or a JSON object.

    Args:
        reply: what the judge said.
        system: whose values.
        limits: the lowest and the highest number.
        said: the text that was judged; a reply whose numbers are all the text's own is no judgement.
    """
    if isinstance(reply, Missing):
        return reply
    found: dict[str, int] = {}
    echoed = 0
    for value in system.values:
        given = _given(value, reply.text)
        if not given:
            continue
        if len(given) > 1:
            return Missing("unparsed", f"gives {value.name} {len(given)} different numbers")
        number = given.pop()
        if not number.is_integer() or not limits[0] <= number <= limits[1]:
            return Missing(
                "unparsed", f"gives {value.name} {number:g}; the scale is {limits[0]} to {limits[1]}"
            )
        found[value.name] = int(number)
        echoed += number in _given(value, said)
    if len(found) < len(system.values):
        return Missing("unparsed", f"rates {len(found)} of {len(system.values)} values")
    if echoed == len(found):
        return Missing("unparsed", "repeats the numbers that the text gives itself")
    if (
        len(set(found.values())) == 1
        and len(found) > 1
        and found[system.names[0]] > limits[0] + (limits[1] > 1)
    ):
        return Missing("unparsed", f"gives every value the same number, {found[system.names[0]]}")
    return found


def read_levels(reply: Answer | Missing) -> tuple[str, ...] | Missing:
    """The five lines of a rubric, 1 to 5, each once."""
    if isinstance(reply, Missing):
        return reply
    rows = [(int(found[1]), found[2]) for found in _LEVEL.finditer(reply.text)]
    if [number for number, _ in rows] != [1, 2, 3, 4, 5]:
        return Missing("unparsed", f"no five lines from 1 to 5: {reply.text.strip()[:60]!r}")
    return tuple(text for _, text in rows)


def lines_of(value: Value, text: str) -> list[str]:
    """What stands behind a value's name, at the beginning of a line."""
    pattern = rf"^{_LEAD}{_named(value)}[^\S\n]*[:=–—-]+[^\S\n]*(\S[^\n]*)$"
    return [found[1] for found in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE)]


def _given(value: Value, text: str) -> set[float]:
    """The different numbers that a text gives a value, at the beginning of a line or as a field of JSON."""
    pattern = rf"(?:^|[{{,]){_LEAD}{_named(value)}\s*[:=–—-]+\s*[\"'*_]*(-?\d+(?:\.\d+)?)\b"
    return {float(found[1]) for found in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE)}


def _named(value: Value) -> str:
    """A pattern of what a value may be called."""
    names = sorted({value.name, value.title, *value.aliases}, key=len, reverse=True)
    name = "|".join(re.escape(one).replace(r"\-", r"[\s-]").replace(r"\ ", r"[\s-]") for one in names)
    return rf"[\"'*_]*(?:{name})[\"'*_]*"
