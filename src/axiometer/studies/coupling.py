"""Counterfactual revision by name: everybody opened behind one ledger, for one question or for a study.

Source: couple
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from axiometer.canon import draws
from axiometer.errors import AxiometerError
from axiometer.instruments.questions import QuestionSet, open_question_set
from axiometer.report.couple import CoupleStudy
from axiometer.steer.couple import Couple, Trace
from axiometer.steer.couple_asking import ask_question
from axiometer.steer.couple_engines import open_engine
from axiometer.steer.steered import saying
from axiometer.studies import folder
from axiometer.studies.aims import open_aim
from axiometer.studies.asking import ledger_path, rater_behind
from axiometer.studies.couple import coupled
from axiometer.studies.couple_records import tuning_lines
from axiometer.subjects import Missing, Subject
from axiometer.subjects.ledger import Ledger, Remembered, remember
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system
from axiometer.values.graph import read_graph


@contextmanager
def _opened(
    subject: str,
    aim: str,
    reader: str,
    engine: str,
    *,
    graph: Path | None,
    theta: float,
    most: int,
    system: str,
    ledger: Path | None,
) -> Iterator[tuple[Subject, Couple, Ledger, list[Remembered]]]:
    with Ledger(ledger_path(ledger)) as kept:
        heard: list[Remembered] = []
        wanted, made = open_aim(aim, system), open_engine(engine)
        how = Couple(
            wanted,
            rater_behind(reader, kept, heard),
            made,
            theta,
            most,
            None if graph is None else read_graph(graph),
        )
        heard.append(remember(open_subject(subject), kept))
        yield heard[-1], how, kept, heard


def one_question(
    question: str,
    subject: str,
    aim: str,
    reader: str,
    engine: str,
    *,
    graph: Path | None = None,
    theta: float = 0.0,
    most: int = 3,
    system: str = "schwartz10",
    seed: int = 0,
    ledger: Path | None = None,
) -> tuple[Trace, Couple]:
    """The trace of one answer.

    Raises:
        UnknownName: no such subject, objective, reader or engine.
        AxiometerError: no answer, with the reason.
    """
    with _opened(
        subject, aim, reader, engine, graph=graph, theta=theta, most=most, system=system, ledger=ledger
    ) as (who, how, _, _):
        say, prompt = saying(who, seed), ask_question(question, "question")
        (found,) = how.traces([prompt], say([prompt]), say)
    if isinstance(found, Missing):
        raise AxiometerError(
            f"{subject} gave no answer that could be read ({found.why}: {found.detail:.120})."
        )
    return found, how


def many_questions(
    questions: str,
    subject: str,
    aim: str,
    reader: str,
    judge: str,
    engine: str,
    out: Path,
    *,
    graph: Path | None = None,
    theta: float = 0.0,
    most: int = 3,
    parts: bool = False,
    with_checks: bool = False,
    only: int | None = None,
    system: str = "schwartz10",
    seed: int = 0,
    ledger: Path | None = None,
    heard: Callable[[str], None] = lambda what: None,
) -> CoupleStudy:
    """A study in a folder: record and page, traces, and records to fine-tune on.

    Raises:
        UnknownName: no such subject, objective, reader, judge, engine or set of questions.
        BadInput: a judge that is in the loop, or nothing that could be read.
    """
    asked = _some(open_question_set(questions), only, seed)
    with _opened(
        subject, aim, reader, engine, graph=graph, theta=theta, most=most, system=system, ledger=ledger
    ) as (who, how, kept, others):
        found = coupled(
            asked, who, how, rater_behind(judge, kept, others), parts=parts, with_checks=with_checks, seed=seed,
            heard=heard,
        )  # fmt: skip
        heard(
            f"put {sum(o.heard.fresh for o in others)} questions, {sum(o.heard.known for o in others)} known from the ledger"
        )
    rows = [{"name": name, **vars(one)} for name, one in found.traces]
    folder.write_rows(out, "traces.jsonl", rows)
    texts = [one.text for one in asked.questions]
    folder.write_text(out, "naive.jsonl", tuning_lines(how, found.traces, texts, "naive"))
    folder.write_text(out, "reasoning.jsonl", tuning_lines(how, found.traces, texts, "reasoning"))
    folder.write_kind(out, "couple", found.study)
    return found.study


def trace_lines(trace: Trace, how: Couple) -> Iterator[str]:
    """A trace in words."""
    title = {value.name: value.title for value in open_system(how.aim.system).values}
    yield f"First: {trace.first.strip()}"
    yield from (f"  - {point}" for point in trace.points if trace.points != (trace.first,))
    for name, level in trace.observed.items():
        yield f"{title[name]}: {level:.1f} shown, {trace.aim[name]} wanted"
    for name, point in trace.changed.items():
        yield f"  {title[name]}: {point}"
    if trace.tried:
        yield (
            "tried: "
            + ", ".join(f"{way} {off:.1f}" for way, off in trace.tried)
            + " off, by the reader in the loop"
        )
    if isinstance(trace.answer, Missing):
        yield f"no revised answer: {trace.answer.why} ({trace.answer.detail})"
    else:
        yield f"{'Revised' if trace.revised else 'Left as it is'}: {trace.answer.strip()}"


def _some(questions: QuestionSet, only: int | None, seed: int) -> QuestionSet:
    if only is None or only >= len(questions.questions):
        return questions
    chosen = sorted(draws(seed, "only", questions.key).permutation(len(questions.questions))[:only])
    return replace(questions, questions=tuple(questions.questions[i] for i in chosen))
