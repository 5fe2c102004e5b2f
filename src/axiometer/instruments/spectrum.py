"""The instrument of frames: what is looked up for each value, and what is asked about each frame.

Source: valuespectrum
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from axiometer.canon import Spec, key
from axiometer.data import need, read_toml, shipped, shipped_names, sources
from axiometer.errors import BadInput, unknown
from axiometer.values import open_system

_TEXTS = ("system_message", "like", "why_yes", "why_no", "describe", "picture", "caption")


@dataclass(frozen=True)
class Spectrum:
    """Keywords by value, and three questions.

    Attributes:
        keywords: value -> what is looked up for it.
        texts: the wordings by name.
    """

    name: str
    title: str
    system: str
    licence: str
    source: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]

    @property
    def key(self) -> str:
        """The content key of all that is looked up and asked."""
        return key(
            [self.system, {name: list(some) for name, some in self.keywords.items()}, dict(self.texts)]
        )

    @property
    def spec(self) -> Spec:
        """Name and content."""
        return {"spectrum": self.name, "system": self.system, "key": self.key}


def open_spectrum(name: str = "schwartz10") -> Spectrum:
    """A shipped one by name, or FILE.toml of the same form.

    Raises:
        UnknownName: no such instrument, or a value that the system does not have.
        BadInput: a broken file, or a value without keywords.
    """
    if not name.endswith(".toml") and name not in shipped_names("spectrum"):
        raise unknown("spectrum", name, [*shipped_names("spectrum"), "FILE.toml"])
    path = Path(name).expanduser() if name.endswith(".toml") else shipped("spectrum", f"{name}.toml")
    table, where = read_toml(path), str(path)
    system = open_system(need(table, "system", str, where))
    rows = need(table, "keywords", dict, where)
    keywords = {}
    for value, some in rows.items():
        if (
            not isinstance(some, list)
            or not some
            or not all(isinstance(each, str) and each.strip() for each in some)
        ):
            raise BadInput(
                f"{where}: the keywords of {value} are {some!r:.60}; they must be a list of texts."
            )
        keywords[system.value(value).name] = tuple(some)
    return Spectrum(
        name, need(table, "title", str, where), system.name, need(table, "licence", str, where), sources(table, where),
        {value: keywords[value] for value in system.names if value in keywords},
        {text: need(table, text, str, where).strip() for text in _TEXTS},
    )  # fmt: skip
