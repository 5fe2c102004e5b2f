"""Training the two heads: which values a text involves, and how far it serves them. By numpy, level after level, interruptible.

Source: valuepilot2025
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.canon import draws, key
from axiometer.decide.network import HIDDEN, Floats, Parts, backward, forward, fresh
from axiometer.errors import BadInput

Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int64]
LABEL, RATE = "label", "rate"
_KEPT, _MARK = "training.npz", 0.5
_DECAY = {LABEL: 1e-5, RATE: 1e-4}


@dataclass(frozen=True)
class Recipe:
    """How the heads are trained.

    Attributes:
        curriculum: in which order levels (numbers of values at stake) join; empty for all at once.
        epochs: at most, after each level that joins.
        steps: of the optimiser, at most, after each level that joins: what large sets stop by.
        patience: epochs without a lower loss on held-out scenes before the next level joins.
        waiting: the same in steps, whichever comes first: on large sets an epoch is long.
        batch: texts a step.
        rate: step size of Adam.
        dropout: share of hidden units left out.
        held: share of scenes held out to stop by; whole scenes.
        seed: of the start, the order, what is left out and what is held out.
    """

    curriculum: tuple[int, ...] = (6, 1, 5, 2, 4, 3)
    epochs: int = 40
    steps: int = 1000
    patience: int = 5
    waiting: int = 250
    batch: int = 256
    rate: float = 3e-4
    dropout: float = 0.2
    held: float = 0.2
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Scenes, actions and how the actions are rated.

    Shapes: scenes [scenes, 2 places, width]; actions [actions, places, width]; of [actions] the scene of each; ratings [actions, values], 0 where a
        value is not involved; levels [scenes] how many values are at stake.
    """

    scenes: Halves | Floats
    actions: Halves | Floats
    of: Ints
    ratings: Floats
    levels: Ints
    whole: Floats = field(init=False)
    involved: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Rates the scenes alone: `whole`, the mean of their actions; `involved`, whether any action is rated on a value; both [scenes, values]."""
        total = np.zeros((len(self.scenes), self.ratings.shape[1]), np.float32)
        np.add.at(total, self.of, self.ratings)
        count = np.bincount(self.of, minlength=len(self.scenes)).clip(min=1)
        object.__setattr__(self, "whole", total / count[:, None].astype(np.float32))
        involved = np.zeros(total.shape, np.bool_)
        np.logical_or.at(involved, self.of, self.ratings != 0)
        object.__setattr__(self, "involved", involved)


@dataclass(frozen=True, eq=False)
class Frame:
    """How states are laid out for the heads.

    Attributes:
        centre, scale: [width] of the states.
        mark: [width] what is added to the places of an action, so that they are told from those of its scene.
    """

    centre: Floats
    scale: Floats
    mark: Floats

    def scene(self, scenes: Halves | Floats) -> Floats:
        """[texts, 2 places, width] of scenes alone."""
        return np.asarray((scenes.astype(np.float32) - self.centre) / self.scale)

    def pair(self, scenes: Halves | Floats, actions: Halves | Floats) -> Floats:
        """[texts, 2 places, width] of actions in their scenes."""
        whole, places = scenes.astype(np.float32), actions.shape[1]
        found = np.empty((len(scenes), whole.shape[1] // 2 + places, whole.shape[2]), np.float32)
        np.add(whole[:, 0::2], whole[:, 1::2], out=found[:, :-places])
        found[:, :-places] *= np.float32(0.5)
        found[:, -places:] = actions
        found -= self.centre
        found /= self.scale
        found[:, -places:] += self.mark
        return found


def frame_of(pairs: Pairs, seed: int) -> Frame:
    """A frame for these states, from a sample of them."""
    some = draws(seed, "frame").permutation(len(pairs.actions))[:2000]
    sample = np.concatenate(
        [
            np.asarray(each, np.float32).reshape(-1, each.shape[-1])
            for each in (pairs.actions[np.sort(some)], pairs.scenes[:1000])
        ]
    )
    mark = np.asarray(_MARK * draws(seed, "mark").standard_normal(sample.shape[1]), np.float32)
    return Frame(sample.mean(axis=0), np.asarray(sample.std(axis=0), np.float32) + np.float32(1e-6), mark)


@dataclass(frozen=True, eq=False)
class Trained:
    """The two heads, their frame, and the course of the training.

    Attributes:
        course: (level that joined last, epoch, head, loss on held-out scenes).
    """

    frame: Frame
    heads: dict[str, Parts]
    course: tuple[tuple[int, int, str, float], ...]


def train(
    pairs: Pairs,
    recipe: Recipe,
    *,
    work: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Trained:
    """Both heads; an interrupted training goes on from its last epoch and ends the same.

    Args:
        pairs: what to learn from.
        recipe: see `Recipe`.
        work: a folder that keeps the training.
        progress: heard after each epoch, out of the most there can be.

    Raises:
        BadInput: too few scenes to hold any out, or a folder that keeps another training.
    """
    if len(pairs.scenes) < 5:
        raise BadInput(
            f"{len(pairs.scenes)} scenes are too few to train on and to hold some out; give at least 5."
        )
    frame, state = frame_of(pairs, recipe.seed), _State.start(pairs, recipe)
    path = None if work is None else work / _KEPT
    if path is not None:
        state.load(path)
    order = draws(recipe.seed, "held").permutation(len(pairs.scenes))
    held = np.zeros(len(pairs.scenes), np.bool_)
    held[order[: max(1, round(recipe.held * len(order)))]] = True
    stages = _stages(pairs, recipe)
    most = 2 * len(stages) * recipe.epochs
    for head in (LABEL, RATE):
        for number, levels in enumerate(stages):
            joined = np.isin(pairs.levels, levels)
            fitting, checking = (_examples(pairs, joined & mask) for mask in (~held, held))
            while not state.over(head, number, recipe, len(fitting)):
                state.epoch(pairs, frame, recipe, head, fitting)
                state.judge(head, number, levels[-1], _loss(pairs, frame, state.heads[head], head, checking))
                if path is not None:
                    state.save(path)
                progress(len(state.course), most)
            state.advance(head, number)
    return Trained(frame, state.best, tuple(state.course))


def assessed(trained: Trained, x: Floats) -> tuple[Floats, Floats]:
    """[texts, values] how surely each value is involved, 0 to 1, and how far it is served, -1 to 1.

    Args:
        trained: the heads.
        x: [texts, 2 places, width] as `Frame` lays them out.
    """
    return _sigmoid(forward(trained.heads[LABEL], x).out), np.tanh(forward(trained.heads[RATE], x).out)


def _stages(pairs: Pairs, recipe: Recipe) -> list[list[int]]:
    """The levels that have joined, stage by stage; a level without scenes joins nothing."""
    there = set(pairs.levels.tolist())
    order = [level for level in recipe.curriculum if level in there]
    rest = sorted(there - set(order))
    if not order:
        return [rest]
    stages = [order[: i + 1] for i in range(len(order))]
    return [*stages[:-1], [*stages[-1], *rest]]


def _examples(pairs: Pairs, scenes: npt.NDArray[np.bool_]) -> Ints:
    """Numbers of examples: actions first, then scenes alone behind them."""
    return np.concatenate([np.flatnonzero(scenes[pairs.of]), len(pairs.actions) + np.flatnonzero(scenes)])


def _batch(pairs: Pairs, frame: Frame, which: Ints) -> tuple[Floats, Floats, Floats]:
    """What examples look like, how they are rated, and which values they involve."""
    acts, alone = which[which < len(pairs.actions)], which[which >= len(pairs.actions)] - len(pairs.actions)
    x = np.concatenate(
        [frame.pair(pairs.scenes[pairs.of[acts]], pairs.actions[acts]), frame.scene(pairs.scenes[alone])]
    )
    y = np.concatenate([pairs.ratings[acts], pairs.whole[alone]])
    z = np.concatenate([pairs.ratings[acts] != 0, pairs.involved[alone]]).astype(np.float32)
    return x, y, z


def _slopes(head: str, out: Floats, y: Floats, z: Floats) -> tuple[float, Floats]:
    """The loss summed over examples, and its slope by the outputs."""
    if head == LABEL:
        return float((np.logaddexp(0, out) - z * out).mean(axis=1).sum()), (_sigmoid(out) - z) / out.shape[1]
    weight = np.float32(0.5) + np.float32(0.5) * z
    rate = np.tanh(out)
    off = rate * weight - y
    return float((off**2).mean(axis=1).sum()), 2 * off * weight * (1 - rate**2) / out.shape[1]


def _loss(pairs: Pairs, frame: Frame, part: Parts, head: str, which: Ints) -> float:
    total = 0.0
    for some in _split(which, 512):
        x, y, z = _batch(pairs, frame, some)
        total += _slopes(head, forward(part, x).out, y, z)[0]
    return total / max(len(which), 1)


def _split(which: Ints, size: int) -> Iterator[Ints]:
    for start in range(0, len(which), size):
        yield which[start : start + size]


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x.clip(-30, 30))), np.float32)


@dataclass
class _State:
    """A training: numbers, moments, and how it goes."""

    named: str
    heads: dict[str, Parts]
    moments: dict[str, Parts]
    best: dict[str, Parts]
    steps: dict[str, int]
    stage: dict[str, int]
    waited: dict[str, int]
    epochs: dict[str, int]
    lowest: dict[str, float]
    course: list[tuple[int, int, str, float]]

    @classmethod
    def start(cls, pairs: Pairs, recipe: Recipe) -> "_State":
        """Before the first epoch."""
        width, values = pairs.scenes.shape[-1], pairs.ratings.shape[1]
        named = key(
            [vars(recipe), list(pairs.scenes.shape), list(pairs.actions.shape), pairs.ratings.tolist()]
        )
        heads = {head: fresh(width, values, recipe.seed, head) for head in (LABEL, RATE)}
        moments = {
            f"{head}.{i}": {name: np.zeros_like(part) for name, part in heads[head].items()}
            for head in heads
            for i in (1, 2)
        }
        zero = dict.fromkeys(heads, 0)
        return cls(
            named, heads, moments, {h: {n: p.copy() for n, p in parts.items()} for h, parts in heads.items()},
            dict(zero), dict(zero), dict(zero), dict(zero), dict.fromkeys(heads, np.inf), [],
        )  # fmt: skip

    def over(self, head: str, number: int, recipe: Recipe, examples: int) -> bool:
        """Whether a stage of a head is done."""
        steps = -(-examples // recipe.batch)  # an epoch
        return (
            self.stage[head] > number
            or self.epochs[head] >= min(recipe.epochs, recipe.steps / steps)
            or self.waited[head] >= min(recipe.patience, recipe.waiting / steps)
        )

    def advance(self, head: str, number: int) -> None:
        """To the next stage, from the best numbers of this one."""
        if self.stage[head] == number:
            self.stage[head], self.waited[head], self.epochs[head], self.lowest[head] = (
                number + 1,
                0,
                0,
                np.inf,
            )
            self.heads[head] = {name: part.copy() for name, part in self.best[head].items()}

    def epoch(self, pairs: Pairs, frame: Frame, recipe: Recipe, head: str, which: Ints) -> None:
        """One turn over the examples."""
        rng = draws(recipe.seed, "epoch", head, self.stage[head], self.epochs[head])
        for some in _split(which[rng.permutation(len(which))], recipe.batch):
            x, y, z = _batch(pairs, frame, some)
            kept = (rng.random((len(some), HIDDEN)) >= recipe.dropout).astype(np.float32)
            kept /= np.float32(1 - recipe.dropout)
            at = forward(self.heads[head], x, kept)
            slope = _slopes(head, at.out, y, z)[1] / np.float32(len(some))
            self._adam(head, backward(self.heads[head], at, slope, kept), recipe.rate)

    def judge(self, head: str, number: int, level: int, loss: float) -> None:
        """Keeps the numbers if they are the best of the stage."""
        self.epochs[head] += 1
        self.waited[head] += 1
        self.course.append((level, self.epochs[head], head, loss))
        if loss < self.lowest[head]:
            self.lowest[head], self.waited[head] = loss, 0
            self.best[head] = {name: part.copy() for name, part in self.heads[head].items()}

    def _adam(self, head: str, slopes: Parts, rate: float) -> None:
        self.steps[head] += 1
        step = self.steps[head]
        for name, part in self.heads[head].items():
            slope = slopes[name] + np.float32(_DECAY[head]) * part
            first, second = self.moments[f"{head}.1"][name], self.moments[f"{head}.2"][name]
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.001) * (slope * slope - second)
            part -= (
                np.float32(rate / (1 - 0.9**step))
                * first
                / (np.sqrt(second / np.float32(1 - 0.999**step)) + np.float32(1e-8))
            )

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new.npz")
        arrays: dict[str, Any] = {
            "named": self.named,
            "course": np.array(self.course, dtype=object).astype(str),
        }
        for group, table in (("heads", self.heads), ("moments", self.moments), ("best", self.best)):
            arrays |= {
                f"{group}|{head}|{name}": part
                for head, parts in table.items()
                for name, part in parts.items()
            }
        for name in ("steps", "stage", "waited", "epochs", "lowest"):
            arrays |= {f"{name}|{head}": n for head, n in getattr(self, name).items()}
        with new.open("wb") as file:
            np.savez(file, **arrays)
        os.replace(new, path)  # noqa: PTH105 - the one call that is whole on every system

    def load(self, path: Path) -> None:
        """Goes on from what was kept.

        Raises:
            BadInput: what was kept is of another training.
        """
        if not path.exists():
            return
        with np.load(path) as kept:
            if str(kept["named"]) != self.named:
                raise BadInput(
                    f"{path} keeps a training on other scenes or by another recipe; choose another folder."
                )
            for group, table in (("heads", self.heads), ("moments", self.moments), ("best", self.best)):
                for head, parts in table.items():
                    for name in parts:
                        parts[name] = kept[f"{group}|{head}|{name}"]
            for name, kind in (
                ("steps", int),
                ("stage", int),
                ("waited", int),
                ("epochs", int),
                ("lowest", float),
            ):
                counts = getattr(self, name)
                for head in counts:
                    counts[head] = kind(kept[f"{name}|{head}"])
            self.course = [(int(a), int(b), str(c), float(d)) for a, b, c, d in kept["course"]]
