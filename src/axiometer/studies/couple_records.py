"""Traces of counterfactual revision as records to fine-tune on: the answer alone, or the whole reasoning.

Source: couple
"""

import json
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from axiometer.raters.judge import shipped_rubric
from axiometer.steer.couple import Couple, Trace
from axiometer.steer.couple_asking import ask_question, told_levels
from axiometer.subjects import Missing
from axiometer.values import open_system
from axiometer.values.levels import Levels

Tuning: TypeAlias = Literal["naive", "reasoning"]


def tuning_lines(
    how: Couple, traces: Sequence[tuple[str, Trace | Missing]], questions: Sequence[str], kind: Tuning
) -> str:
    """Chat records as JSON lines: the question with the levels told, and what is to be learned.

    Args:
        how: the revision, for the relations between values.
        traces: (name, trace) of each question.
        questions: their texts.
        kind: `naive`, the answer; `reasoning`, attribution, relations, points and answer.
    """
    rows = []
    for (name, one), question in zip(traces, questions, strict=True):
        if isinstance(one, Trace) and isinstance(one.answer, str):
            aim = Levels(how.aim.system, one.aim)
            asked = told_levels(ask_question(question, name), aim, shipped_rubric()).user
            learned = one.answer if kind == "naive" else "\n".join(_reasoning(how, one))
            turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": learned}]
            rows.append(json.dumps({"messages": turns, "name": name}, ensure_ascii=False))
    return "".join(row + "\n" for row in rows)


def _reasoning(how: Couple, one: Trace) -> Iterator[str]:
    title = {value.name: value.title for value in open_system(how.aim.system).values}
    yield f"A first answer: {one.first}"
    yield "Its points:"
    yield from (f"- {point}" for point in one.points)
    yield "The levels that it gives: " + ", ".join(f"{title[v]} {round(n)}" for v, n in one.observed.items())
    names = list(one.aim)
    stand = [
        f"{title[a]} and {title[b]} {'pull against each other' if how.relation(a, b) == 'opposite' else 'go well together'}"
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if how.relation(a, b) in ("opposite", "neighbour")
    ]
    stand += [f"{title[a]} above {title[b]}" for a, b in Levels(how.aim.system, one.aim).above()]
    if stand:
        yield "How the values stand: " + "; ".join(stand)
    yield "The levels that are wanted: " + ", ".join(f"{title[v]} {n}" for v, n in one.aim.items())
    if one.changed:
        yield "So the points become:"
        yield from (f"- {title[value]}: {point}" for value, point in one.changed.items())
    yield f"Answer: {one.answer}"
