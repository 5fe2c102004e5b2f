"""Raters as gates: does one tell questions in which a value is at stake from all others? And the one made for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from axiometer.analyse.detection import area, youden_threshold
from axiometer.analyse.intervals import wilson
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Split, open_contrast
from axiometer.instruments.neutral import neutral_questions
from axiometer.raters import Rater, Rating
from axiometer.raters.encoder import WHEEL, open_encoder
from axiometer.raters.heads import Floats, Heads, card_text, fit_heads, rounded, save_heads
from axiometer.raters.trained import TrainedRater
from axiometer.values import open_system

SYSTEM = "schwartz10"
SHRINKAGE = 0.01
FOLDS = 5


@dataclass(frozen=True)
class Against:
    """One value's questions against others: area under the curve, and how many of the others open the gate."""

    n: int
    area: float
    alarms: int


@dataclass(frozen=True)
class GateScore:
    """How well a gate of one value works on questions that nothing was chosen by.

    Attributes:
        n: questions in which the value is at stake.
        hits: those that open the gate.
        against: what is not to open it -> how that went; `other values` are dilemmas of the others.
    """

    value: str
    threshold: float
    n: int
    hits: int
    against: dict[str, Against]


def try_gates(rater: Rater, more: Sequence[str] = ()) -> list[GateScore]:
    """The rater as a gate of each value, on the test dilemmas.

    The threshold is the rater's own, where it has one; else the one with the most hits over false alarms on the
    dilemmas and neutral questions that are there for choosing.

    Args:
        rater: of the ten basic values.
        more: further neutral questions.

    Raises:
        BadInput: a rater of another system.
    """
    if rater.system != SYSTEM:
        raise BadInput(
            f"{rater.spec['rater']} rates {rater.system}; a gate needs {SYSTEM}: "
            f"collapsed:{SYSTEM}:{rater.spec['rater']}."
        )
    names = open_system(SYSTEM).names
    own = dict(rater.thresholds) if isinstance(rater, TrainedRater) else _chosen(rater)
    tests = {value: _scores(rater, dilemma_questions(value, "test")) for value in names}
    neutral = {"neutral": _scores(rater, neutral_questions("test"))}
    if more:
        neutral["more neutral"] = _scores(rater, more)
    found = []
    for j, value in enumerate(names):
        there, cut = tests[value][:, j], own[value]
        absent = {name: scores[:, j] for name, scores in neutral.items()}
        absent["other values"] = np.concatenate([tests[other][:, j] for other in names if other != value])
        against = {
            name: Against(len(scores), area(there, scores), int((scores >= cut).sum()))
            for name, scores in absent.items()
        }
        found.append(GateScore(value, cut, len(there), int((there >= cut).sum()), against))
    return found


