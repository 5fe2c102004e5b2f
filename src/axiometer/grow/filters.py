"""What a new pair must be before it is kept; each filter says why not."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from axiometer.analyse.confounds import LEAST_SHARED, MOST_DIFFERING
from axiometer.analyse.likeness import differing_share, names, overlap, parted, stems, words
from axiometer.grow.asking import Rejected
from axiometer.grow.barred import ORDERS, SIGNS
from axiometer.instruments.contrast import Pair, Voice

SHORTEST, LONGEST = 5, 40
_LONGER = 3  # words
_RATIO = 0.75
_ALIKE = 0.7
_FEW = 3
_SHARE = 0.1
_I = {"i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"}
_WE = {"we", "us", "our", "ours"}
_YOU = {"you", "your", "yours", "yourself"}
# Words that turn no act into another: pairs that differ in nothing else are bare negations, or the same thing said twice.
_BARE = re.compile(
    r"not|no|never|nor|cannot|without|.*n['’]t|do|does|did|to|would|will|be|is|are|was|were|and|but|so|then|when|while"
    r"|as|that|it|the|an?"
)


def check_sentence(sentence: str, voice: Voice, name: str) -> Rejected | None:
    """What is wrong with a sentence on its own, if anything."""
    said = words(sentence)
    if strange := [*SIGNS.findall(sentence), *(sign for sign in sentence if not sign.isprintable())]:
        return Rejected("signs", f"{strange[0]!r} cannot stand in a sentence")
    if found := ORDERS.search(sentence):
        return Rejected("order", f"it speaks to its reader: {found[0]!r}")
    if not SHORTEST <= len(said) <= LONGEST:
        return Rejected("words", f"{len(said)} words; {SHORTEST} to {LONGEST} are wanted")
    asks, first = voice.endswith("asks"), voice.startswith("first")
    if asks != sentence.endswith("?") or not (asks or sentence.endswith((".", "!"))):
        return Rejected("voice", f"it must end as {'a question' if asks else 'a statement'} does")
    if re.search(r"[.!?]['\"”]?\s+[\"“]?[A-Z]", re.sub(r"\b(Mr|Mrs|Ms|Dr|St)\.", r"\1", sentence)):
        return Rejected("form", "more than one sentence")
    here = set(said)
    if (first and not here & (_I | _WE)) or (not first and here & (_I | _YOU)):
        return Rejected("voice", f"it must be in the {'first' if first else 'third'} person")
    named = [stem for stem in stems(name) if names(sentence, stem)]
    return Rejected("name", f"it names the value: {named[0]!r}") if named else None


def slotted(holding: str, opposing: str) -> str | Rejected:
    """Both sentences as one text with a slot {holding|opposing}, over whole words and as short as it can be."""
    before, first, second, after = parted(holding, opposing)
    if not first and not second:
        return Rejected("same", "both sentences are the same")
    if not first or not second:  # one only adds to the other: a slot needs words on both sides
        if found := re.search(r"\s*\S+$", before):
            before, neighbour = before[: found.start()], found[0].strip()
            first, second = f"{neighbour} {first}".strip(), f"{neighbour} {second}".strip()
        elif found := re.match(r"\s*\S+", after):
            after, neighbour = after[found.end() :], found[0].strip()
            first, second = f"{first} {neighbour}".strip(), f"{second} {neighbour}".strip()
    text = f"{before} {{{first}|{second}}}{after}".strip()
    if not words(before) and not words(after):
        return Rejected("slot", "the sentences share neither their beginning nor their end")
    pair = Pair("", "train", "first_says", text)
    if not first or not second or (pair.holding, pair.opposing) != (holding, opposing):
        return Rejected("slot", f"no slot gives both sentences back: {text!r}")
    return text


def check_pair(pair: Pair) -> Rejected | None:
    """What is wrong with two sentences as a pair, if anything."""
    a, b = words(pair.holding), words(pair.opposing)
    if a == b:
        return Rejected("same", "they differ in signs only")
    mine, theirs = Counter(a), Counter(b)
    only = set(mine - theirs) | set(theirs - mine)
    if only and all(_BARE.fullmatch(word) for word in only):
        return Rejected("bare", f"they differ in nothing but {', '.join(sorted(only))}")
    if abs(len(a) - len(b)) > _LONGER or min(len(a), len(b)) < _RATIO * max(len(a), len(b)):
        return Rejected("length", f"{len(a)} words against {len(b)}")
    if (shared := overlap(pair.holding, pair.opposing)) < LEAST_SHARED:
        return Rejected("overlap", f"of all their words they share {shared:.2f}")
    if (differing := differing_share(pair.holding, pair.opposing)) > MOST_DIFFERING:
        return Rejected("overlap", f"{differing:.2f} of their words differ")
    return None


@dataclass
class Company:
    """The pairs that a new one joins: it may not repeat one of them, nor lean on the words that they lean on."""

    wanted: int
    texts: list[tuple[frozenset[str], str]] = field(default_factory=list)
    leaning: Counter[str] = field(default_factory=Counter)

    def check(self, pair: Pair) -> Rejected | None:
        """What is wrong with a pair in this company, if anything."""
        mine = frozenset(words(pair.holding))
        for theirs, text in self.texts:
            if len(mine & theirs) >= _ALIKE * len(mine | theirs):
                return Rejected("duplicate", f"too near to {text!r}")
        most = max(_FEW, round(_SHARE * self.wanted))
        for word, side in _leaning(pair).items():
            if abs(self.leaning[word] + side) > most:
                which = "holding" if side > 0 else "opposing"
                return Rejected("giveaway", f"{word!r} would stand on the {which} side {most + 1} times more")
        return None

    def add(self, pair: Pair, *, counts: bool = True) -> None:
        """Lets a pair in; one that does not count is only not to be repeated."""
        self.texts += [(frozenset(words(text)), text) for text in (pair.holding, pair.opposing)]
        if counts:
            self.leaning.update(_leaning(pair))


def company(wanted: int, existing: Sequence[Pair]) -> Company:
    """An empty company that must not repeat existing pairs."""
    found = Company(wanted)
    for pair in existing:
        found.add(pair, counts=False)
    return found


def _leaning(pair: Pair) -> Counter[str]:
    """+1 for each word that only the holding side has, -1 for each that only the opposing side has."""
    mine, theirs = (set(words(text)) for text in (pair.holding, pair.opposing))
    return Counter({**dict.fromkeys(mine - theirs, 1), **dict.fromkeys(theirs - mine, -1)})
