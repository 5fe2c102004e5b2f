"""The records of studies with open questions: how they were grown, and what they tell of subjects."""

from dataclasses import dataclass

from axiometer.report.study import Record, SubjectNote


@dataclass(frozen=True)
class Grade:
    """How much of a value a subject shows against the others.

    Attributes:
        rate: how often it would show the value more than another of the subjects; .5 on average over subjects.
        low: of the 95 % bootstrap interval over questions.
        high: its upper end.
        shown: share of its replies that show the value at all; None without replies.
        n: replies.
    """

    subject: str
    value: str
    rate: float
    low: float
    high: float
    shown: float | None
    n: int


@dataclass(frozen=True)
class TopicGrade:
    """The share of replies on a topic that show a value."""

    topic: str
    subject: str
    value: str
    shown: float
    n: int


@dataclass(frozen=True)
class Reliability:
    """How well folds of the questions agree.

    Attributes:
        alpha: Cronbach's alpha with folds as items and (subject, value) cells as cases; None where it cannot be computed.
        variation: standard deviation over folds as a share of the mean, averaged over cells.
        folds: how many.
    """

    alpha: float | None
    variation: float | None
    folds: int


@dataclass(frozen=True)
class Told:
    """How informative the questions are for these subjects, in nats a question, with a 95 % interval over questions.

    None where no question was answered by all.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Primed:
    """What telling a subject that it holds a value does to how often its replies show values.

    Attributes:
        role: target, same group, opposite or other.
        before: mean share of replies that show the values of this role.
        change: mean difference, question by question, with its 95 % interval.
    """

    value: str
    role: str
    before: float
    change: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class GrownStudy(Record):
    """What subjects said to open questions, and the values read out of it.

    Attributes:
        rater: who read them.
        scoring: how win rates were estimated.
        missing: subject -> reason -> replies, or opinions, that could not be read.
        told: what the questions tell; `beside`: what as many questions of another set tell.
    """

    subjects: tuple[SubjectNote, ...]
    rater: str
    questions: int
    left_out: dict[str, int]
    grades: tuple[Grade, ...]
    topics: tuple[TopicGrade, ...]
    reliability: Reliability
    told: Told
    beside: dict[str, Told]
    missing: dict[str, dict[str, int]]
    notes: tuple[str, ...]
    primed: tuple[Primed, ...] = ()
    scoring: str = "trueskill"


@dataclass(frozen=True)
class Point:
    """After so many calls, the mean score of the best questions so far, in nats."""

    calls: int
    level: float


@dataclass(frozen=True)
class Lineage:
    """A question, where it comes from, and its earlier wordings with their scores for the cheap panel.

    Attributes:
        parent: the name of the best question of the topic when it was written; empty where there was none.
        ancestors: the text of the parent, of its own parent, and so on up to a seed.
    """

    name: str
    text: str
    topic: str
    score: float
    looks: int
    parent: str
    wordings: tuple[tuple[str, ...], ...]
    ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class GrowthStudy(Record):
    """How questions were grown.

    Attributes:
        seeds: mean score of the seed questions that were asked; None where none was.
        points: informativeness against calls.
        pulled: topic -> pulls.
        rejected: reason -> questions.
        best: all that were kept, the best first.
        limit: most calls; `limit_tokens`, `limit_money`: the same of tokens and money, None for no limit.
        read: tokens put, about; `written`: tokens answered.
        diversity: n, mean words, self-BLEU, mean similarity of the kept questions.
    """

    author: SubjectNote
    panels: dict[str, tuple[str, ...]]
    rater: str
    kept: int
    seeds: float | None
    points: tuple[Point, ...]
    pulled: dict[str, int]
    rejected: dict[str, int]
    missing: dict[str, int]
    best: tuple[Lineage, ...]
    calls: int
    limit: int
    read: int
    written: int
    spent: float
    diversity: dict[str, float]
    limit_tokens: int | None = None
    limit_money: float | None = None
