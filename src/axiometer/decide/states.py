"""Scenes and actions as numbers: token states of a frozen encoder, averaged to a few places each.

Scene and action are read apart, in training as in deciding; that the source trains on both as one text and decides on each alone is repaired here.

Source: valuepilot2025
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from axiometer.canon import key
from axiometer.decide.network import HEADS
from axiometer.errors import BadInput, StorageFailure, unknown
from axiometer.raters.encoder import Encoder, open_encoder
from axiometer.subjects.local.opening import open_local_encoder

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
PLACES = 8
SHIPPED = "minilm"
_LAYER = 4
_BLOCK = 512


class Reader(Protocol):
    """A frozen encoder of texts."""

    @property
    def key(self) -> str:
        """The content key of all that its numbers depend on."""
        ...

    @property
    def name(self) -> str:
        """What opens it again."""
        ...

    @property
    def layer(self) -> int:
        """Whose output is read, the first is 1."""
        ...

    @property
    def width(self) -> int:
        """Numbers a token."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[Floats]:
        """[tokens, width] of each text."""
        ...


@dataclass(frozen=True)
class MiniLM:
    """The sentence encoder that the raters use, up to one of its layers.

    Attributes:
        layer: whose output, the first is 1.
    """

    encoder: Encoder
    layer: int
    name: str = SHIPPED

    @cached_property
    def key(self) -> str:
        """Weights and layer."""
        return key([self.encoder.key, self.layer])

    @property
    def width(self) -> int:
        """Numbers a token."""
        return self.encoder.width // 2

    def tokens(self, texts: Sequence[str]) -> list[Floats]:
        """The layer's output."""
        return self.encoder.tokens(texts, self.layer)


def open_reader(layer: int | None = None, encoder: str = SHIPPED) -> Reader:
    """An encoder by name: `minilm`, the shipped one, or `local:FOLDER`, any encoder of transformers.

    Args:
        layer: whose output is read, the first is 1; None for the fourth of the shipped one, the last of another.
        encoder: its name.

    Raises:
        UnknownName: no such encoder.
        BadInput: no encoder in the folder, no such layer, or a width that the heads cannot share.
        Incapable: it is not installed.
    """
    kind, _, rest = encoder.partition(":")
    if kind != "local":
        if encoder != SHIPPED:
            raise unknown("encoder", encoder, [SHIPPED, "local:FOLDER"])
        return _minilm(_LAYER if layer is None else layer)
    found = open_local_encoder(rest, layer)
    if found.width % HEADS:
        raise BadInput(
            f"the encoder in {rest} gives {found.width} numbers a token, which {HEADS} heads cannot share; choose another."
        )
    return found


def _minilm(layer: int) -> MiniLM:
    encoder = open_encoder()
    if not 1 <= layer <= (deep := encoder.depth):
        raise BadInput(f"{SHIPPED} has {deep} layers, and no layer {layer}; name one from 1 to {deep}.")
    return MiniLM(encoder, layer)


def pooled(tokens: Floats, places: int) -> Floats:
    """[places, width] means of even parts of a text; a short text repeats tokens.

    Parts are those of the usual adaptive average: place i covers tokens from floor(i n / places) up to ceil((i + 1) n / places).
    """
    n = len(tokens)
    sums = np.concatenate([np.zeros((1, tokens.shape[1])), np.cumsum(tokens, axis=0, dtype=np.float64)])
    starts = np.arange(places) * n // places
    ends = -((-(np.arange(places) + 1) * n) // places)
    means = (sums[ends] - sums[starts]) / (ends - starts)[:, None]
    return np.asarray(means, np.float32)


def states(reader: Reader, texts: Sequence[str], places: int) -> Floats:
    """[texts, places, width] of texts, held in memory."""
    return np.stack([pooled(found, places) for found in reader.tokens(texts)])


def kept_states(
    reader: Reader,
    texts: Sequence[str],
    places: int,
    folder: Path,
    name: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Halves:
    """[texts, places, width] in a file, as halves; what was read before an interruption is not read again.

    Args:
        reader: the encoder.
        texts: what.
        places: a text.
        folder: where the file goes.
        name: of the file.
        progress: heard after each block of texts.

    Raises:
        StorageFailure: no space, no permission.
    """
    shape, made = (len(texts), places, reader.width), key([reader.key, places, list(texts)])
    path, note = folder / f"{name}.f16", folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = _done(note, made) if path.is_file() else 0
        found = np.memmap(path, np.float16, "r+" if done else "w+", shape=shape)
        for start in range(done, len(texts), _BLOCK):
            some = texts[start : start + _BLOCK]
            found[start : start + len(some)] = states(reader, some, places)
            found.flush()
            note.write_text(json.dumps({"of": made, "done": start + len(some)}), encoding="utf-8")
            progress(start + len(some), len(texts))
        return np.memmap(path, np.float16, "r", shape=shape)
    except OSError as error:
        raise StorageFailure(
            f"cannot keep states in {folder}: {error.strerror or error}; choose another folder."
        ) from None


def _done(note: Path, made: str) -> int:
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
        return int(kept["done"]) if kept["of"] == made else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0
