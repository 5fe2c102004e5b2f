"""Reliability of ratings. Arrays in, numbers out; nan where there is nothing to compare.

Source: cronbach1951, feldt1965, mcdonald1999, shrout1979
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.optimize import minimize
from scipy.stats import f as f_distribution

from axiometer.analyse.variance import Array, Index

Raters: TypeAlias = Literal["1", "2", "3", "1k", "2k", "3k"]


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with its 95 % interval and the number of cases behind it; nan where it cannot be computed."""

    value: float
    low: float
    high: float
    n: int


def cronbach_alpha(table: Array) -> float:
    """Cronbach's alpha of a complete table; nan with fewer than two cases or columns, or no variance.

    Shapes: table (cases, columns).

    Source: cronbach1951
    """
    cases, columns = table.shape
    if cases < 2 or columns < 2:
        return float("nan")
    total = table.sum(axis=1).var(ddof=1)
    if total <= 1e-24:
        return float("nan")
    return float(columns / (columns - 1) * (1 - table.var(axis=0, ddof=1).sum() / total))


def alpha(table: Array, level: float = 0.95) -> Coefficient:
    """Cronbach's alpha with Feldt's interval.

    Shapes: table (cases, columns), complete.

    Source: feldt1965
    """
    found, (cases, columns) = cronbach_alpha(table), table.shape
    if np.isnan(found):
        return Coefficient(found, float("nan"), float("nan"), cases)
    above, below = cases - 1, (cases - 1) * (columns - 1)
    tail = (1 - level) / 2
    low = 1 - (1 - found) * f_distribution.ppf(1 - tail, above, below)
    high = 1 - (1 - found) * f_distribution.ppf(tail, above, below)
    return Coefficient(found, float(low), float(high), cases)


def mean_inter_item(table: Array) -> float:
    """The mean correlation of pairs of columns; nan where a column does not vary.

    Shapes: table (cases, columns), complete.
    """
    if table.shape[1] < 2 or len(table) < 3 or (table.std(axis=0) <= 1e-12).any():
        return float("nan")
    r: Array = np.asarray(np.corrcoef(table.T))
    return float(r[np.triu_indices(len(r), 1)].mean())


def omega(table: Array) -> float:
    """McDonald's omega total of one common factor, fitted to the correlations by minimum residuals.

    Two columns share one loading, so that omega is their alpha when standardised.

    Shapes: table (cases, columns), complete.

    Source: mcdonald1999
    """
    if table.shape[1] < 2 or len(table) < 3 or (table.std(axis=0) <= 1e-12).any():
        return float("nan")
    r: Array = np.asarray(np.corrcoef(table.T))
    loading = one_factor(r)
    common = float(loading.sum() ** 2)
    return common / (common + float((1 - loading**2).sum()))


def one_factor(r: Array) -> Array:
    """Loadings on one factor with the least squared residuals off the diagonal.

    Shapes: r (columns, columns) -> (columns,), mostly positive.
    """
    size = len(r)
    off = ~np.eye(size, dtype=bool)
    if size == 2:
        return np.full(2, np.sqrt(max(r[0, 1], 0.0)))

    def misfit(loading: Array) -> tuple[float, Array]:
        residual = (r - np.outer(loading, loading)) * off
        return float((residual**2).sum()), -4 * residual @ loading

    values, vectors = np.linalg.eigh(r)
    start = vectors[:, -1] * np.sqrt(values[-1]) * 0.9
    bounds = [(-0.9975, 0.9975)] * size
    found = np.asarray(minimize(misfit, start, jac=True, method="L-BFGS-B", bounds=bounds).x)
    return found if found.sum() >= 0 else -found


def bootstrapped(
    table: Array, rng: np.random.Generator, draws: int = 200, level: float = 0.95
) -> Coefficient:
    """Omega with a percentile interval over cases drawn anew.

    Shapes: table (cases, columns), complete.
    """
    found, cases = omega(table), len(table)
    if np.isnan(found):
        return Coefficient(found, float("nan"), float("nan"), cases)
    drawn = [omega(table[rng.integers(cases, size=cases)]) for _ in range(draws)]
    tail = (1 - level) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Coefficient(found, float(low), float(high), cases)


