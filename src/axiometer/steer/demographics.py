"""Demographic and cultural personas, and how the groups they name differ among people."""

from dataclasses import dataclass

from axiometer.canon import Spec
from axiometer.data import need, read_toml, shipped
from axiometer.errors import unknown
from axiometer.steer.prompts import Told
from axiometer.values import open_system


@dataclass(frozen=True)
class Demographic:
    """A persona of one group.

    Attributes:
        attribute: what it is about, such as age.
        group: which group.
        text: what a subject is told.
        reference: the group of people to compare with; empty: none.
    """

    attribute: str
    group: str
    text: str
    reference: str = ""

    @property
    def told(self) -> Told:
        """The intervention."""
        return Told(self.text)

    @property
    def spec(self) -> Spec:
        """Everything that is told, and who it stands for."""
        return {"attribute": self.attribute, "group": self.group, **self.told.spec}


@dataclass(frozen=True)
class GroupDifferences:
    """How groups of people differ from all people.

    Attributes:
        differences: group -> value -> its mean less the mean of all, in points.
    """

    title: str
    n: int
    system: str
    differences: dict[str, dict[str, float]]
    source: tuple[str, ...]
    obtained: str


def demographics(attributes: tuple[str, ...] = ()) -> tuple[Demographic, ...]:
    """The shipped personas of these attributes, or of all.

    Raises:
        UnknownName: no persona has such an attribute.
    """
    rows = read_toml(shipped("demographics", "personas.toml"))["personas"]
    every = tuple(
        Demographic(row["attribute"], row["group"], row["text"], row.get("reference", "")) for row in rows
    )
    known = dict.fromkeys(persona.attribute for persona in every)
    for name in attributes:
        if name not in known:
            raise unknown("attribute of a persona", name, known)
    return tuple(p for p in every if not attributes or p.attribute in attributes)


def group_differences() -> GroupDifferences:
    """The differences between groups of people that personas are held against."""
    where = "ess11-groups.toml"
    table = read_toml(shipped("demographics", where))
    system = open_system(need(table, "system", str, where))
    return GroupDifferences(
        need(table, "title", str, where),
        need(table, "n", int, where),
        system.name,
        {row["group"]: {name: float(row[name]) for name in system.names} for row in table["groups"]},
        tuple(need(table, "source", list, where)),
        need(table, "obtained", str, where),
    )
