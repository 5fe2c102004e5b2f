"""Profiles from items that bear on several values: the score, intervals over items and conditions, the signal verdict.

Item noise cannot be pooled within values here, because values share items; so items and conditions are drawn anew together
in a bootstrap, widened for few items, and the verdict comes from dealing the items' tags to other items. Our own
proposals; the score itself is the paper's.

Source: valueportrait, efron1993
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from axiometer.analyse.checks import checks
from axiometer.analyse.intervals import complete
from axiometer.analyse.profile import BOOTSTRAP_DRAWS, P_SIGNAL, PERMUTATIONS, SILENT, SPEAKS
from axiometer.analyse.variance import Array
from axiometer.canon import draws
from axiometer.measure import Response, Scores
from axiometer.measure.score import additive
from axiometer.values import Estimate, Profile, Signal

Member = npt.NDArray[np.bool_]


def tagged_profile(
    scores: Scores,
    tags: Mapping[str, Mapping[str, float]],
    responses: Sequence[Response],
    *,
    subject: str,
    instrument: str,
    system: str,
    form: str,
    unit: str,
    key: str,
    seed: int = 0,
) -> Profile:
    """The profile of one subject on a bank: positive tags count, each item once for the centre.

    Args:
        scores: the table of ratings.
        tags: item -> value -> correlation.
        responses: what the table was made of, for the checks.
        subject: name, as the user wrote it.
        instrument: name.
        system: the value system of `scores.values`.
        form: name of the form of asking.
        unit: the unit of its ratings.
        key: the content key of what was asked of whom.
        seed: of bootstrap and permutations.
    """
    item, effect = additive(scores.ratings, scores.present)
    answered, used = ~np.isnan(item), scores.present.any(axis=0)
    table = complete(
        scores.ratings[answered][:, used], scores.present[answered][:, used], item[answered], effect[used]
    )
    member = np.array(
        [[tags.get(name, {}).get(value, 0.0) > 0 for value in scores.values] for name in scores.items]
    ).reshape(len(scores.items), len(scores.values))
    own = member[answered]
    counted = own.any(axis=1)
    table, own = table[counted], own[counted]
    means, centre = (
        tagged_scores(table.mean(axis=1), own) if len(table) else (np.full(own.shape[1], np.nan), np.nan)
    )
    spread = half_widths(table, own, seed)
    found = {}
    for v, name in enumerate(scores.values):
        mean = None if np.isnan(means[v]) else float(means[v])
        low = None if mean is None or np.isnan(spread[v]) else mean - float(spread[v])
        high = None if mean is None or low is None else mean + float(spread[v])
        found[name] = Estimate(mean, low, high, int(scores.n[member[:, v]].sum()), int(own[:, v].sum()))
    return Profile(
        subject=subject,
        instrument=instrument,
        system=system,
        form=form,
        unit=unit,
        values=found,
        missing=scores.missing,
        signal=tagged_signal(table, own, seed),
        centre=None if np.isnan(centre) else float(centre),
        checks=checks(scores, responses, table),
        key=key,
    )


def tagged_scores(item: Array, member: Member, weight: Array | None = None) -> tuple[Array, float]:
    """Each value's mean less the mean of all items that carry any tag, and that mean; nan for a value without items.

    Shapes: item (items,), member (items, values), weight (items,) how often an item counts.
    """
    weight = np.ones(len(item)) if weight is None else weight
    centre = float(weight @ item / weight.sum())
    number = weight @ member
    means = np.divide(
        (weight * item) @ member, number, out=np.full(member.shape[1], np.nan), where=number > 0
    )
    return means - centre, centre


def half_widths(table: Array, member: Member, seed: int = 0) -> Array:
    """Half the 95 % interval of each value's score; nan for a value with fewer than two items.

    Shapes: table (items, conditions), complete; member (items, values) -> (values,).
    """
    items, count = len(table), member.sum(axis=0)
    if items < 2:
        return np.full(member.shape[1], np.nan)
    rng = draws(seed, "tagged bootstrap")
    drawn = _bootstrap(table, member, rng)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.nanstd(drawn, axis=0, ddof=1) * np.sqrt(count / (count - 1))
        wide = np.where(count > 1, t.ppf(0.975, np.maximum(count - 1, 1)), np.nan)
    return np.asarray(spread * np.where(count > 1, wide, np.nan))


def tagged_signal(table: Array, member: Member, seed: int = 0) -> Signal:
    """Whether values differ by more than they would if the items' tags had been dealt to other items."""
    count = member.sum(axis=0)
    kept = member[:, count > 1]
    if kept.shape[1] < 2 or len(table) < 4:
        return Signal(
            "none", 0.0, 0.0, 0.0, 1.0, "too few rated items: two values with two items each are the least"
        )
    item = table.mean(axis=1)
    if item.std() < 1e-9:
        return Signal("none", 0.0, 0.0, 0.0, 1.0, "every item got the same answer once orders were averaged")
    rng = draws(seed, "tagged permutations")
    found = float(tagged_scores(item, kept)[0].var())
    null = np.array(
        [tagged_scores(item[rng.permutation(len(item))], kept)[0].var() for _ in range(PERMUTATIONS)]
    )
    p = float((1 + np.sum(null >= found * (1 - 1e-12))) / (1 + PERMUTATIONS))
    noise = float(null.mean())
    # a bootstrap adds item noise once more to what it draws
    again = np.maximum(np.nanvar(_bootstrap(table, kept, rng), axis=1) - noise, 1e-12)
    ratio, (low, high) = (
        max(0.0, 1 - noise / found),
        np.quantile(np.clip(1 - noise / again, 0, 1), [0.025, 0.975]),
    )
    if p <= P_SIGNAL and low > 0:
        return Signal("signal", ratio, float(low), float(high), p, SPEAKS)
    return Signal("none", ratio, float(low), float(high), p, SILENT)


def _bootstrap(table: Array, member: Member, rng: np.random.Generator) -> Array:
    """Scores with items and conditions drawn anew; (draws, values)."""
    items, conditions = table.shape
    of_items = rng.multinomial(items, np.full(items, 1 / items), size=BOOTSTRAP_DRAWS).astype(float)
    of_conditions = rng.multinomial(conditions, np.full(conditions, 1 / conditions), size=BOOTSTRAP_DRAWS)
    item = (of_conditions / conditions) @ table.T
    number = of_items @ member
    sums = (of_items * item) @ member
    means = np.divide(sums, number, out=np.full(sums.shape, np.nan), where=number > 0)
    return np.asarray(means - ((of_items * item).sum(axis=1) / items)[:, None])
