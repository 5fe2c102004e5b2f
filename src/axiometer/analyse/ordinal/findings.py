"""What an ordinal fit found, as plain records: what a report shows and a study folder keeps.

Units: logits unless a name says points (of the response scale) or share.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Quantity:
    """One number of the posterior.

    Attributes:
        median: of the posterior.
        low: lower end of the 95 % highest-density interval.
        high: its upper end.
        direction: probability of direction, the share of the posterior on the median's side of zero.
        rope: share of the posterior inside the region of practical equivalence; None where there is none.
        rhat: rank-normalised split R-hat; None for an approximation.
        ess: effective sample size, the smaller of bulk and tail; None for an approximation.
    """

    median: float
    low: float
    high: float
    direction: float
    rope: float | None = None
    rhat: float | None = None
    ess: float | None = None


@dataclass(frozen=True)
class Bars:
    """How often each rating was given, and what the model expects of new answers, lowest rating first.

    `low` and `high` are the ends of the 95 % posterior predictive interval of each share.
    """

    observed: tuple[float, ...]
    predicted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class GroupFinding:
    """One subject under one condition.

    Attributes:
        subject: name.
        condition: name of what was done to it; empty: nothing.
        n: ratings behind it.
        runs: how many repeated administrations (or respondents).
        missing: answers that are no rating, by reason.
        values: value -> its importance, centred on the group's own mean in each draw; logits.
        higher: higher-order value -> the mean of its values' importances, centred likewise; logits.
        points: value -> expected rating, centred likewise; points of the scale.
        high_share: value -> probability of one of the two highest ratings.
        ranks: value -> probability of being 1st, 2nd, ... of all values.
        bars: observed and predicted shares of each rating.
    """

    subject: str
    condition: str
    n: int
    runs: int
    missing: dict[str, int]
    values: dict[str, Quantity]
    higher: dict[str, Quantity]
    points: dict[str, Quantity]
    high_share: dict[str, Quantity]
    ranks: dict[str, tuple[float, ...]]
    bars: Bars


@dataclass(frozen=True)
class Contrast:
    """A difference of centred importances between two groups, on a value or higher-order value.

    `a` and `b` are (subject, condition); the quantity is a minus b.
    """

    a: tuple[str, ...]
    b: tuple[str, ...]
    on: str
    higher: bool
    quantity: Quantity


@dataclass(frozen=True)
class Compared:
    """A model in a comparison by leave-one-out cross-validation; the best stands first with difference 0.

    Attributes:
        model: its terms in words.
        elpd: expected log predictive density of an answer left out, summed.
        se: standard error of `elpd`.
        difference: `elpd` less the best model's.
        difference_se: standard error of the difference.
        effective: effective number of parameters.
        worst_k: the largest Pareto k; above .7 the estimate cannot be trusted.
    """

    model: str
    elpd: float
    se: float
    difference: float
    difference_se: float
    effective: float
    worst_k: float


@dataclass(frozen=True)
class LeftOut:
    """The item whose absence moves a value most.

    Attributes:
        item: its id.
        change: the largest change of the value's centred importance in any group; logits.
    """

    item: str
    change: float


@dataclass(frozen=True)
class Findings:
    """Everything one fit found.

    Attributes:
        method: whether draws came from the sampler, or from the fast approximation (marked wherever it is shown).
        system: the value system of `values`.
        labels: response labels, lowest first.
        values: in the order of the system.
        groups: one for each subject and condition.
        contrasts: between groups.
        scales: name -> quantity, always positive: standard deviations of item and run effects, logits per rating step.
        stability: value -> the item whose absence moves its centred importance most.
        comparison: models by leave-one-out, best first; empty where not asked for.
        diagnostics: worst_rhat, least_ess, divergences, draws, chains, efficiency (of the approximation's nodes), answers,
            seconds: as far as they apply.
        excluded: rows that were left out, by reason.
        rope: half-width of the region of practical equivalence.
    """

    method: Literal["sampled", "approximated"]
    system: str
    labels: tuple[str, ...]
    values: tuple[str, ...]
    groups: tuple[GroupFinding, ...]
    contrasts: tuple[Contrast, ...]
    scales: dict[str, Quantity]
    stability: dict[str, LeftOut]
    comparison: tuple[Compared, ...]
    diagnostics: dict[str, float]
    excluded: dict[str, int]
    rope: float
