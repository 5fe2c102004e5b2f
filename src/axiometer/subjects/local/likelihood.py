"""How likely each continuation of each context is: by one tree of tokens, or by padded batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from axiometer.subjects.local.editing import Editor
from axiometer.subjects.local.engine import Engine
from axiometer.subjects.local.memory import sharing, worth_keeping
from axiometer.subjects.local.padding import padded
from axiometer.subjects.local.trie import Ints, Trie, plant

Tokens = Sequence[int]


@dataclass(frozen=True)
class Scored:
    """A context with a continuation: all its tokens, and how many of them are the context."""

    tokens: Tokens
    context: int


def by_tree(
    engine: Engine, questions: Sequence[Sequence[Scored]], editor: Editor | None = None
) -> list[list[float]]:
    """Log-probabilities of the continuations, every shared prefix computed once.

    Units: nats, summed over the tokens of each continuation.
    """
    flat = [scored for question in questions for scored in question]
    of = np.repeat(np.arange(len(questions)), [len(question) for question in questions])
    trie = plant([scored.tokens for scored in flat], None if editor is None else editor.groups[of])
    gauge = _Gauge(trie, [path[scored.context :] for path, scored in zip(trie.paths, flat, strict=True)])
    contexts = _contexts(questions, trie)
    shared = sharing(trie, contexts)
    if contexts:
        shared = worth_keeping(shared, contexts[-1])
    watcher = None
    if editor is not None:
        shared, watcher = np.zeros_like(shared), editor.watcher(trie, of)
    rows = engine.run(trie, gauge.asked, shared > 0, gauge.take, watcher=watcher)
    engine.memory.settle(trie, rows, shared)
    sums = iter(
        float(gauge.logp[path[scored.context :]].sum()) for path, scored in zip(trie.paths, flat, strict=True)
    )
    return [[next(sums) for _ in question] for question in questions]


def _contexts(questions: Sequence[Sequence[Scored]], trie: Trie) -> list[Ints]:
    """The path of each question's own tokens, as far as the model computes them."""
    paths, first = [], 0
    for question in questions:
        if question:
            paths.append(trie.paths[first][: question[0].context])
        first += len(question)
    return paths


class _Gauge:
    """Collects the log-probability of wanted nodes, each given its parent."""

    def __init__(self, trie: Trie, continuations: Sequence[Ints]) -> None:
        children = np.unique(np.concatenate([*continuations, np.empty(0, np.int64)]))
        order = np.argsort(trie.parents[children], kind="stable")
        self._children = children[order]
        self._parents = trie.parents[self._children]
        self._tokens = trie.tokens[self._children]
        self.asked = np.zeros(len(trie), dtype=np.bool_)
        self.asked[self._parents] = True
        self.logp: npt.NDArray[np.float64] = np.zeros(len(trie))

    def take(self, nodes: Ints, logits: Tensor) -> None:
        first, last = (
            np.searchsorted(self._parents, nodes),
            np.searchsorted(self._parents, nodes, side="right"),
        )
        mine = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
        row = torch.from_numpy(np.repeat(np.arange(len(nodes)), last - first)).to(logits.device)
        column = torch.from_numpy(self._tokens[mine]).to(logits.device)
        # In place: a second matrix of logits would cost as much memory traffic as the softmax itself.
        chosen, top = logits[row, column], logits.amax(dim=1, keepdim=True)
        chosen = chosen - (top[:, 0] + logits.sub_(top).exp_().sum(dim=1).log())[row]
        self.logp[self._children[mine]] = chosen.double().cpu().numpy()


@torch.inference_mode()
def by_batches(
    model: Any, questions: Sequence[Sequence[Scored]], batch: int = 8, editor: Editor | None = None
) -> list[list[float]]:
    """The same by the model's own forward pass over right-padded batches: for models that trees do not fit."""
    flat = [scored for question in questions for scored in question]
    of = np.repeat(np.arange(len(questions)), [len(question) for question in questions])
    sums = [0.0] * len(flat)
    order = sorted(range(len(flat)), key=lambda i: -len(flat[i].tokens))
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        scored = [flat[i] for i in some]
        if editor is not None:
            editor.enter_padded([len(one.tokens) for one in scored], of[some], left=False)
        for i, value in zip(some, _batch(model, scored), strict=True):
            sums[i] = value
    parts = iter(sums)
    return [[next(parts) for _ in question] for question in questions]


def _batch(model: Any, some: Sequence[Scored]) -> list[float]:
    tokens, mask = padded([scored.tokens for scored in some])
    found = model(input_ids=tokens.to(model.device), attention_mask=mask.to(model.device), use_cache=False)
    sums = []
    for i, scored in enumerate(some):
        logits = found.logits[i, scored.context - 1 : len(scored.tokens) - 1].float()
        target = tokens[i, scored.context : len(scored.tokens), None].to(logits.device)
        chosen = logits.gather(1, target)[:, 0] - torch.logsumexp(logits, dim=1)
        sums.append(float(chosen.double().sum()))
    return sums
