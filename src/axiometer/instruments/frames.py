"""Frames out of short videos: where they come from, what is on them, and which are nearly the same.

Source: valuespectrum
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import key

Arm: TypeAlias = Literal["picture", "caption"]
NEAR, _BANDS = 6, 8


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        id: content key.
        caption: what can be seen on it, in words; empty where nobody said.
        link: of the video.
        platform: where it was posted.
        day: when; None where that is not known.
        tags: values that somebody gave it.
        picture: PNG bytes; empty where there is a caption alone.
        thumbnail: a small JPEG.
        likeness: 64 bits, nearly alike for nearly the same picture; None without one.
    """

    id: str
    caption: str = ""
    link: str = ""
    platform: str = ""
    day: date | None = None
    tags: tuple[str, ...] = ()
    picture: bytes = field(default=b"", repr=False)
    thumbnail: bytes = field(default=b"", repr=False)
    likeness: int | None = None


@dataclass(frozen=True)
class Added:
    """What came of adding frames: new ones, those that were there, and those nearly the same as one that was there."""

    new: int
    known: int
    near: int


@dataclass(frozen=True)
class Only:
    """Which frames are looked at.

    Attributes:
        platforms: none for all.
        since, until: days, both included.
    """

    platforms: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


EVERYTHING = Only()


@dataclass(frozen=True)
class Hit:
    """A frame that was found, and its cosine similarity to what was looked for."""

    id: str
    similarity: float


class Alike:
    """Pictures by 64 bits, found again within a few bits: what differs in fewer bits than there are bands shares a band."""

    def __init__(self) -> None:
        self._bands: list[dict[int, list[int]]] = [{} for _ in range(_BANDS)]

    def add(self, bits: int) -> None:
        """Lets a picture in."""
        for band, part in zip(self._bands, _parts(bits), strict=True):
            band.setdefault(part, []).append(bits)

    def near(self, bits: int, most: int) -> bool:
        """Whether one of them differs in at most so many bits (fewer than the bands)."""
        most = min(most, _BANDS - 1)
        return any(
            (other ^ bits).bit_count() <= most
            for band, part in zip(self._bands, _parts(bits), strict=True)
            for other in band.get(part, ())
        )


def likeness(gray: npt.NDArray[np.uint8]) -> int:
    """64 bits of a picture in gray: whether brightness rises from one cell of 8 rows and 9 columns to the next.

    Shapes: gray [8, 9]
    """
    bits = (gray[:, 1:].astype(int) > gray[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def frame_key(caption: str, link: str) -> str:
    """The id of a frame that is a caption alone."""
    return key(["caption", caption, link])


def _parts(bits: int) -> list[int]:
    return [(bits >> (8 * i)) & 0xFF for i in range(_BANDS)]
