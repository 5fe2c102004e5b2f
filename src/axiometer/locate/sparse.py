"""Sparse features: a model's states written as a few of many directions, trained here or read from SAELens folders."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from axiometer.data import need, read_text
from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.subjects.sites import Floats, OpenModel

Kind: TypeAlias = Literal["relu", "topk", "jumprelu"]
_KINDS: dict[str, Kind] = {"standard": "relu", "topk": "topk", "jumprelu": "jumprelu"}
CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"


@dataclass(frozen=True, eq=False)
class SparseCoder:
    """Features of the output of one decoder block.

    Attributes:
        layer: the block whose output is coded.
        kind: which features count as active: all above zero (`relu`), the `k` highest above zero (`topk`), or those above a
            threshold of their own (`jumprelu`).
        encoder: [width, features].
        bias: [features].
        decoder: [features, width], each feature's direction.
        centre: [width], taken off before coding and put back after.
        k: how many may be active; 0 for any number.
        threshold: [features] for `jumprelu`, else empty.
        centred: whether the centre is taken off before coding.
        weights: of which model, by its fingerprint; empty if unknown.
    """

    layer: int
    kind: Kind
    encoder: Floats
    bias: Floats
    decoder: Floats
    centre: Floats
    k: int = 0
    threshold: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    centred: bool = True
    weights: str = ""

    @property
    def width(self) -> int:
        """How many numbers a state has."""
        return len(self.encoder)

    def encode(self, states: Floats) -> Floats:
        """How active each feature is.

        Shapes: [n, width] -> [n, features]
        """
        before = (states - self.centre if self.centred else states) @ self.encoder + self.bias
        if self.kind == "jumprelu":
            return np.where(before > self.threshold, before, 0.0).astype(np.float32)
        found: Floats = np.maximum(before, 0.0)
        return highest(found, self.k) if self.kind == "topk" else found

    def decode(self, active: Floats) -> Floats:
        """States out of active features.

        Shapes: [n, features] -> [n, width]
        """
        return np.asarray(active @ self.decoder + self.centre, dtype=np.float32)

    def explained(self, states: Floats) -> float:
        """The share of the states' variance that coding keeps: 1 less residual over total sum of squares."""
        residual = states - self.decode(self.encode(states))
        return 1.0 - float((residual**2).sum() / ((states - states.mean(axis=0)) ** 2).sum())

    def check(self, model: OpenModel) -> None:
        """Refuses a model that the features are not of.

        Raises:
            Incapable: states of another width, no such layer, or other weights.
        """
        wide = model.width("block")
        if wide != self.width or not 0 <= self.layer < model.n_layers:
            raise Incapable(
                f"these features are of states of width {self.width} at layer {self.layer}; {model.card.name} has width "
                f"{wide} and {model.n_layers} layers: they are of another model."
            )
        if self.weights and self.weights != model.fingerprint:
            raise Incapable(
                f"these features are of weights {self.weights}, and {model.card.name} has {model.fingerprint}; train them "
                "for this model: axiometer locate coder."
            )


def highest(active: Floats, k: int) -> Floats:
    """Keeps the k highest of each row, and zero elsewhere.

    Shapes: [n, features]
    """
    if k >= active.shape[1]:
        return active
    least = np.partition(active, -k, axis=1)[:, -k]
    return np.where(active >= least[:, None], active, 0.0).astype(active.dtype)


