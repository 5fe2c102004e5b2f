"""What passes by at some sites while prompts are read: every shared prefix computed once, the upper blocks not at all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from axiometer.subjects.local import places
from axiometer.subjects.local.editing import Editor
from axiometer.subjects.local.engine import Engine, decoder
from axiometer.subjects.local.likelihood import Scored
from axiometer.subjects.local.padding import padded
from axiometer.subjects.local.trie import Ints, Trie, plant
from axiometer.subjects.sites import Edit, Floats, Site
from axiometer.subjects.sites import Tokens as Which

_LOT = 64
_PADDED = 8


def captured(
    engine: Engine,
    texts: Sequence[Scored],
    sites: Sequence[Site],
    tokens: Which,
    edits: Sequence[Sequence[Edit]],
    *,
    by_tree: bool,
) -> dict[Site, Floats]:
    """The hidden states of texts after their contexts at some sites, as the edits of the same site are shown them.

    Shapes: [prompts, width]; with `each`, [all tokens in order, width].
    """
    found: dict[Site, list[Floats]] = {site: [] for site in sites}
    places_of: list[int] = []
    if not texts or not sites:
        return {site: np.empty((0, places.width(engine.model, site.part)), np.float32) for site in sites}
    by_tree = by_tree and not any(edits)
    # Neighbours in this order share most, or are of about one length.
    every = [text.tokens for text in texts]
    order = sorted(range(len(texts)), key=lambda i: tuple(every[i]) if by_tree else (len(every[i]),))
    size = _LOT if by_tree else _PADDED
    with places.cut_after(engine.model, max(site.layer for site in sites)), torch.inference_mode():
        for start in range(0, len(order), size):
            some = order[start : start + size]
            lot = [texts[i] for i in some]
            if by_tree:
                part = _of_tree(engine, lot, sites, tokens)
            else:
                part = _of_batch(engine.model, lot, sites, tokens, [edits[i] for i in some])
            for site in sites:
                found[site].extend(part[site])
            places_of.extend(some)
    back = np.argsort(places_of)
    if tokens == "each":
        return {site: np.concatenate([found[site][i] for i in back]) for site in sites}
    return {site: np.stack([found[site][i] for i in back]) for site in sites}


def _of_tree(
    engine: Engine, lot: Sequence[Scored], sites: Sequence[Site], tokens: Which
) -> dict[Site, list[Floats]]:
    trie = plant([text.tokens for text in lot])
    paths = [path[text.context :] for path, text in zip(trie.paths, lot, strict=True)]
    wanted = np.zeros(len(trie), dtype=np.int64)
    wanted[np.concatenate([path[-1:] if tokens == "last" else path for path in paths])] = 1
    row = np.where(wanted, np.cumsum(wanted) - 1, -1)
    kept = _Kept(engine.model, sites, int(wanted.sum()))
    # An engine of its own: the rows that the model's engine remembers are those of all blocks.
    own = Engine(engine.model, chunk=engine.chunk, reach=engine.reach)
    nothing = np.zeros(len(trie), dtype=np.bool_)

    def watcher(tree: Trie, nodes: Ints) -> None:
        some = np.flatnonzero(row[nodes] >= 0)
        kept.next(some, row[nodes[some]])

    with places.watching(engine.model, {site: kept.see(site) for site in sites}):
        own.run(trie, nothing, nothing, lambda nodes, logits: None, watcher=watcher, every=True)
    return {site: [_told(kept.states[site], row[path], tokens) for path in paths] for site in sites}


def _of_batch(
    model: Any,
    lot: Sequence[Scored],
    sites: Sequence[Site],
    tokens: Which,
    edits: Sequence[Sequence[Edit]],
) -> dict[Site, list[Floats]]:
    lengths = [len(text.tokens) for text in lot]
    ids, mask = padded([text.tokens for text in lot])
    kept = _Kept(model, sites, sum(lengths))
    real = np.flatnonzero(mask.numpy())
    kept.next(real, np.arange(len(real)))
    editor = Editor(model, edits, [text.context or len(text.tokens) for text in lot])
    with places.watching(model, {site: kept.see(site) for site in sites}), editor.at_work():
        editor.enter_padded(lengths, np.arange(len(lot)), left=False)
        decoder(model)(input_ids=ids.to(model.device), attention_mask=mask.to(model.device), use_cache=False)
    ends = np.cumsum(lengths)
    rows = [
        np.arange(end - len(text.tokens) + text.context, end) for text, end in zip(lot, ends, strict=True)
    ]
    return {site: [_told(kept.states[site], row, tokens) for row in rows] for site in sites}


class _Kept:
    """The hidden states of wanted tokens, pass by pass."""

    def __init__(self, model: Any, sites: Sequence[Site], many: int) -> None:
        self.states: dict[Site, Floats] = {
            site: np.empty((many, places.width(model, site.part)), dtype=np.float32) for site in sites
        }
        self._model = model

    def next(self, rows: Ints, to: Ints) -> None:
        """Which rows of the pass that follows are wanted, and where they are put."""
        self._rows, self._to = torch.from_numpy(rows).to(self._model.device), to

    def see(self, site: Site) -> places.See:
        """For a hook at a site."""

        def see(states: Tensor) -> None:
            if len(self._to):
                flat = states.reshape(-1, states.shape[-1]).index_select(0, self._rows)
                self.states[site][self._to] = flat.float().cpu().numpy()

        return see


def _told(states: Floats, rows: Ints, tokens: Which) -> Floats:
    if tokens == "each":
        return states[rows]
    found: Floats = states[rows[-1]] if tokens == "last" else states[rows].mean(axis=0)
    return found
