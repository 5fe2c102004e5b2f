"""What subjects like of frames that were looked up for each value: preferences, spread, whether they saw them, and what a persona changes.

Source: valuespectrum
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from axiometer.analyse.effects import moved
from axiometer.analyse.spectrum import differing, dividing, preference, seen_apart, spread
from axiometer.canon import key
from axiometer.errors import BadInput
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Arm, Frame, Only
from axiometer.instruments.spectrum import Spectrum
from axiometer.measure import Progress
from axiometer.measure.spectrum import Ask, Look, look
from axiometer.report.cite import sources
from axiometer.report.numbers import number, probability
from axiometer.report.spectrum import Dividing, Liked, Moved, SpectrumStudy, Viewed
from axiometer.steer import Told, steer
from axiometer.studies.administer import note, recorded
from axiometer.studies.embedders import Embedder
from axiometer.subjects import Subject
from axiometer.values import open_system

EACH = 5
_SHOWN = 12


@dataclass(frozen=True)
class Spanned:
    """A study and what was said, as (subject, persona told, look)."""

    study: SpectrumStudy
    looks: tuple[tuple[str, bool, Look], ...]


def spectrum(
    instrument: Spectrum,
    store: FrameStore,
    embedder: Embedder,
    subjects: Sequence[Subject],
    *,
    arm: Arm = "caption",
    each: int = EACH,
    only: Only | None = None,
    persona: str = "",
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Spanned:
    """Looks frames up for every keyword, asks every subject about each, and says what is liked.

    Args:
        instrument: keywords and questions.
        store: where frames are looked up; what was looked up before is found again.
        embedder: the one that the store was filled with.
        subjects: who is asked; names must differ.
        arm: whether the picture is shown or its caption is put.
        each: frames a keyword.
        only: which frames.
        persona: what the subjects are told besides, in a second round; empty for none.
        seed: of subjects and intervals.
        progress: makes a listener for each subject.

    Raises:
        BadInput: no subject, one named twice, or frames without what the arm needs.
        Incapable: pictures, and a subject that is shown none.
    """
    names = [subject.card.name for subject in subjects]
    if not names or len(set(names)) < len(names):
        raise BadInput(f"subjects are {', '.join(names) or 'none'}; name at least one, each once.")
    asks = _asks(instrument, store, embedder, each, only or Only())
    frames = store.frames([one.frame for one in asks])
    plain = {
        s.card.name: look(s, instrument, asks, frames, arm, seed=seed, progress=progress(s.card.name, arm))
        for s in subjects
    }
    told = {
        s.card.name: look(steer(s, Told(persona)), instrument, asks, frames, arm, seed=seed, progress=progress(s.card.name, "persona"))
        for s in subjects
    } if persona else {}  # fmt: skip
    spec = {
        "study": "spectrum",
        "instrument": instrument.spec,
        "frames": key([[one.value, one.keyword, one.frame] for one in asks]),
        "arm": arm,
        "subjects": [subject.spec for subject in subjects],
        "persona": persona,
        "seed": seed,
    }
    cited = (*open_system(instrument.system).source, *instrument.source, *sources(preference))
    study = SpectrumStudy(
        **recorded(spec, _about(instrument), instrument.system, cited),
        arm=arm,
        store=str(store.folder),
        frames=len(frames),
        each=each,
        subjects=tuple(note(subject) for subject in subjects),
        viewed=tuple(
            _viewed(name, looks, instrument, frames, embedder, seed) for name, looks in plain.items()
        ),
        persona=persona,
        moved=tuple(
            row for name, after in told.items() for row in _moved(name, plain[name], after, instrument, seed)
        ),
        dividing=tuple(_dividing(plain, asks, frames)) if len(plain) > 1 else (),
    )
    said = [
        (name, flag, one)
        for flag, group in ((False, plain), (True, told))
        for name, looks in group.items()
        for one in looks
    ]
    return Spanned(study, tuple(said))


def _about(instrument: Spectrum) -> dict[str, object]:
    return {
        "name": instrument.name,
        "title": instrument.title,
        "licence": instrument.licence,
        "keywords": sum(map(len, instrument.keywords.values())),
        "key": instrument.key,
    }


def _asks(instrument: Spectrum, store: FrameStore, embedder: Embedder, each: int, only: Only) -> list[Ask]:
    """Every frame once for each value that it was looked up for."""
    words = [word for some in instrument.keywords.values() for word in some]
    found = store.retrieve(dict(zip(words, embedder.of_words(words), strict=True)), each, only)
    asks, seen = [], set[tuple[str, str]]()
    for value, some in instrument.keywords.items():
        for word in some:
            for hit in found[word]:
                if (value, hit.id) not in seen:
                    seen.add((value, hit.id))
                    asks.append(Ask(value, word, hit.id))
    return asks


def _viewed(
    name: str,
    looks: Sequence[Look],
    instrument: Spectrum,
    frames: Mapping[str, Frame],
    embedder: Embedder,
    seed: int,
) -> Viewed:
    liked = []
    for value in instrument.keywords:
        own = [one.likes for one in looks if one.value == value]
        known = [like for like in own if isinstance(like, bool)]
        mean, low, high = preference(sum(known), len(known)) if known else (None, None, None)
        liked.append(Liked(value, mean, low, high, len(known), len(own) - len(known)))
    width = spread([one.preference for one in liked if one.preference is not None])
    told = [
        (one.seen, frames[one.frame].caption)
        for one in looks
        if isinstance(one.seen, str) and one.seen and frames[one.frame].caption
    ]
    seen = mixed = p = None
    if len(told) > 1 and embedder.arm == "caption":
        described, captions = (_unit(embedder.of_words([pair[i] for pair in told])) for i in (0, 1))
        seen, mixed, p = seen_apart(described, captions, seed)
    missing = Counter(str(one.likes.why) for one in looks if not isinstance(one.likes, bool))
    differ = differing([round((o.preference or 0) * o.n / 100) for o in liked], [o.n for o in liked], seed)
    return Viewed(
        name,
        tuple(liked),
        width if isfinite(width) else None,
        differ if isfinite(differ) else None,
        dict(missing),
        seen,
        mixed,
        p,
        len(told),
    )


def _moved(
    name: str, before: Sequence[Look], after: Sequence[Look], instrument: Spectrum, seed: int
) -> Iterator[Moved]:
    for value in instrument.keywords:
        pairs = [
            (100.0 * a.likes, 100.0 * b.likes)
            for a, b in zip(before, after, strict=True)
            if a.value == value and isinstance(a.likes, bool) and isinstance(b.likes, bool)
        ]
        if pairs:
            one, other = np.array(pairs).T
            shift = moved(one, other, seed)
            yield Moved(name, value, shift.shift, shift.low, shift.high, shift.n)


def _dividing(
    plain: Mapping[str, Sequence[Look]], asks: Sequence[Ask], frames: Mapping[str, Frame]
) -> Iterator[Dividing]:
    table = np.array(
        [
            [float(one.likes) if isinstance(one.likes, bool) else np.nan for one in looks]
            for looks in plain.values()
        ]
    )
    seen = set[str]()
    for i in dividing(table):
        column, ask = table[:, i], asks[i]
        known = column[~np.isnan(column)]
        if len(seen) == _SHOWN or len(known) < 2 or not 0 < known.mean() < 1:
            return
        if ask.frame not in seen:
            seen.add(ask.frame)
            frame = frames[ask.frame]
            liked = {name: bool(like) for name, like in zip(plain, column, strict=True) if not np.isnan(like)}
            yield Dividing(
                ask.frame, ask.value, ask.keyword, frame.caption, liked, b64encode(frame.thumbnail).decode()
            )


def _unit(vectors: Any) -> Any:
    return np.asarray(vectors, np.float64) / np.linalg.norm(vectors, axis=1, keepdims=True)


def lines(study: SpectrumStudy) -> Iterator[str]:
    """The study in words."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    yield f"{study.frames} frames, the {study.arm} arm: {'pictures were shown' if study.arm == 'picture' else 'captions were put instead of pictures'}"
    for one in study.viewed:
        missing = ", ".join(f"{why} {n}" for why, n in one.missing.items()) or "none"
        yield f"{one.subject}: spread over values {number(one.spread, 1)}, values differ {_chance(one.differ)}, missing: {missing}"
        for liked in sorted(one.liked, key=lambda each: -(each.preference or -1)):
            if liked.preference is not None:
                yield f"  {titles[liked.value]:<16} likes {liked.preference:.0f} of 100 [{number(liked.low, 0)}, {number(liked.high, 0)}]  n = {liked.n}"
        if one.seen is not None:
            yield f"  descriptions are alike to their captions by {one.seen:.2f}, to others by {number(one.mixed)} ({_chance(one.p)}), n = {one.described}"
    for m in study.moved:
        yield f"{m.subject}, told the persona, {titles[m.value]}: {m.change:+.0f} [{m.low:+.0f}, {m.high:+.0f}], n = {m.n}"


def _chance(p: float | None) -> str:
    return "–" if p is None else probability(p)
