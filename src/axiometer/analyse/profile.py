"""From scores to a profile: estimates with intervals, the signal verdict, the checks. Labels are put on here."""

from collections.abc import Sequence

import numpy as np

from axiometer.analyse.checks import checks
from axiometer.analyse.intervals import bootstrap, complete
from axiometer.analyse.variance import Array, Index, mean_squares, permuted_quasi_f, ratio_interval
from axiometer.canon import draws
from axiometer.measure import Response, Scores
from axiometer.measure.score import additive, centred
from axiometer.values import Estimate, Profile, Signal

BOOTSTRAP_DRAWS = 4000
PERMUTATIONS = 4000
P_SIGNAL = 0.005
SPEAKS = "values differ by more than their items, wordings and orders do"
SILENT = "differences between values cannot be told from item, wording and order noise"
METHOD = {"bootstrap_draws": BOOTSTRAP_DRAWS, "permutations": PERMUTATIONS, "p_signal": P_SIGNAL}


def profile_of(
    scores: Scores,
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
    """The profile of one subject in one form of asking.

    Args:
        scores: the table of ratings.
        responses: what the table was made of, for the checks.
        subject: name, as the user wrote it.
        instrument: name.
        system: the value system of `scores.values`.
        form: name of the form of asking.
        unit: the unit of its ratings.
        key: the content key of what was asked of whom.
        seed: of the bootstrap and the permuted keys.
    """
    item, effect = additive(scores.ratings, scores.present)
    answered = ~np.isnan(item)
    used = scores.present.any(axis=0)
    table = complete(
        scores.ratings[answered][:, used], scores.present[answered][:, used], item[answered], effect[used]
    )
    means, centre = centred(item, scores.key, len(scores.values))
    return Profile(
        subject=subject,
        instrument=instrument,
        system=system,
        form=form,
        unit=unit,
        values=_estimates(scores, means, table, scores.key[answered], seed),
        missing=scores.missing,
        signal=signal(table, scores.key[answered], seed),
        centre=None if np.isnan(centre) else centre,
        checks=checks(scores, responses, table),
        key=key,
    )


def signal(table: Array, key: Index, seed: int = 0) -> Signal:
    """Whether values differ by more than items, wordings and orders do; our own proposal.

    A signal needs a permuted-key p of at most `P_SIGNAL` and a ratio whose 95 % interval stays above 0.

    Shapes: table (items, conditions), complete; key (items,), -1 for items outside the system.
    """
    scored = key >= 0
    kept, dense = np.unique(key[scored], return_inverse=True)
    ratings, dense = table[scored], dense.astype(np.int64)
    if len(kept) < 2 or len(dense) <= len(kept):
        return Signal(
            "none", 0.0, 0.0, 0.0, 1.0, "too few rated items: two values with two items each are the least"
        )
    if ratings.mean(axis=1).std() < 1e-9:
        return Signal("none", 0.0, 0.0, 0.0, 1.0, "every item got the same answer once orders were averaged")
    squares = mean_squares(ratings, dense)
    ratio, low, high = ratio_interval(squares)
    null = permuted_quasi_f(ratings, dense, PERMUTATIONS, draws(seed, "permuted keys"))
    p = float((1 + np.sum(null >= squares.quasi_f * (1 - 1e-12))) / (1 + PERMUTATIONS))
    if p <= P_SIGNAL and low > 0.0:
        return Signal("signal", ratio, low, high, p, SPEAKS)
    return Signal("none", ratio, low, high, p, SILENT)


def _estimates(scores: Scores, means: Array, table: Array, key: Index, seed: int) -> dict[str, Estimate]:
    bounds = _bounds(table, key, seed)
    rated, found = scores.present.any(axis=1), {}
    for v, name in enumerate(scores.values):
        own = scores.key == v
        low, high = bounds.get(v, (None, None))
        mean = None if np.isnan(means[v]) else float(means[v])
        found[name] = Estimate(
            mean,
            None if mean is None or low is None else mean + low,
            None if mean is None or high is None else mean + high,
            int(scores.n[own].sum()),
            int((own & rated).sum()),
        )
    return found


def _bounds(table: Array, key: Index, seed: int) -> dict[int, tuple[float, float]]:
    """For each value, the 2.5 and 97.5 % points of the error of its centred mean."""
    present = np.unique(key[key >= 0])
    if not len(present):
        return {}
    dense = np.where(key >= 0, np.searchsorted(present, key), -1).astype(np.int64)
    errors = bootstrap(table, dense, BOOTSTRAP_DRAWS, draws(seed, "bootstrap"))
    if errors is None:
        return {}
    low, high = np.quantile(errors, [0.025, 0.975], axis=0)
    return {int(v): (float(low[i]), float(high[i])) for i, v in enumerate(present)}
