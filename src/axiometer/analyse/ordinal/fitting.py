"""Fitting a table: the posterior of its parameters, by the sampler or the fast approximation, or a refusal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal, TypeAlias

import numpy as np

from axiometer.analyse.ordinal.approximate import Approximation, approximate, bayesian, draw
from axiometer.analyse.ordinal.density import Priors, layout
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.ordinal.laplace import conditional
from axiometer.analyse.ordinal.quantities import Quantities, importances, quantities
from axiometer.analyse.ordinal.summary import ESS_LIMIT, RHAT_LIMIT, ess, rhat
from axiometer.analyse.ordinal.table import LEVELS, Table, design_of
from axiometer.analyse.variance import Array
from axiometer.canon import draws as keyed
from axiometer.errors import NotConverged

Method: TypeAlias = Literal["sampled", "approximated"]
METHODS: tuple[Method, ...] = ("sampled", "approximated")
APPROXIMATE_DRAWS = 4000
LEAST_EFFICIENCY = 0.02


@dataclass(frozen=True)
class Fit:
    """The posterior of one model.

    Shapes: `theta` (chains, draws, size); one chain for an approximation.
    """

    method: Method
    design: Design
    near: Approximation
    theta: Array
    diagnostics: dict[str, float]

    @property
    def flat(self) -> Array:
        """All draws in one row; (draws, size)."""
        return self.theta.reshape(-1, self.theta.shape[-1])


def fit(
    table: Table,
    method: Method = "sampled",
    *,
    level: str = LEVELS[-1],
    runs: bool = False,
    discrimination: bool = False,
    priors: Priors | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Fit:
    """The posterior of a table's model.

    Raises:
        NotConverged: the chains disagree, or the approximation does not fit; nothing is reported then.
        Incapable: the sampler is not installed.
    """
    begun, priors = perf_counter(), priors or Priors()
    of = design_of(table, level, runs=runs, discrimination=discrimination)
    near = approximate(of, keyed(seed, "approximation"), priors)
    found = {"efficiency": near.efficiency, "answers": float(len(table.rating))}
    if method == "approximated":
        if near.efficiency < LEAST_EFFICIENCY:
            raise NotConverged(
                f"the fast approximation does not fit these answers ({near.efficiency:.1%} of its nodes count, "
                f"{LEAST_EFFICIENCY:.0%} are needed), as happens when nearly every item always gets one answer; use "
                "--method sampled."
            )
        theta = draw(of, near, keyed(seed, "draws"), APPROXIMATE_DRAWS)[None]
        return Fit(method, of, near, theta, {**found, "seconds": perf_counter() - begun})
    from axiometer.analyse.ordinal.sampler import sample

    agreed: dict[str, float] = {}

    def enough(theta: Array) -> bool:
        agreed.update(_agreement(table, of, theta))
        return agreed["worst_rhat"] <= RHAT_LIMIT and agreed["least_ess"] >= ESS_LIMIT

    drawn = sample(of, near, priors, seed=seed, enough=enough, progress=progress)
    chains, length, _ = drawn.theta.shape
    found |= agreed | {
        "divergences": float(drawn.divergences),
        "chains": float(chains),
        "draws": float(length),
    }
    if agreed["worst_rhat"] > RHAT_LIMIT or agreed["least_ess"] < ESS_LIMIT:
        raise NotConverged(
            f"after {chains} chains of {length} draws the sampler has not converged (R-hat {agreed['worst_rhat']:.3f}, at "
            f"most {RHAT_LIMIT} is needed; effective sample size {agreed['least_ess']:.0f}, at least {ESS_LIMIT:.0f}), so "
            "nothing is reported; ask more items or runs, or leave out subjects whose answers never vary."
        )
    return Fit(method, of, near, drawn.theta, {**found, "seconds": perf_counter() - begun})


def left_out(table: Table, made: Fit) -> Array:
    """The importances (groups, values; logits) at the modal hyperparameters with each item left out in turn.

    Why at fixed hyperparameters: refitting for every item would take a hundred times as long, and what an item says of
    the hyperparameters is little.

    Shapes: -> (items + 1, groups, values); the last row leaves nothing out.
    """
    of, items = made.design, len(table.items)
    link, mode = bayesian(of, Priors()), made.near.mode
    found = []
    for k in range(items + 1):
        keep = (of.cell % items) != k
        fewer = replace(of, up=of.up * keep, down=of.down * keep)
        node = conditional(fewer, link, mode.hyper, mode)
        theta = np.concatenate([node.hyper, node.effects, node.runs])[None]
        found.append(importances(theta, of, table.value, table.groups)[0])
    return np.stack(found)


def quantities_of(table: Table, made: Fit) -> Quantities:
    """The reported quantities of every draw, chains one after another."""
    return quantities(made.flat, made.design, table.value, table.groups)


def _agreement(table: Table, of: Design, theta: Array) -> dict[str, float]:
    """The worst R-hat and the least effective sample size over what is reported."""
    at, (chains, length, _) = layout(of), theta.shape
    found = importances(theta.reshape(-1, at.size), of, table.value, table.groups)
    watched = np.concatenate([found.reshape(chains, length, -1), theta[:, :, : at.hyper]], axis=2)
    columns = range(watched.shape[2])
    return {
        "worst_rhat": max(rhat(watched[:, :, i]) for i in columns),
        "least_ess": min(ess(watched[:, :, i]) for i in columns),
    }
