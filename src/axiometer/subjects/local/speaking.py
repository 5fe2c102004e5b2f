"""Continuing prompts token by token, a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from axiometer.canon import draws
from axiometer.subjects.local.editing import Editor
from axiometer.subjects.local.engine import Engine, Lookback, decoder, logits
from axiometer.subjects.local.likelihood import Tokens
from axiometer.subjects.local.memory import Layers, sharing, worth_keeping
from axiometer.subjects.local.padding import padded
from axiometer.subjects.local.trie import Flags, Ints, Trie, plant


@dataclass(frozen=True)
class Manner:
    """How tokens are chosen, and when to stop.

    Attributes:
        temperature: 0 for the most likely token each time.
        limit: most new tokens.
        stops: tokens that end an answer.
    """

    temperature: float
    limit: int
    stops: frozenset[int]


class Stream(Protocol):
    """Several texts that grow by a token each at a time."""

    logits: Tensor

    def step(self, tokens: Tensor) -> None:
        """Appends a token to each text; `logits` are then those of the next."""
        ...

    def narrow(self, rows: Tensor) -> None:
        """Goes on with some of the texts only."""
        ...


def speak(stream: Stream, contexts: Sequence[Tokens], manner: Manner, seed: int) -> list[list[int]]:
    """The new tokens of each text, without the one that stopped it.

    Why: every text draws from a generator of its own, keyed by seed and context, so that the company it is
    asked in changes nothing.
    """
    said: list[list[int]] = [[] for _ in contexts]
    dice = [draws(seed, "speak", list(tokens)) if manner.temperature else None for tokens in contexts]
    going = list(range(len(contexts)))
    for length in range(1, manner.limit + 1):
        chosen = _choose(stream.logits, [dice[i] for i in going], manner.temperature)
        for i, token in zip(going, chosen, strict=True):
            if token not in manner.stops:
                said[i].append(token)
        rows = [row for row, token in enumerate(chosen) if token not in manner.stops]
        if not rows or length == manner.limit:
            break
        if len(rows) < len(going):
            stream.narrow(torch.tensor(rows))
            going = [going[row] for row in rows]
        stream.step(torch.tensor([chosen[row] for row in rows]))
    return said


def _choose(found: Tensor, dice: Sequence[np.random.Generator | None], temperature: float) -> list[int]:
    if not temperature:
        return [int(token) for token in found.argmax(dim=1).tolist()]
    chosen = []
    for row, die in zip(found, dice, strict=True):
        assert die is not None  # noqa: S101 - our own bookkeeping
        total = torch.softmax(row.double() / temperature, dim=0).cumsum(0)
        place = int(torch.searchsorted(total, die.random() * float(total[-1]), right=True))
        chosen.append(min(place, len(total) - 1))
    return chosen


class TreeStream:
    """Texts whose prompts are computed as one tree, and then go on side by side.

    Shapes: per layer, keys and values are [texts, heads, room, head size]; a text's tokens end at the same
    column as everyone's, what is before its first is masked.
    """

    @torch.inference_mode()
    def __init__(
        self, engine: Engine, contexts: Sequence[Tokens], room: int, editor: Editor | None = None
    ) -> None:
        self._engine = engine
        self._editor = editor
        self._texts = np.arange(len(contexts))
        trie = plant(contexts, None if editor is None else editor.groups)
        rows = self._prefill(trie)
        self._lengths = np.array([len(tokens) for tokens in contexts])
        width = int(self._lengths.max())
        columns = np.zeros((len(contexts), width), dtype=np.int64)
        for line, path in zip(columns, trie.paths, strict=True):
            line[:] = rows[path[0]]
            line[width - len(path) :] = rows[path]
        self._layers = [
            (_roomy(keys, room), _roomy(values, room)) for keys, values in engine.memory.gather(columns)
        ]
        self._starts = width - self._lengths
        self._width = width
        shared = worth_keeping(sharing(trie, trie.paths), trie.paths[-1])
        engine.memory.settle(trie, rows, shared if editor is None else np.zeros_like(shared))

    def _prefill(self, trie: Trie) -> Ints:
        ends = np.array([path[-1] for path in trie.paths])
        asked = np.zeros(len(trie), dtype=np.bool_)
        asked[ends] = True
        found: dict[int, Tensor] = {}

        def take(nodes: Ints, logits: Tensor) -> None:
            found.update(zip(nodes.tolist(), logits.clone(), strict=True))

        watcher = None if self._editor is None else self._editor.watcher(trie, self._texts)
        rows = self._engine.run(trie, asked, np.ones(len(trie), dtype=np.bool_), take, watcher=watcher)
        self.logits = torch.stack([found[int(end)] for end in ends])
        return rows

    @torch.inference_mode()
    def step(self, tokens: Tensor) -> None:
        """Appends a token to each text."""
        model = self._engine.model
        self._width += 1
        positions = self._width - 1 - self._starts
        if self._editor is not None:
            self._editor.enter(self._texts, self._texts, positions, reading=False)
        found = decoder(model)(
            input_ids=tokens[:, None].to(model.device),
            position_ids=torch.from_numpy(positions)[:, None].to(model.device),
            attention_mask=self._engine.masks.build(self._seen),
            past_key_values=_Growing(self._layers, self._width),
            use_cache=True,
        )[0]
        self._engine.computed_tokens += len(tokens)
        self.logits = logits(model, found[:, -1])

    def narrow(self, rows: Tensor) -> None:
        """Goes on with some of the texts only."""
        index = rows.to(self._engine.model.device)
        self._layers = [(keys[index], values[index]) for keys, values in self._layers]
        self._starts = self._starts[rows.numpy()]
        self._texts = self._texts[rows.numpy()]

    def _seen(self, window: int | None) -> Flags:
        first = self._starts if window is None else np.maximum(self._starts, self._width - window)
        return np.asarray(np.arange(self._width)[None, None, :] >= first[:, None, None], dtype=np.bool_)


class _Growing(Lookback):
    """Writes a step's keys and values into room made beforehand, where a fresh copy per step would cost more."""

    def __init__(self, layers: Layers, width: int) -> None:
        super().__init__([])
        self._room, self._width = layers, width

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """All keys and values so far, the step's own last."""
        keys, values = self._room[layer_idx]
        keys[:, :, self._width - 1 : self._width] = key_states
        values[:, :, self._width - 1 : self._width] = value_states
        return keys[:, :, : self._width], values[:, :, : self._width]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """How many tokens lie in the past."""
        return self._width - 1


