"""Counterfactual revision: what an answer rests on is read out of it, other values are set, and the answer is made anew.

The trace of each answer is its explanation: what was said first, which levels it showed, which were wanted, what was changed.

Source: couple
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from axiometer.canon import Spec, key
from axiometer.errors import BadInput, Incapable
from axiometer.raters import Rater
from axiometer.raters.levels import Leveled, level
from axiometer.steer.couple_asking import Case, told_levels, wordings_key
from axiometer.steer.couple_engines import Change, Engine, sentences
from axiometer.steer.steered import Put, Reply, Say
from axiometer.subjects import Answer, Missing, Prompt, Weights
from axiometer.values import open_system
from axiometer.values.graph import ValueGraph
from axiometer.values.levels import Levels

MOST = 3


@dataclass(frozen=True)
class Trace:
    """How an answer came about.

    Attributes:
        question: as it was put.
        first: the first answer.
        points: what it says, a line each.
        observed: value -> level that it shows, by the reader inside the loop; for the values at stake.
        aim: value -> level that was wanted.
        deviation: the sum over values of how far the two are apart.
        changed: value -> the point that was to be made for it, where points were written.
        tried: (how, deviation) of every answer that was weighed up, where several were.
        answer: what is said in the end; the first answer where it was near enough, or why there is none.
        revised: whether it is another than the first.
    """

    question: str
    first: str
    points: tuple[str, ...]
    observed: Mapping[str, float]
    aim: Mapping[str, int]
    deviation: float
    changed: Mapping[str, str]
    tried: tuple[tuple[str, float], ...]
    answer: str | Missing
    revised: bool

    @property
    def reply(self) -> Answer | Missing:
        """The answer as a subject gives it."""
        return self.answer if isinstance(self.answer, Missing) else Answer(self.answer)


@dataclass(frozen=True)
class Couple:
    """Revises what a subject says until it rests on the levels of an objective.

    Attributes:
        aim: the levels wanted.
        reader: who reads levels inside the loop; another rater must judge the result.
        engine: how a counterfactual answer is made.
        theta: an answer no further than this from the aim stays as it is.
        most: how many of the aim's values are at stake in one question, at most.
        graph: how values move each other, instead of the system's circle.

    Source:
        couple
    """

    aim: Levels
    reader: Rater
    engine: Engine
    theta: float = 0.0
    most: int = MOST
    graph: ValueGraph | None = field(default=None)

    def __post_init__(self) -> None:
        """Refuses a reader of other values, and limits that are none."""
        if self.reader.system != self.aim.system:
            raise BadInput(
                f"the reader reads {self.reader.system} and the objective is about {self.aim.system}; name a reader of it."
            )
        if not self.theta >= 0 or self.most < 1:
            raise BadInput(
                f"theta is {self.theta} and {self.most} values are at stake; at least 0 and 1 are needed."
            )
        if self.graph is not None:
            for name in self.graph.values:
                open_system(self.aim.system).value(name)

    @property
    def spec(self) -> Spec:
        """Aim, reader, engine, limits, and every word that is asked."""
        return {
            "intervention": "couple",
            "system": self.aim.system,
            "aim": dict(self.aim.levels),
            "reader": self.reader.spec,
            "engine": self.engine.spec,
            "theta": self.theta,
            "most": self.most,
            "graph": None if self.graph is None else key([list(self.graph.values), list(self.graph.arrows)]),
            "texts": wordings_key(),
        }

    def revise(self, prompts: Sequence[Prompt], put: Put, say: Say) -> list[Reply]:
        """The revised answers.

        Raises:
            Incapable: the subject was asked for log-probabilities, which have no words to revise.
        """
        traces = self.traces(prompts, put(prompts, range(len(prompts))), say)
        return [one if isinstance(one, Missing) else one.reply for one in traces]

    def traces(self, prompts: Sequence[Prompt], firsts: Sequence[Reply], say: Say) -> list[Trace | Missing]:
        """How each answer comes about.

        Args:
            prompts: what was asked.
            firsts: what was said.
            say: puts further prompts to the same subject.
        """
        if any(isinstance(one, Weights) for one in firsts):
            raise Incapable(
                "counterfactual revision changes words, and options were weighed; ask in words (form text)."
            )
        found: list[Trace | Missing] = [
            one if isinstance(one, Missing) else Missing("unparsed") for one in firsts
        ]
        said = [(i, one.text) for i, one in enumerate(firsts) if isinstance(one, Answer)]
        stakes = self.at_stake([prompts[i] for i, _ in said])
        read = level(self.reader, [text for _, text in said])
        cases: dict[int, Case] = {}
        for (i, text), aim, one in zip(said, stakes, read, strict=True):
            if isinstance(one, Missing) or isinstance(aim, Missing):
                found[i] = one if isinstance(one, Missing) else aim  # type: ignore[assignment]
                continue
            observed = {name: one.levels[name] for name in aim.levels}
            cases[i] = Case(prompts[i], text, one.points or sentences(text), observed, aim)
        far = [i for i, case in cases.items() if case.deviation > self.theta]
        changes = self.engine.change([cases[i] for i in far], self.reader, self.relation, say) if far else []
        changed = dict(zip(far, changes, strict=True))
        for i, case in cases.items():
            found[i] = _trace(case, changed.get(i))
        return found

    def relation(self, one: str, other: str) -> str:
        """How two values stand to each other, by the graph or by the circle."""
        if self.graph is None:
            return open_system(self.aim.system).relation(one, other)
        for arrow in self.graph.arrows:
            if {arrow.start, arrow.end} == {one, other} and arrow.weight:
                return "neighbour" if arrow.weight > 0 else "opposite"
        return "other"

    def at_stake(self, prompts: Sequence[Prompt]) -> list[Levels | Missing]:
        """The part of the aim that each question is about: the values that the reader finds in it most."""
        if len(self.aim.levels) <= self.most:
            return [self.aim for _ in prompts]
        return [self._top(one) for one in level(self.reader, [prompt.user for prompt in prompts])]

    def _top(self, read: Leveled | Missing) -> Levels | Missing:
        if isinstance(read, Missing):
            return read
        ranked = sorted(self.aim.levels, key=lambda name: -read.levels[name])  # ties: the order of the system
        return self.aim.only(ranked[: self.most])


@dataclass(frozen=True)
class ToldLevels:
    """The plain alternative: the wanted levels, told before the question.

    Attributes:
        aim: the levels wanted.
        rubric: what the levels mean.
    """

    aim: Levels
    rubric: tuple[str, ...]

    @property
    def spec(self) -> Spec:
        """Aim, rubric and wording."""
        return {
            "intervention": "told levels",
            "system": self.aim.system,
            "aim": dict(self.aim.levels),
            "rubric": list(self.rubric),
            "texts": wordings_key(),
        }

    def rewrite(self, prompt: Prompt) -> Prompt:
        """The prompt with the levels before it."""
        return told_levels(prompt, self.aim, self.rubric)


def _trace(case: Case, change: Change | Missing | None) -> Trace:
    kept = Trace(
        case.prompt.user, case.first, case.points, case.observed, case.aim.levels, case.deviation, {}, (), case.first, False
    )  # fmt: skip
    if change is None:
        return kept
    if isinstance(change, Missing):
        return replace(kept, answer=change)
    return replace(
        kept,
        changed=change.points,
        tried=change.tried,
        answer=change.answer,
        revised=change.answer != case.first,
    )
