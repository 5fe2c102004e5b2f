"""New pairs of a value: an author writes both sentences in two separate questions, strict filters decide.

Source: conva
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from axiometer.canon import Spec, key
from axiometer.errors import AxiometerError, BadInput, Interrupted
from axiometer.grow.asking import (
    Questions,
    Rejected,
    Task,
    ask_holding,
    ask_opposing,
    open_questions,
    read_holding,
    read_opposing,
    task,
)
from axiometer.grow.filters import Company, check_pair, check_sentence, company, slotted
from axiometer.instruments.contrast import Pair
from axiometer.subjects import Answer, Missing, Subject
from axiometer.values import Value

CALLS_PER_PAIR = 6


@dataclass(frozen=True)
class Tried:
    """One try: what it was about, what the author said, and the pair, or why there is none."""

    task: Task
    replies: tuple[Answer | Missing, ...]
    outcome: Pair | Rejected


@dataclass(frozen=True)
class Grown:
    """Every try in order; nothing that was answered is left out."""

    tried: tuple[Tried, ...]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """What was kept."""
        return tuple(t.outcome for t in self.tried if isinstance(t.outcome, Pair))

    @property
    def rejected(self) -> tuple[Tried, ...]:
        """What was not."""
        return tuple(t for t in self.tried if isinstance(t.outcome, Rejected))

    @property
    def reasons(self) -> dict[str, int]:
        """How many were rejected for which reason, the most frequent first."""
        found = Counter(t.outcome.why for t in self.tried if isinstance(t.outcome, Rejected))
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    @property
    def calls(self) -> int:
        """Questions put to the author, or known from before."""
        return sum(len(t.replies) for t in self.tried)


def budget(wanted: int, calls: int | None = None) -> tuple[int, int]:
    """The fewest and the most questions that it can take.

    Raises:
        BadInput: nothing wanted, or too few calls for it.
    """
    most = CALLS_PER_PAIR * wanted if calls is None else calls
    if wanted < 1 or most < 2 * wanted:
        raise BadInput(
            f"{wanted} pairs in {most} calls: ask for at least one pair, and allow two calls for each and some to spare."
        )
    return 2 * wanted, most


def grow_pairs(
    author: Subject,
    value: Value,
    *,
    wanted: int,
    calls: int | None = None,
    existing: Sequence[Pair] = (),
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Grown:
    """Tries until enough pairs are kept or the calls are used up.

    Each try depends on its number alone, and is judged in the order of the numbers: the size of the author's batches changes
    nothing, and a larger wish goes on where a smaller one stopped, if the author remembers.

    Args:
        author: any subject that talks.
        value: whose pairs.
        wanted: how many to keep.
        calls: how many questions at most.
        existing: pairs that must not be repeated.
        seed: of what the tries are about.
        progress: heard after each batch: kept, wanted.

    Raises:
        BadInput: nothing wanted, or too few calls for it.
        Interrupted: on Ctrl-C; what was received stays with a remembering author.
        AxiometerError: nothing can be got out of the author.
    """
    tries, questions = budget(wanted, calls)[1] // 2, open_questions()
    joined = company(wanted, [*existing, *example_pairs(questions)])
    kept, tried = set[tuple[str, str]](), list[Tried]()
    progress(0, wanted)
    try:
        while len(kept) < wanted and len(tried) < tries:
            # never more than are still wanted, so that none is asked for in vain
            many = min(author.card.batch, wanted - len(kept), tries - len(tried))
            tasks = [task(questions, value.name, len(tried) + i, seed) for i in range(many)]
            asked = list(_asked(author, value, questions, tasks, seed))
            _check_alive(author, asked)
            for one in asked:
                found = _let_in(one, joined, kept)
                tried.append(found)
                if isinstance(found.outcome, Pair):
                    kept.add((found.outcome.scene, found.outcome.voice))
            progress(len(kept), wanted)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped with {len(kept)} of {wanted} pairs; what {author.card.name} wrote is kept: run the same command "
            "again to go on."
        ) from None
    return Grown(tuple(tried))


def growth_spec(author: Subject, value: Value, seed: int) -> Spec:
    """Everything that decides what the tries of a growth are; how many of them there are is left out."""
    return {
        "grow": "pairs",
        "author": author.spec,
        "value": {"name": value.name, "title": value.title, "definition": value.definition},
        "questions": key(open_questions()),
        "seed": seed,
    }


def example_pairs(questions: Questions) -> Iterator[Pair]:
    """The examples that the author is shown; they have to be what they are shown for.

    Raises:
        BadInput: one of them would itself be rejected.
    """
    for voice, shown in questions.examples.items():
        text = slotted(shown.holding, shown.opposing)
        pair = text if isinstance(text, Rejected) else Pair(shown.scene, shown.task.split, voice, text)
        wrong = pair if isinstance(pair, Rejected) else check_pair(pair)
        for sentence in (shown.holding, shown.opposing):
            wrong = wrong or check_sentence(sentence, voice, shown.value.title)
        if wrong or isinstance(pair, Rejected):
            raise BadInput(f"the example of {voice} would be rejected: {wrong}.")
        yield pair


def _asked(
    author: Subject, value: Value, questions: Questions, tasks: Sequence[Task], seed: int
) -> Iterator[Tried]:
    """Both questions of every try, the second only where the first was answered well; no look at other pairs yet."""
    firsts = author.answer([ask_holding(questions, value, one) for one in tasks], seed=seed)
    read = [_holding(reply, one, value) for reply, one in zip(firsts, tasks, strict=True)]
    going = [i for i, found in enumerate(read) if not isinstance(found, Rejected)]
    prompts = [ask_opposing(questions, value, tasks[i], read[i][1]) for i in going]  # type: ignore[index]
    seconds = dict(zip(going, author.answer(prompts, seed=seed) if prompts else [], strict=True))
    for i, (one, found) in enumerate(zip(tasks, read, strict=True)):
        if isinstance(found, Rejected):
            yield Tried(one, (firsts[i],), found)
        else:
            yield Tried(one, (firsts[i], seconds[i]), _paired(seconds[i], *found, one, value))


def _holding(reply: Answer | Missing, one: Task, value: Value) -> tuple[str, str] | Rejected:
    found = read_holding(reply)
    wrong = found if isinstance(found, Rejected) else check_sentence(found[1], one.voice, value.title)
    return wrong or found


def _paired(reply: Answer | Missing, scene: str, holding: str, one: Task, value: Value) -> Pair | Rejected:
    opposing = read_opposing(reply)
    if isinstance(opposing, Rejected):
        return opposing
    if wrong := check_sentence(opposing, one.voice, value.title):
        return wrong
    text = slotted(holding, opposing)
    if isinstance(text, Rejected):
        return text
    pair = Pair(f"{one.domain}-{scene}", one.split, one.voice, text)
    return check_pair(pair) or pair


def _let_in(one: Tried, joined: Company, kept: set[tuple[str, str]]) -> Tried:
    """The same try, judged in the company of those that were kept before it."""
    if isinstance(one.outcome, Rejected):
        return one
    if wrong := joined.check(one.outcome):
        return replace(one, outcome=wrong)
    joined.add(one.outcome)
    name, times = one.outcome.scene, 1
    while (one.outcome.scene if times == 1 else f"{name}-{times}", one.outcome.voice) in kept:
        times += 1
    return one if times == 1 else replace(one, outcome=replace(one.outcome, scene=f"{name}-{times}"))


def _check_alive(author: Subject, asked: Sequence[Tried]) -> None:
    last = [one.replies[-1] for one in asked]
    if all(isinstance(reply, Missing) and reply.why == "failed" for reply in last):
        raise AxiometerError(
            f"{author.card.name} answered none of {len(last)} questions: {last[0].detail!r:.200}; "  # type: ignore[union-attr]
            "see to it and run the same command again: what was answered before is kept."
        )
