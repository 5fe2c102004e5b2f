"""The published numbers of Value Portrait, computed again from its public release.

Source: valueportrait
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.portrait import Structure, correlations, structure
from axiometer.analyse.reliability import cronbach_alpha
from axiometer.analyse.tagged import tagged_scores
from axiometer.canon import draws
from axiometer.instruments.released import Release
from axiometer.studies.portrait import RING

Array = npt.NDArray[np.float64]
EQUAL = 1e-9
THRESHOLD, ALPHA = 0.3, 0.05


@dataclass(frozen=True)
class Agreement:
    """Recomputed against released correlations of one questionnaire.

    Attributes:
        equal: items whose correlations all agree to 1e-9.
        others: items that do not.
        largest: the largest difference.
        tags: dimension -> (positive, negative) tags, by the released correlations.
        recomputed: how many tags the recomputed correlations give.
    """

    questionnaire: str
    items: int
    equal: int
    others: tuple[str, ...]
    largest: float
    tags: dict[str, tuple[int, ...]]
    recomputed: int


@dataclass(frozen=True)
class ModelScores:
    """One model's released scores against recomputed ones.

    `without` names items that, left out, make the scores agree where they do not.
    """

    model: str
    difference: float
    without: tuple[str, ...]


@dataclass(frozen=True)
class ReleaseCheck:
    """Everything that could be checked.

    Attributes:
        forms: the forms (groups of raters) of the items whose correlations differ.
        in_two_forms: respondents whose id stands in two forms, with the forms.
        alpha: value -> alpha over models, items as columns.
    """

    agreements: tuple[Agreement, ...]
    forms: tuple[int, ...]
    in_two_forms: dict[str, tuple[int, ...]]
    models: tuple[ModelScores, ...]
    alpha: dict[str, float]
    structure: Structure

    @property
    def exact(self) -> int:
        """Models whose scores agree to 1e-9."""
        return sum(m.difference <= EQUAL for m in self.models)


def check(release: Release) -> ReleaseCheck:
    """Recomputes correlations, tags, scores, alphas and circle distances."""
    agreements, differing = [], np.zeros(len(release.portraits), dtype=bool)
    for name, scale in release.scales.items():
        rho, p, _ = correlations(release.ratings, scale.scores)
        apart = np.abs(rho - scale.rho)
        off = ~(apart <= EQUAL).all(axis=1)
        differing |= off
        signed = _signed(scale.rho, scale.p)
        agreements.append(
            Agreement(
                name,
                off.size,
                int((~off).sum()),
                tuple(release.portraits[k].id for k in np.flatnonzero(off)),
                float(apart.max()),
                {
                    d: (int((signed[:, j] > 0).sum()), int((signed[:, j] < 0).sum()))
                    for j, d in enumerate(scale.dimensions)
                },
                int((_signed(rho, p) != 0).sum()),
            )
        )
    pvq = release.scales["pvq"]
    signed = _signed(pvq.rho, pvq.p)
    place = [RING.index(d.replace("_", "-").lower()) for d in pvq.dimensions]
    mean = _mean(release.answers)
    member = signed > 0
    return ReleaseCheck(
        tuple(agreements),
        tuple(sorted({release.form[k] for k in np.flatnonzero(differing)})),
        _in_two_forms(release),
        tuple(_compared(release, name, mean[i], member) for i, name in enumerate(release.models)),
        {d: float(cronbach_alpha(mean[:, member[:, j]])) for j, d in enumerate(pvq.dimensions)}
        if len(mean)
        else {},
        structure(signed, np.array(place), draws(0, "structure")),
    )


def _signed(rho: Array, p: Array) -> npt.NDArray[np.int8]:
    return np.where((np.abs(rho) > THRESHOLD) & (p < ALPHA), np.sign(rho), 0).astype(np.int8)


def _mean(answers: Array) -> Array:
    """(models, items) over the versions that could be read."""
    seen = ~np.isnan(answers)
    return np.asarray(np.where(seen, answers, 0.0).sum(axis=2) / np.maximum(seen.sum(axis=2), 1))


def _compared(release: Release, model: str, item: Array, member: npt.NDArray[np.bool_]) -> ModelScores:
    dimensions = release.scales["pvq"].dimensions
    # ":" of a model's name is "_" in file names
    released = {name.replace(":", "_"): s for name, s in release.model_scores.items()}[
        model.replace(":", "_")
    ]
    target = np.array([released[d] for d in dimensions])

    def distance(kept: npt.NDArray[np.bool_]) -> float:
        counted = kept.any(axis=1)
        return float(np.abs(tagged_scores(item[counted], kept[counted])[0] - target).max())

    difference, without = distance(member), list[str]()
    if difference > EQUAL:
        for k in np.flatnonzero(member.any(axis=1)):
            fewer = member.copy()
            fewer[k] = False
            if distance(fewer) <= EQUAL:
                without.append(release.portraits[k].id)
    return ModelScores(model, difference, tuple(without))


def _in_two_forms(release: Release) -> dict[str, tuple[int, ...]]:
    form, found = np.array(release.form), dict[str, tuple[int, ...]]()
    for rater, row in zip(release.raters, release.ratings, strict=True):
        own = tuple(sorted(set(form[~np.isnan(row)].tolist())))
        if len(own) > 1:
            found[rater] = own
    return found
