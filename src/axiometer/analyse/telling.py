"""Which of two is which, told from features over groups that were not learned from; intervals over groups. Pure."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from axiometer.analyse import detection
from axiometer.canon import draws

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
_RESAMPLES = 2000
_FOLDS = 10


def over_groups(above: Floats, below: Floats, group: Index, seed: int = 0) -> tuple[float, float, float]:
    """The ratio of two sums, and its 95 % interval when whole groups are drawn anew; a mean where `below` is one.

    Shapes: all [rows]
    """
    many = int(group.max()) + 1
    sums = np.stack([np.bincount(group, weights, minlength=many) for weights in (above, below)])
    drawn = draws(seed, "groups", many).integers(many, size=(_RESAMPLES, many))
    tops, bottoms = sums[0][drawn].sum(axis=1), sums[1][drawn].sum(axis=1)
    found = tops[bottoms != 0] / bottoms[bottoms != 0]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(above.sum() / below.sum()), float(low), float(high)


def fitted(rows: Floats, strength: float = 1.0) -> Floats:
    """The weights under which rows come out positive, logistic and held small; no intercept.

    With rows that are differences within pairs this is conditional logistic regression: whatever both sides of a pair
    share cancels.

    Shapes: rows [n, width] -> [width]
    """
    scale = float(np.sqrt((rows**2).sum(axis=1).mean())) or 1.0
    scaled = rows / scale

    def cost(weights: Floats) -> tuple[float, Floats]:
        logit = scaled @ weights
        slope = scaled.T @ -expit(-logit) * strength + weights
        return float(strength * np.logaddexp(0.0, -logit).sum() + weights @ weights / 2.0), slope

    return np.asarray(minimize(cost, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / scale)


def told_apart(differences: Floats, group: Index, seed: int = 0) -> Floats:
    """For each pair, whether its sides are told apart by weights that never saw its group: 1 yes, 0 no, .5 a tie.

    Shapes: differences [pairs, width], group [pairs] -> [pairs]
    """
    logit = np.zeros(len(group))
    for held in _folds(group, np.zeros(len(group)), seed):
        logit[held] = differences[held] @ fitted(differences[~held])
    logit[np.abs(logit) < 1e-9] = 0.0
    return (np.sign(logit) + 1.0) / 2.0


def ranked_apart(features: Floats, label: npt.NDArray[np.bool_], group: Index, seed: int = 0) -> Floats:
    """How strongly each row speaks for its label being true, said by weights that never saw its group.

    Shapes: features [rows, width], label and group [rows]; all rows of a group have one label -> [rows]
    """
    score = np.zeros(len(group))
    for held in _folds(group, label.astype(np.float64), seed):
        yes, no = features[~held & label], features[~held & ~label]
        if len(yes) and len(no):
            middle = (yes.mean(axis=0) + no.mean(axis=0)) / 2.0
            # each side weighs the same, however many rows it has
            balanced = np.concatenate([(yes - middle) / np.sqrt(len(yes)), (middle - no) / np.sqrt(len(no))])
            found = features[held] @ fitted(balanced, strength=len(balanced))
            # every fold has its share of both labels; what is held out would else pull the middle of the rest away
            score[held] = found - found.mean()
    return score


def area(
    score: Floats, label: npt.NDArray[np.bool_], group: Index, seed: int = 0
) -> tuple[float, float, float]:
    """How often a row of the label outranks one without (the area under the curve), 95 % interval over groups.

    Shapes: all [rows]
    """
    many = int(group.max()) + 1
    members = [np.flatnonzero(group == g) for g in range(many)]
    sides = np.array([label[rows[0]] for rows in members])
    rng, found = draws(seed, "area", many), []
    yes, no = np.flatnonzero(sides), np.flatnonzero(~sides)
    for _ in range(_RESAMPLES // 4):
        drawn = np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))])
        rows = np.concatenate([members[g] for g in drawn])
        found.append(detection.area(score[rows][label[rows]], score[rows][~label[rows]]))
    low, high = np.quantile(found, [0.025, 0.975])
    return detection.area(score[label], score[~label]), float(low), float(high)


def _folds(group: Index, label: Floats, seed: int) -> list[npt.NDArray[np.bool_]]:
    """Rows held out in turn: whole groups, each fold with its share of either label."""
    many = int(group.max()) + 1
    order = draws(seed, "folds", many).permutation(many)
    kind = np.array([label[group == g][0] for g in range(many)])
    order = order[np.argsort(kind[order], kind="stable")]
    fold = np.empty(many, dtype=np.intp)
    fold[order] = np.arange(many) % min(_FOLDS, many)
    return [fold[group] == f for f in range(min(_FOLDS, many))]
