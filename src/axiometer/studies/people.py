"""People's answers to a value questionnaire: scored, cleaned, and held against the theory and against other people.

Source: schwartz1992, schwartz2021
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from axiometer.analyse import circle as mathematics
from axiometer.analyse import reliability
from axiometer.analyse.agreement import agreement
from axiometer.canon import draws, key
from axiometer.errors import BadInput
from axiometer.instruments.importing import ScoringKey, open_key
from axiometer.report.cite import sources
from axiometer.report.people import (
    CircleFinding,
    NormAgreement,
    PeopleStudy,
    PeopleValue,
    Place,
    Range,
)
from axiometer.studies.administer import recorded
from axiometer.subjects.people import Cleaning, People, read_people
from axiometer.values import ValueSystem, open_system
from axiometer.values.norms import norm_names, open_norm

Array = npt.NDArray[np.float64]
FEW = 10
NULL_DRAWS = 100


def people_study(
    path: Path, key_name: str, *, columns: tuple[str, ...] = (), reverse: bool = False, seed: int = 0
) -> PeopleStudy:
    """Reads, cleans, scores and tests.

    Args:
        path: CSV of answers.
        key_name: the scoring key.
        columns: see `read_people`.
        reverse: whether the file's lowest rating means most like the person.
        seed: of bootstraps and permutations.

    Raises:
        BadInput: data that cannot be used; with the place and the remedy.
    """
    scoring = open_key(key_name)
    system = open_system(scoring.system)
    scale = (scoring.low, scoring.low + len(scoring.labels) - 1)
    people = read_people(
        path,
        [str(n) for n in range(1, scoring.n_items + 1)],
        scale,
        Cleaning(scoring.max_missing, scoring.max_identical),
        columns=columns,
        reverse=reverse,
    )
    if not people.respondents:
        told = ", ".join(f"{reason}: {n}" for reason, n in people.excluded.items())
        raise BadInput(f"nobody in {path} can be used ({told}).")
    raw, centred = scores(people, scoring, system)
    found, why = _circle(raw, system, seed)
    spec = {
        "study": "people",
        "key": scoring.name,
        "answers": key([list(people.respondents), np.nan_to_num(people.ratings, nan=-9.0).tolist()]),
        "seed": seed,
    }
    means = np.nanmean(centred, axis=0) if len(centred) else np.zeros(len(system.names))
    return PeopleStudy(
        **recorded(
            spec,
            {"name": scoring.name, "title": scoring.title, "items": scoring.n_items},
            system.name,
            [*system.source, *scoring.source, *sources(reliability, mathematics)],
        ),
        people=len(people.respondents),
        blank=people.blank,
        off_scale=people.off_scale,
        excluded=people.excluded,
        values=tuple(_values(people, scoring, system, centred, seed)),
        circle=found,
        why=why,
        norms=tuple(_norms(means, system, seed)),
        warnings=tuple(_warnings(means, system, reverse)),
    )


def scores(people: People, scoring: ScoringKey, system: ValueSystem) -> tuple[Array, Array]:
    """Each person's mean for every value, raw and less the mean of all the person's ratings; nan where none is there.

    Shapes: -> (people, values), (people, values).
    """
    with np.errstate(invalid="ignore"):
        raw = np.stack([_mean(people.ratings[:, _items(scoring, value)]) for value in system.names], axis=1)
    return raw, raw - _mean(people.ratings)[:, None]


def _items(scoring: ScoringKey, value: str) -> list[int]:
    return [number - 1 for number, own in scoring.items.items() if own == value]


def _mean(table: Array) -> Array:
    seen = ~np.isnan(table)
    sums, count = np.where(seen, table, 0.0).sum(axis=1), seen.sum(axis=1)
    return np.asarray(np.divide(sums, count, out=np.full(len(table), np.nan), where=count > 0))


def _values(
    people: People, scoring: ScoringKey, system: ValueSystem, centred: Array, seed: int
) -> list[PeopleValue]:
    found = []
    for v, name in enumerate(system.names):
        own = centred[:, v][~np.isnan(centred[:, v])]
        n, mean = len(own), float(own.mean()) if len(own) else float("nan")
        deviation = float(own.std(ddof=1)) if n > 1 else float("nan")
        half = float(t.ppf(0.975, n - 1)) * deviation / np.sqrt(n) if n > 1 else float("nan")
        table = people.ratings[:, _items(scoring, name)]
        table = table[~np.isnan(table).any(axis=1)]
        enough = len(table) >= FEW
        alpha = reliability.alpha(table) if enough else None
        omega = reliability.bootstrapped(table, draws(seed, "omega", name)) if enough else None
        found.append(
            PeopleValue(
                name,
                Range(_known(mean), _known(mean - half), _known(mean + half), n),
                deviation if np.isfinite(deviation) else 0.0,
                len(_items(scoring, name)),
                _range(alpha, len(table)),
                _range(omega, len(table)),
                _known(reliability.mean_inter_item(table)) if enough else None,
            )
        )
    return found


def _range(found: reliability.Coefficient | None, n: int) -> Range:
    if found is None:
        return Range(None, None, None, n)
    return Range(_known(found.value), _known(found.low), _known(found.high), found.n)


def _known(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None


def _circle(raw: Array, system: ValueSystem, seed: int) -> tuple[CircleFinding | None, str]:
    """The circle from raw scores: centring each person would build correlations in."""
    whole = raw[~np.isnan(raw).any(axis=1)]
    if not system.circle:
        return None, f"{system.title} has no circle."
    if len(whole) < FEW:
        return (
            None,
            f"{len(whole)} people with every value are too few for correlations; at least {FEW} are needed.",
        )
    if (whole.std(axis=0) < 1e-12).any():
        return None, "a value on which everybody agrees has no correlations."
    r = np.asarray(np.corrcoef(whole.T))
    angles = np.radians([value.angle or 0.0 for value in system.values])
    theory = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    wedges = np.unique(np.round(angles, 9), return_inverse=True)[1].astype(np.int64)
    ring = mathematics.ring_distances(wedges, int(wedges.max()) + 1)
    apart, rng = mathematics.dissimilarities(r), draws(seed, "circle")
    scaling = mathematics.scale(apart, theory, rng)
    placed, congruence = mathematics.fitted_to(scaling.points, theory)
    null = mathematics.stress_null(apart, theory, rng, NULL_DRAWS)
    along, along_p = mathematics.distance_correlation(r, ring, rng)
    index, count, index_p = mathematics.order_test(r, ring, rng)
    order = mathematics.order_of(placed)
    return (
        CircleFinding(
            tuple(
                Place(name, *map(float, at), *map(float, by))
                for name, at, by in zip(system.names, placed, theory, strict=True)
            ),
            tuple(system.names[i] for i in order),
            mathematics.circular_agreement(placed, wedges),
            scaling.stress,
            float((1 + (null <= scaling.stress).sum()) / (1 + len(null))),
            congruence,
            along,
            along_p,
            mathematics.cosine_fit(r, angles)[2],
            mathematics.free_angles(r, angles)[1],
            index,
            count,
            index_p,
            len(whole),
        ),
        "",
    )


def _norms(means: Array, system: ValueSystem, seed: int) -> list[NormAgreement]:
    found = []
    for name in norm_names():
        norm = open_norm(name)
        if norm.system == system.name and np.isfinite(means).all():
            target = np.array([norm.means[v] for v in system.names])
            a = agreement(means, target, draws(seed, "agreement", name))
            found.append(NormAgreement(norm.title, a.spearman, a.p, a.kendall, a.distance, a.n))
    return found


def _warnings(means: Array, system: ValueSystem, reverse: bool) -> list[str]:
    """Nearly everywhere people put benevolence above power; a file the other way round is probably coded in reverse."""
    if not {"benevolence", "power"} <= set(system.names):
        return []
    gap = means[system.names.index("benevolence")] - means[system.names.index("power")]
    if gap >= 0:
        return []
    return [
        "Power stands above benevolence, which is so hardly anywhere: the highest rating must mean most like the person; "
        + ("try without --reverse." if reverse else "if the lowest does in this file, give --reverse.")
    ]