def train_queries(out: Path, tell: Callable[[str], None] = lambda line: None) -> Heads:
    """Heads that tell the dilemmas of each value from neutral questions and from dilemmas of the others.

    Only material for choosing is used. Half of the weight is on dilemmas of the value; the other half is shared equally
    by the two kinds of others. Thresholds come from texts that the heads were not fitted on.

    Args:
        out: where the heads and their card go.
        tell: hears what is being done.

    Raises:
        Incapable: the sentence encoder is not installed.
    """
    names = open_system(SYSTEM).names
    texts: list[str] = []
    label: list[int] = []
    fold: list[int] = []
    for j, value in enumerate(names):
        asked = dilemma_questions(value, "tune", both=True)
        texts += asked
        label += [j] * len(asked)
        fold += [i // 2 % FOLDS for i in range(len(asked))]  # both orders of a dilemma in one
    neutral = neutral_questions("tune")
    texts += neutral
    label += [-1] * len(neutral)
    fold += [i % FOLDS for i in range(len(neutral))]
    tell(f"embedding {len(texts)} questions")
    heads = fitted(open_encoder().embed(texts), np.array(label), np.array(fold))
    save_heads(out, heads, _card(heads, len(texts) - len(neutral), len(neutral)))
    return heads


def fitted(states: Floats, label: npt.NDArray[np.int_], fold: npt.NDArray[np.int_]) -> Heads:
    """The heads, from embeddings [texts, width], the place of the value at stake (-1 for none) and a fold for each."""
    names = open_system(SYSTEM).names
    present = label[:, None] == np.arange(len(names))
    neutral = np.broadcast_to(label[:, None] < 0, present.shape)
    weights = np.zeros(present.shape, np.float32)
    for share, those in ((0.5, present), (0.25, neutral), (0.25, ~present & ~neutral)):
        weights += share * those / those.sum(axis=0)
    scores = np.zeros(present.shape, np.float32)
    for each in range(FOLDS):
        held = fold == each
        slopes, bias = fit_heads(states[~held], present[~held], SHRINKAGE, weights[~held])
        scores[held] = expit(states[held] @ slopes.T + bias)
    cuts = {
        value: youden_threshold(scores[label == j, j], scores[label < 0, j]) for j, value in enumerate(names)
    }
    return rounded(SYSTEM, *fit_heads(states, present, SHRINKAGE, weights), cuts)


def dilemma_questions(value: str, split: Split, *, both: bool = False) -> tuple[str, ...]:
    """The questions of a value's dilemmas, in one order of the options or in both."""
    return tuple(
        dilemma.question(expressing_first=first)
        for i, dilemma in enumerate(open_contrast(value).dilemmas_of(split))
        for first in ((True, False) if both else (i % 2 == 0,))
    )


def lines(scores: Sequence[GateScore]) -> Iterator[str]:
    """What was found, in words."""
    yield "per value, on test questions: hits, then false alarms; 95 % intervals (Wilson); AUC"
    for one in scores:
        told = [
            f"{name} {_share(other.alarms, other.n)} AUC {other.area:.3f}"
            for name, other in one.against.items()
        ]
        yield f"{one.value:<15} hits {_share(one.hits, one.n)}  {'  '.join(told)}"
    kinds = list(scores[0].against)
    mean = [f"{kind} AUC {np.mean([one.against[kind].area for one in scores]):.3f}" for kind in kinds]
    alarms = [f"{kind} {_share(*_sums(scores, kind))}" for kind in kinds]
    hits = _share(sum(one.hits for one in scores), sum(one.n for one in scores))
    yield f"all values: hits {hits}; false alarms {', '.join(alarms)}; means {', '.join(mean)}"


def _sums(scores: Sequence[GateScore], kind: str) -> tuple[int, int]:
    return sum(one.against[kind].alarms for one in scores), sum(one.against[kind].n for one in scores)


def _share(hits: int, n: int) -> str:
    low, high = wilson(hits, n)
    return f"{hits / n:.3f} [{low:.3f}, {high:.3f}] n = {n}"


def _chosen(rater: Rater) -> dict[str, float]:
    neutral = _scores(rater, neutral_questions("tune"))
    return {
        value: youden_threshold(
            _scores(rater, dilemma_questions(value, "tune", both=True))[:, j], neutral[:, j]
        )
        for j, value in enumerate(open_system(SYSTEM).names)
    }


def _scores(rater: Rater, texts: Sequence[str]) -> Floats:
    """[texts, values]; 0 where there is no rating."""
    names = open_system(SYSTEM).names
    return np.array(
        [
            [each.scores[value] for value in names] if isinstance(each, Rating) else [0.0] * len(names)
            for each in rater.rate(texts)
        ],
        np.float32,
    )


def _card(heads: Heads, dilemmas: int, neutral: int) -> str:
    return card_text(
        {
            "title": "Which value is at stake in a question to a model: logistic heads on sentence embeddings",
            "system": SYSTEM,
            "licence": "CC-BY-4.0",
            "source": ["minilm", "conva"],
            "encoder": WHEEL,
            "trained_on": "questions of contrast/*.toml, split tune, and of neutral/questions.toml, tune",
            "scores_are": "not calibrated: a value's questions count as much as all others together",
            "command": "axiometer study gate --train DIR",
            "n": [dilemmas, neutral],
            "n_is": "dilemma questions of all values, neutral questions",
            "shrinkage": SHRINKAGE,
        },
        {
            value: {"threshold": float(cut)}
            for value, cut in zip(open_system(SYSTEM).names, heads.thresholds, strict=True)
        },
    )
