"""Cumulative logit regression by maximum likelihood, random effects integrated out by Laplace's method.

The same as `clm` and `clmm` of R's ordinal package: P(y <= j) = logistic(threshold_j - fixed - random), flat in everything
but the random effects. For comparison and for data with no lack of answers; separated data have no maximum.

Source: mccullagh1980, tierney1986
"""

from dataclasses import dataclass

import numpy as np

from axiometer.analyse.ordinal.approximate import climb, hessian
from axiometer.analyse.ordinal.density import Shape
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.ordinal.laplace import Hyper, gradient
from axiometer.analyse.variance import Array
from axiometer.errors import NotConverged


@dataclass(frozen=True)
class CumulativeLogit:
    """A fit by maximum likelihood.

    Shapes: thresholds (categories - 1,), coefficients (fixed,), errors (fixed,) standard errors of the coefficients;
    deviations (terms,) of the random effects, and of runs last if there are any.
    """

    thresholds: Array
    coefficients: Array
    errors: Array
    deviations: Array
    log_likelihood: float


def maximise(of: Design, fixed: Array) -> CumulativeLogit:
    """The maximum-likelihood fit.

    Args:
        of: answers and random effects: every column of the design is one, and so are its runs.
        fixed: (cells, p) covariates, without a constant: the thresholds carry it.

    Raises:
        NotConverged: no maximum was found: the answers are separated, or a covariate says what another says.
    """
    levels, covariates = of.categories - 1, fixed.shape[1]
    terms, runs = len(of.names), int(of.runs > 0)
    ends = np.cumsum([levels, covariates, terms, runs])

    def shape(hyper: Array) -> Shape:
        thresholds = hyper[0] + np.concatenate([[0.0], np.cumsum(np.exp(hyper[1:levels]))])
        run = float(np.exp(hyper[ends[2]])) if runs else 0.0
        return Shape(1.0, thresholds, np.exp(hyper[ends[1] : ends[2]]), run, np.ones(1))

    link = Hyper(shape, lambda hyper: fixed @ hyper[levels : ends[1]], lambda hyper: 0.0)
    share = np.cumsum(of.middle.sum(axis=0))[:-1] / of.middle.sum()
    if not (np.diff(share, prepend=0.0, append=1.0) > 0).all():
        raise NotConverged("a rating that nobody gave has no finite threshold; merge it with its neighbour.")
    logit = np.log(share / (1 - share))
    start = np.concatenate([logit[:1], np.log(np.diff(logit)), np.zeros(covariates), np.zeros(terms + runs)])
    top = climb(of, link, start)
    slope = np.abs(gradient(of, link, top)).max()
    spread = -hessian(of, link, top, 1e-3)
    if slope > 1e-2 or np.linalg.eigvalsh(spread)[0] < 1e-6 or np.abs(top.hyper).max() > 30:
        raise NotConverged(
            "the likelihood has no clear maximum (answers that a covariate separates, or covariates that say the same); "
            "use the Bayesian model."
        )
    found = shape(top.hyper)
    deviations = np.append(found.deviation, [found.run_deviation] * runs)
    errors = np.sqrt(np.diag(np.linalg.inv(spread)))[levels : ends[1]]
    return CumulativeLogit(found.thresholds, top.hyper[levels : ends[1]], errors, deviations, top.value)
