"""Sparse features trained on a model's states: top-k, in numpy, interruptible."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.canon import draws, key
from axiometer.errors import BadInput
from axiometer.locate.sparse import SparseCoder, highest
from axiometer.subjects.sites import Floats

_KEPT = "training.npz"
_EVERY = 25
_IDLE = 100
_NAMES = ("encoder", "bias", "decoder", "centre")


@dataclass(frozen=True)
class Recipe:
    """How features are trained.

    Attributes:
        features: how many; 0 for four times the width.
        k: how many are active at once.
        steps: of the optimiser.
        batch: states a step.
        rate: step size of Adam, relative to states of length 1; it falls to 0 over the last fifth.
        seed: of the start and of the order of states.
    """

    features: int = 0
    k: int = 64
    steps: int = 400
    batch: int = 1024
    rate: float = 1e-3
    seed: int = 0


def train_coder(
    states: Floats,
    layer: int,
    recipe: Recipe,
    *,
    weights: str = "",
    work: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SparseCoder:
    """Features of states by top-k coding; what was interrupted goes on from its last keeping and ends the same.

    Args:
        states: [n, width].
        layer: the block that they are of.
        recipe: see `Recipe`.
        weights: of which model, by its fingerprint.
        work: a folder that keeps the training every few steps.
        progress: heard after each step.

    Raises:
        BadInput: fewer states than a batch, or a folder that keeps a training of other states or another recipe.

    Source:
        topksae
    """
    if len(states) < recipe.batch:
        raise BadInput(f"{len(states)} states are fewer than a batch of {recipe.batch}; give more text.")
    scale = float(np.linalg.norm(states - states.mean(axis=0), axis=1).mean())
    named = key([vars(recipe), list(states.shape), float(states[0] @ states[-1]), scale, layer])
    run = _Run(states / scale, recipe, named)
    path = None if work is None else work / _KEPT
    if path is not None:
        run.load(path)
    while run.step < recipe.steps:
        run.forward_and_back()
        if path is not None and (run.step % _EVERY == 0 or run.step == recipe.steps):
            run.save(path)
        progress(run.step, recipe.steps)
    part = run.parts
    return SparseCoder(
        layer, "topk", part["encoder"], scale * part["bias"], part["decoder"], scale * part["centre"], recipe.k, weights=weights
    )  # fmt: skip


class _Run:
    """A training: its numbers, and how they change."""

    def __init__(self, states: Floats, recipe: Recipe, named: str) -> None:
        self.states, self.recipe, self.named, self.step = states, recipe, named, 0
        wide = states.shape[1]
        many = recipe.features or 4 * wide
        decoder = draws(recipe.seed, "features").normal(size=(many, wide)).astype(np.float32)
        decoder /= np.linalg.norm(decoder, axis=1, keepdims=True)
        self.parts: dict[str, Floats] = {
            "encoder": decoder.T.copy(),
            "bias": np.zeros(many, np.float32),
            "decoder": decoder,
            "centre": states.mean(axis=0),
        }
        self.moments = {
            f"{name}.{i}": np.zeros_like(part) for name, part in self.parts.items() for i in (1, 2)
        }
        self.idle = np.zeros(many, dtype=np.int64)

    def forward_and_back(self) -> None:
        """One step."""
        recipe, part = self.recipe, self.parts
        batch = self._batch()
        centred = batch - part["centre"]
        active = highest(np.maximum(centred @ part["encoder"] + part["bias"], 0.0), recipe.k)
        residual = active @ part["decoder"] + part["centre"] - batch
        grown = 2.0 * residual / len(batch)
        down = np.where(active > 0, grown @ part["decoder"].T, 0.0).astype(np.float32)
        decoder = active.T @ grown
        # Only the direction of a feature is learned: what would change its length is left out.
        decoder -= (decoder * part["decoder"]).sum(axis=1, keepdims=True) * part["decoder"]
        slopes = {
            "encoder": centred.T @ down,
            "bias": down.sum(axis=0),
            "decoder": decoder,
            "centre": grown.sum(axis=0) - part["encoder"] @ down.sum(axis=0),
        }
        self.step += 1
        self._adam(slopes)
        part["decoder"] /= np.linalg.norm(part["decoder"], axis=1, keepdims=True)
        self.idle = np.where((active > 0).any(axis=0), 0, self.idle + 1)
        if self.step % _IDLE == 0 and self.step < 0.7 * recipe.steps:
            self._revive(batch, residual)

    def _batch(self) -> Floats:
        whole = len(self.states) // self.recipe.batch
        turn, place = divmod(self.step, whole)
        order = draws(self.recipe.seed, "order", turn).permutation(len(self.states))
        return self.states[order[place * self.recipe.batch : (place + 1) * self.recipe.batch]]

    def _adam(self, slopes: dict[str, Floats]) -> None:
        left = (self.recipe.steps - self.step) / max(0.2 * self.recipe.steps, 1)
        rate = self.recipe.rate * min(1.0, left, self.step / 20)
        for name in _NAMES:
            first, second = self.moments[f"{name}.1"], self.moments[f"{name}.2"]
            first += 0.1 * (slopes[name] - first)
            second += 0.001 * (slopes[name] ** 2 - second)
            mean, square = first / (1 - 0.9**self.step), second / (1 - 0.999**self.step)
            self.parts[name] -= rate * mean / (np.sqrt(square) + 1e-8)

    def _revive(self, batch: Floats, residual: Floats) -> None:
        """Features that were never active for long are put where the coding fails most."""
        dead = np.flatnonzero(self.idle >= _IDLE)[: len(batch)]
        if not len(dead):
            return
        worst = np.argsort(-(residual**2).sum(axis=1))[: len(dead)]
        towards = -residual[worst] / np.linalg.norm(residual[worst], axis=1, keepdims=True)
        self.parts["decoder"][dead] = towards
        self.parts["encoder"][:, dead] = towards.T
        self.parts["bias"][dead] = 0.0
        for i in (1, 2):
            self.moments[f"decoder.{i}"][dead] = 0.0
            self.moments[f"encoder.{i}"][:, dead] = 0.0
            self.moments[f"bias.{i}"][dead] = 0.0
        self.idle[dead] = 0

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new.npz")
        with fresh.open("wb") as file:
            kept: dict[str, Any] = {**self.parts, **self.moments, "idle": self.idle}
            np.savez(file, step=self.step, named=self.named, **kept)
        os.replace(fresh, path)  # noqa: PTH105 - the one call that is whole on every system

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
                    f"{path} keeps a training of other states or another recipe; choose another folder."
                )
            self.step, self.idle = int(kept["step"]), kept["idle"]
            self.parts = {name: kept[name] for name in self.parts}
            self.moments = {name: kept[name] for name in self.moments}


def without_outliers(states: Floats) -> Floats:
    """The states that are not of another length altogether, such as the first token's.

    Shapes: [n, width] -> [m, width]
    """
    lengths = np.linalg.norm(states, axis=1)
    kept: Floats = states[lengths <= 10 * np.median(lengths)]
    return kept


def silent(coder: SparseCoder, states: Floats) -> float:
    """The share of features that none of the states makes active."""
    return float((~(coder.encode(states) > 0).any(axis=0)).mean())
