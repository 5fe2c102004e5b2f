"""Edits carried out while a model runs, for the tokens they are meant for, and counted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from axiometer.errors import Incapable
from axiometer.subjects.local import places
from axiometer.subjects.local.engine import Watcher
from axiometer.subjects.local.trie import Ints, Trie
from axiometer.subjects.sites import Edit, Floats, Receipt, Site, Where

_TINY = 1e-12
_Name: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class _Shown:
    """The tokens of one pass that an edit is shown: which of the pass's rows, and where they stand."""

    chosen: Tensor | None
    where: Where


@dataclass(frozen=True)
class _Done:
    """How far each token of a pass was moved at a site, relative to its length."""

    site: Site
    reading: bool
    tokens: Ints
    ratio: Tensor


class Editor:
    """What is done to each text of one call, and a record of it.

    Attributes:
        groups: [texts] a number for each distinct set of edits: texts of the same group may share what is computed.
    """

    def __init__(self, model: Any, edits: Sequence[Sequence[Edit]], prompts: Sequence[int]) -> None:
        """Lays out what is to be done.

        Args:
            model: what it is done in.
            edits: what is done to each text.
            prompts: how many tokens of each text are its prompt.
        """
        self._model = model
        self._prompts = np.asarray(prompts, dtype=np.int64)
        self._of: list[tuple[Edit, ...]] = [tuple(some) for some in edits]
        distinct: dict[tuple[int, ...], int] = {}
        self.groups = np.array(
            [distinct.setdefault(tuple(map(id, some)), len(distinct)) for some in self._of], dtype=np.int64
        )
        # By occurrence too: two interventions may do the same thing, and then it is done twice.
        named = [_named(some) for some in self._of]
        self._edits: dict[_Name, Edit] = {name: edit for some in named for name, edit in some.items()}
        self._sites = sorted({edit.site for edit in self._edits.values()})
        self._has = {name: np.array([name in some for some in named], dtype=np.bool_) for name in self._edits}
        self._arrays: dict[_Name, dict[str, Tensor]] = {}
        self._shown: dict[_Name, _Shown] = {}
        self._tokens: Ints = np.empty(0, np.int64)
        self._real: Tensor | None = None
        self._reading = True
        self._done: list[_Done] = []
        self._nodes: list[Ints] | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Hooks in, and out again whatever happens."""
        device = self._model.device
        for site in self._sites:
            wide = places.width(self._model, site.part)
            _check(self._edits.values(), site, wide, self._model)
        self._arrays = {
            name: {
                key: torch.from_numpy(np.ascontiguousarray(array)).to(device)
                for key, array in edit.arrays.items()
            }
            for name, edit in self._edits.items()
        }
        with places.watching(self._model, {site: partial(self._see, site) for site in self._sites}):
            yield

    def enter(
        self,
        tokens: Ints,
        texts: Ints,
        positions: Ints,
        *,
        reading: bool,
        last: Ints | None = None,
        real: Ints | None = None,
    ) -> None:
        """Says which tokens the pass that follows computes.

        Args:
            tokens: [tokens] what they are called in the record: nodes while reading, texts while saying.
            texts: [tokens] a text of the group that each belongs to.
            positions: [tokens] absolute.
            reading: whether a prompt is read.
            last: [tokens] the row among these tokens of its text's last one.
            real: [tokens] their rows among all rows of the pass, where it has rows of padding besides.
        """
        self._tokens, self._reading = tokens, reading
        self._real = None if real is None else self._tensor(real)
        self._shown = {}
        for name, has in self._has.items():
            shown = has[texts]
            if self._edits[name].span == "prompt":
                shown &= positions < self._prompts[texts]
            mine = np.flatnonzero(shown)
            if len(mine):
                self._shown[name] = self._showing(mine, len(texts), positions, last)

    def watcher(self, trie: Trie, of: Ints) -> Watcher:
        """For a tree whose sequences belong to these texts, and share nodes only within a group.

        Shapes: of [sequences]
        """
        owner = np.zeros(len(trie), dtype=np.int64)
        mine: list[list[Ints]] = [[] for _ in self._of]
        for text, path in zip(of, trie.paths, strict=True):
            owner[path] = text
            mine[text].append(path)
        self._nodes = [np.unique(np.concatenate([*paths, np.empty(0, np.int64)])) for paths in mine]
        return lambda tree, nodes: self.enter(nodes, owner[nodes], tree.depths[nodes], reading=True)

    def enter_padded(self, lengths: Sequence[int], texts: Ints, *, left: bool) -> None:
        """For a batch of whole texts, padded on one side."""
        width = max(lengths)
        starts = [width - length if left else 0 for length in lengths]
        rows = [np.arange(length) + i * width + starts[i] for i, length in enumerate(lengths)]
        ends = np.cumsum(lengths) - 1
        self.enter(
            np.repeat(texts, lengths),
            np.repeat(texts, lengths),
            np.concatenate([np.arange(length) for length in lengths]),
            reading=True,
            last=np.repeat(ends, lengths),
            real=np.concatenate(rows) if min(lengths) < width else None,
        )

    def _showing(self, mine: Ints, many: int, positions: Ints, last: Ints | None) -> _Shown:
        ends = None
        if last is not None:
            # Rows among all tokens become rows among those shown.
            place = np.zeros(many, dtype=np.int64)
            place[mine] = np.arange(len(mine))
            ends = self._tensor(place[last[mine]])
        chosen = None if len(mine) == many else self._tensor(mine)
        return _Shown(chosen, Where(self._tensor(positions[mine]), ends, self._reading))

    def _see(self, site: Site, states: Tensor) -> Tensor | None:
        todo = [name for name, edit in self._edits.items() if edit.site == site and name in self._shown]
        if not todo:
            return None
        flat = states.reshape(-1, states.shape[-1])
        before = (flat if self._real is None else flat.index_select(0, self._real)).float()
        after = before
        for name in todo:
            shown = self._shown[name]
            part = after if shown.chosen is None else after.index_select(0, shown.chosen)
            new = self._edits[name].apply(part, shown.where, self._arrays[name])
            after = new if shown.chosen is None else after.index_copy(0, shown.chosen, new)
        moved = torch.linalg.vector_norm(after - before, dim=1)
        ratio = moved / torch.linalg.vector_norm(before, dim=1).clamp_min(_TINY)
        self._done.append(_Done(site, self._reading, self._tokens, ratio))
        new = after.to(states.dtype)
        if self._real is not None:
            new = flat.index_copy(0, self._real, new)
        return new.view(states.shape)

    def receipts(self) -> list[Receipt]:
        """One for each text.

        Raises:
            Incapable: a site that the model never came by, so that nothing was steered.
        """
        read, said = self._recorded(reading=True), self._recorded(reading=False)
        found = []
        for i, some in enumerate(self._of):
            sites = sorted({edit.site for edit in some})
            mine = np.array([i]) if self._nodes is None else self._nodes[i]
            ratios = {site: _of(mine, *read[site]) for site in sites}
            steps = {site: _of(np.array([i]), *said[site]) for site in sites}
            found.append(
                Receipt(
                    fired=bool(some),
                    read={site: sum(r > 0 for r in ratios[site]) for site in sites},
                    said={site: tuple(int(r > 0) for r in steps[site]) for site in sites},
                    ratio={site: float(np.mean([*ratios[site], *steps[site]] or [0.0])) for site in sites},
                )
            )
        self._demand(found)
        return found

    def _recorded(self, *, reading: bool) -> dict[Site, tuple[Ints, Floats]]:
        """For each site all tokens of the record, pass after pass, and how far each was moved."""
        found = {}
        for site in self._sites:
            passes = [done for done in self._done if done.site == site and done.reading == reading]
            tokens = [done.tokens for done in passes]
            ratios = [done.ratio.cpu().numpy() for done in passes]
            found[site] = (
                np.concatenate([*tokens, np.empty(0, np.int64)]),
                np.concatenate([*ratios, np.empty(0, np.float32)]),
            )
        return found

    def _demand(self, found: Sequence[Receipt]) -> None:
        """An intervention that was never shown a token is an error, not a success."""
        seen = {done.site for done in self._done}
        for site in self._sites:
            if found and site not in seen:
                raise Incapable(
                    f"the edit at {site.part} of layer {site.layer} was never reached while {type(self._model).__name__} "
                    "ran: nothing was steered; choose another site."
                )

    def _tensor(self, numbers: Ints) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(numbers)).to(self._model.device)


def _named(edits: Sequence[Edit]) -> dict[_Name, Edit]:
    found: dict[_Name, Edit] = {}
    for edit in edits:
        found[id(edit), sum(edit is other for other in found.values())] = edit
    return found


def _of(mine: Ints, tokens: Ints, ratio: Floats) -> list[float]:
    found: list[float] = ratio[np.isin(tokens, mine)].tolist()
    return found


def _check(edits: Any, site: Site, wide: int, model: Any) -> None:
    many = len(places.blocks(model))
    if not 0 <= site.layer < many:
        raise Incapable(f"this model has layers 0 to {many - 1}; an edit is meant for layer {site.layer}.")
    for edit in edits:
        for name, array in edit.arrays.items():
            if edit.site == site and array.ndim and array.shape[-1] != wide and name != "units":
                raise Incapable(
                    f"an edit at {site.part} of layer {site.layer} has {name} of width {array.shape[-1]}; this model "
                    f"has {wide} there: it was made for another model."
                )
