"""What a subject is asked when its answer is revised counterfactually, and how its replies are read.

Source: couple
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

from axiometer.canon import key
from axiometer.data import need, read_toml, shipped
from axiometer.data.wording import fence, filled
from axiometer.raters.judge import shipped_rubric
from axiometer.raters.replies import lines_of
from axiometer.subjects import Answer, Missing, Prompt
from axiometer.values import ValueSystem, open_system
from axiometer.values.levels import Levels

Relation: TypeAlias = Callable[[str, str], str]
NO_MENTION = "no mention"
_SHORTEST = 2  # words


@dataclass(frozen=True)
class Case:
    """One question, what was first said to it, and what the answer rested on.

    Attributes:
        prompt: as it was put.
        first: the first answer.
        points: what it says, a line each.
        observed: value -> level that it shows, for the values at stake.
        aim: the levels wanted of them.
    """

    prompt: Prompt
    first: str
    points: tuple[str, ...]
    observed: Mapping[str, float]
    aim: Levels

    @property
    def deviation(self) -> float:
        """The sum over values of how far the answer is from the aim."""
        return sum(abs(level - self.observed[name]) for name, level in self.aim.levels.items())


def ask_question(question: str, about: str) -> Prompt:
    """The question itself, to be answered in some sentences."""
    return Prompt(filled(_texts()["ask"].strip(), {"question": question}), about=about)


def ask_concepts(case: Case, relation: Relation | None, *, scratch: bool = False) -> Prompt:
    """The question for a counterfactual point for each wanted value; without the first answer if wanted."""
    return _prompt("scratch" if scratch else "concepts", case, relation, "")


def ask_answer(case: Case, changed: Mapping[str, str]) -> Prompt:
    """The question for an answer that makes these points, the most important first."""
    ranked = sorted(changed, key=lambda name: -case.aim.levels[name])
    said = [f"- {changed[name]}" for name in ranked if not is_silent(changed[name])]
    return _prompt("answer", case, None, "\n".join(said) or "- (none of the values is to be mentioned)")


def ask_direct(case: Case, relation: Relation | None) -> Prompt:
    """The question for an answer with other levels, without points in between."""
    return _prompt("direct", case, relation, "")


def told_levels(prompt: Prompt, aim: Levels, levels: Sequence[str]) -> Prompt:
    """The same prompt under the plain alternative: the wanted levels are told before the question."""
    parts = {
        "wanted": _wanted(open_system(aim.system), aim),
        "rubric": _rubric(levels),
        "question": prompt.user,
    }
    return replace(prompt, user=filled(_texts()["told"].strip(), parts))


def read_concepts(reply: Answer | Missing, aim: Levels) -> Mapping[str, str] | Missing:
    """A point for every wanted value, from lines `Name: point`."""
    if isinstance(reply, Missing):
        return reply
    system = open_system(aim.system)
    found: dict[str, str] = {}
    for name in aim.levels:
        said = lines_of(system.value(name), reply.text)
        if len(set(said)) != 1:
            return Missing("unparsed", f"{len(said)} points for {name}")
        point = said[0].strip(" \"'*_")
        if len(point.split()) < _SHORTEST:
            return Missing("unparsed", f"the point for {name} is {point!r:.40}")
        found[name] = point
    return found


def is_silent(point: str) -> bool:
    """Whether a point says that its value is to be left out."""
    return re.sub(r"[^a-z ]", "", point.casefold()).strip() == NO_MENTION


def wordings_key() -> str:
    """The content key of every word that a subject is asked."""
    return key(_texts())


def _prompt(name: str, case: Case, relation: Relation | None, changed: str) -> Prompt:
    texts, system = _texts(), open_system(case.aim.system)
    parts = {
        "fence": fence([case.prompt.user, case.first, changed]),
        "question": case.prompt.user,
        "first": case.first,
        "points": "\n".join(f"- {point}" for point in case.points),
        "observed": "\n".join(
            f"{system.value(v).title}: {round(level)}" for v, level in case.observed.items()
        ),
        "wanted": _wanted(system, case.aim),
        "relations": _relations(system, case.aim, relation),
        "changed": changed,
        "values": "\n".join(
            f"- {v.title}: {v.definition}" for v in system.values if v.name in case.aim.levels
        ),
        "rubric": _rubric(shipped_rubric()),
    }
    text = re.sub(r"\n{3,}", "\n\n", filled(texts[name].strip(), parts))
    return Prompt(
        text, system=filled(texts["system"].strip(), parts), about=f"couple/{name}/{case.prompt.about}"
    )


def _wanted(system: ValueSystem, aim: Levels) -> str:
    ranked = sorted(aim.levels.items(), key=lambda each: -each[1])
    return "\n".join(f"{system.value(name).title}: {level}" for name, level in ranked)


def _relations(system: ValueSystem, aim: Levels, relation: Relation | None) -> str:
    """How the wanted values stand to each other, and which are to be more important; nothing without a relation."""
    if relation is None:
        return ""
    texts, names = _texts()["relation"], list(aim.levels)

    def told(kind: str, a: str, b: str) -> str:
        return filled(texts[kind], {"a": system.value(a).title, "b": system.value(b).title})

    found = [
        told(relation(a, b), a, b)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if relation(a, b) in texts
    ]
    return "\n".join([*found, *(told("above", a, b) for a, b in aim.above())])


def _rubric(levels: Sequence[str]) -> str:
    return "\n".join(f"{i}: {text}" for i, text in enumerate(levels, 1))


@cache
def _texts() -> dict[str, Any]:
    table = read_toml(path := shipped("couple", "couple.toml"))
    for name in ("system", "ask", "concepts", "scratch", "answer", "direct", "told"):
        need(table, name, str, str(path))
    need(table, "relation", dict, str(path))
    return table
