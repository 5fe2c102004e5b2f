"""Watching feeds: does a feed adapt to who watches it, by bots with personas, beside a feed that is known not to.

Source: valuespectrum
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from axiometer.analyse.effects import moved
from axiometer.analyse.spectrum import adaptation
from axiometer.canon import derived
from axiometer.errors import BadInput, Interrupted
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Arm, Frame
from axiometer.measure import Progress
from axiometer.measure.bots import KINDS, THRESHOLD, Decision, Kind, decide, stay
from axiometer.measure.feed import Feed, Manner
from axiometer.report.cite import sources
from axiometer.report.feed import Apart, Curve, FeedStudy
from axiometer.studies.administer import note, recorded
from axiometer.studies.sheet import sheet
from axiometer.subjects import Missing, Subject

Floats = npt.NDArray[np.float64]
WINDOW, STRETCH = 50, 10
_COLUMNS = (
    "image",
    "prompt",
    "decision",
    "reason",
    "scores",
    "percent",
    "trait",
    "stay",
    "platform",
    "model",
    "persona",
    "kind",
    "trial",
    "place",
)


class Watchable(Protocol):
    """A feed that can be watched: simulated, or in a browser."""

    def show(self) -> str:
        """The next frame."""
        ...

    def watched(self, seconds: float, most: float) -> None:
        """Tells the feed how long it was watched."""
        ...


@dataclass(frozen=True)
class Wish:
    """What is tried.

    Attributes:
        kinds: of bots.
        shown: frames a session.
        most: seconds that a frame lasts.
        window: frames at either end that are compared.
        trials: sessions of each persona on each feed, each with draws of its own.
        threshold: percent from which a questionnaire watches.
        seed: of feeds and bots.
    """

    kinds: tuple[Kind, ...] = KINDS
    shown: int = 100
    most: float = 15.0
    window: int = WINDOW
    trials: int = 3
    threshold: float = THRESHOLD
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses what cannot be compared."""
        if (
            self.shown < 2 * self.window
            or self.window < 2
            or not self.kinds
            or self.most <= 0
            or self.trials < 1
        ):
            raise BadInput(
                f"{self.shown} frames cannot be parted into a first and a last {self.window}; show at least twice as many."
            )


@dataclass(frozen=True)
class Seen:
    """One frame of one session."""

    subject: str
    kind: Kind
    persona: str
    adapting: bool
    trial: int
    place: int
    frame: str
    decision: Decision
    stay: float


@dataclass(frozen=True)
class Watched:
    """A study, and every frame that was watched or not."""

    study: FeedStudy
    seen: tuple[Seen, ...]


def feeds(
    store: FrameStore,
    subjects: Sequence[Subject],
    personas: Mapping[str, tuple[str, ...]],
    wish: Wish,
    *,
    arm: Arm = "caption",
    opened: Callable[[Manner, str], Watchable] | None = None,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Watched:
    """Every subject with every persona watches a feed that adapts and one that does not, by each kind of bot.

    Args:
        store: the frames.
        subjects: who decides.
        personas: name -> sentences.
        wish: what is tried.
        arm: what of a frame is shown.
        opened: makes a feed of a manner for a persona; None for the simulator over the store.
        progress: makes a listener for each subject and kind.

    Raises:
        BadInput: too few frames, no persona, or no subject.
        Interrupted: on Ctrl-C; what was received stays with a remembering subject.
    """
    if not subjects or not personas:
        raise BadInput("a feed needs at least one subject and one persona.")
    ids, vectors = store.vectors()
    if len(ids) < wish.shown:
        raise BadInput(
            f"{store.folder} holds {len(ids)} frames and {wish.shown} are to be shown; add frames or show fewer."
        )
    frames = store.frames(ids)
    make = opened or (lambda manner, persona: Feed(ids, vectors.astype(np.float64), manner))
    seen: list[Seen] = []
    try:
        for subject in subjects:
            for kind in wish.kinds:
                seen += _sessions(
                    subject, kind, personas, wish, arm, frames, make, progress(subject.card.name, kind)
                )
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped after {len(seen)} frames; what was said is kept: run the same command again to go on."
        ) from None
    return Watched(_study(store, subjects, personas, wish, arm, seen), tuple(seen))


def table(watched: Watched, platform: str = "simulated") -> str:
    """Every frame as CSV, with the columns of the source's experiments and who watched."""
    rows = []
    for one in watched.seen:
        d = one.decision
        row = {
            "image": one.frame, "prompt": one.kind, "reason": d.reason, "decision": d.watches.why if isinstance(d.watches, Missing) else "yes" if d.watches else "no",
            "scores": json.dumps(d.scores) if d.scores else "", "percent": "" if d.percent is None else f"{d.percent:.2f}",
            "trait": "NA" if d.trait is None else d.trait, "stay": f"{one.stay:.2f}", "platform": f"{platform}{', adapting' if one.adapting else ''}",
            "model": one.subject, "persona": one.persona, "kind": one.kind, "trial": one.trial, "place": one.place,
        }  # fmt: skip
        rows.append([row[name] for name in _COLUMNS])
    return sheet(_COLUMNS, rows)


