"""A value's vector found in an open model, and the model steered along it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from axiometer.canon import plain
from axiometer.errors import unknown
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.reading import Reading
from axiometer.locate.vectors import Fit, Located, locate_vector
from axiometer.steer.saved import save_steering
from axiometer.steer.vectors import Scope, Vector, adding, reaching
from axiometer.subjects.opening import open_model

_METHODS = ("probe", "difference")
_DOSES = {"probe": 10.0, "difference": 2.0}


def found_vector(
    subject: str,
    value: str,
    *,
    material: Path | None = None,
    layers: Sequence[int] = (),
    method: str = "probe",
    scope: Scope = "prompt",
    dose: float | None = None,
    reading: Reading = "answer",
    fit: Fit = "difference",
    sign: int = 1,
    out: Path | None = None,
) -> tuple[Located, Vector]:
    """The value located in the subject, and the vector that steers it.

    Args:
        subject: what opens a model in memory.
        value: whose material is used.
        material: a folder of the user's own material.
        layers: where to steer; none for the best one.
        method: `probe` or `difference`.
        scope: see `Vector`.
        dose: the log-odds to reach, or how many mean differences; none for 10, or 2.
        reading: see `locate.reading.states`.
        fit: see `locate_vector`.
        sign: 1 towards the value, -1 away from it.
        out: where to save the steered subject.

    Raises:
        Incapable: a subject whose inside cannot be read.
        UnknownName: no such method, or no material of this value.
    """
    if method not in _METHODS:
        raise unknown("method", method, _METHODS)
    contrast = open_contrast(value, material)
    model = open_model(subject)
    located = locate_vector(model, contrast, layers=layers, reading=reading, fit=fit)
    dose = _DOSES[method] if dose is None else dose
    if method == "probe":
        made = reaching(located, dose, sign=sign, scope=scope)
    else:
        made = adding(located, sign * dose, scope=scope)
    if out is not None:
        save_steering(
            out, subject, [made], {**evidence(located, made), "material": contrast.key, "dose": dose}
        )
    return located, made


def evidence(located: Located, made: Vector) -> dict[str, Any]:
    """How well each layer tells the value, and what was chosen, as plain JSON."""
    return {
        "value": located.value,
        "system": located.system,
        "subject": located.model,
        "weights": located.fingerprint,
        "pairs": located.pairs,
        "chosen": list(located.chosen),
        "steering": plain(made.spec),
        "layers": [
            {"layer": one.layer, "accuracy": one.accuracy, "low": one.low, "high": one.high, "n": one.n}
            for one in located.layers
        ],
    }


def lines(located: Located, made: Vector) -> Iterator[str]:
    """The same in words."""
    yield (
        f"{located.value} in {located.model}: states of scenes not trained on, held or not? "
        f"{located.pairs} pairs trained on, n = {located.layers[0].n} states a layer, 95 % intervals (Wilson)"
    )
    for one in located.layers:
        mark = " *" if one.layer in located.chosen else ""
        yield f"layer {one.layer:>3}  {one.accuracy:.2f} [{one.low:.2f}, {one.high:.2f}]{mark}"
    weak = [one for one in located.layers if one.layer in located.chosen and one.low <= 0.5]
    if weak:
        yield "At a chosen layer chance (.50) is not excluded: the value was not found there."
    yield f"* steered here, by {made.method}, scope {made.scope}"
