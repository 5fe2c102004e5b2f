"""New scenes: an author writes and rates, filters look for leaks and repetitions, and a reader who was not told says what is at stake.

Source: valuepilot2025
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from axiometer.analyse.likeness import words
from axiometer.canon import Spec, draws, key
from axiometer.errors import AxiometerError, BadInput, Interrupted
from axiometer.grow.asking import Rejected
from axiometer.grow.barred import barred
from axiometer.grow.scenario_asking import (
    Drafted,
    Task,
    ask_blind,
    ask_scene,
    read_blind,
    read_scene,
    task,
    wordings_key,
)
from axiometer.instruments.scenes import SPLITS, Action, Scene
from axiometer.subjects import Answer, Missing, Subject
from axiometer.values import ValueSystem

LEAST_ACTIONS = 4
_SCENE_WORDS, _ACTION_WORDS = (15, 120), (4, 40)
_ALIKE = 0.6
_TEST_EVERY = 5
_ENDINGS = "|s|e|es|ly|ely|ily|ier|iest|er|est|ful|ous|ously|etic|etically|ic|al|ally|ise|ize|ised|ized|ising|izing|ate|ately|acy"


@dataclass(frozen=True)
class Wish:
    """What is to be grown.

    Attributes:
        scenes: to keep at each level.
        levels: numbers of values at stake.
        actions: asked for in each scene.
        calls: questions put to the author at most, all levels together.
        overlap: how far a blind reader must find the cell (shared values over all that either names).
        seed: of cells, settings and persons.
    """

    scenes: int
    levels: tuple[int, ...]
    actions: int = 8
    calls: int = 0
    overlap: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses what cannot be grown."""
        if self.scenes < 1 or not self.levels or min(self.levels) < 1 or self.actions < LEAST_ACTIONS:
            raise BadInput(
                f"{self.scenes} scenes at levels {list(self.levels)} with {self.actions} actions: ask for at least 1 scene, levels from 1, and "
                f"{LEAST_ACTIONS} actions."
            )
        if not 0 <= self.overlap <= 1:
            raise BadInput(f"the overlap is {self.overlap}; it must be from 0 to 1.")

    @property
    def most(self) -> int:
        """Calls at most."""
        return self.calls or 3 * self.scenes * len(self.levels)


@dataclass(frozen=True)
class Tried:
    """One try: what it was about, what the author said, what a blind reader found, and the scene, or why there is none.

    Attributes:
        lost: (number of an action, why) for actions that were dropped.
    """

    task: Task
    reply: Answer | Missing
    outcome: Scene | Rejected
    lost: tuple[tuple[int, Rejected], ...] = ()
    found: frozenset[str] | Missing | None = None


@dataclass(frozen=True)
class Grown:
    """Every try in order."""

    tried: tuple[Tried, ...]

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What was kept."""
        return tuple(one.outcome for one in self.tried if isinstance(one.outcome, Scene))

    def reasons(self) -> dict[str, int]:
        """How many scenes were rejected for which reason, and actions, named so."""
        found = Counter(one.outcome.why for one in self.tried if isinstance(one.outcome, Rejected))
        dropped = Counter(f"action: {why.why}" for one in self.tried for _, why in one.lost)
        return dict(found.most_common()) | dict(dropped.most_common())

    def blind(self, seed: int = 0) -> tuple[float, float, int] | None:
        """How far blind readers found the cells, on average, how far they would have found those of other scenes, and on how many scenes."""
        pairs = [
            (frozenset(one.task.values), one.found) for one in self.tried if isinstance(one.found, frozenset)
        ]
        if len(pairs) < 2:
            return None
        own = float(np.mean([overlap(cell, found) for cell, found in pairs]))
        rng, mixed = draws(seed, "blind", len(pairs)), []
        for _ in range(200):
            order = rng.permutation(len(pairs))
            mixed.append(np.mean([overlap(pairs[i][0], pairs[j][1]) for i, j in enumerate(order)]))
        return own, float(np.mean(mixed)), len(pairs)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's coefficient."""
    return len(one & other) / len(one | other) if one | other else 1.0


