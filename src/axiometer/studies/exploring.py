"""Open questions grown by an author and two panels, within a budget that is shown ahead and kept.

Source: adaem
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from axiometer.analyse.diversity import distinct, diversity, varied
from axiometer.canon import key
from axiometer.errors import BadInput, Interrupted
from axiometer.grow.explore import Course, Pull, explore, explore_spec
from axiometer.grow.panel import Panel
from axiometer.grow.question_filters import Rejected, reasons
from axiometer.instruments.questions import FILE, OpenQuestion, QuestionSet
from axiometer.raters import Rater, open_rater
from axiometer.raters.judge import Judge
from axiometer.report.cite import sources
from axiometer.report.grown import GrowthStudy, Lineage, Point
from axiometer.studies import folder
from axiometer.studies.administer import note, recorded
from axiometer.studies.asking import ledger_path
from axiometer.subjects import Subject
from axiometer.subjects.ledger import Ledger, Remembered, remember
from axiometer.subjects.metered import FREE, Meter, Metered, Price
from axiometer.subjects.opening import open_subject

_ALIKE = 0.8


@dataclass
class Party:
    """Who takes part in growing questions, behind one ledger and one meter.

    Attributes:
        author: who writes.
        cheap: the panel while a question is sharpened.
        strong: the panel when it is scored.
        meter: what was spent.
        remembered: everybody's memory.
    """

    author: Subject
    cheap: Panel
    strong: Panel
    meter: Meter
    remembered: list[Remembered] = field(default_factory=list)

    @property
    def fresh(self) -> int:
        """Questions really put."""
        return sum(one.heard.fresh for one in self.remembered)


@contextmanager
def party(
    author: str,
    cheap: Sequence[str],
    strong: Sequence[str],
    rater: str,
    meter: Meter,
    *,
    price: Price = FREE,
    many: int = 3,
    seed: int = 0,
    ledger: Path | None = None,
) -> Iterator[Party]:
    """Everybody by name, for as long as the context lasts; each name is opened once.

    Raises:
        UnknownName: no such subject or rater.
        BadInput: a panel of fewer than two.
    """
    with ExitStack() as stack:
        kept = stack.enter_context(Ledger(ledger_path(ledger)))
        remembered: dict[str, Remembered] = {}

        def opened(name: str) -> Subject:
            if name not in remembered:
                remembered[name] = remember(open_subject(name), kept)
            return Metered(remembered[name], meter, price)

        read: Rater = open_rater(rater)
        if isinstance(read, Judge):
            own = remember(read.subject, kept)
            remembered[f"judge {rater}"] = own
            read = replace(read, subject=Metered(own, meter, price))
        panels = [
            Panel(tuple(opened(name) for name in dict.fromkeys(names)), read, many, seed)
            for names in (cheap, strong)
        ]
        yield Party(opened(author), panels[0], panels[1], meter, list(remembered.values()))


def plan(
    author: str, cheap: Sequence[str], strong: Sequence[str], course: Course, meter: Meter, judged: bool
) -> str:
    """What growing can cost, before anything is asked."""
    each = 3 * 2 + 1 if judged else 1  # a reply, and two calls for each of its opinions
    pull = (
        1
        + course.fresh * (1 + course.rounds) * (1 + len(cheap) * each)
        + (course.fresh + course.looks) * len(strong) * each
    )
    return (
        f"{author} writes, {len(cheap)} subjects help to sharpen, {len(strong)} to score; about {pull} calls a pull, at most "
        f"{meter.most()} in all; what the ledger knows is not asked again"
    )


def exploring(
    seeds: QuestionSet,
    who: Party,
    course: Course,
    out: Path,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[GrowthStudy, QuestionSet]:
    """Grows questions, and writes them with their lineage, what was rejected, and the page.

    Args:
        seeds: the questions to begin from.
        who: who takes part.
        course: how it goes.
        out: the folder to write; it opens again as a set of questions.
        seed: of everything drawn.
        progress: heard after each pull: calls, their limit.

    Raises:
        Interrupted: on Ctrl-C; what was found so far is written, and the same command goes on.
        BadInput: nothing was found.
        StorageFailure: the folder cannot be written.
    """
    pulls: list[Pull] = []
    calls: list[int] = []
    stopped = False
    try:
        for pull in explore(seeds, who.author, who.cheap, who.strong, course, seed=seed):
            pulls.append(pull)
            calls.append(who.meter.calls)
            progress(who.meter.calls, who.meter.limit)
    except (KeyboardInterrupt, Interrupted):  # the second from within the questions to a panel
        stopped = True
    if stopped and not any(pull.found for pull in pulls):
        raise Interrupted(
            "stopped before any question was found; what was answered is kept: run the same command again to go on."
        )
    spec = explore_spec(seeds, who.author, who.cheap, who.strong, course, seed)
    best, rejected = _sifted(pulls, course, who.meter.calls)
    study, kept = _gathered(seeds, who, course, _Found(pulls, calls, best, rejected), spec)
    folder.write_rows(out, FILE, kept.questions)
    folder.write_rows(out, "rejected.jsonl", rejected)
    folder.write_kind(out, "growth", study)
    if stopped:
        raise Interrupted(
            f"stopped after {len(pulls)} pulls and {who.meter.calls} calls; {len(kept.questions)} questions are in {out}: run the "
            "same command again to go on."
        )
    return study, kept


@dataclass(frozen=True)
class _Found:
    """What came of a course: its pulls with the calls after each, what is kept, and everything that is not."""

    pulls: Sequence[Pull]
    calls: Sequence[int]
    best: Sequence[OpenQuestion]
    rejected: Sequence[Rejected]


def _sifted(pulls: Sequence[Pull], course: Course, calls: int) -> tuple[list[OpenQuestion], list[Rejected]]:
    """The questions that are kept, the best first, and all that were rejected on the way or now."""
    rejected = [one for pull in pulls for one in pull.rejected]
    latest = {one.name: one for pull in pulls for one in (*pull.found, *pull.again)}
    ranked = sorted(latest.values(), key=lambda one: (-(one.score or 0.0), one.name))
    if not ranked:
        why = ", ".join(f"{why} {n}" for why, n in reasons(rejected).items())
        raise BadInput(
            f"no question was found in {len(pulls)} pulls ({calls} calls; rejected: {why or 'nothing was written'}); take "
            "an author that writes to the form, or allow more calls."
        )
    single = [ranked[i] for i in distinct([one.text for one in ranked], _ALIKE)]
    best = [single[i] for i in varied([one.text for one in single], course.self_bleu)]
    there, left = {one.name for one in single}, {one.name for one in best}
    rejected += [
        Rejected(one.text, "duplicate", "of one that tells more") for one in ranked if one.name not in there
    ]
    rejected += [
        Rejected(one.text, "repetitive", f"self-BLEU of the set was above {course.self_bleu:g}")
        for one in single
        if one.name not in left
    ]
    return best, rejected


def _gathered(
    seeds: QuestionSet, who: Party, course: Course, found: _Found, spec: dict[str, object]
) -> tuple[GrowthStudy, QuestionSet]:
    best, pulls = found.best, found.pulls
    kept = QuestionSet(
        f"grown from {seeds.name}", "CC BY 4.0 where the author's terms allow it", ("adaem",), tuple(best)
    )
    spread = diversity([one.text for one in best]) if len(best) > 1 else None
    known = _known(seeds, pulls)
    missing = sum((Counter(pull.missing) for pull in pulls), Counter[str]())
    about = {"name": kept.name, "title": "Grown questions", "questions": len(best), "key": key(kept.spec)}
    study = GrowthStudy(
        **recorded(spec, about, who.strong.rater.system, [*seeds.source, *sources(explore), "auer2002"]),
        author=note(who.author),
        panels={
            "cheap": tuple(one.card.name for one in who.cheap.subjects),
            "strong": tuple(one.card.name for one in who.strong.subjects),
        },
        rater=str(who.strong.rater.spec["rater"]),
        kept=len(best),
        seeds=_mean([one.score for pull in pulls for one in pull.seeds]),
        points=tuple(_points(pulls, found.calls, course.keep)),
        pulled=dict(Counter(pull.topic for pull in pulls).most_common()),
        rejected=reasons(found.rejected),
        missing=dict(missing),
        best=tuple(_lineage(one, known) for one in best),
        calls=who.meter.calls,
        limit=who.meter.limit,
        read=who.meter.read,
        written=who.meter.written,
        spent=who.meter.spent,
        diversity={} if spread is None else {name: float(x) for name, x in asdict(spread).items()},
        limit_tokens=who.meter.tokens,
        limit_money=who.meter.money,
    )
    return study, kept


def _points(pulls: Sequence[Pull], calls: Sequence[int], keep: int) -> Iterator[Point]:
    """The mean score of the best questions as it stood after each pull."""
    latest: dict[str, OpenQuestion] = {}
    for pull, spent in zip(pulls, calls, strict=True):
        latest.update({one.name: one for one in (*pull.found, *pull.again)})
        best = sorted((one.score or 0.0 for one in latest.values()), reverse=True)[:keep]
        if best:
            yield Point(spent, float(np.mean(best)))


def _mean(scores: Sequence[float | None]) -> float | None:
    found = [score for score in scores if score is not None]
    return float(np.mean(found)) if found else None


def _known(seeds: QuestionSet, pulls: Sequence[Pull]) -> dict[str, OpenQuestion]:
    """Every question that may be somebody's parent, by name."""
    grown = [one for pull in pulls for one in (*pull.seeds, *pull.found)]
    return {one.name: one for one in (*seeds.questions, *grown)}


