"""What open questions tell of subjects: win rates for each value, by topic, with folds and another set beside them.

Source: adaem
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.effects import moved
from axiometer.analyse.reliability import cronbach_alpha
from axiometer.analyse.scoring import MODELS, SCORINGS, check_scoring, drawn_rates, fold_rates, rates
from axiometer.canon import draws, key
from axiometer.errors import BadInput
from axiometer.grow.panel import informativeness_of
from axiometer.instruments.questions import QuestionSet
from axiometer.measure import Progress
from axiometer.measure.opinions import OPINIONS, Reply, Shown, carried, form_spec, opinions, shown
from axiometer.raters import Rater, thresholds
from axiometer.report.cite import sources
from axiometer.report.grown import Grade, GrownStudy, Primed, Reliability, Told, TopicGrade
from axiometer.report.numbers import number
from axiometer.steer import steer
from axiometer.steer.regard import ValuePrompt
from axiometer.studies.administer import note, recorded
from axiometer.subjects import Subject
from axiometer.values import ValueSystem, open_system

Floats = npt.NDArray[np.float64]
FOLDS = 5
_NOTE = (
    "Win rates average one half over the subjects, value by value: they say who shows a value more, not how much it is shown. Those printed in the "
    "paper do not, by a formula that is not published."
)


@dataclass(frozen=True)
class Asked:
    """What subjects said to a set of questions, and what was read out of it.

    Attributes:
        replies: subject -> its replies.
        shown: of each subject.
        own: [questions, values] what the questions themselves show.
    """

    questions: QuestionSet
    replies: dict[str, list[Reply]]
    shown: tuple[Shown, ...]
    own: Floats

    @property
    def union(self) -> Floats:
        """[questions, subjects, values] 1 where a reply shows a value."""
        return np.stack([one.union for one in self.shown], axis=1)

    def told(self) -> Told:
        """How informative the questions are, corrected for chance, over those that all subjects answered."""
        each, asked = [one.each for one in self.shown], [one.text for one in self.questions.questions]
        scores = informativeness_of(each, self.own, asked, least=len(each))
        scores = scores[~np.isnan(scores)]
        if not len(scores):
            return Told(None, None, None, 0)
        drawn = scores[draws(0, "told", len(scores)).integers(len(scores), size=(2000, len(scores)))].mean(
            axis=1
        )
        low, high = np.quantile(drawn, [0.025, 0.975])
        return Told(float(scores.mean()), float(low), float(high), len(scores))


def ask(
    questions: QuestionSet,
    subjects: Sequence[Subject],
    rater: Rater,
    *,
    many: int = OPINIONS,
    threshold: float | None = None,
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Asked:
    """Every subject's opinions on every question, rated.

    Raises:
        BadInput: fewer than two subjects, or one named twice.
    """
    names = [subject.card.name for subject in subjects]
    if len(names) < 2 or len(set(names)) < len(names):
        raise BadInput(
            f"subjects are {', '.join(names) or 'none'}; open questions compare at least two, each named once."
        )
    replies = {
        subject.card.name: opinions(
            subject,
            questions.questions,
            many=many,
            seed=seed,
            progress=progress(subject.card.name, "opinions"),
        )
        for subject in subjects
    }
    line = _line(rater) if threshold is None else threshold
    own = carried(rater, [one.text for one in questions.questions], line)
    return Asked(questions, replies, tuple(shown(rater, one, line) for one in replies.values()), own)


def grown(
    questions: QuestionSet,
    subjects: Sequence[Subject],
    rater: Rater,
    *,
    beside: Sequence[QuestionSet] = (),
    many: int = OPINIONS,
    threshold: float | None = None,
    scoring: str = SCORINGS[0],
    prime: str = "",
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> tuple[GrownStudy, Asked]:
    """Measures subjects with open questions.

    Args:
        questions: what is asked.
        subjects: at least two.
        rater: who reads values.
        beside: other sets, of which as many questions are drawn and asked, to compare what they tell.
        many: opinions a reply.
        threshold: the rating from which a value counts as there; None for the rater's own, value by value.
        scoring: how win rates are estimated: `trueskill`, or `bradley-terry`, which knows no order of play.
        prime: a value that the first subject is told to hold, to see whether the questions see it.
        seed: of subjects, orders of play and draws.
        progress: makes a listener for each subject.

    Raises:
        UnknownName: no such scoring.
        BadInput: fewer than two subjects, or one named twice.
    """
    check_scoring(scoring)
    asked = ask(questions, subjects, rater, many=many, threshold=threshold, seed=seed, progress=progress)
    others = {}
    for other in beside:
        some = _as_many(other, len(questions.questions), seed)
        found = ask(some, subjects, rater, many=many, threshold=threshold, seed=seed, progress=progress)
        others[other.name] = found.told()
    system = open_system(rater.system)
    spec = {
        "study": "grown",
        "questions": questions.spec,
        "beside": [other.spec for other in beside],
        "subjects": [subject.spec for subject in subjects],
        "rater": rater.spec,
        "form": form_spec(many),
        "threshold": threshold,
        "scoring": scoring,
        "seed": seed,
    }
    cited = [*system.source, *questions.source, "adaem", *sources(MODELS[scoring])]
    study = GrownStudy(
        **recorded(spec, _about(questions), system.name, cited),
        subjects=tuple(note(subject) for subject in subjects),
        rater=str(rater.spec["rater"]),
        scoring=scoring,
        questions=len(questions.questions),
        left_out=questions.left_out,
        grades=grades(asked, system.names, scoring, seed),
        topics=topics(asked, system.names),
        reliability=folds(asked.union, seed, scoring=scoring),
        told=asked.told(),
        beside=others,
        missing={name: dict(one.missing) for name, one in zip(asked.replies, asked.shown, strict=True)},
        notes=(_NOTE,),
        primed=primed(questions, subjects[0], rater, prime, many=many, threshold=threshold, seed=seed)
        if prime
        else (),
    )
    return study, asked


def _about(questions: QuestionSet) -> dict[str, object]:
    return {
        "name": questions.name,
        "title": "Open questions",
        "licence": questions.licence,
        "questions": len(questions.questions),
        "key": key(questions.spec),
    }


def _as_many(other: QuestionSet, most: int, seed: int) -> QuestionSet:
    order = draws(seed, "as many", other.key).permutation(len(other.questions))[:most]
    return QuestionSet(
        other.name, other.licence, other.source, tuple(other.questions[i] for i in sorted(order))
    )


def folds(union: Floats, seed: int = 0, many: int = FOLDS, scoring: str = SCORINGS[0]) -> Reliability:
    """How well folds of the questions agree on who shows what.

    Shapes: union [questions, subjects, values], nan where there is no reply
    """
    found = fold_rates(union, many, scoring, seed)
    if found is None:
        return Reliability(None, None, many)
    table = found.reshape(many, -1).T  # cases, folds
    spread = float((table.std(axis=1, ddof=1) / table.mean(axis=1)).mean())
    return Reliability(float(cronbach_alpha(table)) if table.std() else None, spread, many)


def primed(
    questions: QuestionSet,
    subject: Subject,
    rater: Rater,
    value: str,
    *,
    many: int = OPINIONS,
    threshold: float | None = None,
    seed: int = 0,
) -> tuple[Primed, ...]:
    """Whether the questions see a change that is known: the subject is told that it holds a value, and asked again.

    A valid set of questions shows the value more, its opposites less, and what stands in the same group no less.

    Raises:
        UnknownName: no such value.

    Source:
        adaem
    """
    system = open_system(rater.system)
    target = system.value(value)
    told = steer(subject, ValuePrompt(target.name, strength=3, system=rater.system))
    line = _line(rater) if threshold is None else threshold
    tables = [
        shown(rater, opinions(one, questions.questions, many=many, seed=seed), line).union
        for one in (subject, told)
    ]
    both = ~np.isnan(tables[0] + tables[1]).any(axis=1)
    if not both.any():
        return ()
    found = []
    for role in ("target", "same group", "opposite", "other"):
        columns = [i for i, name in enumerate(system.names) if _role(system, target.name, name) == role]
        if columns:
            before, after = (table[both][:, columns].mean(axis=1) for table in tables)
            shift = moved(before, after, seed)
            found.append(
                Primed(target.name, role, float(before.mean()), shift.shift, shift.low, shift.high, shift.n)
            )
    return tuple(found)


def _role(system: ValueSystem, target: str, other: str) -> str:
    if target == other:
        return "target"
    if system.relation(target, other) == "opposite":
        return "opposite"
    return "same group" if any({target, other} <= set(g.values) for g in system.groups) else "other"


def grades(
    asked: Asked, values: Sequence[str], scoring: str = SCORINGS[0], seed: int = 0
) -> tuple[Grade, ...]:
    """The win rate of each subject on each value, with its 95 % interval over questions, and how often it shows the value."""
    union = asked.union
    found = rates(union, scoring)
    drawn = drawn_rates(union, found, scoring, seed)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    names = list(asked.replies)
    return tuple(
        Grade(
            name,
            value,
            float(found[s, v]),
            float(min(low[s, v], found[s, v])),
            float(max(high[s, v], found[s, v])),
            float(np.nanmean(union[:, s, v])) if np.isfinite(union[:, s, v]).any() else None,
            int(np.isfinite(union[:, s, v]).sum()),
        )
        for s, name in enumerate(names)
        for v, value in enumerate(values)
    )


def topics(asked: Asked, values: Sequence[str]) -> tuple[TopicGrade, ...]:
    """The share of replies that show each value, topic by topic."""
    found = []
    union = asked.union
    for topic in asked.questions.topics:
        rows = [i for i, one in enumerate(asked.questions.questions) if one.topic == topic]
        for s, name in enumerate(asked.replies):
            own = union[rows, s]
            n = int(np.isfinite(own[:, 0]).sum())
            if n:
                means = np.nanmean(own, axis=0)
                found += [
                    TopicGrade(topic, name, value, float(means[v]), n) for v, value in enumerate(values)
                ]
    return tuple(found)


def _line(rater: Rater) -> Floats:
    """[values] from which score each counts as there."""
    own = thresholds(rater)
    return np.array([own[name] for name in open_system(rater.system).names])


def lines(study: GrownStudy) -> Iterator[str]:
    """The study in words."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    yield f"{study.questions} questions to {len(study.subjects)} subjects, read by {study.rater}; win rates by {study.scoring}"
    for subject in study.subjects:
        own = [g for g in study.grades if g.subject == subject.name]
        missing = ", ".join(f"{why} {n}" for why, n in study.missing[subject.name].items()) or "none"
        yield f"{subject.name}: {max((g.n for g in own), default=0)} replies read, missing: {missing}"
        for g in sorted(own, key=lambda g: -g.rate):
            yield f"  {titles[g.value]:<16} win rate {g.rate:.2f} [{g.low:.2f}, {g.high:.2f}]  shown in {number(g.shown)}  n = {g.n}"
    r = study.reliability
    told = (
        "too few questions"
        if r.alpha is None
        else f"alpha {r.alpha:.2f}, coefficient of variation {r.variation:.2f}"
    )
    yield f"over {r.folds} folds of questions: {told}"
    yield _informative("these questions", study.told)
    for name, one in study.beside.items():
        yield _informative(f"as many of {name}", one)
    for p in study.primed:
        yield (
            f"told that it holds {titles[p.value]}, {p.role}: {p.change:+.3f} [{p.low:+.3f}, {p.high:+.3f}] from {p.before:.3f}, "
            f"n = {p.n} questions"
        )
    yield from study.notes


def _informative(name: str, one: Told) -> str:
    if one.mean is None:
        return f"informativeness of {name}: no question was answered by all subjects"
    return f"informativeness of {name}: {one.mean:.3f} nats a question [{one.low:.3f}, {one.high:.3f}], n = {one.n}"
