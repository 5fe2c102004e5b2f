"""What contrast pairs look like inside a model: the states of holding and of opposing, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from axiometer.instruments.contrast import Pair
from axiometer.subjects import Prompt
from axiometer.subjects.sites import Floats, OpenModel, Site

Reading: TypeAlias = Literal["answer", "sentence"]
READINGS: tuple[Reading, ...] = ("answer", "sentence")


def states(
    model: OpenModel, pairs: Sequence[Pair], sites: Sequence[Site], reading: Reading
) -> Mapping[Site, tuple[Floats, Floats]]:
    """Holding and opposing at each site.

    Args:
        model: whose inside is read.
        pairs: what is read.
        sites: where.
        reading: `sentence`, the last token of the plain sentence, as the paper does; `answer`, the mean over the tokens
            of the words that differ, said as the answer in a chat that offers both sides, once in each order. Our own
            proposal: it is in this state that a model chooses.

    Shapes:
        each [pairs, width], or [2 pairs, width] with `answer`.

    Source:
        conva
    """
    if reading == "sentence":
        prompts = [Prompt(text, chat=False) for pair in pairs for text in (pair.holding, pair.opposing)]
        found = model.capture(prompts, sites)
    else:
        asked = [(prompt, answer) for pair in pairs for prompt, answer in _offered(pair)]
        prompts = [prompt for prompt, _ in asked]
        found = model.capture(prompts, sites, tokens="mean", answers=[answer for _, answer in asked])
    return {site: (all_[0::2], all_[1::2]) for site, all_ in found.items()}


def _offered(pair: Pair) -> Iterator[tuple[Prompt, str]]:
    """Holding and opposing as answers where both are offered, in both orders."""
    holding, opposing = pair.differing
    for first, second in ((holding, opposing), (opposing, holding)):
        prompt = Prompt(f'Fill the gap: "{pair.context}" Say either "{first}" or "{second}".')
        yield prompt, holding
        yield prompt, opposing
