"""The trained rater, trained again: heads on sentence embeddings of the arguments of Touche23-ValueEval."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from axiometer.analyse.detection import best_threshold, calibration_error, f1, macro_f1_interval
from axiometer.canon import draws
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.raters.encoder import WHEEL, open_encoder
from axiometer.raters.heads import Floats, Heads, card_text, fit_heads, rounded, save_heads
from axiometer.values import open_system

SPLITS = ("training", "validation", "test")
SYSTEM = "touche20"
SHRINKAGES = (0.5, 1.0, 2.0, 4.0, 8.0)
PUBLISHED_BEST = 0.56


@dataclass(frozen=True)
class Arguments:
    """The premises of a split and their labels.

    Shapes: present [premises, values], values in the order of the system.
    """

    premises: tuple[str, ...]
    conclusions: tuple[str, ...]
    present: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LabelScore:
    """How well one value is read in the test split; `n` premises rest on it."""

    value: str
    n: int
    f1: float
    calibration_error: float
    threshold: float


@dataclass(frozen=True)
class Trained:
    """The heads, and what they reach on the test split.

    Attributes:
        shrinkage: chosen on the validation split.
        n: premises in training, validation and test.
        macro_f1: mean over the labels, with a 95 % interval from drawing conclusions again.
        calibration_error: mean over the labels.
    """

    heads: Heads
    shrinkage: float
    n: tuple[int, ...]
    labels: tuple[LabelScore, ...]
    macro_f1: float
    low: float
    high: float
    calibration_error: float


def train_rater(data: Path, out: Path, tell: Callable[[str], None] = lambda line: None) -> Trained:
    """Heads fitted on the training split, tuned on the validation split and tried once on the test split.

    Args:
        data: the folder of `arguments-*.tsv` and `labels-*.tsv`.
        out: where the heads and their card go.
        tell: hears what is being done.

    Raises:
        BadInput: a file that is not there, or is not what it should be.
        Incapable: the sentence encoder is not installed.

    Source:
        touche23, platt1999
    """
    encoder = open_encoder()
    splits = [read_arguments(data, split) for split in SPLITS]
    states = []
    for name, split in zip(SPLITS, splits, strict=True):
        tell(f"embedding {len(split.premises)} premises, {name}")
        states.append(encoder.embed(split.premises))
    heads, shrinkage = fitted(states[0], splits[0].present, states[1], splits[1].present)
    found = tried(heads, shrinkage, states[2], splits[2], tuple(len(s.premises) for s in splits))
    save_heads(out, heads, _card(found))
    return found


def fitted(
    states: Floats, present: npt.NDArray[np.bool_], tuning: Floats, told: npt.NDArray[np.bool_]
) -> tuple[Heads, float]:
    """The heads, calibrated and with thresholds, and the shrinkage with the best F1, all on the tuning texts."""
    found = []
    for shrinkage in SHRINKAGES:
        weights, bias = calibrated(*fit_heads(states, present, shrinkage), tuning, told)
        scores = expit(tuning @ weights.T + bias)
        cuts = [best_threshold(scores[:, j], told[:, j]) for j in range(told.shape[1])]
        said = scores >= cuts
        reached = f1((said & told).sum(axis=0), said.sum(axis=0), told.sum(axis=0)).mean()
        found.append((float(reached), shrinkage, weights, bias, cuts))
    _, shrinkage, weights, bias, cuts = max(found, key=lambda each: each[0])
    names = open_system(SYSTEM).names
    return rounded(SYSTEM, weights, bias, dict(zip(names, cuts, strict=True))), shrinkage


def calibrated(
    weights: Floats, bias: Floats, tuning: Floats, told: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The same heads with log-odds stretched and shifted so that probabilities fit the tuning texts.

    Source:
        platt1999
    """
    odds = tuning @ weights.T + bias
    stretch, shift = np.ones_like(bias), np.zeros_like(bias)
    for j in range(len(bias)):
        slope, moved = fit_heads(odds[:, j : j + 1], told[:, j : j + 1], 1e-6)
        stretch[j], shift[j] = slope[0, 0], moved[0]
    return weights * stretch[:, None], bias * stretch + shift