def _roomy(rows: Tensor, room: int) -> Tensor:
    """[heads, texts, width, size] as [texts, heads, width + room, size]."""
    heads, texts, width, size = rows.shape
    made = rows.new_zeros(texts, heads, width + room, size)
    made[:, :, :width] = rows.transpose(0, 1)
    return made


class PaddedStream:
    """Texts by the model's own forward pass and cache, left-padded: for models that trees do not fit."""

    @torch.inference_mode()
    def __init__(self, model: Any, contexts: Sequence[Tokens], editor: Editor | None = None) -> None:
        self._model = model
        self._editor = editor
        if editor is not None:
            editor.enter_padded([len(tokens) for tokens in contexts], np.arange(len(contexts)), left=True)
        tokens, self._mask = padded(contexts, left=True)
        self._cache: Any = None
        self._live = torch.arange(len(contexts))
        self._forward(tokens, (self._mask.cumsum(1) - 1).clamp(min=0))

    @torch.inference_mode()
    def step(self, tokens: Tensor) -> None:
        """Appends a token to each text."""
        every = torch.zeros(len(self._mask), dtype=torch.long)
        every[self._live] = tokens
        self._mask = torch.cat([self._mask, torch.ones(len(self._mask), 1, dtype=torch.long)], dim=1)
        positions = self._mask.sum(1, keepdim=True) - 1
        if self._editor is not None:
            live = self._live.numpy()
            self._editor.enter(live, live, positions[self._live, 0].numpy(), reading=False, real=live)
        self._forward(every[:, None], positions)

    def narrow(self, rows: Tensor) -> None:
        """Goes on with some of the texts; the others are carried along, for not every cache can drop them."""
        self._live = self._live[rows]

    def _forward(self, tokens: Tensor, positions: Tensor) -> None:
        device = self._model.device
        found = self._model(
            input_ids=tokens.to(device),
            attention_mask=self._mask.to(device),
            position_ids=positions.to(device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache = found.past_key_values
        self.logits = found.logits[self._live.to(device), -1].float()
