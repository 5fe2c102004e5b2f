"""Subjects who answer new questions, and the rater that reads their values: what says how much a question tells."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.diversity import word_vectors
from axiometer.analyse.information import corrected, opinion_scores, question_score, shares
from axiometer.canon import Spec, derived, draws
from axiometer.errors import BadInput
from axiometer.instruments.questions import OpenQuestion
from axiometer.measure.opinions import OPINIONS, Reply, carried, opinions, shown
from axiometer.raters import Rater
from axiometer.subjects import Missing, Subject

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """What a panel said to some questions.

    Attributes:
        replies: [subjects][questions].
        scores: [questions, subjects, values] how much each reply shows each value; nan without one.
        each: [subjects][questions] place of an opinion -> [values] how much it shows each value.
        own: [questions, values] how much the questions themselves show.
        missing: reason -> replies, and opinions, that could not be read.
    """

    replies: tuple[tuple[Reply, ...], ...]
    scores: Floats
    each: tuple[tuple[Mapping[int, Floats], ...], ...]
    own: Floats
    missing: Mapping[str, int]

    def informativeness(self, beta: float) -> Floats:
        """[questions] Equation 1, corrected for chance; nan where fewer than two subjects gave opinions that could be read."""
        said = [[own[i].text for own in self.replies] for i in range(len(self.own))]
        return informativeness_of(self.each, self.own, said, beta=beta)

    def answered(self) -> Floats:
        """[questions] the share of subjects whose opinions could be read."""
        return np.asarray((~np.isnan(self.scores).any(axis=2)).mean(axis=1))


def informativeness_of(
    each: Sequence[Sequence[Mapping[int, Floats]]],
    own: Floats,
    dealt: Sequence[object],
    *,
    beta: float = 1.0,
    least: int = 2,
) -> Floats:
    """[questions] Equation 1 out of rated opinions, corrected for chance; nan where fewer than `least` subjects have any.

    Args:
        each: [subjects][questions] place of an opinion -> [values] how much it shows each value.
        own: [questions, values] how much the questions themselves show.
        dealt: for each question what names the draw by which opinions are dealt.
        beta: weight of the distance from the question's own values.
        least: how many subjects a question needs.
    """
    found = np.full(len(own), np.nan)
    for i, values in enumerate(own):
        rated = [np.stack(list(one[i].values())) for one in each if one[i]]
        if len(rated) >= least:
            found[i] = corrected(rated, values, draws(0, "dealt", dealt[i]), beta=beta)
    return found


@dataclass(frozen=True)
class Panel:
    """Two or more subjects and a rater.

    Attributes:
        many: opinions that each gives at most.
    """

    subjects: tuple[Subject, ...]
    rater: Rater
    many: int = OPINIONS
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses a panel that cannot differ."""
        if len(self.subjects) < 2:
            raise BadInput(f"a panel needs at least two subjects to tell apart; got {len(self.subjects)}.")

    @property
    def spec(self) -> Spec:
        """Who answers, who reads, and how much."""
        return {
            "subjects": [subject.spec for subject in self.subjects],
            "rater": self.rater.spec,
            "many": self.many,
            "seed": self.seed,
        }

    def hear(self, texts: Sequence[str], look: int = 0) -> Heard:
        """What everybody says to some questions, rated; each look asks afresh."""
        asked = [OpenQuestion(f"asked-{text}", text) for text in texts]
        seed = derived(self.seed, "look", look)
        replies = tuple(tuple(opinions(each, asked, many=self.many, seed=seed)) for each in self.subjects)
        read = [shown(self.rater, own) for own in replies]
        missing = sum((Counter(one.missing) for one in read), Counter[str]())
        scores = np.stack([one.mean for one in read], axis=1)
        return Heard(
            replies, scores, tuple(one.each for one in read), carried(self.rater, texts), dict(missing)
        )


def telling_opinions(heard: Heard, question: str, place: int) -> list[str]:
    """One opinion of each subject: the one that by Equation 2 is most its own.

    How likely an opinion is for somebody is estimated by how like it is to what they said, in words; how likely a value
    profile, by how much of it two profiles share. Our own proposals, where the paper's estimators are not published.
    """
    found = []
    for i, own in enumerate(heard.replies):
        reply, rated = own[place].opinions, heard.each[i][place]
        if isinstance(reply, Missing) or not rated:
            continue
        said = [reply[k] for k in rated]
        profile, mixture = _against(heard.scores[place], i)
        values, theirs = (
            np.array([_shared(shares(scores), each) for scores in rated.values()])
            for each in (profile, mixture)
        )
        others = [text for j, other in enumerate(heard.replies) if j != i for text in _said(other[place])]
        near = _alike(said, others).max(axis=1) if others else np.full(len(said), 0.5)
        found.append(
            said[int(np.argmax(opinion_scores(values, _alike(said, [question])[:, 0], theirs, near)))]
        )
    return found


def coherence(heard: Heard, place: int, kept: Sequence[str], wordings: Sequence[str]) -> Floats:
    """[wordings] Equation 3 for new wordings of a question, the opinions that were kept held fixed.

    Shapes: `kept` has one opinion of each subject that gave any, in order.
    """
    scores = heard.scores[place]
    there = [i for i in range(len(scores)) if heard.each[i][place]]
    diverse = np.array([_shared(*_against(scores, i)) for i in there])
    among = _alike(kept, kept)
    np.fill_diagonal(among, 0.0)
    nearest, alike = among.max(axis=1), _alike(kept, wordings)
    weight = np.ones(len(kept))
    return np.array([question_score(weight, alike[:, j], diverse, nearest) for j in range(len(wordings))])


def _against(scores: Floats, i: int) -> tuple[Floats, Floats]:
    """The shares of one subject, and the mean of those of the others that have any."""
    rest = np.delete(scores, i, axis=0)
    rest = rest[~np.isnan(rest).any(axis=1)]
    even = np.full(scores.shape[1], 1 / scores.shape[1])
    return shares(scores[i]), shares(rest).mean(axis=0) if len(rest) else even


def _said(reply: Reply) -> tuple[str, ...]:
    return () if isinstance(reply.opinions, Missing) else reply.opinions


def _shared(one: Floats, other: Floats) -> float:
    """How much of two distributions is the same, from 0 to 1."""
    return float(1 - 0.5 * np.abs(one - other).sum())


def _alike(texts: Sequence[str], others: Sequence[str]) -> Floats:
    """[texts, others] how alike texts are in words, from .05 to 1."""
    found = word_vectors([*texts, *others])
    cosines = (found[: len(texts)] @ found[len(texts) :].T).toarray()
    return np.asarray(0.05 + 0.95 * cosines)
