"""Sessions about frames: does a subject like it, why, and what does it see.

Source: valuespectrum
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from axiometer.canon import derived
from axiometer.data.wording import filled
from axiometer.errors import BadInput, Interrupted
from axiometer.instruments.frames import Arm, Frame
from axiometer.instruments.reading import REFUSALS
from axiometer.instruments.spectrum import Spectrum
from axiometer.measure.run import Progress
from axiometer.subjects import Answer, Missing, Prompt, Subject, Turn
from axiometer.subjects.pictures import Picture, read_picture
from axiometer.subjects.protocol import check_sees

_YES_NO = re.compile(r"^\W*(?:(?:my )?answer(?: is)?\W+)?(yes|no)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Ask:
    """A frame that was looked up for a value by a keyword."""

    value: str
    keyword: str
    frame: str


@dataclass(frozen=True)
class Look:
    """What a subject said of a frame.

    Attributes:
        likes: or why that is not known.
        why: its reason, or why there is none.
        seen: what it says can be seen, or why it says nothing.
    """

    value: str
    keyword: str
    frame: str
    likes: bool | Missing
    why: str | Missing
    seen: str | Missing


def look(
    subject: Subject,
    spectrum: Spectrum,
    asks: Sequence[Ask],
    frames: Mapping[str, Frame],
    arm: Arm,
    *,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> list[Look]:
    """A session about every frame; earlier answers stand in it.

    Why one arm at a time: models like far more when they read captions than when they see pictures, so that the two are never mixed.

    Args:
        subject: who is asked.
        spectrum: what is asked.
        asks: about which frames.
        frames: by id.
        arm: `picture`, the frame itself is shown; `caption`, its caption is put instead.
        seed: of the subject.
        progress: heard after each batch.

    Raises:
        Incapable: pictures, and a subject that is shown none.
        BadInput: a frame without a picture, or without a caption, where it is needed.
        Interrupted: on Ctrl-C; what was received stays with a remembering subject.
    """
    pictures = {one.frame: _picture(frames[one.frame]) for one in asks} if arm == "picture" else {}
    if arm == "caption" and (bare := [one.frame for one in asks if not frames[one.frame].caption.strip()]):
        raise BadInput(
            f"{len(bare)} frames have no caption, {bare[0]} for one; add captions, or show pictures (--arm picture)."
        )
    found: list[Look] = []
    batch = max(1, subject.card.batch)
    try:
        for start in range(0, len(asks), batch):
            found += _session(
                subject,
                spectrum,
                asks[start : start + batch],
                frames,
                pictures,
                arm,
                derived(seed, "spectrum"),
            )
            progress(len(found), len(asks))
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped after {len(found)} of {len(asks)} frames; what {subject.card.name} said is kept: run the same command again to go on."
        ) from None
    return found


def read_liking(reply: Answer | Missing) -> bool | Missing:
    """Yes or no at the beginning of a reply."""
    if isinstance(reply, Missing):
        return reply
    if found := _YES_NO.match(reply.text):
        return found[1].casefold() == "yes"
    why = "refused" if REFUSALS.search(reply.text) else "unparsed"
    return Missing(why, reply.text.strip()[:80])  # type: ignore[arg-type]


def _session(
    subject: Subject,
    spectrum: Spectrum,
    asks: Sequence[Ask],
    frames: Mapping[str, Frame],
    pictures: Mapping[str, Picture],
    arm: Arm,
    seed: int,
) -> list[Look]:
    texts = spectrum.texts

    def first(ask: Ask) -> Prompt:
        question = filled(texts["like"], {"shown": texts[arm]})
        caption = f'"{frames[ask.frame].caption.strip()}"\n' if arm == "caption" else ""
        shown = (pictures[ask.frame],) if arm == "picture" else ()
        return Prompt(
            caption + question,
            system=texts["system_message"],
            about=f"{ask.keyword}/{ask.frame}",
            pictures=shown,
        )

    def then(prompt: Prompt, said: str, text: str) -> Prompt:
        turns = (*prompt.turns, Turn("user", prompt.user), Turn("assistant", said))
        return Prompt(text, system=prompt.system, turns=turns, about=prompt.about, pictures=prompt.pictures)

    opened = [first(ask) for ask in asks]
    check_sees(subject.card, opened)
    likings = subject.answer(opened, seed=seed)
    likes = [read_liking(reply) for reply in likings]
    going = [i for i, one in enumerate(likes) if not isinstance(one, Missing)]
    asked = [
        then(opened[i], "Yes" if likes[i] else "No", texts["why_yes" if likes[i] else "why_no"])
        for i in going
    ]
    whys = dict(zip(going, subject.answer(asked, seed=seed) if asked else [], strict=True))
    last = [then(prompt, _words(whys[i]), texts["describe"]) for i, prompt in zip(going, asked, strict=True)]
    seen = dict(zip(going, subject.answer(last, seed=seed) if last else [], strict=True))
    lost = Missing("filtered", "not asked: whether it likes the frame is not known")
    return [
        Look(ask.value, ask.keyword, ask.frame, likes[i], _said(whys.get(i, lost)), _said(seen.get(i, lost)))
        for i, ask in enumerate(asks)
    ]


def _picture(frame: Frame) -> Picture:
    if not frame.picture:
        raise BadInput(f"frame {frame.id} has no picture; add pictures, or put captions (--arm caption).")
    return read_picture(frame.picture)


def _said(reply: Answer | Missing) -> str | Missing:
    return reply if isinstance(reply, Missing) else reply.text.strip()


def _words(reply: Answer | Missing) -> str:
    return reply.text.strip() if isinstance(reply, Answer) else "..."