def grow_scenarios(
    author: Subject,
    system: ValueSystem,
    wish: Wish,
    *,
    blind: Subject | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Grown:
    """Tries level after level, until enough scenes of each are kept or the calls are used up.

    Each try depends on its number alone: with a remembering author the same call asks nothing again, and a larger wish goes on.

    Args:
        author: any subject that talks.
        system: whose values.
        wish: what is to be grown.
        blind: who says which values are at stake without being told; None for nobody.
        progress: heard after each batch: kept, wanted.

    Raises:
        BadInput: a level with more values than the system has.
        Interrupted: on Ctrl-C; what was received stays with a remembering author.
        AxiometerError: nothing can be got out of the author.
    """
    if max(wish.levels) > len(system.names):
        raise BadInput(
            f"level {max(wish.levels)} needs more values than {system.name} has ({len(system.names)})."
        )
    kept, tried, wanted = _Kept(), list[Tried](), wish.scenes * len(wish.levels)
    try:
        for level in wish.levels:
            number, of_level = 0, 0
            while of_level < wish.scenes and len(tried) < wish.most:
                many = min(max(author.card.batch, 1), wish.scenes - of_level, wish.most - len(tried))
                tasks = [task(system, level, number + i, wish.seed) for i in range(many)]
                number += many
                found = _tries(author, system, wish, tasks, blind, kept)
                tried += found
                of_level += sum(isinstance(one.outcome, Scene) for one in found)
                progress(len(kept.scenes), wanted)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped with {len(kept.scenes)} of {wanted} scenes; what {author.card.name} wrote is kept: run the same command again to go on."
        ) from None
    return Grown(tuple(tried))


def imported(
    replies: Sequence[tuple[Sequence[str], str]],
    system: ValueSystem,
    *,
    blind: Subject | None = None,
    least: float = 0.5,
) -> Grown:
    """Scenes out of replies that were got elsewhere, through the same reading and filters.

    Args:
        replies: (cell, reply).
        system: whose values.
        blind: who says which values are at stake without being told; None for nobody.
        least: how far that reader must find the cell.

    Raises:
        AxiometerError: nothing can be got out of the blind reader.
    """
    kept, tried = _Kept(), list[Tried]()
    for index, (named, text) in enumerate(replies):
        cell = {system.value(name).name for name in named}
        one = Task(index, tuple(name for name in system.names if name in cell))
        tried.append(kept.judged(one, Answer(text), system))
    return Grown(tuple(tried if blind is None else _blinded(tried, blind, system, kept, least)))


def scenarios_spec(author: Subject, blind: Subject | None, system: ValueSystem, wish: Wish) -> Spec:
    """Everything that decides what the tries are."""
    return {
        "grow": "scenarios",
        "author": author.spec,
        "blind": None if blind is None else blind.spec,
        "system": {"system": system.name, "key": key(system)},
        "texts": wordings_key(),
        "levels": list(wish.levels),
        "actions": wish.actions,
        "overlap": wish.overlap,
        "seed": wish.seed,
    }


def leak(text: str, values: Sequence[str], system: ValueSystem) -> str:
    """The first word that gives one of the values away: its name, a title, an alias, or a word made from one; empty if there is none.

    Words as such: `affair` does not hold `fair`.
    """
    for name in values:
        value = system.value(name)
        for term in {value.name, value.title, *value.aliases}:
            for part in re.split(r"[\W_]+", term.casefold()):
                if len(part) > 2 and (found := _word_of(part).search(text)):
                    return found[0]
    return ""


def check_action(action: Action, values: Sequence[str], system: ValueSystem) -> Rejected | None:
    """What is wrong with an action, if anything."""
    return _wrong(action.text, _ACTION_WORDS, values, system)


def check_scene(drafted: Drafted, values: Sequence[str], system: ValueSystem) -> Rejected | None:
    """What is wrong with a scene, if anything."""
    return _wrong(drafted.text, _SCENE_WORDS, values, system)


