"""Human norms: what groups of people value on average, with their spread, their number and where the numbers come from."""

from dataclasses import dataclass

from axiometer.data import need, read_toml, shipped, shipped_names, sources
from axiometer.errors import unknown
from axiometer.values.system import open_system


@dataclass(frozen=True)
class Norm:
    """Means over people of each value less the person's own mean.

    Attributes:
        name: what `--norm` calls it.
        title: who answered what.
        system: the value system of `means`.
        n: people.
        low: the lowest rating of the scale.
        high: the highest, for most like the person.
        means: value -> mean, in points of the scale.
        deviations: value -> standard deviation over people.
        source: keys in references.bib.
        obtained: how the numbers were got.
    """

    name: str
    title: str
    system: str
    n: int
    low: int
    high: int
    means: dict[str, float]
    deviations: dict[str, float]
    source: tuple[str, ...]
    obtained: str


def norm_names() -> list[str]:
    """The shipped norms."""
    return shipped_names("norms")


def open_norm(name: str) -> Norm:
    """The norm of this name.

    Raises:
        UnknownName: there is none.
    """
    if name not in norm_names():
        raise unknown("norm", name, norm_names())
    where = f"{name}.toml"
    table = read_toml(shipped("norms", where))
    system = open_system(need(table, "system", str, where))
    rows = need(table, "values", list, where)
    low, high = need(table, "scale", list, where)
    return Norm(
        name,
        need(table, "title", str, where),
        system.name,
        need(table, "n", int, where),
        low,
        high,
        {system.value(row["name"]).name: float(row["mean"]) for row in rows},
        {system.value(row["name"]).name: float(row["sd"]) for row in rows},
        sources(table, where),
        need(table, "obtained", str, where),
    )
