"""Three ways to a counterfactual answer: a capable subject writes it, the best of several answers is taken, or a model is steered to it.

Source: couple
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from axiometer.analyse.likeness import words
from axiometer.canon import Spec, key
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.raters import Rater
from axiometer.raters.judge import shipped_rubric
from axiometer.raters.levels import level
from axiometer.steer.couple_asking import (
    Case,
    Relation,
    ask_answer,
    ask_concepts,
    ask_direct,
    read_concepts,
    told_levels,
)
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import load_steering
from axiometer.steer.steered import Say
from axiometer.steer.vectors import Vector
from axiometer.subjects import Answer, Missing, Prompt

_Pushes: TypeAlias = tuple[tuple[str, int], ...]
_STRENGTHS = {4: 2, 5: 3}
_RUN = 4  # words
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Change:
    """A counterfactual answer.

    Attributes:
        answer: its words.
        points: value -> the point made for it, where points were written.
        tried: (how, deviation by the reader) of all answers that were weighed up, where several were.
    """

    answer: str
    points: Mapping[str, str] = field(default_factory=dict)
    tried: tuple[tuple[str, float], ...] = ()


class Engine(Protocol):
    """A way to make counterfactual answers."""

    @property
    def spec(self) -> Spec:
        """Plain JSON that names everything it does."""
        ...

    def change(
        self, cases: Sequence[Case], reader: Rater, relation: Relation, say: Say
    ) -> list[Change | Missing]:
        """An answer for every case, or why there is none.

        Args:
            cases: what was said, and what was wanted.
            reader: who reads levels inside the loop.
            relation: how two values stand to each other.
            say: puts prompts to the subject.
        """
        ...


@dataclass(frozen=True)
class Prompted:
    """The subject writes a counterfactual point for each value, then an answer that makes these points.

    Attributes:
        relations: whether it is told how the values stand to each other and how the first answer came about.
        concepts: whether points come in between; else the answer is rewritten at once.
        factual: whether the first answer is shown; else points and answer are made from scratch.

    Each of the three can be taken away, to see what it is for.
    """

    relations: bool = True
    concepts: bool = True
    factual: bool = True

    @property
    def spec(self) -> Spec:
        """The parts."""
        return {"engine": "prompted", **vars(self)}

    def change(
        self, cases: Sequence[Case], reader: Rater, relation: Relation, say: Say
    ) -> list[Change | Missing]:
        """What the subject writes."""
        known = relation if self.relations else None
        if not self.concepts:
            replies = say([ask_direct(case, known) for case in cases])
            return [one if isinstance(one, Missing) else _changed(one, {}) for one in replies]
        asked = [ask_concepts(case, known, scratch=not self.factual) for case in cases]
        points = [read_concepts(reply, case.aim) for reply, case in zip(say(asked), cases, strict=True)]
        going = [(i, one) for i, one in enumerate(points) if not isinstance(one, Missing)]
        shown = [case if self.factual else _without_first(case) for case in cases]
        replies = say([ask_answer(shown[i], one) for i, one in going]) if going else []
        found: list[Change | Missing] = [
            one if isinstance(one, Missing) else Missing("unparsed") for one in points
        ]
        for (i, one), reply in zip(going, replies, strict=True):
            found[i] = reply if isinstance(reply, Missing) else _changed(reply, one)
        return found


@dataclass(frozen=True)
class Reranked:
    """Several answers in three ways, with the levels told, as somebody who holds the important values, and as it comes; the nearest to the aim is taken.

    Our own proposal, for subjects too small to write points. The first answer takes part.

    Attributes:
        many: how many answers are drawn in each way.
    """

    many: int = 4

    def __post_init__(self) -> None:
        """Refuses nothing to choose from."""
        if self.many < 1:
            raise BadInput(f"{self.many} answers are to be drawn; draw at least 1.")

    @property
    def spec(self) -> Spec:
        """How many."""
        return {"engine": "reranked", "many": self.many}

    def change(
        self, cases: Sequence[Case], reader: Rater, relation: Relation, say: Say
    ) -> list[Change | Missing]:
        """The best of the answers.

        Raises:
            Incapable: a subject that says the same at every draw.
        """
        ways = {
            "told": [told_levels(case.prompt, case.aim, shipped_rubric()) for case in cases],
            "held": [_held(case) for case in cases],
            "plain": [case.prompt for case in cases],
        }
        drawn = {
            f"{way} {draw + 1}": say(
                prompts, draw=draw + (way == "plain")
            )  # the first plain one is the first answer
            for way, prompts in ways.items()
            for draw in range(self.many)
        }
        texts = [[_words(replies[i]) for replies in drawn.values()] for i in range(len(cases))]
        if self.many > 1 and all(len(set(own[: self.many])) == 1 for own in texts):
            raise Incapable(
                "the subject says the same at every draw, so that there is nothing to choose from; let it vary, as in "
                "smollm2:?temperature=0.8."
            )
        return _best(cases, drawn, reader)


@dataclass(frozen=True)
class Edited:
    """A model pushed along value vectors while it answers: up where the first answer shows too little of a value, down where too much.

    The pushes that the deviations call for are tried all together, one by one, and all together on somebody who holds the important values; the answer nearest to
    the aim is taken. Our own proposal.

    Attributes:
        vectors: value -> the vector that raises it.
        many: how many answers are drawn under all pushes together, each way; a subject that never varies gives one.
    """

    vectors: Mapping[str, Vector]
    many: int = 3

    def __post_init__(self) -> None:
        """Refuses an engine without any vector."""
        if not self.vectors:
            raise BadInput("no vector to steer by; locate one first: axiometer locate vector.")
        if self.many < 1:
            raise BadInput(f"{self.many} answers are to be drawn; draw at least 1.")

    @property
    def spec(self) -> Spec:
        """The vectors by content."""
        vectors = {name: key(one.spec) for name, one in self.vectors.items()}
        return {"engine": "edited", "vectors": vectors, "many": self.many}

    def change(
        self, cases: Sequence[Case], reader: Rater, relation: Relation, say: Say
    ) -> list[Change | Missing]:
        """The best of the answers under the pushes."""
        drawn: dict[str, list[Answer | Missing | None]] = {}
        wanted = [self._needs(case) for case in cases]
        whole = self._groups(wanted)
        for draw in range(self.many):
            drawn[f"together {draw + 1}"] = self._said(cases, whole, say, draw=draw, held=False)
            drawn[f"together, held {draw + 1}"] = self._said(cases, whole, say, draw=draw, held=True)
        for value in self.vectors:
            alone = [tuple(each for each in needs if each[0] == value and len(needs) > 1) for needs in wanted]
            drawn[value] = self._said(cases, self._groups(alone), say, draw=0, held=False)
        return _best(cases, drawn, reader)

    def _groups(self, wanted: Sequence[_Pushes]) -> dict[_Pushes, list[int]]:
        """Which cases need the same pushes; those that need none are in no group."""
        groups: dict[_Pushes, list[int]] = {}
        for i, pushes in enumerate(wanted):
            if pushes:
                groups.setdefault(pushes, []).append(i)
        return groups

    def _needs(self, case: Case) -> _Pushes:
        """(value, 1 for up or -1 for down) for every value that has a vector and is off by more than half a level."""
        off = {
            name: level - case.observed[name]
            for name, level in case.aim.levels.items()
            if name in self.vectors
        }
        return tuple((name, 1 if gap > 0 else -1) for name, gap in off.items() if abs(gap) > 1 / 2)

    def _said(
        self,
        cases: Sequence[Case],
        groups: Mapping[_Pushes, list[int]],
        say: Say,
        *,
        draw: int,
        held: bool,
    ) -> list[Answer | Missing | None]:
        found: list[Answer | Missing | None] = [None] * len(cases)
        for pushes, which in groups.items():
            by = [self.vectors[name] if sign > 0 else self.vectors[name].mirrored() for name, sign in pushes]
            prompts = [_held(cases[i]) if held else cases[i].prompt for i in which]
            for i, reply in zip(which, say(prompts, draw=draw, by=by), strict=True):
                found[i] = reply
        return found


def sentences(text: str) -> tuple[str, ...]:
    """What a text says, a sentence each."""
    return tuple(part for part in _SENTENCE.split(" ".join(text.split())) if part)


def _best(
    cases: Sequence[Case], drawn: Mapping[str, Sequence[Answer | Missing | None]], reader: Rater
) -> list[Change | Missing]:
    """For each case the answer nearest to its aim, the first one included; of equals the earlier.

    An answer that says back what it was told of a value is none: a reader would take the definition for the value.
    """
    every = [
        (i, how, one.text)
        for how, replies in drawn.items()
        for i, one in enumerate(replies)
        if isinstance(one, Answer) and one.text.strip() and not _echoes(one.text, cases[i])
    ]
    read = level(reader, [text for _, _, text in every])
    tried: list[list[tuple[float, str, str]]] = [[(case.deviation, "first", case.first)] for case in cases]
    for (i, how, text), one in zip(every, read, strict=True):
        if not isinstance(one, Missing):
            off = sum(abs(want - one.levels[name]) for name, want in cases[i].aim.levels.items())
            tried[i].append((off, how, text))
    return [
        Change(min(own, key=lambda each: each[0])[2], {}, tuple((how, off) for off, how, _ in own))
        for own in tried
    ]


def _held(case: Case) -> Prompt:
    """The question to somebody who holds the values that are to be important, in the wording that steering is compared with."""
    prompt = case.prompt
    for name, wanted in sorted(case.aim.levels.items(), key=lambda each: each[1]):
        if wanted in _STRENGTHS:
            prompt = ValuePrompt(name, strength=_STRENGTHS[wanted], system=case.aim.system).rewrite(prompt)
    return prompt


def _echoes(text: str, case: Case) -> bool:
    """Whether a text holds a run of words out of what it was told of the values, and not out of the question."""
    question = case.prompt.user
    told = [
        _held(case).user.removesuffix(question),
        told_levels(case.prompt, case.aim, shipped_rubric()).user.removesuffix(question),
    ]
    return any(_runs(text) & _runs(one) for one in told)


def _runs(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[i : i + _RUN]) for i in range(len(said) - _RUN + 1)}


def _words(reply: Answer | Missing) -> str:
    return reply.text if isinstance(reply, Answer) else ""


def _changed(reply: Answer, points: Mapping[str, str]) -> Change | Missing:
    text = reply.text.strip()
    return Change(text, points) if text else Missing("unparsed", "the answer is empty")


def _without_first(case: Case) -> Case:
    return Case(case.prompt, "(there is none)", (), {}, case.aim)


def open_engine(name: str) -> Engine:
    """An engine by name: `prompted`, `reranked`, `reranked:N` for N answers a way, or `edited:FOLDER[,FOLDER]` with vectors that were located.

    Raises:
        UnknownName: no such engine.
        BadInput: a number that is none, or a folder that holds something else than vectors.
    """
    kind, _, rest = name.partition(":")
    if kind == "prompted" and not rest:
        return Prompted()
    if kind == "reranked":
        if rest and not rest.isdecimal():
            raise BadInput(f"reranked:{rest} names no number of answers; write reranked:4.")
        return Reranked(int(rest)) if rest else Reranked()
    if kind == "edited":
        return Edited(dict(_vector(Path(part).expanduser()) for part in rest.split(",") if part))
    raise unknown("engine", name, ["prompted", "reranked:N", "edited:FOLDER,..."])


def _vector(folder: Path) -> tuple[str, Vector]:
    _, by = load_steering(folder)
    if len(by) != 1 or not isinstance(by[0], Vector):
        raise BadInput(f"{folder} holds no single vector; give folders that `axiometer locate vector` wrote.")
    return by[0].value, by[0]
