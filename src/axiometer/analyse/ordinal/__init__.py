"""Hierarchical Bayesian ordered-logistic regression of ratings: our own specification, stated in `design` and `density`."""

from axiometer.analyse.ordinal.finding import find
from axiometer.analyse.ordinal.findings import (
    Bars,
    Compared,
    Contrast,
    Findings,
    GroupFinding,
    LeftOut,
    Quantity,
)
from axiometer.analyse.ordinal.fitting import METHODS, Method
from axiometer.analyse.ordinal.table import Row, Table, table_of

__all__ = [
    "METHODS",
    "Bars",
    "Compared",
    "Contrast",
    "Findings",
    "GroupFinding",
    "LeftOut",
    "Method",
    "Quantity",
    "Row",
    "Table",
    "find",
    "table_of",
]
