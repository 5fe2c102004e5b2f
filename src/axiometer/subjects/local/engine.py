"""A model's forward pass over trees of tokens: each distinct prefix once, however many sequences share it."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from transformers.cache_utils import Cache

from axiometer.subjects.local.attention import in_blocks
from axiometer.subjects.local.memory import Layers, Memory
from axiometer.subjects.local.packing import Chunk, outlives, pack
from axiometer.subjects.local.trie import Flags, Ints, Trie

Take: TypeAlias = Callable[[Ints, Tensor], None]
Watcher: TypeAlias = Callable[[Trie, Ints], None]

_LOGITS_BYTES = 24 << 20
_MEMORY_BYTES = 256 << 20
_KINDS = {"full_attention", "sliding_attention"}


class Lookback(Cache):
    """What one forward pass attends to besides its own tokens; keeps what the pass computes."""

    def __init__(self, past: Layers) -> None:
        super().__init__(layers=[])
        self._past = past
        self.fresh: dict[int, tuple[Tensor, Tensor]] = {}

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """The keys and values to attend to: those of the past, then those of the pass."""
        self.fresh[layer_idx] = (key_states[0], value_states[0])
        if not self._past:
            return key_states, value_states
        keys, values = self._past[layer_idx]
        return torch.cat([keys[None], key_states], dim=2), torch.cat([values[None], value_states], dim=2)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """How many tokens lie in the past."""
        return self._past[layer_idx][0].shape[1] if self._past else 0

    def layers_computed(self) -> Layers:
        """The keys and values of the pass, per layer."""
        return [self.fresh[layer] for layer in sorted(self.fresh)]


class Engine:
    """Runs a causal language model over trees, and remembers the prefixes worth keeping.

    Attributes:
        computed_tokens: how many tokens went through the model so far.
        memory: the rows of keys and values.
    """

    def __init__(self, model: Any, *, chunk: int, reach: int) -> None:
        self.model = model
        self.chunk, self.reach = chunk, reach
        self.computed_tokens = 0
        self.masks = Masks(model)
        self.memory = Memory(_budget(model))

    @torch.inference_mode()
    def run(
        self,
        trie: Trie,
        asked: Flags,
        held: Flags,
        take: Take,
        *,
        watcher: Watcher | None = None,
        every: bool = False,
    ) -> Ints:
        """Computes a tree; the rows of its nodes, -1 where there is none. `memory.settle` must follow.

        Args:
            trie: the tree.
            asked: [nodes] whose next-token logits are wanted.
            held: [nodes] whose rows must still be there afterwards.
            take: is given nodes, and their logits [nodes, vocabulary] in float32, which it may overwrite.
            watcher: is told of the nodes of each pass before it; hooks then see or change what is computed, and
                nothing is taken from memory.
            every: whether the last nodes of sequences are computed though nobody asks for their logits.
        """
        rows = self.memory.find(trie) if watcher is None else np.full(len(trie), -1, dtype=np.int64)
        needed = asked | (trie.ends > np.arange(len(trie)) + 1) | every
        for chunk in pack(trie, needed & (asked | (rows < 0)), self.chunk, self.reach):
            if watcher is not None:
                watcher(trie, chunk.nodes)
            hidden, fresh = self._forward(trie, chunk, rows)
            stored = np.flatnonzero((outlives(trie, chunk) | held[chunk.nodes]) & (rows[chunk.nodes] < 0))
            rows[chunk.nodes[stored]] = self.memory.put(fresh, stored)
            self._hand_over(chunk.nodes, hidden, asked, take)
        return rows

    def _forward(self, trie: Trie, chunk: Chunk, rows: Ints) -> tuple[Tensor, Layers]:
        cache = Lookback(self.memory.gather(rows[chunk.past]) if len(chunk.past) else [])
        keys = np.concatenate([chunk.past, chunk.nodes])
        device = self.model.device
        masks = self.masks.build(lambda window: trie.sees(chunk.nodes, keys, window)[None])
        with in_blocks(self.model, masks):
            hidden = decoder(self.model)(
                input_ids=torch.from_numpy(trie.tokens[chunk.nodes])[None].to(device),
                position_ids=torch.from_numpy(trie.depths[chunk.nodes])[None].to(device),
                attention_mask=masks,
                past_key_values=cache,
                use_cache=True,
            )[0]
        self.computed_tokens += len(chunk.nodes)
        return hidden[0], cache.layers_computed()

    def _hand_over(self, nodes: Ints, hidden: Tensor, asked: Flags, take: Take) -> None:
        places = np.flatnonzero(asked[nodes])
        step = slice_size(self.model)
        for start in range(0, len(places), step):
            some = places[start : start + step]
            take(nodes[some], logits(self.model, hidden[torch.from_numpy(some).to(hidden.device)]))


class Masks:
    """Attention masks in the form a model wants them: one for all layers, or one per kind of layer."""

    def __init__(self, model: Any) -> None:
        self._config = model.config.get_text_config()
        self._dtype, self._device = model.dtype, model.device

    def build(self, seen: Callable[[int | None], Flags]) -> Any:
        """The masks, from a function that says what is seen within a window.

        Shapes: `seen(window)` is [batch, queries, keys]; each mask [batch, 1, queries, keys].

        Raises:
            NotImplementedError: a kind of layer whose mask we do not know; the model needs padded batches.
        """
        window = getattr(self._config, "sliding_window", None)
        kinds = set(getattr(self._config, "layer_types", None) or ())
        if strange := kinds - _KINDS:
            raise NotImplementedError(f"no masks for layers of {', '.join(sorted(strange))}")
        if "sliding_attention" in kinds:
            return {kind: self._mask(seen(window if kind == "sliding_attention" else None)) for kind in kinds}
        # Qwen2 names a window that no layer of it uses.
        return self._mask(seen(None if kinds == {"full_attention"} else window))

    def _mask(self, seen: Flags) -> Tensor:
        allowed = torch.from_numpy(seen).to(self._device)[:, None]
        mask = torch.zeros(allowed.shape, dtype=self._dtype, device=self._device)
        return mask.masked_fill_(~allowed, torch.finfo(self._dtype).min)


def decoder(model: Any) -> Any:
    """The model without its language-model head."""
    return getattr(model, model.base_model_prefix)


def logits(model: Any, hidden: Tensor) -> Tensor:
    """Next-token logits of some hidden states, in float32.

    Why: not by the model's own `forward`, which would hold the whole vocabulary at every position at once. The
    self-test at opening compares with it.
    """
    config = model.config.get_text_config()
    found: Tensor = model.get_output_embeddings()(hidden).float()
    if (cap := getattr(config, "final_logit_softcapping", None)) is not None:
        found = torch.tanh(found / cap) * cap
    if (scale := getattr(config, "logit_scale", None)) is not None:
        found = found * scale
    if (scaling := getattr(config, "logits_scaling", None)) is not None:
        found = found / scaling
    return found


def slice_size(model: Any) -> int:
    """How many positions' logits fit into a processor's cache and the allocator's arenas."""
    return max(16, int(_LOGITS_BYTES // (4 * model.config.get_text_config().vocab_size)))


def _budget(model: Any) -> int:
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    token = 2 * config.num_hidden_layers * heads * size * model.dtype.itemsize
    return int(min(8192, max(512, _MEMORY_BYTES // token)))
