"""Steered subjects as control vectors of other programs, and the other way round."""

import re
from collections.abc import Sequence
from pathlib import Path

from axiometer.errors import Incapable
from axiometer.measure.drift import neutral_prompts
from axiometer.steer.edits import Add
from axiometer.steer.exchange import ControlVector, averaged, constant, imported, read_gguf, write_gguf
from axiometer.steer.saved import load_steering, save_steering
from axiometer.steer.vectors import Vector
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_model


def exported(folder: Path, file: Path, prompts: Sequence[str] = ()) -> ControlVector:
    """The one vector of a steering folder, written as a control vector.

    Args:
        folder: as `axiometer locate vector` writes it.
        file: the GGUF file to write.
        prompts: over which the mean push is taken of a vector that pushes no two tokens alike; none for our own
            everyday requests.

    Raises:
        Incapable: more than one intervention in the folder, or one that is no vector.
    """
    name, found = load_steering(folder)
    vector = _only(folder, found)
    model = open_model(name)
    vector.check(model)
    hint = re.split("For|LMHead", model.card.details.get("architecture", ""))[0].lower()
    if all(isinstance(push, Add) for push in vector.pushes):
        control = constant(vector, hint)
    else:
        control = averaged(vector, model, [Prompt(text) for text in prompts or neutral_prompts()], hint)
    write_gguf(file, control)
    return control


def brought_in(
    file: Path, subject: str, out: Path, *, value: str = "", strength: float = 1.0
) -> tuple[Vector, str]:
    """A control vector file as a steering folder for a subject, and what should be known of it.

    Args:
        file: the GGUF file to read.
        subject: what opens the model that it is for.
        out: the folder to write.
        value: what it pushes, where the file does not say.
        strength: what the directions are multiplied by.

    Raises:
        Incapable: a subject whose inside cannot be changed.
    """
    control = read_gguf(file)
    vector, note = imported(control, open_model(subject), value=value, strength=strength)
    save_steering(out, subject, [vector], {"imported": file.name, "strength": strength, "note": note})
    return vector, note


def _only(folder: Path, found: Sequence[object]) -> Vector:
    if len(found) != 1 or not isinstance(found[0], Vector):
        held = ", ".join(type(each).__name__ for each in found) or "nothing"
        raise Incapable(
            f"{folder} holds {held}; a control vector is one vector without a gate or words: export a folder of "
            "`axiometer locate vector`."
        )
    return found[0]