def _sessions(
    subject: Subject, kind: Kind, personas: Mapping[str, tuple[str, ...]], wish: Wish, arm: Arm, frames: Mapping[str, Frame],
    make: Callable[[Manner, str], Watchable], progress: Progress,
) -> list[Seen]:  # fmt: skip
    """All personas on both feeds side by side, a frame each at a time."""
    going = [
        (name, adapting, trial)
        for name in personas
        for adapting in (True, False)
        for trial in range(wish.trials)
    ]
    watched = [
        make(Manner(adapting=adapting, seed=derived(wish.seed, "trial", trial)), name)
        for name, adapting, trial in going
    ]
    found: list[Seen] = []
    for place in range(wish.shown):
        shown = [feed.show() for feed in watched]
        asks = [(personas[name], frames[frame]) for (name, _, _), frame in zip(going, shown, strict=True)]
        decided = decide(subject, kind, asks, arm, threshold=wish.threshold, seed=wish.seed)
        for feed, (name, adapting, trial), frame, one in zip(watched, going, shown, decided, strict=True):
            seconds = stay(one, kind, f"{name}/{trial}/{frame}", wish.most, wish.seed)
            feed.watched(seconds, wish.most)
            found.append(Seen(subject.card.name, kind, name, adapting, trial, place, frame, one, seconds))
        progress(place + 1, wish.shown)
    return found


def _study(
    store: FrameStore, subjects: Sequence[Subject], personas: Mapping[str, tuple[str, ...]], wish: Wish, arm: Arm, seen: Sequence[Seen]
) -> FeedStudy:  # fmt: skip
    spec = {
        "study": "feed", "store": store.key, "subjects": [subject.spec for subject in subjects], "personas": {n: list(t) for n, t in personas.items()},
        "wish": {**vars(wish), "kinds": list(wish.kinds)}, "arm": arm, "seed": wish.seed,
    }  # fmt: skip
    curves, apart = [], []
    for subject in subjects:
        for kind in wish.kinds:
            own = [one for one in seen if (one.subject, one.kind) == (subject.card.name, kind)]
            tables = {
                side: _yes([one for one in own if one.adapting == side], wish.shown) for side in (True, False)
            }
            curves += [
                _curve(subject.card.name, kind, side, tables[side], own, wish) for side in (True, False)
            ]
            apart.append(_apart(subject.card.name, kind, tables, wish))
    about: dict[str, object] = {
        "name": "feed",
        "title": "A feed that may adapt",
        "frames": len(store),
        "key": store.key,
    }
    return FeedStudy(
        **recorded(spec, about, "schwartz10", (*sources(adaptation), "valuespectrum")),
        arm=arm, frames=len(store), shown=wish.shown, window=wish.window, stretch=STRETCH, personas=dict(personas),
        subjects=tuple(note(subject) for subject in subjects), curves=tuple(curves), apart=tuple(apart),
    )  # fmt: skip


def _yes(seen: Sequence[Seen], shown: int) -> Floats:
    """[watchers, frames] 1 where a frame was watched."""
    watchers = list(dict.fromkeys((one.persona, one.trial) for one in seen))
    found = np.zeros((len(watchers), shown))
    for one in seen:
        found[watchers.index((one.persona, one.trial)), one.place] = one.decision.watches is True
    return found


def _curve(subject: str, kind: Kind, adapting: bool, yes: Floats, own: Sequence[Seen], wish: Wish) -> Curve:
    index, low, high = adaptation(yes, wish.window, wish.seed)
    parts = [float(part.mean()) for part in np.array_split(yes, max(1, wish.shown // STRETCH), axis=1)]
    lost = Counter(
        str(one.decision.watches.why)
        for one in own
        if one.adapting == adapting and isinstance(one.decision.watches, Missing)
    )
    return Curve(subject, kind, adapting, tuple(parts), index, low, high, len(yes), dict(lost))


def _apart(subject: str, kind: Kind, tables: Mapping[bool, Floats], wish: Wish) -> Apart:
    each = {
        side: np.array([adaptation(row[None], wish.window)[0] for row in yes]) for side, yes in tables.items()
    }
    gap = moved(each[False], each[True], wish.seed)
    return Apart(subject, kind, gap.shift, gap.low, gap.high, gap.n)


def lines(study: FeedStudy) -> Iterator[str]:
    """The study in words."""
    yield f"{study.shown} of {study.frames} frames, {len(study.personas)} personas, the {study.arm} arm; first and last {study.window} compared"
    for c in study.curves:
        missing = ", ".join(f"{why} {n}" for why, n in c.missing.items()) or "none"
        what = "adapting" if c.adapting else "the same for all"
        yield f"{c.subject}, {c.kind}, feed {what}: {c.index:+.0%} [{c.low:+.0%}, {c.high:+.0%}], n = {c.watchers} watchers, missing: {missing}"
    for a in study.apart:
        yield f"{a.subject}, {a.kind}: {a.difference:+.0%} [{a.low:+.0%}, {a.high:+.0%}] more on the feed that adapts, n = {a.watchers}"
