"""Items, the scale they are answered on, and the instrument they make."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from axiometer.canon import Spec, key
from axiometer.subjects import Cues

Person: TypeAlias = Literal["first", "third"]
PERSONS: tuple[Person, ...] = ("first", "third")
LABELS = (
    "completely unlike me",
    "mostly unlike me",
    "slightly unlike me",
    "slightly like me",
    "mostly like me",
    "completely like me",
)


@dataclass(frozen=True)
class Item:
    """One statement about one value, in the first and the third person, each with its opposing twin.

    An empty text means that the instrument does not have that version.
    """

    id: str
    value: str
    first: str = ""
    third: str = ""
    first_opposed: str = ""
    third_opposed: str = ""

    def text(self, person: Person) -> str:
        """The endorsing statement in this person, or in the other where this one is lacking."""
        return {"first": self.first or self.third, "third": self.third or self.first}[person]

    def opposed(self, person: Person) -> str:
        """The opposing twin of `text(person)`."""
        return {
            "first": self.first_opposed if self.first else self.third_opposed,
            "third": self.third_opposed if self.third else self.first_opposed,
        }[person]

    def endings(self, person: Person) -> tuple[str, tuple[str, str]]:
        """The words with which both statements begin, and how each goes on."""
        own, twin = self.text(person).split(), self.opposed(person).split()
        shared = 0
        while shared < min(len(own), len(twin)) - 1 and own[shared] == twin[shared]:
            shared += 1
        return " ".join(own[:shared]), (" ".join(own[shared:]), " ".join(twin[shared:]))


@dataclass(frozen=True)
class TaggedItem(Item):
    """An item that bears on several values: its correlation with each, as found among people who rated it.

    `tags` holds (value, correlation), the sign saying whether holding the value goes with endorsing the item.
    """

    tags: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Scale:
    """Response labels, lowest rating first; the first label counts as `low`."""

    labels: tuple[str, ...]
    low: int = 1

    @property
    def high(self) -> int:
        """The rating of the last label."""
        return self.low + len(self.labels) - 1

    def levels(self) -> dict[str, int]:
        """The rating of each label."""
        return {label: self.low + i for i, label in enumerate(self.labels)}


@dataclass(frozen=True)
class Instrument:
    """Items over a value system, and the scale for forms that list labels.

    `style` names the wordings that fit its items: portraits of a person, or principles. An item whose value is empty
    counts for the subject's own mean alone.
    """

    name: str
    title: str
    version: str
    licence: str
    origin: str
    system: str
    source: tuple[str, ...]
    items: tuple[Item, ...]
    scale: Scale
    style: str = "portraits"

    @property
    def key(self) -> str:
        """The content key of everything that is asked and how it is scored."""
        return key([self.items, self.scale, self.system, self.style])

    @property
    def spec(self) -> Spec:
        """Name, version and content key."""
        return {"instrument": self.name, "version": self.version, "key": self.key}

    @property
    def paired(self) -> bool:
        """Whether every item has an opposing twin."""
        return all(item.opposed("first") for item in self.items)

    @property
    def tagged(self) -> bool:
        """Whether its items bear on several values."""
        return any(isinstance(item, TaggedItem) for item in self.items)

    def tags(self) -> dict[str, dict[str, float]]:
        """Each tagged item's correlations, by value."""
        return {item.id: dict(item.tags) for item in self.items if isinstance(item, TaggedItem)}

    def cues(self) -> Cues:
        """What subjects that do not read language may recognise."""
        stances: dict[tuple[str, str], int] = {}
        for item in self.items if self.paired else ():
            for person in PERSONS:
                own, twin = item.endings(person)[1]
                stances |= {(item.id, own): 1, (item.id, twin): -1}
        return Cues({item.id: item.value for item in self.items}, stances, self.scale.levels(), self.tags())