def _lineage(one: OpenQuestion, known: Mapping[str, OpenQuestion]) -> Lineage:
    above, now = list[OpenQuestion](), one
    while (parent := known.get(now.parent)) and parent not in above:
        above.append(parent)
        now = parent
    texts = tuple(each.text for each in above)
    score = one.score or 0.0
    return Lineage(one.name, one.text, one.topic, score, one.looks, one.parent, one.wordings, texts)


def lines(study: GrowthStudy) -> Iterator[str]:
    """How it went, in words."""
    rejected = ", ".join(f"{why} {n}" for why, n in study.rejected.items()) or "none"
    yield f"{study.kept} questions kept out of {sum(study.pulled.values())} pulls over {len(study.pulled)} topics; rejected: {rejected}"
    yield (
        f"{study.calls} of at most {study.limit} calls, about {study.read} tokens read and {study.written} written"
        + ("" if study.limit_tokens is None else f" of at most {study.limit_tokens}")
        + (f", {study.spent:.4g} spent" if study.spent else "")
        + ("" if study.limit_money is None else f" of at most {study.limit_money:g}")
    )
    if study.missing:
        yield "answers that could not be read: " + ", ".join(f"{why} {n}" for why, n in study.missing.items())
    if study.points:
        seeds = "none asked" if study.seeds is None else f"{study.seeds:.3f}"
        yield f"informativeness in nats, corrected for chance: seeds {seeds}, best questions {study.points[-1].level:.3f}"
    if study.diversity:
        d = study.diversity
        yield (
            f"mean length {d['length']:.1f} words, self-BLEU {d['self_bleu']:.1f}, mean similarity {d['similarity']:.2f} "
            f"(n = {d['sampled']:.0f})"
        )
    for one in study.best[:5]:
        yield f"  {one.score:+.3f}  {one.text}"
