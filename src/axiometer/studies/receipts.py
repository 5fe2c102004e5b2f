"""Receipts of steering in words: proof that the pushed states were there, and how far they moved."""

from collections.abc import Iterable

import numpy as np

from axiometer.errors import Incapable
from axiometer.instruments.contrast import open_contrast
from axiometer.steer.steered import Edits, SteeredWeigher
from axiometer.subjects import Prompt

_DILEMMAS = 20


def told_receipts(steered: SteeredWeigher, values: Iterable[str]) -> tuple[str, ...]:
    """What was changed while test dilemmas of the pushed values were weighed, in words; nothing where only words are put before a prompt.

    Raises:
        Incapable: nothing at all was changed.
    """
    if not any(isinstance(each, Edits) for each in steered.by):
        return ()
    told = []
    for value in values:
        some = open_contrast(value).dilemmas_of("test")[:_DILEMMAS]
        asked = [Prompt(one.question(expressing_first=True), about=one.name) for one in some]
        receipts = steered.receipted_weights(asked, [one.answers() for one in some])[1]
        changed = [one for one in receipts if one.edits]
        if not changed:
            raise Incapable(
                f"steering changed nothing in {len(asked)} dilemmas of {value}: no state needed the push, or the gate stayed shut; take a larger "
                "--goal or leave --gate out."
            )
        tokens = np.mean([one.edits for one in changed])
        ratio = np.mean([x for one in changed for x in one.ratio.values()])
        told.append(
            f"Receipts of {len(asked)} test dilemmas of {value}: {len(changed)} were changed, {tokens:.0f} states each on average, by {ratio:.2f} of "
            "their length."
        )
    return tuple(told)