def icc(table: Array, kind: Raters, level: float = 0.95) -> Coefficient:
    """An intraclass correlation of Shrout and Fleiss, with its F-based interval.

    1: each case has raters of its own; 2: raters are a sample; 3: these raters only; k: of the raters' mean.

    Shapes: table (cases, raters), complete.

    Source: shrout1979
    """
    n, k = table.shape
    if n < 2 or k < 2:
        return Coefficient(float("nan"), float("nan"), float("nan"), n)
    rows, columns, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    between = k * ((rows - mean) ** 2).sum() / (n - 1)
    raters = n * ((columns - mean) ** 2).sum() / (k - 1)
    within = ((table - rows[:, None]) ** 2).sum() / (n * (k - 1))
    error = ((table - rows[:, None] - columns + mean) ** 2).sum() / ((n - 1) * (k - 1))
    if between <= 1e-24:
        return Coefficient(float("nan"), float("nan"), float("nan"), n)
    single, averaged = kind[0], kind.endswith("k")
    if single == "2":
        found = _two_way(n, k, between, raters, error, level)
    else:
        noise, df = (within, n * (k - 1)) if single == "1" else (error, (n - 1) * (k - 1))
        found = _one_way(n, k, between, noise, df, level)
    if averaged:
        found = tuple(k * x / (1 + (k - 1) * x) for x in found)
    value, low, high = found
    return Coefficient(float(value), float(low), float(high), n)


def split_half(table: Array, rng: np.random.Generator, splits: int = 1000) -> Coefficient:
    """The mean over random halves of the columns of the Spearman-Brown corrected correlation of their sums.

    `low` and `high` are the 2.5 and 97.5 % points over splits, not over cases.

    Shapes: table (cases, columns), complete.
    """
    cases, columns = table.shape
    if columns < 2 or cases < 3:
        return Coefficient(float("nan"), float("nan"), float("nan"), cases)
    found = []
    for _ in range(splits):
        order = rng.permutation(columns)
        a, b = table[:, order[: columns // 2]].sum(axis=1), table[:, order[columns // 2 :]].sum(axis=1)
        if a.std() > 1e-12 and b.std() > 1e-12:
            r = float(np.corrcoef(a, b)[0, 1])
            found.append(2 * r / (1 + r) if r > -1 else float("nan"))
    if not found:
        return Coefficient(float("nan"), float("nan"), float("nan"), cases)
    low, high = np.nanquantile(found, [0.025, 0.975])
    return Coefficient(float(np.nanmean(found)), float(low), float(high), cases)


def parallel_items(item: Array, key: Index) -> Array:
    """Values as cases, their items in order as columns, as many columns as the shortest value has items."""
    groups = [item[key == v] for v in range(int(key.max()) + 1)]
    shortest = min(len(g) for g in groups)
    return np.stack([g[:shortest] for g in groups])


def mean_correlation(tables: list[tuple[Array, Array]]) -> float:
    """The mean Pearson correlation of pairs of columns; nan where a column does not vary."""
    found = [
        float(np.corrcoef(a, b)[0, 1])
        for a, b in tables
        if len(a) > 2 and a.std() > 1e-12 and b.std() > 1e-12
    ]
    return float(np.mean(found)) if found else float("nan")


def disagreement(tables: list[tuple[Array, Array]]) -> float:
    """The mean share of entries that differ between pairs of columns; nan where there are no pairs."""
    found = [float(np.mean(a != b)) for a, b in tables if len(a)]
    return float(np.mean(found)) if found else float("nan")


def _one_way(n: int, k: int, between: float, noise: float, df: int, level: float) -> tuple[float, ...]:
    tail, ratio = (1 - level) / 2, between / max(noise, 1e-24)
    low = ratio / f_distribution.ppf(1 - tail, n - 1, df)
    high = ratio * f_distribution.ppf(1 - tail, df, n - 1)
    return tuple((x - 1) / (x + k - 1) for x in (ratio, low, high))


def _two_way(n: int, k: int, between: float, raters: float, error: float, level: float) -> tuple[float, ...]:
    found = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    tail = (1 - level) / 2
    f = raters / max(error, 1e-24)
    spread = k * found * f + n * (1 + (k - 1) * found) - k * found
    above = (k - 1) * (n - 1) * spread**2
    df = above / ((n - 1) * (k * found * f) ** 2 + (n * (1 + (k - 1) * found) - k * found) ** 2)
    up, down = f_distribution.ppf(1 - tail, n - 1, df), f_distribution.ppf(1 - tail, df, n - 1)
    rest = k * raters + (k * n - k - n) * error
    low = n * (between - up * error) / (up * rest + n * between)
    high = n * (down * between - error) / (rest + n * down * between)
    return found, low, high