class _Kept:
    """The scenes so far: a new one must be another."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self._words: list[frozenset[str]] = []

    def judged(self, one: Task, reply: Answer | Missing, system: ValueSystem) -> Tried:
        """A try, read and filtered, let in if it is good."""
        drafted = read_scene(reply, one.values, system)
        if isinstance(drafted, Rejected):
            return Tried(one, reply, drafted)
        if wrong := check_scene(drafted, one.values, system):
            return Tried(one, reply, wrong, drafted.lost)
        actions: list[Action] = []
        lost = list(drafted.lost)
        for number, action in enumerate(drafted.actions, 1):
            if (wrong := check_action(action, one.values, system)) or (wrong := _repeated(action, actions)):
                lost.append((number, wrong))
            else:
                actions.append(action)
        if len(actions) < LEAST_ACTIONS:
            return Tried(one, reply, Rejected("form", f"{len(actions)} actions can be used"), tuple(lost))
        mine = frozenset(words(drafted.text))
        for theirs, scene in zip(self._words, self.scenes, strict=True):
            if len(mine & theirs) >= _ALIKE * len(mine | theirs):
                return Tried(one, reply, Rejected("duplicate", f"too near to {scene.name}"), tuple(lost))
        scene = Scene(self._name(drafted.text), drafted.text, one.values, tuple(actions), self._split(one))
        self.scenes.append(scene)
        self._words.append(mine)
        return Tried(one, reply, scene, tuple(lost))

    def drop(self, scene: Scene) -> None:
        """Takes a scene out again."""
        at = self.scenes.index(scene)
        del self.scenes[at], self._words[at]

    def _split(self, one: Task) -> str:
        """Every fifth scene of a level is for testing."""
        before = sum(len(scene.values) == len(one.values) for scene in self.scenes)
        return SPLITS[1] if before % _TEST_EVERY == _TEST_EVERY - 1 else SPLITS[0]

    def _name(self, text: str) -> str:
        telling = [w for w in re.findall(r"[a-z]+", text.casefold()) if len(w) > 4][:3] or ["scene"]
        name, times, taken = "-".join(telling), 1, {scene.name for scene in self.scenes}
        while (name if times == 1 else f"{name}-{times}") in taken:
            times += 1
        return name if times == 1 else f"{name}-{times}"


def _tries(
    author: Subject,
    system: ValueSystem,
    wish: Wish,
    tasks: Sequence[Task],
    blind: Subject | None,
    kept: _Kept,
) -> list[Tried]:
    replies = author.answer([ask_scene(one, system, wish.actions) for one in tasks], seed=wish.seed)
    _check_answered(author, replies)
    found = [kept.judged(one, reply, system) for one, reply in zip(tasks, replies, strict=True)]
    return found if blind is None else list(_blinded(found, blind, system, kept, wish.overlap, wish.seed))


def _check_answered(who: Subject, replies: Sequence[Answer | Missing]) -> None:
    failed = [reply for reply in replies if isinstance(reply, Missing) and reply.why == "failed"]
    if failed and len(failed) == len(replies):
        raise AxiometerError(
            f"{who.card.name} answered none of {len(replies)} questions: {failed[0].detail!r:.200}; "
            "see to it and run the same command again: what was answered before is kept."
        )


def _blinded(
    found: Sequence[Tried], blind: Subject, system: ValueSystem, kept: _Kept, least: float, seed: int = 0
) -> Iterator[Tried]:
    """The tries after a reader who was not told has said what is at stake; what it does not find is dropped."""
    drafts = [Drafted(o.text, o.actions, ()) for one in found if isinstance(o := one.outcome, Scene)]
    asked, together = [ask_blind(one, system) for one in drafts], max(blind.card.batch, 1)
    replies: list[Answer | Missing] = []
    for start in range(0, len(asked), together):  # so that a remembering reader keeps what it has said
        replies += blind.answer(asked[start : start + together], seed=seed)
    _check_answered(blind, replies)
    said = iter(replies)
    for one in found:
        if not isinstance(one.outcome, Scene):
            yield one
            continue
        named = read_blind(next(said), system)
        shared = 0.0 if isinstance(named, Missing) else overlap(frozenset(one.task.values), named)
        if shared >= least:
            yield replace(one, found=named)
        else:
            kept.drop(one.outcome)
            told = named.detail if isinstance(named, Missing) else ", ".join(sorted(named))
            yield replace(one, found=named, outcome=Rejected("value", f"a reader found {told}"))


def _wrong(text: str, long: tuple[int, int], values: Sequence[str], system: ValueSystem) -> Rejected | None:
    if found := barred(text):
        return Rejected(found[0], f"it holds {found[1]!r}")
    if not long[0] <= len(words(text)) <= long[1]:
        return Rejected("words", f"{len(words(text))} words; {long[0]} to {long[1]} are wanted")
    named = leak(text, values, system)
    return Rejected("name", f"it says {named!r}") if named else None


def _repeated(action: Action, others: Sequence[Action]) -> Rejected | None:
    mine = frozenset(words(action.text))
    for other in others:
        theirs = frozenset(words(other.text))
        if len(mine & theirs) >= 0.75 * len(mine | theirs):
            return Rejected("duplicate", f"too near to {other.text!r}")
    return None


def _word_of(part: str) -> re.Pattern[str]:
    """A word, or one made from it by an ending: happiness, happy, happily; curiosity, curious; safety, safe, unsafely."""
    stem = re.sub(r"(?:iness|ness|ity|ety|ty|acy|y)$", "", part)
    more = _ENDINGS + ("|y" if part.endswith("iness") else "")
    # the o of curiosity is that of curious
    stem = stem.removesuffix("os") + "(?:os|ous)" if stem.endswith("os") else re.escape(stem)
    return re.compile(rf"\b(?:un|in|dis)?(?:{re.escape(part)}|{stem}(?:{more}))\b", re.IGNORECASE)
