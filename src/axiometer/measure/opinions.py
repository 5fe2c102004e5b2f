"""Open questions put to subjects, their opinions, and the values that a rater reads out of them.

Source: adaem
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import Spec, derived, key
from axiometer.data import read_toml, shipped
from axiometer.data.wording import filled
from axiometer.errors import BadInput, Interrupted
from axiometer.instruments.questions import OpenQuestion
from axiometer.instruments.reading import REFUSALS
from axiometer.measure.run import Progress
from axiometer.raters import Rater, Rating
from axiometer.subjects import Answer, Missing, Prompt, Subject, listed
from axiometer.values import open_system

Floats = npt.NDArray[np.float64]
Threshold: TypeAlias = float | Floats | None
OPINIONS = 3
_SHORTEST = 3  # letters
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_STANCE = re.compile(r"^\W*(?:yes|no)\W+", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """What a subject said to a question: its opinions, or why there are none."""

    question: str
    text: str
    opinions: tuple[str, ...] | Missing


def opinion_prompt(question: OpenQuestion, many: int = OPINIONS) -> Prompt:
    """The question as it is put."""
    texts = _texts()
    parts = {"question": question.text, "many": str(many)}
    text = filled(texts["question"].strip(), parts)
    return Prompt(text, system=texts["system"], about=question.name)


def form_spec(many: int = OPINIONS) -> Spec:
    """How questions are put, by the content of the wording."""
    return {"form": "opinions", "many": many, "texts": key(_texts())}


def opinions(
    subject: Subject,
    questions: Sequence[OpenQuestion],
    *,
    many: int = OPINIONS,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> list[Reply]:
    """What a subject says to every question.

    Args:
        subject: who is asked.
        questions: what.
        many: how many opinions are asked for, and read, at most.
        seed: of the subject.
        progress: heard after each batch.

    Raises:
        Interrupted: on Ctrl-C; what was received stays with a remembering subject.
        BadInput: fewer than one opinion.
    """
    if many < 1:
        raise BadInput(f"{many} opinions were asked for; ask for at least 1.")
    found: list[Reply] = []
    batch = max(1, subject.card.batch)
    try:
        for start in range(0, len(questions), batch):
            some = questions[start : start + batch]
            prompts = [opinion_prompt(question, many) for question in some]
            for question, reply in zip(
                some, subject.answer(prompts, seed=derived(seed, "opinions")), strict=True
            ):
                text = reply.text if isinstance(reply, Answer) else ""
                found.append(Reply(question.name, text, read_opinions(reply, many)))
            progress(len(found), len(questions))
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped after {len(found)} of {len(questions)} questions to {subject.card.name}; what was received is kept: run "
            "the same command again to go on."
        ) from None
    return found


def read_opinions(reply: Answer | Missing, many: int = OPINIONS) -> tuple[str, ...] | Missing:
    """The listed reasons of a reply; where nothing is listed its sentences, without a bare yes or no.

    The stance itself is left aside: values lie in the reasons.
    """
    if isinstance(reply, Missing):
        return reply
    text = reply.text.strip()
    found = [reason for reason in listed(text) if len(reason) >= _SHORTEST]
    if not found:
        if REFUSALS.search(text):
            return Missing("refused", text[:80])
        plain = _STANCE.sub("", " ".join(text.split()))
        found = [part for part in _SENTENCE.split(plain) if len(part.split()) > 2]
    if not found:
        return Missing("unparsed", f"no reasons: {text[:60]!r}")
    return tuple(found[:many])


@cache
def _texts() -> dict[str, Any]:
    return read_toml(shipped("forms", "opinions.toml"))


@dataclass(frozen=True)
class Shown:
    """Which values a subject's opinions show, question by question.

    Attributes:
        values: their names, the columns.
        union: [questions, values] the largest score over a reply's opinions: what the reply shows at all.
        mean: [questions, values] the mean over its opinions.
        each: for each question, place of an opinion -> [values] its scores, where it could be rated.
        missing: reason -> replies without opinions, or opinions without a rating.

    Both tables hold nan for a question that has neither.
    """

    values: tuple[str, ...]
    union: Floats
    mean: Floats
    each: tuple[Mapping[int, Floats], ...]
    missing: Mapping[str, int]


def shown(rater: Rater, replies: Sequence[Reply], threshold: Threshold = None) -> Shown:
    """The values that a rater reads out of replies; each opinion is rated on its own.

    Args:
        rater: who reads.
        replies: of one subject.
        threshold: the score from which a value counts as there, one or [values], so that the tables hold 0 and 1; None keeps the scores.
    """
    names = open_system(rater.system).names
    texts = [text for reply in replies if not isinstance(reply.opinions, Missing) for text in reply.opinions]
    ratings = iter(rater.rate(texts))
    union, mean = np.full((len(replies), len(names)), np.nan), np.full((len(replies), len(names)), np.nan)
    missing: Counter[str] = Counter()
    each: list[Mapping[int, Floats]] = [{} for _ in replies]
    for i, reply in enumerate(replies):
        if isinstance(reply.opinions, Missing):
            missing[reply.opinions.why] += 1
            continue
        rows = {}
        for place, rating in enumerate([next(ratings) for _ in reply.opinions]):
            if isinstance(rating, Rating):
                scores = np.array([rating.scores[name] for name in names])
                rows[place] = scores if threshold is None else (scores >= threshold).astype(float)
            else:
                missing[f"opinion {rating.why}"] += 1
        if rows:
            each[i], table = rows, np.array(list(rows.values()))
            union[i], mean[i] = table.max(axis=0), table.mean(axis=0)
    return Shown(names, union, mean, tuple(each), dict(missing))


def carried(rater: Rater, texts: Sequence[str], threshold: Threshold = None) -> Floats:
    """[texts, values] how much texts show themselves, such as questions; nothing of any value where that cannot be read.

    Args:
        rater: who reads.
        texts: what.
        threshold: as in `shown`.
    """
    names = open_system(rater.system).names
    found = np.zeros((len(texts), len(names)))
    for i, rating in enumerate(rater.rate(texts)):
        if isinstance(rating, Rating):
            found[i] = [rating.scores[name] for name in names]
    return found if threshold is None else (found >= threshold).astype(float)
