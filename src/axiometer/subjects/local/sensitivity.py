"""What a choice hangs on inside a model: by the gradient of its log-odds, in one pass forward and one back."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from axiometer.subjects.local import places
from axiometer.subjects.local.engine import decoder, logits
from axiometer.subjects.local.likelihood import Scored
from axiometer.subjects.local.padding import padded
from axiometer.subjects.sites import Floats, Site

_CHOICES = 4


def sensitivities(
    model: Any, choices: Sequence[tuple[Scored, Scored]], sites: Sequence[Site]
) -> dict[Site, Floats]:
    """How the log-odds per token of each choice's first answer would move, for each number at a site raised everywhere.

    Shapes: [choices, width]
    Units: nats per token and unit of the number.
    """
    found = {site: np.empty((len(choices), places.width(model, site.part)), np.float32) for site in sites}
    order = sorted(range(len(choices)), key=lambda i: len(choices[i][0].tokens))
    for start in range(0, len(order), _CHOICES):
        some = order[start : start + _CHOICES]
        for site, slopes in _slopes(model, [choices[i] for i in some], sites).items():
            found[site][some] = slopes
    return found


@torch.enable_grad()
def _slopes(
    model: Any, choices: Sequence[tuple[Scored, Scored]], sites: Sequence[Site]
) -> dict[Site, Floats]:
    texts = [text for choice in choices for text in choice]
    ids, mask = (part.to(model.device) for part in padded([text.tokens for text in texts]))
    raised = {
        site: torch.zeros(
            len(texts),
            1,
            places.width(model, site.part),
            dtype=model.dtype,
            device=model.device,
            requires_grad=True,
        )
        for site in sites
    }
    with places.watching(model, {site: partial(torch.add, raised[site]) for site in sites}):
        hidden = decoder(model)(input_ids=ids, attention_mask=mask, use_cache=False)[0]
    means = [_mean_logp(model, hidden[i], ids[i], text) for i, text in enumerate(texts)]
    slopes = torch.autograd.grad(
        torch.stack(means[0::2]).sum() - torch.stack(means[1::2]).sum(), [*raised.values()]
    )
    # Both answers of a choice are raised alike.
    pairs = [slope[0::2, 0] + slope[1::2, 0] for slope in slopes]
    return {site: pair.float().cpu().numpy() for site, pair in zip(sites, pairs, strict=True)}


def _mean_logp(model: Any, hidden: Tensor, ids: Tensor, text: Scored) -> Tensor:
    end = len(text.tokens)
    chosen = torch.log_softmax(logits(model, hidden[text.context - 1 : end - 1]), dim=1)
    return chosen.gather(1, ids[text.context : end, None]).mean()
