"""The record of a cross-model study: the ordinal findings, the human norm beside them, and what remedies changed."""

from dataclasses import dataclass

from axiometer.analyse.ordinal import Findings, Quantity
from axiometer.report.study import Example, Record, SubjectNote


@dataclass(frozen=True)
class NormNote:
    """The human norm a study is set against: points of its scale, from each person's own mean."""

    name: str
    title: str
    n: int
    means: dict[str, float]
    deviations: dict[str, float]
    obtained: str


@dataclass(frozen=True)
class NormRow:
    """One group against the norm.

    Attributes:
        subject: name.
        condition: name of the remedy; empty: none.
        correlation: Spearman over values of expected ratings and the norm's means.
        distance: root mean squared difference over values; points.
        values: how many values both have.
    """

    subject: str
    condition: str
    correlation: Quantity
    distance: Quantity
    values: int


@dataclass(frozen=True)
class Metric:
    """One figure of a subject under a condition, before and after being told by `condition`.

    `subject` is empty for figures over all subjects; `n` counts ratings behind it.
    """

    name: str
    subject: str
    condition: str
    quantity: Quantity
    n: int


@dataclass(frozen=True)
class CulturalStudy(Record):
    """What was asked of whom how often, and what was found.

    Attributes:
        notes: what a reader must know, such as subjects whose runs are no replication.
    """

    subjects: tuple[SubjectNote, ...]
    runs: int
    context: str
    remedies: tuple[str, ...]
    findings: Findings
    norm: NormNote | None
    norm_rows: tuple[NormRow, ...]
    metrics: tuple[Metric, ...]
    notes: tuple[str, ...]
    examples: tuple[Example, ...]
