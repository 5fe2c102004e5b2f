"""What the author of new staircases is asked, and what a step must be before it is kept.

Source: mmds
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from axiometer.analyse.likeness import names, overlap, stems, words
from axiometer.canon import draws, key
from axiometer.data import need, read_toml, several, shipped
from axiometer.data.wording import fence, filled
from axiometer.grow.asking import Rejected, read_lines
from axiometer.grow.barred import barred
from axiometer.instruments.staircase import Option, Step
from axiometer.subjects import Answer, Missing, Prompt
from axiometer.values import ValueSystem

_LABELS = ("SITUATION", "QUESTION", "A", "VALUE A", "B", "VALUE B")
_LONG: Mapping[str, tuple[int, int]] = {"situation": (12, 110), "question": (3, 40), "option": (4, 40)}
_ALIKE = 0.7
_RATIO = 0.4


@dataclass(frozen=True)
class Plot:
    """What one staircase is to be about."""

    index: int
    norm: str
    setting: str


def shipped_norms() -> tuple[str, ...]:
    """Everyday norms to begin from."""
    return tuple(_texts()["norms"])


def plots(norms: Sequence[str], seed: int) -> list[Plot]:
    """A setting for every norm, drawn for this very norm."""
    settings = _texts()["draws"]
    return [Plot(i, norm, str(draws(seed, "setting", norm).choice(settings))) for i, norm in enumerate(norms)]


def wordings_key() -> str:
    """The content key of every word that an author is asked."""
    return key({name: text for name, text in _texts().items() if name != "norms"})


def ask_step(plot: Plot, before: Sequence[Step], height: int, system: ValueSystem, attempt: int) -> Prompt:
    """The question for the next step of a staircase; the steps so far stand in it as material."""
    texts, number = _texts(), len(before) + 1
    mark = fence([plot.norm, *[step.situation for step in before]])
    parts = {
        "fence": mark,
        "height": str(height),
        "number": str(number),
        "norm": plot.norm,
        "before": "\n".join(_told(step, i) for i, step in enumerate(before, 1)),
        "values": "\n".join(f"- {value.name}: {value.definition}" for value in system.values),
        "task": plot.setting,
        "pressure": texts["last" if number == height else "middle"],
        "form": texts["form"],
    }
    about = f"dilemma/{key(plot.norm)[3:15]}/{number}/{attempt}"
    return Prompt(
        filled(texts["first" if number == 1 else "next"].strip(), parts),
        system=filled(texts["system"].strip(), parts),
        about=about,
    )


def read_step(reply: Answer | Missing, system: ValueSystem) -> Step | Rejected:
    """The step that a reply holds, with the author's own labels."""
    found = read_lines(reply, _LABELS)
    if isinstance(found, Rejected):
        return found
    labelled = []
    for letter in ("A", "B"):
        said = found[f"VALUE {letter}"].strip(".").casefold()
        known = [
            value.name
            for value in system.values
            if said in {each.casefold() for each in (value.name, value.title, value.abbr, *value.aliases)}
        ]
        if not known:
            return Rejected("value", f"{said!r:.60} is no value of {system.name}")
        labelled.append(Option(found[letter], known[0]))
    return Step(found["SITUATION"], found["QUESTION"], (labelled[0], labelled[1]))


def check_step(step: Step, before: Sequence[Step], system: ValueSystem) -> Rejected | None:
    """What is wrong with a step, alone or after those before it."""
    texts = [
        ("situation", step.situation),
        ("question", step.question),
        *(("option", option.text) for option in step.options),
    ]
    for kind, text in texts:
        if wrong := _text_wrong(kind, text):
            return wrong
    return _options_wrong(step, system) or _after_wrong(step, before)


def _text_wrong(kind: str, text: str) -> Rejected | None:
    if found := barred(text):
        return Rejected(found[0], f"the {kind} holds {found[1]!r}")
    least, most = _LONG[kind]
    if not least <= len(words(text)) <= most:
        return Rejected("words", f"the {kind} has {len(words(text))} words; {least} to {most} are wanted")
    if kind == "question" and not text.endswith("?"):
        return Rejected("form", "the question is none")
    return None


def _options_wrong(step: Step, system: ValueSystem) -> Rejected | None:
    one, other = step.options
    lengths = sorted(len(words(option.text)) for option in step.options)
    if lengths[0] < _RATIO * lengths[1]:
        return Rejected("length", f"{lengths[0]} words against {lengths[1]}")
    if overlap(one.text, other.text) > _ALIKE:
        return Rejected("same", "both options say the same")
    both = f"{one.text} {other.text}"
    named = [v.title for v in system.values if any(names(both, stem) for stem in stems(v.title))]
    if named:
        return Rejected("name", f"an option names {named[0]}")
    return Rejected("value", f"both options show {one.value}") if one.value == other.value else None


def _after_wrong(step: Step, before: Sequence[Step]) -> Rejected | None:
    if any(set(step.values) == set(each.values) for each in before):
        return Rejected("tension", f"{' and '.join(step.values)} stood against each other before")
    if any(overlap(step.situation, each.situation) > _ALIKE for each in before):
        return Rejected("duplicate", "the situation repeats an earlier one")
    return None


def _told(step: Step, number: int) -> str:
    one, other = step.options
    return f"Step {number}: {step.situation} {step.question} A: {one.text} ({one.value}) B: {other.text} ({other.value})"


@cache
def _texts() -> dict[str, Any]:
    table = read_toml(path := shipped("growing", "dilemmas.toml"))
    for name in ("system", "first", "next", "middle", "last", "form"):
        need(table, name, str, str(path))
    for name in ("draws", "norms"):
        several(table, name, str, str(path))
    return table
