"""A value's neurons found in an open model, and the model in which they are raised."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.canon import plain
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.neurons import LocatedNeurons, Score, Way, locate_neurons, observe
from axiometer.locate.observing import Heard
from axiometer.steer.neurons import Amplitude, Neurons, When, pushing
from axiometer.steer.saved import save_steering
from axiometer.subjects.opening import open_model


def found_neurons(
    subject: str,
    value: str,
    *,
    material: Path | None,
    way: Way,
    score: Score,
    top: int,
    amplitude: Amplitude,
    dose: float,
    when: When,
    sign: int,
    seed: int,
    out: Path | None,
    progress: Heard,
) -> tuple[LocatedNeurons, Neurons]:
    """The value's neurons in the subject, and the intervention that raises them.

    Args:
        subject: what opens a model in memory.
        value: whose material is used.
        material: a folder of the user's own material.
        way: whose answers are read; see `observe`.
        score: see `deltas`.
        top: see `locate_neurons`.
        amplitude: see `pushing`.
        dose: gamma.
        when: see `Neurons`.
        sign: 1 towards the value, -1 away from it.
        seed: of the roles in which answers are generated.
        out: where to save the steered subject.
        progress: heard while answers are read.

    Raises:
        Incapable: a subject whose inside cannot be read.
    """
    contrast = open_contrast(value, material)
    model = open_model(subject)
    seen = observe(model, contrast, way=way, score=score, seed=seed, progress=progress)
    located = locate_neurons(model, contrast, seen, score=score, top=top)
    made = pushing(located, dose, sign=sign, amplitude=amplitude, when=when)
    if out is not None:
        save_steering(
            out, subject, [made], {**evidence(located, made), "material": contrast.key, "dose": dose}
        )
    return located, made


def evidence(located: LocatedNeurons, made: Neurons) -> dict[str, Any]:
    """What was found and where, as plain JSON."""
    return {
        "value": located.value,
        "system": located.system,
        "subject": located.model,
        "weights": located.fingerprint,
        "score": located.score,
        "answers": list(located.answers),
        "tokens": list(located.tokens),
        "steering": plain(made.spec),
        "layers": [
            {"layer": layer, "holding": up, "opposing": down}
            for layer, (up, down) in enumerate(zip(*_by_layer(located), strict=True))
        ],
    }


def lines(located: LocatedNeurons, made: Neurons) -> Iterator[str]:
    """The same in words."""
    yield (
        f"{located.value} in {located.model}, by {located.score}: {len(located.holding)} units for it and "
        f"{len(located.opposing)} for its opposite, of {located.shape[0]} x {located.shape[1]}; read over "
        f"{located.tokens[0]} and {located.tokens[1]} tokens of {located.answers[0]} and {located.answers[1]} answers"
    )
    for name, units in (("holding", located.holding), ("opposing", located.opposing)):
        weakest, strongest = float(units.delta.min()), float(units.delta.max())
        yield f"{name:<9} delta {weakest:.3f} to {strongest:.3f}"
    for layer, (up, down) in enumerate(zip(*_by_layer(located), strict=True)):
        yield f"layer {layer:>3}  holding {up:>4}  opposing {down:>4}"
    yield f"raised: {len(made.raised)}, held down: {len(made.held)}, gamma {made.gamma:g}, {made.when}"


def _by_layer(located: LocatedNeurons) -> tuple[list[int], list[int]]:
    up, down = (
        np.bincount(units.layers, minlength=located.shape[0]).tolist()
        for units in (located.holding, located.opposing)
    )
    return up, down
