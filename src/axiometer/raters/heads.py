"""Logistic heads on sentence embeddings: one for each value, as a file of numbers and a card that says what they are."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from axiometer.canon import key
from axiometer.data import need, read_toml
from axiometer.errors import BadInput, StorageFailure
from axiometer.values import open_system

Floats: TypeAlias = npt.NDArray[np.float32]
CARD, NUMBERS = "card.toml", "heads.npz"


@dataclass(frozen=True)
class Heads:
    """P(value | text) = sigmoid(weights . embedding + bias), for every value of a system.

    Attributes:
        key: content key of system, numbers and thresholds.
        system: its values are in the order of the system.
        weights: [values, width].
        bias: [values].
        thresholds: [values] the probability from which a value counts as there.
    """

    key: str = field(init=False)
    system: str
    weights: Floats = field(compare=False, repr=False)
    bias: Floats = field(compare=False, repr=False)
    thresholds: Floats = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        """Names what the heads are."""
        arrays = (self.weights, self.bias, self.thresholds)
        object.__setattr__(
            self, "key", key([self.system, *(a.astype("<f4").tobytes().hex() for a in arrays)])
        )

    def scores(self, states: Floats) -> Floats:
        """[texts, values] probabilities, of embeddings [texts, width]."""
        return np.asarray(expit(states @ self.weights.T + self.bias), np.float32)


def fit_heads(
    states: Floats, present: npt.NDArray[np.bool_], shrinkage: float, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """L2-regularised logistic heads, all at once: weights [values, width] and bias [values].

    Args:
        states: [texts, width].
        present: [texts, values].
        shrinkage: how much weights are held back, where texts lie at a mean distance of one from their mean.
        weights: [texts, values] how much each text counts for each head; all alike if not given.
    """
    middle = states.mean(axis=0)
    scale = np.float32(np.sqrt(((states - middle) ** 2).sum(axis=1).mean()) or 1.0)
    placed = np.ascontiguousarray((states - middle) / scale, np.float32)
    told = present.astype(np.float32)
    counted = np.ones_like(told) if weights is None else weights
    shape = (placed.shape[1] + 1, told.shape[1])

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        table = flat.reshape(shape).astype(np.float32)
        odds = placed @ table[:-1] + table[-1]
        off = counted * (expit(odds) - told)
        total = (counted * (np.logaddexp(0, odds) - told * odds)).sum() + shrinkage / 2 * (
            table[:-1] ** 2
        ).sum()
        slope = np.concatenate([placed.T @ off + shrinkage * table[:-1], off.sum(axis=0, keepdims=True)])
        return float(total), slope.ravel().astype(np.float64)

    rate = np.clip((counted * told).sum(axis=0) / counted.sum(axis=0), 1e-6, 1 - 1e-6)
    start = np.zeros(shape)
    start[-1] = np.log(rate / (1 - rate))
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x.reshape(
        shape
    )
    slopes = (found[:-1] / scale).T
    return slopes.astype(np.float32), (found[-1] - slopes @ middle).astype(np.float32)


def save_heads(folder: Path, heads: Heads, card: str) -> None:
    """Writes the numbers, halved to 16 bits where they are weights, and the card.

    Raises:
        StorageFailure: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / NUMBERS,
            weights=heads.weights.astype(np.float16),
            bias=heads.bias,
            thresholds=heads.thresholds,
        )
        (folder / CARD).write_text(card, encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None


def rounded(system: str, weights: Floats, bias: Floats, thresholds: Mapping[str, float]) -> Heads:
    """Heads with the numbers that a file can hold."""
    cut = np.array([thresholds[value] for value in open_system(system).names], np.float32)
    return Heads(system, weights.astype(np.float16).astype(np.float32), bias.astype(np.float32), cut)


def load_heads(folder: Path, width: int) -> Heads:
    """The heads in a folder.

    Raises:
        BadInput: no heads there, broken ones, or heads of another encoder.
    """
    if not (folder / CARD).is_file():
        raise BadInput(f"{folder} has no {CARD}; give a folder that `axiometer study rater` wrote.")
    table, where = read_toml(folder / CARD), str(folder / CARD)
    system = open_system(need(table, "system", str, where))
    try:
        with np.load(folder / NUMBERS) as found:
            parts = [found[name].astype(np.float32) for name in ("weights", "bias", "thresholds")]
    except Exception as error:  # numpy and zipfile have an error of their own for each mishap
        raise BadInput(f"{folder / NUMBERS} cannot be read: {error}; train the rater again.") from None
    values = len(system.names)
    if [each.shape for each in parts] != [(values, width), (values,), (values,)]:
        raise BadInput(
            f"{folder / NUMBERS} holds numbers of shape {parts[0].shape}; the encoder and {system.name} need "
            f"({values}, {width})."
        )
    return Heads(system.name, *parts)


def card_text(facts: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """A card as TOML: facts, and a table for every value."""
    lines = ["schema = 1", *(f"{name} = {_toml(fact)}" for name, fact in facts.items())]
    for value, row in rows.items():
        lines += ["", f"[values.{value}]", *(f"{name} = {_toml(fact)}" for name, fact in row.items())]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def _toml(fact: Any) -> str:
    if isinstance(fact, list):
        return f"[{', '.join(_toml(each) for each in fact)}]"
    if isinstance(fact, str):
        return '"' + fact.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(fact, float):
        return f"{fact:.4f}"
    return str(fact)