def save_coder(folder: Path, coder: SparseCoder) -> None:
    """Writes a folder that SAELens reads, too.

    Raises:
        StorageFailure: the folder cannot be written.
    """
    names = {kind: name for name, kind in _KINDS.items()}
    config = {
        "architecture": names[coder.kind],
        "d_in": coder.width,
        "d_sae": len(coder.bias),
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": coder.centred,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {
            "hook_name": f"blocks.{coder.layer}.hook_resid_post",
            "axiometer_weights": coder.weights,
        },
        **({"k": coder.k, "rescale_acts_by_decoder_norm": False} if coder.kind == "topk" else {}),
    }
    arrays = {"W_enc": coder.encoder, "b_enc": coder.bias, "W_dec": coder.decoder, "b_dec": coder.centre}
    if coder.kind == "jumprelu":
        arrays["threshold"] = coder.threshold
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
        _numbers().save_file(kept, folder / WEIGHTS)
        (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None


def load_coder(folder: Path) -> SparseCoder:
    """The features in a folder of SAELens: `cfg.json` and `sae_weights.safetensors`, of the older or the newer layout.

    Raises:
        BadInput: not such a folder, an architecture that is not known here, or arrays of other shapes.
    """
    where = str(folder / CONFIG)
    if not (folder / CONFIG).is_file() or not (folder / WEIGHTS).is_file():
        raise BadInput(
            f"{folder} has no {CONFIG} and {WEIGHTS}; give a folder of SAELens or of `axiometer locate coder`."
        )
    try:
        config = json.loads(read_text(folder / CONFIG))
        arrays = _numbers().load_file(folder / WEIGHTS)
    except Incapable:
        raise
    except Exception as error:  # safetensors has an error class of its own for each mishap
        raise BadInput(f"{folder} cannot be read: {error}.") from None
    if not isinstance(config, dict):
        raise BadInput(f"{where} must be a table.")
    kind = _KINDS.get(str(config.get("architecture", "standard")))
    if kind is None:
        raise BadInput(
            f"{where}: the architecture is {config['architecture']!r}; known here are {', '.join(_KINDS)}."
        )
    _refuse(config, where)
    wide, many = need(config, "d_in", int, where), need(config, "d_sae", int, where)
    shapes = {"W_enc": (wide, many), "b_enc": (many,), "W_dec": (many, wide), "b_dec": (wide,)}
    shapes |= {"threshold": (many,)} if kind == "jumprelu" else {}
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape:
            got = arrays[name].shape if name in arrays else "missing"
            raise BadInput(f"{folder}: {name} is {got}; it must be {shape}.")
    encoder, bias, decoder, centre = (
        arrays[name].astype(np.float32) for name in ("W_enc", "b_enc", "W_dec", "b_dec")
    )
    threshold = arrays["threshold"].astype(np.float32) if kind == "jumprelu" else np.empty(0, np.float32)
    about = {**config, **config.get("metadata", {})}
    k = need(about, "k", int, where) if kind == "topk" else 0
    centred, weights = bool(config.get("apply_b_dec_to_input", True)), str(about.get("axiometer_weights", ""))
    return SparseCoder(
        _layer(about, where), kind, encoder, bias, decoder, centre, k, threshold, centred, weights
    )


def _refuse(config: dict[str, Any], where: str) -> None:
    """What is done to states before coding and is not done here."""
    for name, plain in (("normalize_activations", "none"), ("reshape_activations", "none")):
        if str(config.get(name, plain)).lower() not in (plain, "none"):
            raise BadInput(f"{where}: {name} is {config[name]!r}; only {plain!r} is known here.")
    if config.get("rescale_acts_by_decoder_norm"):
        raise BadInput(f"{where}: rescale_acts_by_decoder_norm is on; fold the norms into the weights first.")


def _layer(about: dict[str, Any], where: str) -> int:
    name = str(about.get("hook_name", ""))
    parts = name.split(".")
    if len(parts) == 3 and parts[0] == "blocks" and parts[1].isdigit():
        if parts[2] in ("hook_resid_post", "hook_out"):
            return int(parts[1])
        if parts[2] == "hook_resid_pre" and int(parts[1]) > 0:
            return int(parts[1]) - 1
    raise BadInput(
        f"{where}: hook_name is {name!r}; it must be blocks.N.hook_resid_post, or hook_resid_pre from N = 1."
    )


def _numbers() -> Any:
    try:
        import safetensors.numpy as numbers
    except ImportError:
        raise Incapable("sparse features need safetensors: pip install 'axiometer[local]'.") from None
    return numbers
