"""What steering did: preferences in dilemmas of every value before and after, and the price in perplexity."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from axiometer.analyse.effects import Moved, Share, moved, ratio, share
from axiometer.canon import canonical
from axiometer.data import shipped_names
from axiometer.errors import Incapable
from axiometer.instruments.contrast import Split, open_contrast
from axiometer.measure.dilemmas import Preference, preferences
from axiometer.measure.fluency import cost, neutral_passages
from axiometer.steer.steered import Intervention, Steered
from axiometer.subjects import Missing, Weigher
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system

Known: TypeAlias = dict[str, list[Preference | Missing]]


@dataclass(frozen=True)
class Effect:
    """What steering did to one value: nats per token in favour of its option, and how often it is chosen."""

    value: str
    moved: Moved
    before: Share
    after: Share
    missing: int


@dataclass(frozen=True)
class Effects:
    """What steering did to every value, and what it cost.

    Attributes:
        towards: the values that the vectors push.
        perplexity: after divided by before, on our own neutral passages.
    """

    subject: str
    split: Split
    towards: tuple[str, ...]
    effects: tuple[Effect, ...]
    perplexity: Moved


def effects(
    name: str,
    *,
    split: Split = "test",
    system: str = "schwartz10",
    known: Known | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Effects:
    """The effects of a steered subject's vectors, against the same subject without them.

    Args:
        name: what opens the steered subject, `steered:FOLDER`.
        split: which dilemmas; those of `test` were never used to choose anything.
        system: whose values are looked at.
        known: what subjects without vectors prefer, kept for the next call.
        progress: heard after each value.

    Raises:
        Incapable: a subject that is not steered, or cannot weigh options.
    """
    steered = open_subject(name)
    if (
        not isinstance(steered, Steered)
        or not isinstance(steered, Weigher)
        or not isinstance(steered.base, Weigher)
    ):
        raise not_steered(name)
    base = steered.base
    values = [value for value in open_system(system).names if value in shipped_names("contrast")]
    found, known = [], {} if known is None else known
    for value in values:
        found.append(_effect(base, steered, value, split, known))
        progress(len(found), len(values))
    passages = neutral_passages()
    before, after = cost(base, passages), cost(steered, passages)
    price = ratio(np.array(before.logp), np.array(after.logp), np.array(before.tokens, dtype=np.float64))
    return Effects(steered.card.name, split, pushed_by(steered.by), tuple(found), price)


def not_steered(name: str) -> Incapable:
    """The error for a subject that nothing is done to."""
    return Incapable(
        f"{name} is not a steered model; give steered:FOLDER of `axiometer locate vector --out FOLDER`."
    )


def pushed_by(by: Sequence[Intervention]) -> tuple[str, ...]:
    """The values that interventions push; of one that names none, its kind."""
    return tuple(getattr(each, "value", type(each).__name__) for each in by)


def _effect(base: Weigher, steered: Weigher, value: str, split: Split, known: Known) -> Effect:
    dilemmas, of = open_contrast(value).dilemmas_of(split), f"{canonical(base.spec)} {value} {split}"
    if of not in known:
        known[of] = preferences(base, dilemmas)
    both = [
        (before, after)
        for before, after in zip(known[of], preferences(steered, dilemmas), strict=True)
        if isinstance(before, Preference) and isinstance(after, Preference)
    ]
    if not both:
        raise Incapable(f"no dilemma of {value} could be weighed by {base.card.name}.")
    first = np.array([before.mean for before, _ in both])
    second = np.array([after.mean for _, after in both])
    return Effect(value, moved(first, second), share(first > 0), share(second > 0), len(dilemmas) - len(both))


def lines(found: Effects) -> Iterator[str]:
    """The effects in words."""
    yield (
        f"{found.subject}, pushed: {', '.join(found.towards)}; {found.split} dilemmas, both orders; shift in nats per "
        "token in favour of the value's option, 95 % bootstrap interval over dilemmas; chosen: share, 95 % (Wilson)"
    )
    for e in found.effects:
        mark = " *" if e.value in found.towards else ""
        yield (
            f"{e.value:<16} {e.moved.shift:+.3f} [{e.moved.low:+.3f}, {e.moved.high:+.3f}]   chosen {_told(e.before)} -> "
            f"{_told(e.after)}   n = {e.moved.n}{f', missing {e.missing}' if e.missing else ''}{mark}"
        )
    p = found.perplexity
    yield f"perplexity of neutral passages: x{p.shift:.3f} [{p.low:.3f}, {p.high:.3f}], n = {p.n} passages"


def _told(found: Share) -> str:
    return f"{found.hits / found.n:.2f} [{found.low:.2f}, {found.high:.2f}]"
