"""New questions that tell as much as they can about how subjects' values differ: a bandit over topics.

A generator, so that whoever listens decides how long it goes on. With remembering subjects it is resumable: the same call takes the same
course, and what is known is not asked again.

Source: adaem
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from axiometer.analyse.bandit import choose
from axiometer.canon import Spec, derived, draws, key
from axiometer.errors import BadInput
from axiometer.grow.panel import Heard, Panel, coherence, telling_opinions
from axiometer.grow.question_asking import ask_fresh, ask_sharper, continues, read_questions, texts_key
from axiometer.grow.question_filters import Company, Rejected, check_question
from axiometer.instruments.questions import OpenQuestion, QuestionSet
from axiometer.subjects import Missing, Subject
from axiometer.subjects.metered import Spent
from axiometer.values import open_system

_WORDINGS = 3
_EXAMPLES = 4
_ANSWERED = 0.5


@dataclass(frozen=True)
class Course:
    """How the exploration goes.

    Attributes:
        fresh: new questions that the author is asked for in each pull.
        rounds: how often each is sharpened at most, as long as it tells more.
        looks: how many of the best questions are asked once more in each pull, those with the fewest looks first.
        beta: weight of the distance from the question's own values.
        pulls: pulls at most; None for as many as the budget holds.
        patience: pulls without gain after which it stops; 0 for never.
        gain: what counts as one, as a share of what the best questions tell.
        keep: how many of the best questions that is looked at over.
        uniform: whether topics are drawn evenly instead, for comparison.
        self_bleu: most self-BLEU that the questions kept in the end may have on average, 0 to 100; 100 for any. Our own seeds have 10.
    """

    fresh: int = 3
    rounds: int = 1
    looks: int = 1
    beta: float = 1.0
    pulls: int | None = None
    patience: int = 12
    gain: float = 0.01
    keep: int = 20
    uniform: bool = False
    self_bleu: float = 60.0

    def __post_init__(self) -> None:
        """Refuses what would ask nothing."""
        least = min(self.fresh, self.keep, 1 if self.pulls is None else self.pulls)
        if least < 1 or self.rounds < 0 or self.beta < 0 or not 0 <= self.self_bleu <= 100:
            raise BadInput(
                f"{self}: fresh, pulls and keep must be at least 1, rounds and beta at least 0, self_bleu from 0 to 100."
            )


@dataclass(frozen=True)
class Pull:
    """One pull of a topic.

    Attributes:
        number: from 0.
        topic: which was pulled.
        seeds: the topic's seed questions with their scores, in its first pull.
        found: the new questions with their scores.
        again: earlier ones with the mean score over all their looks.
        rejected: what was not used, and why.
        missing: reason -> answers of the panels that could not be read.
    """

    number: int
    topic: str
    seeds: tuple[OpenQuestion, ...]
    found: tuple[OpenQuestion, ...]
    again: tuple[OpenQuestion, ...]
    rejected: tuple[Rejected, ...]
    missing: dict[str, int] = field(default_factory=dict)


def explore_spec(
    seeds: QuestionSet, author: Subject, cheap: Panel, strong: Panel, course: Course, seed: int
) -> Spec:
    """Everything that decides the course; how long it goes on is left out."""
    names = ("fresh", "rounds", "looks", "keep", "beta", "uniform", "self_bleu")
    how = {name: getattr(course, name) for name in names}
    parts = {"author": author.spec, "cheap": cheap.spec, "strong": strong.spec}
    return {"grow": "questions", "seeds": seeds.spec, **parts, **how, "texts": texts_key(), "seed": seed}


def explore(
    seeds: QuestionSet,
    author: Subject,
    cheap: Panel,
    strong: Panel,
    course: Course = Course(),
    *,
    seed: int = 0,
) -> Iterator[Pull]:
    """Pulls until the budget of metered subjects is spent, the gain flattens, or the course has no more pulls.

    Each pull takes a topic; the first pull of a topic also scores its seed questions. The author writes new questions beside the best ones of the
    topic; each is sharpened with the cheap panel and scored with the strong one, whose subjects need not be those of the cheap one.

    Args:
        seeds: the questions to begin from, by topic.
        author: who writes.
        cheap: who answers while a question is sharpened.
        strong: who answers when it is scored.
        course: how it goes.
        seed: of the order of topics, and of all subjects.

    Source:
        adaem
    """
    state = _State(seeds, author, cheap, strong, course, seed)
    flat = 0
    for number in count() if course.pulls is None else range(course.pulls):
        before = state.level()
        try:
            yield state.pull(number)
        except Spent:
            return
        # not before the set is full: until then any question adds something
        full = len(state.scored) >= course.keep
        flat = flat + 1 if full and state.level() <= before * (1 + course.gain) else 0
        if course.patience and flat >= course.patience:
            return


@dataclass
class _State:
    """The topics, what was found in each, and what is there already."""

    seeds: QuestionSet
    author: Subject
    cheap: Panel
    strong: Panel
    course: Course
    seed: int
    scored: list[OpenQuestion] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.strong.rater.system != self.cheap.rater.system:
            raise BadInput("both panels must be rated over the same value system.")
        self.system = open_system(self.strong.rater.system)
        self.continued = continues(self.author)
        self.topics = self.seeds.topics
        self.by_topic: dict[str, list[OpenQuestion]] = {topic: [] for topic in self.topics}
        self.counts, self.means = np.zeros(len(self.topics)), np.zeros(len(self.topics))
        self.company = Company(one.text for one in self.seeds.questions)

    def level(self) -> float:
        """The mean score of the best questions so far."""
        best = sorted((one.score or 0.0 for one in self.scored), reverse=True)[: self.course.keep]
        return float(np.mean(best)) if best else 0.0

    def pull(self, number: int) -> Pull:
        """One pull; nothing of it is kept where the budget ends in its midst."""
        rng = draws(self.seed, "topic", number)
        if self.course.uniform:
            place = int(rng.integers(len(self.topics)))
        else:
            place = choose(self.counts, self.means, self.course.pulls or number + 2, rng)
        topic = self.topics[place]
        old, seeded = self.by_topic[topic], list[OpenQuestion]()
        missing = Counter[str]()
        if not self.counts[place]:
            own = [one for one in self.seeds.questions if one.topic == topic]
            heard = self.strong.hear([one.text for one in own])
            missing.update(heard.missing)
            seeded = [one for one in _with_scores(own, heard, self.course.beta) if one.score is not None]
        fresh, rejected = self._fresh(topic, [*old, *seeded], number)
        sharp, dropped = self._sharpened(fresh, missing)
        found = self._scored(sharp, dropped, missing)
        again = self._again(missing)
        self._learn(place, seeded, found, again)
        return Pull(
            number, topic, tuple(seeded), tuple(found), tuple(again), (*rejected, *dropped), dict(missing)
        )

    def _again(self, missing: Counter[str]) -> list[OpenQuestion]:
        """The best questions of which least is known, asked once more: what was best by chance falls back."""
        best = sorted(self.scored, key=lambda one: -(one.score or 0.0))[: 2 * self.course.keep]
        found = []
        for one in sorted(best, key=lambda one: one.looks)[: self.course.looks]:
            heard = self.strong.hear([one.text], one.looks)
            missing.update(heard.missing)
            (score,) = heard.informativeness(self.course.beta)
            if not np.isnan(score):
                mean = ((one.score or 0.0) * one.looks + float(score)) / (one.looks + 1)
                found.append(replace(one, score=mean, looks=one.looks + 1))
        return found

    def _scored(
        self, sharp: Sequence[OpenQuestion], dropped: list[Rejected], missing: Counter[str]
    ) -> list[OpenQuestion]:
        """What the strong panel says of each; one that too few answer is dropped."""
        if not sharp:
            return []
        heard = self.strong.hear([one.text for one in sharp])
        missing.update(heard.missing)
        found = []
        for one, share in zip(_with_scores(sharp, heard, self.course.beta), heard.answered(), strict=True):
            if one.score is None or share < _ANSWERED:
                dropped.append(Rejected(one.text, "unanswered", f"by {1 - share:.0%} of the panel"))
            else:
                found.append(one)
        return found

    def _learn(
        self,
        place: int,
        seeded: Sequence[OpenQuestion],
        found: Sequence[OpenQuestion],
        again: Sequence[OpenQuestion],
    ) -> None:
        topic = self.topics[place]
        for some in (seeded, found) if seeded else (found,):  # a first look at the seeds counts as a pull
            reward = float(np.mean([one.score or 0.0 for one in some])) if some else 0.0
            self.counts[place] += 1
            self.means[place] += (reward - self.means[place]) / self.counts[place]
        self.by_topic[topic] += [*seeded, *found]
        later = {one.name: one for one in again}
        self.scored = [later.get(one.name, one) for one in self.scored] + list(found)
        for own in self.by_topic.values():
            own[:] = [later.get(one.name, one) for one in own]
        for one in found:
            self.company.add(one.text)

    def _fresh(
        self, topic: str, there: Sequence[OpenQuestion], number: int
    ) -> tuple[list[OpenQuestion], list[Rejected]]:
        best = sorted(there, key=lambda one: (-(one.score or 0.0), one.name))[:_EXAMPLES]
        shown = [one.text for one in best]
        prompt = ask_fresh(topic, shown, self.course.fresh, number, continued=self.continued)
        (reply,) = self.author.answer([prompt], seed=derived(self.seed, "fresh", number))
        texts = read_questions(reply, self.course.fresh, continued=self.continued)
        if isinstance(texts, Missing):
            return [], [Rejected("", "missing", f"{texts.why}: {texts.detail}")]
        found, rejected = list[OpenQuestion](), list[Rejected]()
        joined = self.company.copy()
        for i, text in enumerate(texts):
            wrong = check_question(text, self.system) or joined.check(text)
            if wrong:
                rejected.append(wrong)
                continue
            joined.add(text)
            parent = best[0].name if best else ""
            found.append(OpenQuestion(f"{topic}-{number}-{i + 1}-{key(text)[3:9]}", text, topic, parent))
        return found, rejected

    def _sharpened(
        self, fresh: Sequence[OpenQuestion], missing: Counter[str]
    ) -> tuple[list[OpenQuestion], list[Rejected]]:
        """Each question as sharp as the cheap panel finds it, all side by side."""
        now, dropped = list(fresh), list[Rejected]()
        if not now or not self.course.rounds:
            return now, dropped
        heard = self.cheap.hear([one.text for one in now])
        missing.update(heard.missing)
        levels = np.nan_to_num(heard.informativeness(self.course.beta))
        going = list(range(len(now)))
        for round_ in range(self.course.rounds):
            tried = self._rewritten(now, going, heard, round_, dropped)
            if not tried:
                break
            again = self.cheap.hear(list(tried.values()))
            missing.update(again.missing)
            better = np.nan_to_num(again.informativeness(self.course.beta))
            going = []
            for place, (i, text) in enumerate(tried.items()):
                if better[place] > levels[i]:
                    wordings = (*now[i].wordings, (now[i].text, f"{levels[i]:.4f}"))
                    now[i], levels[i] = replace(now[i], text=text, wordings=wordings), better[place]
                    heard = _replaced(heard, i, again, place)
                    going.append(i)
        return now, dropped

    def _rewritten(
        self,
        now: Sequence[OpenQuestion],
        going: Sequence[int],
        heard: Heard,
        round_: int,
        dropped: list[Rejected],
    ) -> dict[int, str]:
        """For each question the wording that by Equation 3 fits its opinions best, among those that pass."""
        kept = {i: telling_opinions(heard, now[i].text, i) for i in going}
        asked = [i for i in going if len(kept[i]) > 1]
        prompts = [ask_sharper(now[i].text, kept[i], _WORDINGS, continued=self.continued) for i in asked]
        replies = self.author.answer(prompts, seed=derived(self.seed, "sharpen", round_)) if prompts else []
        found: dict[int, str] = {}
        joined = self.company.copy()
        for one in now:
            joined.add(one.text)
        for i, reply in zip(asked, replies, strict=True):
            texts = read_questions(reply, _WORDINGS, continued=self.continued)
            if isinstance(texts, Missing):
                dropped.append(Rejected("", "missing", f"{texts.why}: {texts.detail}"))
                continue
            wrong = [check_question(text, self.system) or joined.check(text, now[i].text) for text in texts]
            dropped += [each for each in wrong if each]
            passing = [text for text, each in zip(texts, wrong, strict=True) if not each]
            if passing:
                found[i] = passing[int(np.argmax(coherence(heard, i, kept[i], passing)))]
                joined.add(found[i])
        return found


def _with_scores(questions: Sequence[OpenQuestion], heard: Heard, beta: float) -> list[OpenQuestion]:
    scores = heard.informativeness(beta)
    return [
        replace(one, score=None if np.isnan(score) else float(score), looks=int(not np.isnan(score)))
        for one, score in zip(questions, scores, strict=True)
    ]


def _replaced(heard: Heard, i: int, again: Heard, place: int) -> Heard:
    """What was heard, with one question exchanged for its new wording."""
    scores, own = heard.scores.copy(), heard.own.copy()
    scores[i], own[i] = again.scores[place], again.own[place]
    replies = tuple(
        (*old[:i], new[place], *old[i + 1 :]) for old, new in zip(heard.replies, again.replies, strict=True)
    )
    each = tuple(
        (*old[:i], new[place], *old[i + 1 :]) for old, new in zip(heard.each, again.each, strict=True)
    )
    return Heard(replies, scores, each, own, heard.missing)
