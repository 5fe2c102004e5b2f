"""Counterfactual revision of a subject's answers to open questions, judged by somebody who is not in the loop.

Source: couple
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.analyse.deviation import deviation, distances, ratio, steering_matrix
from axiometer.canon import key
from axiometer.errors import BadInput
from axiometer.instruments.questions import QuestionSet
from axiometer.raters import Rater
from axiometer.raters.judge import shipped_rubric
from axiometer.raters.levels import Leveled, level_replies
from axiometer.report.cite import sources
from axiometer.report.couple import Against, Cell, CoupleStudy, Reached, Told
from axiometer.report.numbers import number
from axiometer.steer.couple import Couple, Trace
from axiometer.steer.couple_asking import ask_question, told_levels
from axiometer.steer.couple_engines import Prompted
from axiometer.steer.steered import Say, saying
from axiometer.studies.administer import note, recorded
from axiometer.studies.couple_checks import Asked, checks, thresholds
from axiometer.subjects import Answer, Missing, Prompt, Subject
from axiometer.values import open_system
from axiometer.values.levels import Levels

Floats = npt.NDArray[np.float64]
WAYS: Mapping[str, Prompted] = {
    "without relations": Prompted(relations=False),
    "without points": Prompted(concepts=False),
    "without the first answer": Prompted(factual=False),
}
_NEARER = 0.5
_SHOWN = 12


@dataclass(frozen=True)
class Coupled:
    """A study and the trace of every answer; a Missing where there was no first answer to revise."""

    study: CoupleStudy
    traces: tuple[tuple[str, Trace | Missing], ...]


def coupled(
    questions: QuestionSet,
    subject: Subject,
    how: Couple,
    judge: Rater,
    *,
    parts: bool = False,
    with_checks: bool = False,
    seed: int = 0,
    heard: Callable[[str], None] = lambda what: None,
) -> Coupled:
    """Asks a subject every question raw, with the levels told, and with its answer revised, and has all of it judged.

    Args:
        questions: what is asked.
        subject: who answers.
        how: the revision: aim, reader, engine.
        judge: who reads the levels of all answers; neither the reader in the loop nor the subject.
        parts: whether revision without each of its parts is tried, too; the prompted engine has parts.
        with_checks: whether values that are not at stake are set, and points taken away.
        seed: of the subject and of the intervals.
        heard: hears what is being done.

    Raises:
        BadInput: a judge that is in the loop, or no question on which all ways could be read.
    """
    check_independent(judge, how.reader, subject)
    prompts = [ask_question(one.text, one.name) for one in questions.questions]
    say = saying(subject, seed)
    stakes, traces, said = _said(how, prompts, say, heard, parts=parts)
    heard("judging")
    read = {way: level_replies(judge, answers) for way, answers in said.items()}
    table = _Table(how.aim, stakes, read)
    whole = Asked(prompts, said["raw"], traces, table.rows, table.names, table.wanted, table.shown)
    spec = {
        "study": "couple",
        "questions": questions.spec,
        "subject": subject.spec,
        "couple": how.spec,
        "judge": judge.spec,
        "parts": parts,
        "checks": with_checks,
        "seed": seed,
    }
    about: dict[str, object] = {
        "name": questions.name,
        "title": "Open questions",
        "licence": questions.licence,
        "key": questions.key,
    }
    cited = (*open_system(how.aim.system).source, *questions.source, *sources(Couple))
    study = CoupleStudy(
        **recorded(spec, about, how.aim.system, cited),
        subject=note(subject),
        reader=str(how.reader.spec["rater"]),
        judge=str(judge.spec["rater"]),
        engine=str(how.engine.spec["engine"]),
        aim=dict(how.aim.levels),
        aim_name=how.aim.name,
        questions=len(prompts),
        most=how.most,
        theta=how.theta,
        reached=table.reached(seed),
        against=table.against(seed),
        cells=table.cells(),
        thresholds=thresholds(whole),
        checks=checks(how, whole, judge, say, seed) if with_checks else (),
        examples=_examples(questions, traces, read["revised"]),
    )
    return Coupled(study, tuple((one.name, t) for one, t in zip(questions.questions, traces, strict=True)))


def check_independent(judge: Rater, reader: Rater, subject: Subject) -> None:
    """Refuses a judge that would judge its own work.

    Raises:
        BadInput: the judge is the reader in the loop, or rests on the subject whose answers are judged.
    """
    if key(judge.spec) == key(reader.spec):
        raise BadInput(
            f"{judge.spec['rater']} reads values inside the loop and would judge the result as well; name another judge."
        )
    if _holds(judge.spec, key(subject.spec)):
        raise BadInput(
            f"the judge rests on {subject.card.name}, whose answers it would judge; name another judge."
        )


def _said(
    how: Couple, prompts: Sequence[Prompt], say: Say, heard: Callable[[str], None], *, parts: bool
) -> tuple[list[Levels | Missing], list[Trace | Missing], dict[str, list[Answer | Missing]]]:
    """The levels at stake in each question, the trace of its revised answer, and what is said in every way."""
    heard(f"{len(prompts)} questions, raw")
    firsts = say(prompts)
    stakes = how.at_stake(prompts)
    asked = [(p, one) for p, one in zip(prompts, stakes, strict=True) if isinstance(one, Levels)]
    heard("with the levels told")
    told = iter(say([told_levels(p, one, shipped_rubric()) for p, one in asked]))
    heard("revised")
    traces = how.traces(prompts, firsts, say)
    said: dict[str, list[Answer | Missing]] = {
        "raw": firsts,
        "told": [next(told) if isinstance(one, Levels) else one for one in stakes],
        "revised": [_reply(one) for one in traces],
    }
    if parts and isinstance(how.engine, Prompted):
        for name, engine in WAYS.items():
            heard(f"revised {name}")
            said[name] = [_reply(one) for one in replace(how, engine=engine).traces(prompts, firsts, say)]
    return stakes, traces, said


class _Table:
    """Levels by the judge, way by way, on the questions that could be read in every way."""

    def __init__(
        self, aim: Levels, stakes: Sequence[Levels | Missing], read: Mapping[str, Sequence[Leveled | Missing]]
    ) -> None:
        self.read, names = read, list(aim.levels)
        self.missing = {
            way: dict(Counter(str(one.why) for one in answers if isinstance(one, Missing)))
            for way, answers in read.items()
        }
        both = [
            i
            for i, one in enumerate(stakes)
            if isinstance(one, Levels)
            and not any(isinstance(answers[i], Missing) for answers in read.values())
        ]
        if not both:
            why = next((str(counts) for counts in self.missing.values() if counts), "no reading")
            raise BadInput(
                f"no question could be answered and read in every way ({why}); look at the subject and the judge."
            )
        self.rows = both
        self.wanted = np.full((len(both), len(names)), np.nan)
        for row, i in enumerate(both):
            stake = stakes[i]
            assert isinstance(stake, Levels)  # noqa: S101 - chosen so
            for name, wanted in stake.levels.items():
                self.wanted[row, names.index(name)] = wanted
        self.names = names
        self.shown = {way: self.levels_of(answers) for way, answers in read.items()}

    def levels_of(self, answers: Sequence[Leveled | Missing]) -> Floats:
        """[questions read in every way, values of the aim]; nan where this one could not be read."""
        found = np.full((len(self.rows), len(self.names)), np.nan)
        for row, i in enumerate(self.rows):
            one = answers[i]
            if isinstance(one, Leveled):
                found[row] = [one.levels[name] for name in self.names]
        return found

    def reached(self, seed: int) -> tuple[Reached, ...]:
        found = []
        for way, shown in self.shown.items():
            d = deviation(self.wanted, shown, seed)
            found.append(
                Reached(
                    way, d.total, d.total_low, d.total_high, d.mean, _known(d.order), _known(d.order_low),
                    _known(d.order_high), d.pairs, _known(d.rank), d.ranked, d.n, self.missing[way],
                )
            )  # fmt: skip
        return tuple(found)

    def against(self, seed: int) -> tuple[Against, ...]:
        own, found = distances(self.wanted, self.shown["revised"]), []
        for way, shown in self.shown.items():
            if way != "revised":
                other = distances(self.wanted, shown)
                r, low, high = ratio(own, other, seed)
                win, lose = int((own < other - _NEARER).sum()), int((own > other + _NEARER).sum())
                found.append(
                    Against(way, _known(r), _known(low), _known(high), win, len(own) - win - lose, lose)
                )
        return tuple(found)

    def cells(self) -> tuple[Cell, ...]:
        off, n = steering_matrix(self.shown["raw"], self.wanted, self.shown["revised"])
        return tuple(
            Cell(int(b) + 1, int(w) + 1, float(off[b, w]), int(n[b, w])) for b, w in np.argwhere(n > 0)
        )


def _reply(one: Trace | Missing) -> Answer | Missing:
    return one if isinstance(one, Missing) else one.reply


def _examples(
    questions: QuestionSet, traces: Sequence[Trace | Missing], read: Sequence[Leveled | Missing]
) -> tuple[Told, ...]:
    found = []
    for question, one, shown in zip(questions.questions, traces, read, strict=True):
        if (
            isinstance(one, Trace)
            and isinstance(one.answer, str)
            and isinstance(shown, Leveled)
            and one.revised
        ):
            found.append(
                Told(
                    question.text, one.first, one.points, dict(one.observed), dict(one.aim), dict(one.changed),
                    one.tried, one.answer, {name: shown.levels[name] for name in one.aim},
                )
            )  # fmt: skip
    return tuple(found[:_SHOWN])


def _holds(spec: Any, wanted: str) -> bool:
    """Whether a spec holds another one anywhere."""
    if isinstance(spec, Mapping):
        return key(spec) == wanted or any(_holds(part, wanted) for part in spec.values())
    return isinstance(spec, list | tuple) and any(_holds(part, wanted) for part in spec)


def _known(found: float) -> float | None:
    return found if isfinite(found) else None


def lines(study: CoupleStudy) -> Iterator[str]:
    """The study in words."""
    yield f"{study.questions} questions to {study.subject.name}, {study.engine}, read by {study.reader}, judged by {study.judge}"
    for one in study.reached:
        missing = ", ".join(f"{why} {n}" for why, n in one.missing.items()) or "none"
        order = (
            "no ordered pair"
            if one.order is None
            else (
                f"order kept {one.order:.0%} [{number(one.order_low)}, {number(one.order_high)}] of {one.pairs} pairs"
            )
        )
        rank = "" if one.rank is None else f"  rank {one.rank:+.2f} (n = {one.ranked})"
        yield (
            f"{one.way:<24} off by {one.total:.2f} [{one.low:.2f}, {one.high:.2f}] in all, {one.mean:.2f} a value  {order}{rank}  "
            f"n = {one.n}, missing: {missing}"
        )
    for a in study.against:
        told = (
            "" if a.ratio is None else f"{a.ratio:.2f} times as far off [{number(a.low)}, {number(a.high)}]; "
        )
        yield f"revised against {a.way}: {told}nearer {a.win}, alike {a.tie}, further {a.lose}"
    for c in study.checks:
        what = (
            "a value besides set to 5"
            if c.name == "placebo"
            else "the point of the most important value taken away"
        )
        yield f"{what}: {c.change:+.2f} [{c.low:+.2f}, {c.high:+.2f}] from {c.before:.2f}, n = {c.n}"
    curve = ", ".join(f"{t.theta:g}: {t.total:.2f}" for t in study.thresholds)
    yield f"off by, where answers within theta stay as they are: {curve} (n = {study.thresholds[0].n})"
