"""Constant value vectors as GGUF control vectors, the format of llama.cpp and repeng, out and in.

Which layer is which, read in the sources of both programs: `direction.N` is added to the output of decoder block N,
counted from 0, which is our `Site(N)`. llama.cpp's loader puts `direction.N` at place N - 1 of its buffer and the model
takes place il - 1 after block il, so the two ones cancel; repeng names its directions by the block's own index.
Neither has a direction for block 0: llama.cpp refuses a file with `direction.0`. The metadata are for people: llama.cpp
reads tensors only.

Source: llamacpp, repeng
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.steer.edits import Add, Reach
from axiometer.steer.vectors import Vector
from axiometer.subjects import Prompt
from axiometer.subjects.sites import Floats, OpenModel, Site, Where

ARCHITECTURE = "controlvector"
_NAME = re.compile(r"direction\.(\d{1,6})")


@dataclass(frozen=True, eq=False)
class ControlVector:
    """What a file holds.

    Attributes:
        directions: layer -> [width] what is added to the output of that decoder block.
        hint: the kind of model it was made for, in the writer's words.
        value: the value, where the file was written by us.
        fingerprint: of the weights it was made for, where the file was written by us.
        note: what the writer says of it; empty where nothing is lost.
    """

    directions: Mapping[int, Floats]
    hint: str = ""
    value: str = ""
    fingerprint: str = ""
    note: str = ""


def constant(vector: Vector, hint: str = "") -> ControlVector:
    """A vector that pushes every token equally, exactly.

    Raises:
        Incapable: pushes that depend on the token, or that are not made in the residual stream.
    """
    pushes = [push for push in vector.pushes if isinstance(push, Add)]
    if len(pushes) < len(vector.pushes):
        raise Incapable(
            f"this {vector.value} vector pushes each token as far as it needs, and a control vector pushes all alike; "
            "name prompts over which to take the mean push."
        )
    _demand_blocks(vector)
    return ControlVector(_summed(pushes), hint, vector.value, vector.fingerprint, _everywhere(vector))


def averaged(vector: Vector, model: OpenModel, prompts: Sequence[Prompt], hint: str = "") -> ControlVector:
    """The mean push that the vector makes on some prompts, as a constant, and a note of what that loses.

    Over the prompts for scope `fixed`, over all their tokens otherwise; lower layers are pushed while
    higher ones are measured.

    Raises:
        BadInput: no prompts.
        Incapable: a model with other weights, or pushes that are not made in the residual stream.
    """
    if not prompts:
        raise BadInput("no prompts were given; name at least one over which to take the mean push.")
    vector.check(model)
    _demand_blocks(vector)
    made = (
        _per_token(vector, model, prompts) if vector.scope != "fixed" else _per_prompt(vector, model, prompts)
    )
    every = [push for push in vector.pushes if isinstance(push, Add)]
    every += [Add(site, pushes.mean(axis=0)) for site, pushes in made.items()]
    lengths = {site: np.linalg.norm(pushes, axis=1) for site, pushes in made.items()}
    per_layer = "; ".join(
        f"layer {site.layer}: {np.mean(each > 0):.2f} of n = {len(each)} needed a push, mean length {each.mean():.3g}, "
        f"standard deviation {each.std():.3g}"
        for site, each in lengths.items()
    )
    unit = "tokens" if vector.scope != "fixed" else "prompts"
    note = (
        f"mean push over the {unit} of {len(prompts)} prompts, where the vector itself pushes each of the {unit} only as "
        f"far as it needs and none that is there: lost are the amount for each and the rest for those that need none "
        f"({per_layer})"
    )
    told = "; ".join(each for each in (note if made else "", _everywhere(vector)) if each)
    return ControlVector(_summed(every), hint, vector.value, vector.fingerprint, told)


def write_gguf(path: Path, control: ControlVector) -> None:
    """Writes a control vector that llama.cpp and repeng read.

    Raises:
        BadInput: nothing to write, or a direction for layer 0, for which the format has no name.
        Incapable: the package gguf is not installed.
        StorageFailure: the file cannot be written.
    """
    if not control.directions:
        raise BadInput("there is no direction to write; give a vector with at least one push.")
    if min(control.directions) < 1:
        raise BadInput(
            "a push at layer 0 cannot be written: llama.cpp refuses a direction for the first block; steer from layer 1."
        )
    gguf = _gguf()
    try:
        writer = gguf.GGUFWriter(str(path), ARCHITECTURE)
        writer.add_string(f"{ARCHITECTURE}.model_hint", control.hint or "unknown")
        writer.add_uint32(f"{ARCHITECTURE}.layer_count", len(control.directions))
        for name in ("value", "fingerprint", "note"):
            if getattr(control, name):
                writer.add_string(f"axiometer.{name}", getattr(control, name))
        for layer, direction in sorted(control.directions.items()):
            writer.add_tensor(f"direction.{layer}", np.ascontiguousarray(direction, dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    except OSError as error:
        raise StorageFailure(
            f"cannot write {path}: {error.strerror or error}; choose another file."
        ) from None


def read_gguf(path: Path) -> ControlVector:
    """What a control vector file holds.

    Raises:
        BadInput: not a GGUF file, cut short, a model instead of a control vector, or directions of another form.
        Incapable: the package gguf is not installed.
    """
    gguf = _gguf()
    try:
        reader = gguf.GGUFReader(str(path))
        said = {name: _said(reader, name) for name in ("general.architecture", f"{ARCHITECTURE}.model_hint")}
        ours = {name: _said(reader, f"axiometer.{name}") for name in ("value", "fingerprint", "note")}
        tensors = [
            (t.name, t.tensor_type == gguf.GGMLQuantizationType.F32, np.array(t.data)) for t in reader.tensors
        ]
    except Exception as error:  # the reader has no error class of its own
        raise BadInput(f"{path} cannot be read as GGUF: {error}; write or download it again.") from None
    architecture = said["general.architecture"]
    if architecture != ARCHITECTURE:
        raise BadInput(
            f"{path} says its architecture is {architecture!r:.40}, which is no control vector; give a file of "
            f"architecture {ARCHITECTURE!r}, or open a model as local:{path}."
        )
    directions = {}
    for name, plain, numbers in tensors:
        found = _NAME.fullmatch(name)
        layer = int(found[1]) if found else 0
        if not layer or not plain or numbers.ndim != 1 or not np.isfinite(numbers).all():
            raise BadInput(
                f"{path}: the tensor {name!r:.60} has {'x'.join(map(str, numbers.shape))} numbers; a control vector has "
                "finite float32 tensors direction.1, direction.2 and so on of one dimension."
            )
        directions[layer] = numbers.astype(np.float32)
    if not directions or len({len(each) for each in directions.values()}) > 1:
        raise BadInput(
            f"{path} has directions of widths {sorted({len(d) for d in directions.values()})}; one is needed."
        )
    return ControlVector(directions, said[f"{ARCHITECTURE}.model_hint"], **ours)


def imported(
    control: ControlVector, model: OpenModel, *, value: str = "", strength: float = 1.0
) -> tuple[Vector, str]:
    """The directions, times a strength, as a vector for this model, and what should be known of it.

    Args:
        control: what was read.
        model: whose blocks are pushed.
        value: what the vector is said to push; empty for what the file says.
        strength: llama.cpp's `--control-vector-scaled`, repeng's coefficient.

    Raises:
        BadInput: another width, a layer that the model does not have, no name of a value, or a strength that is no number.
    """
    named = value or control.value
    if not named:
        raise BadInput("the file does not say which value it pushes; name the value.")
    if not np.isfinite(strength):
        raise BadInput(f"the strength is {strength}; it must be a finite number.")
    wide, called = model.width("block"), model.card.name
    (width,) = {len(direction) for direction in control.directions.values()}
    if width != wide:
        raise BadInput(
            f"the directions have {width} numbers, and {called} has {wide} at a block; give another model."
        )
    if max(control.directions) >= model.n_layers:
        raise BadInput(
            f"there is a direction for layer {max(control.directions)}, and {called} has layers 0 to "
            f"{model.n_layers - 1}; give another model."
        )
    pushes = tuple(
        Add(Site(layer), (strength * direction).astype(np.float32))
        for layer, direction in sorted(control.directions.items())
    )
    vector = Vector(named, "imported", model.fingerprint, pushes)
    return vector, "; ".join(filter(None, (_origin(control, model), control.note)))


def _origin(control: ControlVector, model: OpenModel) -> str:
    if not control.fingerprint:
        return f"the file does not say for which weights it was made (model hint {control.hint!r:.40})"
    if control.fingerprint != model.fingerprint:
        return f"made for weights {control.fingerprint}, and {model.card.name} has {model.fingerprint}"
    return ""


def _per_token(vector: Vector, model: OpenModel, prompts: Sequence[Prompt]) -> dict[Site, Floats]:
    """Site -> [tokens, width] what each token is pushed by, without the first of each text.

    Why: many models keep a state of enormous length at the first token, whose push would drown the mean.
    """
    reaches = [push for push in vector.pushes if isinstance(push, Reach)]
    sites = [push.site for push in reaches]
    found: dict[Site, list[Floats]] = {site: [] for site in sites}
    for prompt in prompts:
        states = model.capture([prompt], sites, tokens="each", edits=[vector.pushes])
        for push in reaches:
            own = states[push.site][min(1, len(states[push.site]) - 1) :]
            found[push.site].append(push.apply(own, Where(np.arange(1, len(own) + 1)), push.arrays) - own)
    return {site: np.concatenate(pushes) for site, pushes in found.items()}


def _per_prompt(vector: Vector, model: OpenModel, prompts: Sequence[Prompt]) -> dict[Site, Floats]:
    """Site -> [prompts, width] what each prompt is pushed by."""
    found: dict[Site, list[Floats]] = {}
    for edits in vector.edits(model, prompts):
        for push in edits:
            assert isinstance(push, Add)  # noqa: S101 - the pushes of a whole prompt are constant
            found.setdefault(push.site, []).append(push.vector)
    return {site: np.stack(pushes) for site, pushes in found.items()}


def _everywhere(vector: Vector) -> str:
    if all(push.span == "text" for push in vector.pushes):
        return ""
    return "the vector pushes the prompt alone, and a control vector everything that is said as well"


def _demand_blocks(vector: Vector) -> None:
    for push in vector.pushes:
        if push.site.part != "block":
            raise Incapable(
                f"this {vector.value} vector pushes {push.site.part} of layer {push.site.layer}; a control vector knows "
                "only the output of a block."
            )


def _summed(pushes: Sequence[Add]) -> dict[int, Floats]:
    found: dict[int, Floats] = {}
    for push in pushes:
        found[push.site.layer] = found.get(push.site.layer, np.float32(0)) + push.vector
    return found


def _said(reader: Any, name: str) -> str:
    field = reader.get_field(name)
    said = field.contents() if field is not None else ""
    return said if isinstance(said, str) else ""


def _gguf() -> Any:
    try:
        import gguf
    except ImportError:
        raise Incapable("control vectors need the package gguf: pip install 'axiometer[local]'.") from None
    return gguf
