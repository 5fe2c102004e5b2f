"""Texts of several lengths as one batch."""

from collections.abc import Sequence

import torch
from torch import Tensor


def padded(texts: Sequence[Sequence[int]], *, left: bool = False) -> tuple[Tensor, Tensor]:
    """The tokens of some texts, filled up with zeros on one side, and a mask that is 1 where there is a token.

    Shapes: both [texts, longest]
    """
    width = max(len(text) for text in texts)
    tokens = torch.zeros(len(texts), width, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for i, text in enumerate(texts):
        place = slice(width - len(text), width) if left else slice(0, len(text))
        tokens[i, place], mask[i, place] = torch.tensor(text), 1
    return tokens, mask
