"""Token states of texts out of a transformers folder: BERT, RoBERTa, the encoder of T5, and their kin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers

from axiometer.canon import key
from axiometer.errors import BadInput
from axiometer.subjects.local.files import checked, content_key
from axiometer.subjects.local.loading import SAFE, load_tokenizer, plainly, quiet

AutoModel: Any = transformers.AutoModel
Floats = npt.NDArray[np.float32]
_TOKENS = 512
_UNREAD = ("pooler.", "decoder.")


class LocalEncoder:
    """A frozen encoder from files.

    Why: texts are read one by one, without padding, so that a text has the same numbers in any company.

    Attributes:
        layer: whose output is read, the first is 1.
        name: what opens it again.
        key: content key of weights, tokenizer and layer.
        width: numbers a token.
    """

    def __init__(self, path: Path, layer: int | None = None) -> None:
        path = checked(path).resolve()
        self.tokenizer, self.model = load_tokenizer(path), _load(path)
        config = self.model.config
        deep = int(config.num_hidden_layers)
        self.layer = deep if layer is None else layer
        if not 1 <= self.layer <= deep:
            raise BadInput(
                f"the encoder in {path} has {deep} layers, and no layer {layer}; name one from 1 to {deep}."
            )
        self.name = f"local:{path}"
        self.key = key([content_key(path), self.layer])
        self.width = int(config.hidden_size)
        self._most = _reach(config, self.tokenizer)

    def tokens(self, texts: Sequence[str]) -> list[Floats]:
        """[tokens, width] of each text: the layer's output. A text is cut where the encoder's places end."""
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Floats:
        said = text.encode("utf-8", "replace").decode()  # lone surrogates
        ids = self.tokenizer(said, truncation=True, max_length=self._most)["input_ids"]
        with torch.inference_mode():
            out = self.model(input_ids=torch.tensor([ids]), output_hidden_states=True)
        found: Floats = out.hidden_states[self.layer][0].float().numpy()
        return found


def _load(path: Path) -> Any:
    """The encoder in a folder, ready for use; of a model with a decoder its encoder alone."""
    with quiet(), plainly(path):
        model, report = AutoModel.from_pretrained(
            path, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **SAFE
        )
    absent = sorted(name for name in report["missing_keys"] if not name.startswith(_UNREAD))
    absent += sorted(map(str, report["mismatched_keys"]))
    if absent:
        raise BadInput(
            f"{path}: {len(absent)} tensors that config.json announces are not in the weights, {absent[0]} for one; "
            "download the folder again, whole."
        )
    halves = hasattr(model, "encoder") and hasattr(model, "decoder")
    return (model.encoder if halves else model).eval().requires_grad_(False)


def _reach(config: Any, tokenizer: Any) -> int:
    """How many tokens of a text are read."""
    places = getattr(config, "max_position_embeddings", None) or 0
    # RoBERTa's places begin at 2; an encoder with relative places, as T5, has no end
    return min(int(places) - 2 if places > 2 else _TOKENS, int(tokenizer.model_max_length))
