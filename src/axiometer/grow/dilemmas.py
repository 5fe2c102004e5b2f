"""New staircases: an author puts a norm under growing pressure step by step, several raters say what the options show.

Source: mmds
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from axiometer.analyse.continuity import Continuity, continuities
from axiometer.canon import Spec, derived, key
from axiometer.errors import AxiometerError, BadInput, Interrupted
from axiometer.grow.asking import Rejected
from axiometer.grow.dilemma_asking import Plot, ask_step, check_step, plots, read_step, wordings_key
from axiometer.grow.labelling import Label, label
from axiometer.instruments.staircase import Staircase, Step
from axiometer.raters import Rater
from axiometer.subjects import Answer, Missing, Subject
from axiometer.values import ValueSystem

Fate: TypeAlias = Literal["kept", "undecided", "rejected"]
Decided: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Wish:
    """What is to be grown.

    Attributes:
        norms: everyday norms, one staircase each.
        height: steps of each.
        tries: how often the author may write a step anew that was rejected.
        seed: of settings and authors.
    """

    norms: tuple[str, ...]
    height: int = 5
    tries: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses what cannot be grown."""
        if not self.norms or not all(norm.strip() for norm in self.norms):
            raise BadInput("no norm to begin from, or an empty one; give at least one sentence.")
        if len(set(self.norms)) < len(self.norms):
            raise BadInput("a norm stands twice; each staircase needs its own.")
        if self.height < 2 or self.tries < 1:
            raise BadInput(f"{self.height} steps in {self.tries} tries; there must be at least 2 steps and 1 try.")  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A staircase as far as it was written.

    Attributes:
        steps: with the author's own labels.
        labels: what raters say of the two options of each step; empty where it is not finished.
        refused: each reply that was not used, and why.
    """

    plot: Plot
    steps: tuple[Step, ...] = ()
    labels: tuple[tuple[Label, Label], ...] = ()
    refused: tuple[tuple[Answer | Missing, Rejected], ...] = ()
    continuity: Continuity | None = None

    @property
    def name(self) -> str:
        """Its own within a growth, whatever else is grown."""
        return f"{'-'.join(self.plot.norm.casefold().strip('.').split()[-3:])}-{key(self.plot.norm)[3:7]}"


@dataclass(frozen=True)
class Settled:
    """A draft with the labels that count.

    Attributes:
        fate: kept; undecided, where somebody has to say what an option shows; rejected.
        steps: with the raters' labels, or those that people gave.
        open: (step from 1, option 0 or 1) without a label that most agree on.
    """

    draft: Draft
    fate: Fate
    why: Rejected | None = None
    steps: tuple[Step, ...] = ()
    open: tuple[tuple[int, int], ...] = ()

    @property
    def staircase(self) -> Staircase:
        """As an instrument has it."""
        return Staircase(self.draft.name, self.draft.plot.norm, self.steps)


@dataclass(frozen=True)
class Dilemmas:
    """All that a growth brought."""

    settled: tuple[Settled, ...] = field(default=())

    def of(self, fate: Fate) -> tuple[Settled, ...]:
        """Those with one fate."""
        return tuple(one for one in self.settled if one.fate == fate)

    def labels(self) -> Iterator[tuple[str, Label]]:
        """(the author's label, the raters') of every option that was rated."""
        for one in self.settled:
            for step, pair in zip(one.draft.steps, one.draft.labels, strict=False):
                yield from zip(step.values, pair, strict=True)

    def reasons(self) -> dict[str, int]:
        """How many replies and drafts were rejected for each reason."""
        found = Counter(wrong.why for one in self.settled for _, wrong in one.draft.refused)
        found.update(one.why.why for one in self.settled if one.why and len(one.draft.labels))
        return dict(found.most_common())


def grow_dilemmas(
    author: Subject,
    raters: Sequence[Rater],
    system: ValueSystem,
    wish: Wish,
    *,
    decided: Decided | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Dilemmas:
    """A staircase for every norm, kept, undecided, or rejected with a reason.

    All are written side by side, one step at a time; with a remembering author and remembering raters the same call asks nothing again.

    Args:
        author: any subject that talks.
        raters: who says what an option shows; three, as in the source, or any number.
        system: whose values.
        wish: what is to be grown.
        decided: `NAME/STEP/A` or `/B` -> the value that people found there, for options on which raters did not agree.
        progress: heard after each step: steps written, steps wanted.

    Raises:
        BadInput: no rater, or one of another system.
        Interrupted: on Ctrl-C; what was received stays with a remembering author.
        AxiometerError: nothing can be got out of the author.
    """
    if not raters or any(rater.system != system.name for rater in raters):
        found = ", ".join(rater.system for rater in raters) or "nobody"
        raise BadInput(f"labels of {system.name} are wanted and {found} would give them; name raters of it.")
    drafts = [Draft(plot) for plot in plots(wish.norms, wish.seed)]
    total, going = len(drafts) * wish.height, list(range(len(drafts)))
    try:
        for number in range(wish.height):
            going = [i for i in going if len(drafts[i].steps) == number]
            for attempt in range(wish.tries):
                missing = [i for i in going if len(drafts[i].steps) == number]
                for i, draft in _written(author, drafts, missing, system, wish, attempt):
                    drafts[i] = draft
                progress(sum(len(draft.steps) for draft in drafts), total)
        drafts = _linked(_labelled(drafts, raters, wish), wish.seed)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped with {sum(len(draft.steps) for draft in drafts)} of {total} steps; what {author.card.name} wrote is kept: "
            "run the same command again to go on."
        ) from None
    return Dilemmas(tuple(_settled(draft, wish.height, decided or {}) for draft in drafts))


def dilemmas_spec(author: Subject, raters: Sequence[Rater], system: ValueSystem, wish: Wish) -> Spec:
    """Everything that decides what is grown, but for what people decide."""
    return {
        "grow": "dilemmas",
        "author": author.spec,
        "raters": [rater.spec for rater in raters],
        "system": {"system": system.name, "key": key(system)},
        "texts": wordings_key(),
        "norms": list(wish.norms),
        "height": wish.height,
        "tries": wish.tries,
        "seed": wish.seed,
    }


def place(name: str, step: int, option: int) -> str:
    """How an option of a draft is called where people decide."""
    return f"{name}/{step}/{'AB'[option]}"


def _written(
    author: Subject,
    drafts: Sequence[Draft],
    which: Sequence[int],
    system: ValueSystem,
    wish: Wish,
    attempt: int,
) -> Iterator[tuple[int, Draft]]:
    """Each draft with its next step, or with one more reply that was not used."""
    if not which:
        return
    asked = [ask_step(drafts[i].plot, drafts[i].steps, wish.height, system, attempt) for i in which]
    replies = author.answer(asked, seed=derived(wish.seed, "step", attempt))
    if all(isinstance(reply, Missing) and reply.why == "failed" for reply in replies):
        raise AxiometerError(
            f"{author.card.name} answered none of {len(replies)} questions: {replies[0].detail!r:.200}; "  # type: ignore[union-attr]
            "see to it and run the same command again: what was answered before is kept."
        )
    for i, reply in zip(which, replies, strict=True):
        step = read_step(reply, system)
        wrong = step if isinstance(step, Rejected) else check_step(step, drafts[i].steps, system)
        if isinstance(step, Rejected) or wrong:
            assert wrong is not None  # noqa: S101
            yield i, replace(drafts[i], refused=(*drafts[i].refused, (reply, wrong)))
        else:
            yield i, replace(drafts[i], steps=(*drafts[i].steps, step))


def _labelled(drafts: Sequence[Draft], raters: Sequence[Rater], wish: Wish) -> list[Draft]:
    """The finished drafts with labels; the raters see what is done and why it has to be decided, not what the author said of it."""
    finished = [draft for draft in drafts if len(draft.steps) == wish.height]
    contents = [
        f"{step.situation} {step.question} {option.text}"
        for draft in finished
        for step in draft.steps
        for option in step.options
    ]
    labels = iter(label(raters, contents)) if contents else iter(())
    found = {draft.plot.index: tuple((next(labels), next(labels)) for _ in draft.steps) for draft in finished}
    return [replace(draft, labels=found.get(draft.plot.index, ())) for draft in drafts]


def _linked(drafts: Sequence[Draft], seed: int) -> list[Draft]:
    whole = [draft for draft in drafts if draft.labels]
    stories = [[f"{step.situation} {step.question}" for step in draft.steps] for draft in whole]
    found = {draft.plot.index: one for draft, one in zip(whole, continuities(stories, seed), strict=True)}
    return [replace(draft, continuity=found.get(draft.plot.index)) for draft in drafts]


def _settled(draft: Draft, height: int, decided: Decided) -> Settled:
    if len(draft.steps) < height:
        return Settled(draft, "rejected", draft.refused[-1][1])
    steps: list[Step] = []
    unsaid: list[tuple[int, int]] = []
    for number, (step, pair) in enumerate(zip(draft.steps, draft.labels, strict=True), 1):
        values = [decided.get(place(draft.name, number, o)) or one.value for o, one in enumerate(pair)]
        unsaid += [(number, o) for o, value in enumerate(values) if not value]
        if values[0] and values[0] == values[1]:
            return Settled(draft, "rejected", Rejected("value", f"both options of step {number} show {values[0]}"))  # fmt: skip
        options = [replace(o, value=value) for o, value in zip(step.options, values, strict=True)]
        steps.append(replace(step, options=(options[0], options[1])))
    return Settled(draft, "undecided" if unsaid else "kept", None, tuple(steps), tuple(unsaid))
