"""Rewriting a judge's rubric until it agrees no better with held-out texts, and what it agrees like on texts that had no part in that.

Source: couple
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from axiometer.canon import derived, draws
from axiometer.errors import BadInput, StorageFailure
from axiometer.raters.judge import RANGES, Judge, Judgement, rewrite_prompt
from axiometer.raters.replies import read_levels
from axiometer.studies.asking import ledger_path
from axiometer.studies.judging import Labelled, Trial, compared, try_judge
from axiometer.subjects import Missing, Subject
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject

_SHOWN = 8
_HELD = 0.3
_SMALLEST = 3


@dataclass(frozen=True)
class Round:
    """A rubric, and how far the judge was from people with it: on the texts it was rewritten from, and on those that say when to stop."""

    rubric: tuple[str, ...]
    fitted: float
    held: float


@dataclass(frozen=True)
class Calibration:
    """A judge with the best of several rubrics, and which texts had which part in finding it.

    Attributes:
        judge: with that rubric.
        rounds: every rubric that was tried.
        fitted: texts whose disagreements the author saw.
        stopping: texts that chose the rubric and the end.
        unseen: texts that had no part in either; agreement is told over them alone.
    """

    judge: Judge
    rounds: tuple[Round, ...]
    fitted: tuple[Labelled, ...]
    stopping: tuple[Labelled, ...]
    unseen: tuple[Labelled, ...]


def calibrate(
    judge: Judge,
    labelled: Sequence[Labelled],
    author: Subject,
    *,
    rounds: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """The judge with the rubric that comes closest to people on texts that the author did not see.

    The texts are dealt in three parts. The author sees the worst disagreements on the first and writes the rubric anew, until the deviation
    on the second no longer falls. The first rubric is among those compared, so that calibrating never makes a judge worse there. The third part is
    left alone: what was best of several on the second looks better there than it is.

    Raises:
        BadInput: too few texts, or another scale than levels.
    """
    if judge.scale != "levels":
        raise BadInput(
            "a judge that answers there or not has no rubric to rewrite; calibrate one with levels."
        )
    fitted, stopping, unseen = _dealt(labelled, seed)
    found: list[Round] = []
    now, best = judge, judge
    for number in range(rounds + 1):
        judged = now.judge([one.text for one in fitted])
        apart = compared(now, fitted, judged).agreement.deviation
        beyond = try_judge(now, stopping).agreement.deviation
        found.append(Round(now.levels, apart, beyond))
        progress(number + 1, rounds + 1)
        if number and beyond >= min(one.held for one in found[:-1]):
            break
        best = now
        if number == rounds:
            break
        asked = rewrite_prompt(now.levels, _worst(fitted, judged, RANGES[judge.scale]))
        (reply,) = author.answer([asked], seed=derived(seed, "rubric", number))
        levels = read_levels(reply)
        if isinstance(levels, Missing):
            break
        now = replace(now, rubric=levels)
    return Calibration(best, tuple(found), fitted, stopping, unseen)


def calibrated(
    judge: Judge,
    labelled: Sequence[Labelled],
    author: str,
    ledger: Path | None = None,
    rounds: int = 5,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """As `calibrate`, with an author by name behind the ledger."""
    with Ledger(ledger_path(ledger)) as kept:
        writer = remember(open_subject(author), kept)
        return calibrate(judge, labelled, writer, rounds=rounds, progress=progress)


def write_rubric(out: Path, found: Calibration, trial: Trial) -> None:
    """Writes the rubric, with what is known of it, so that `judge:SYSTEM,rubric=OUT:SUBJECT` opens it.

    Args:
        out: the file.
        found: what calibrating found.
        trial: the judge on the unseen texts.

    Raises:
        StorageFailure: the file cannot be written.
    """
    own = trial.agreement
    listed = "".join(f"  {json.dumps(level, ensure_ascii=False)},\n" for level in found.judge.levels)
    text = (
        f"schema = 1\njudge = {json.dumps(found.judge.name, ensure_ascii=False)}\n"
        "# agreement with people over texts that had no part in writing or choosing the rubric\n"
        f"unseen = {own.n}\nfitted = {len(found.fitted)}\nstopping = {len(found.stopping)}\n"
        f"kappa = {own.kappa:.4f}\nlow = {own.low:.4f}\nhigh = {own.high:.4f}\nrubric = [\n{listed}]\n"
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailure(f"cannot write {out}: {error.strerror or error}; give another file.") from None


def lines(found: Calibration) -> Iterator[str]:
    """How calibrating went, in words; agreement follows over the unseen texts alone."""
    for number, tried in enumerate(found.rounds):
        yield f"rubric {number}: mean deviation {tried.fitted:.3f} on fitted texts, {tried.held:.3f} on those that say when to stop"
    yield (
        f"agreement below is over {len(found.unseen)} held-out texts alone, which had no part in writing or choosing the rubric "
        f"({len(found.fitted)} did in writing, {len(found.stopping)} in choosing)"
    )


def _dealt(labelled: Sequence[Labelled], seed: int) -> tuple[tuple[Labelled, ...], ...]:
    """Texts to fit, to stop by, and to leave alone."""
    least = 3 * _SMALLEST
    if len(labelled) < least:
        raise BadInput(
            f"{len(labelled)} labelled texts are too few to hold some out; give at least {least}: some to rewrite from, some to stop "
            "by, some to tell the agreement."
        )
    order = draws(seed, "held out").permutation(len(labelled))
    cut = max(_SMALLEST, round(_HELD * len(labelled)))
    parts = order[2 * cut :], order[:cut], order[cut : 2 * cut]
    fitted, stopping, unseen = (tuple(labelled[i] for i in part) for part in parts)
    return fitted, stopping, unseen


def _worst(
    labelled: Sequence[Labelled], judged: Sequence[Judgement | Missing], limits: tuple[int, int]
) -> str:
    """The largest disagreements, a line each."""
    apart = []
    low, high = limits
    for one, found in zip(labelled, judged, strict=True):
        if isinstance(found, Missing):
            continue
        for name, mean in found.mean().items():
            if name in one.numbers and low <= one.numbers[name] <= high:
                apart.append((abs(mean - one.numbers[name]), name, mean, one))
    apart.sort(key=lambda row: (-row[0], row[3].text, row[1]))
    return "\n".join(
        f"{name}: the judge says {mean:g}, people say {one.numbers[name]:g}, of: {one.text[:300]!r}"
        for _, name, mean, one in apart[:_SHOWN]
    )
