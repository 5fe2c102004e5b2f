"""What puts frames and words into one space: captions by the sentence encoder, or pictures by a model that sees; each is one arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from axiometer.canon import key
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.instruments.frame_store import Floats
from axiometer.instruments.frames import Arm, Frame
from axiometer.raters.encoder import Encoder, open_encoder


class Embedder(Protocol):
    """Frames and words as vectors of one width."""

    @property
    def arm(self) -> Arm:
        """What of a frame it takes."""
        ...

    @property
    def key(self) -> str:
        """Content key of all that its vectors depend on."""
        ...

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        ...

    def of_frames(self, frames: Sequence[Frame]) -> Floats:
        """[frames, width] of frames."""
        ...

    def of_words(self, texts: Sequence[str]) -> Floats:
        """[texts, width] of words."""
        ...


@dataclass(frozen=True)
class Captions:
    """The mean of a caption's last layer in the sentence encoder."""

    encoder: Encoder
    arm: Arm = "caption"

    @property
    def key(self) -> str:
        """The encoder."""
        return key(["captions", self.encoder.key])

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return self.encoder.width // 2

    def of_frames(self, frames: Sequence[Frame]) -> Floats:
        """Of their captions.

        Raises:
            BadInput: a frame without one.
        """
        bare = [frame.id for frame in frames if not frame.caption.strip()]
        if bare:
            raise BadInput(
                f"{len(bare)} frames have no caption, {bare[0]} for one; give captions, or embed pictures (--embedder clip:FOLDER)."
            )
        return self.of_words([frame.caption for frame in frames])

    def of_words(self, texts: Sequence[str]) -> Floats:
        """Of words."""
        found = [tokens.mean(axis=0) for tokens in self.encoder.tokens(texts)]
        table = np.stack(found)
        return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Pictures:
    """A model of pictures and words."""

    model: Any
    arm: Arm = "picture"

    @property
    def key(self) -> str:
        """The model."""
        return str(self.model.key)

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return int(self.model.width)

    def of_frames(self, frames: Sequence[Frame]) -> Floats:
        """Of their pictures.

        Raises:
            BadInput: a frame without one.
        """
        bare = [frame.id for frame in frames if not frame.picture]
        if bare:
            raise BadInput(
                f"{len(bare)} frames have no picture, {bare[0]} for one; give files, or embed captions (--embedder captions)."
            )
        found: Floats = self.model.pictures([frame.picture for frame in frames])
        return found

    def of_words(self, texts: Sequence[str]) -> Floats:
        """Of words."""
        found: Floats = self.model.words(list(texts))
        return found


def open_embedder(name: str = "captions") -> Embedder:
    """`captions`, or `clip:FOLDER` for a CLIP or SigLIP model in a folder.

    Raises:
        UnknownName: no such embedder.
        Incapable: what it needs is not installed.
        BadInput: no such model in the folder.
    """
    kind, _, rest = name.partition(":")
    if kind == "captions" and not rest:
        return Captions(open_encoder())
    if kind == "clip" and rest:
        try:
            from axiometer.subjects.local.clip import Clip
        except ImportError as error:
            raise Incapable(
                f"embedding pictures needs {error.name}: pip install 'axiometer[local]'."
            ) from None
        return Pictures(Clip(Path(rest).expanduser()))
    raise unknown("embedder", name, ["captions", "clip:FOLDER"])
