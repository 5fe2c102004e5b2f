"""What a new question must be before anybody is asked it; each filter says why not."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from axiometer.analyse.diversity import bleu
from axiometer.analyse.likeness import names, stems, words
from axiometer.grow.barred import barred
from axiometer.values import ValueSystem

Reason: TypeAlias = Literal[
    "form", "length", "several", "signs", "order", "giveaway", "unsafe", "duplicate", "alike", "repetitive", "unanswered",
    "missing",
]  # fmt: skip
SHORTEST, LONGEST = 5, 30
DUPLICATE = 0.7
_NEAR = 12
ALIKE = 0.75
_YES_OR_NO = re.compile(
    r"^(?:(?:in|at|on|after|before|during|if|when|since|under|for|given|although|while)\b[^?]*,\s+)?"
    r"(?:should|is|are|was|were|do|does|did|would|could|can|may|might|must|ought|has|have|had|will|shall)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rejected:
    """Why a question is not used, and what exactly was wrong with it."""

    text: str
    why: Reason
    detail: str = ""


def check_question(text: str, system: ValueSystem) -> Rejected | None:
    """What is wrong with a question as it stands."""
    count = len(words(text))
    if not text.endswith("?") or not _YES_OR_NO.match(text):
        return Rejected(text, "form", "it cannot be answered by yes or no")
    if text.count("?") > 1:
        return Rejected(text, "several", "it asks more than one thing")
    if not SHORTEST <= count <= LONGEST:
        return Rejected(text, "length", f"{count} words; {SHORTEST} to {LONGEST} are wanted")
    if found := barred(text):
        return Rejected(text, *found)
    named = [value.title for value in system.values if any(names(text, stem) for stem in stems(value.title))]
    return Rejected(text, "giveaway", f"it names {named[0]}") if named else None


class Company:
    """The questions there are: a new one must say something else, and say it in other words."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._grams: list[frozenset[object]] = []
        self._where: dict[object, list[int]] = {}
        for text in texts:
            self.add(text)

    def copy(self) -> "Company":
        """The same company, to which others may be added."""
        found = Company()
        found.texts, found._grams = [*self.texts], [*self._grams]
        found._where = {gram: [*places] for gram, places in self._where.items()}
        return found

    def add(self, text: str) -> None:
        """Lets a question in."""
        place, grams = len(self.texts), _grams(text)
        self.texts.append(text)
        self._grams.append(grams)
        for gram in grams:
            self._where.setdefault(gram, []).append(place)

    def check(self, text: str, but: str = "") -> Rejected | None:
        """Whether a question is too like one of them, leaving one aside if wanted.

        A duplicate is one that shares nearly all of its words and pairs of words with another; one that is put together from phrases of
        several others keeps the set from being varied, whatever it tells.
        """
        grams = _grams(text)
        shared = Counter(place for gram in grams for place in self._where.get(gram, ()))
        near = [place for place, _ in shared.most_common(_NEAR) if self.texts[place] != but]
        for place in near:
            if shared[place] >= DUPLICATE * len(grams | self._grams[place]):
                return Rejected(text, "duplicate", self.texts[place])
        if (found := bleu(text, [self.texts[place] for place in near])) >= ALIKE:
            return Rejected(text, "alike", f"BLEU {found:.2f} against the others")
        return None


def _grams(text: str) -> frozenset[object]:
    own = words(text)
    return frozenset([*own, *pairwise(own)])


def reasons(rejected: Sequence[Rejected]) -> dict[str, int]:
    """How many were rejected for each reason."""
    return dict(Counter(str(one.why) for one in rejected))