def tried(heads: Heads, shrinkage: float, states: Floats, test: Arguments, n: tuple[int, ...]) -> Trained:
    """What heads reach on a test split."""
    scores, there = heads.scores(states), test.present
    said = scores >= heads.thresholds
    reached = f1((said & there).sum(axis=0), said.sum(axis=0), there.sum(axis=0))
    labels = tuple(
        LabelScore(
            value,
            int(there[:, j].sum()),
            float(reached[j]),
            calibration_error(scores[:, j], there[:, j]),
            float(heads.thresholds[j]),
        )
        for j, value in enumerate(open_system(heads.system).names)
    )
    low, high = macro_f1_interval(said, there, np.array(test.conclusions), draws(0, "rater"))
    error = float(np.mean([label.calibration_error for label in labels]))
    return Trained(heads, shrinkage, n, labels, float(reached.mean()), low, high, error)


def read_arguments(data: Path, split: str) -> Arguments:
    """A split of the data set.

    Raises:
        BadInput: a file that is not there, another order of rows, or columns that are no values.
    """
    system = open_system(SYSTEM)
    arguments = _rows(data / f"arguments-{split}.tsv", ("Argument ID", "Premise", "Conclusion"))
    path = data / f"labels-{split}.tsv"
    labels = _rows(path, ("Argument ID",))
    if [row["Argument ID"] for row in arguments] != [row["Argument ID"] for row in labels]:
        raise BadInput(f"{path} has other arguments than arguments-{split}.tsv; take both from one release.")
    column = {system.value(name).name: name for name in labels[0] if name != "Argument ID"}
    absent = [value for value in system.names if value not in column]
    if absent:
        raise BadInput(f"{path} has no column for {', '.join(absent)}.")
    return Arguments(
        tuple(row["Premise"] for row in arguments),
        tuple(row["Conclusion"] for row in arguments),
        np.array([[row[column[value]] == "1" for value in system.names] for row in labels]),
    )


def lines(found: Trained) -> Iterator[str]:
    """What was reached, in words."""
    for label in found.labels:
        yield f"{label.value:<28} n = {label.n:>4}  F1 {label.f1:.2f}  calibration error {label.calibration_error:.3f}"
    yield (
        f"macro-F1 {found.macro_f1:.3f} [{found.low:.3f}, {found.high:.3f}] on {found.n[2]} test premises (95 %, "
        f"conclusions drawn again; best published {PUBLISHED_BEST:.2f}); expected calibration error "
        f"{found.calibration_error:.3f} (ten equal bins, mean over labels)"
    )


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(read_text(path)), delimiter="\t")
    rows = [dict(row) for row in reader]
    absent = [name for name in needed if name not in (reader.fieldnames or [])]
    if absent or not rows:
        raise BadInput(
            f"{path} has no {absent[0] if absent else 'rows'}; give the files of Touche23-ValueEval."
        )
    return rows


def _card(found: Trained) -> str:
    return card_text(
        {
            "title": "Which values an argument rests on: logistic heads on sentence embeddings",
            "system": SYSTEM,
            "licence": "CC-BY-4.0",
            "source": ["touche23", "minilm"],
            "encoder": WHEEL,
            "trained_on": "premises of Touche23-ValueEval (CC BY 4.0), training split; tuned on the validation split",
            "command": "axiometer study rater --data DIR --out DIR",
            "n": list(found.n),
            "shrinkage": found.shrinkage,
            "macro_f1": found.macro_f1,
            "macro_f1_interval": [found.low, found.high],
            "published_best_macro_f1": PUBLISHED_BEST,
            "calibration_error": found.calibration_error,
            "calibration_error_is": "ten equally wide bins of probability, mean over labels, test split",
        },
        {
            label.value: {
                "n": label.n,
                "f1": label.f1,
                "calibration_error": label.calibration_error,
                "threshold": label.threshold,
            }
            for label in found.labels
        },
    )
