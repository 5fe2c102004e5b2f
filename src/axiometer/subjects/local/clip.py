"""Pictures and words in one space: a CLIP or SigLIP model from a folder."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from axiometer.canon import key
from axiometer.errors import BadInput
from axiometer.subjects.local.files import cached_key, content_key
from axiometer.subjects.local.loading import SAFE, plainly, quiet
from axiometer.subjects.sites import Floats

_TOGETHER = 16
AutoModel: Any = transformers.AutoModel
AutoProcessor: Any = transformers.AutoProcessor


class Clip:
    """The model and what prepares its pictures and words."""

    def __init__(self, folder: Path) -> None:
        """Loads it.

        Raises:
            BadInput: no such model in the folder.
        """
        with quiet(), plainly(folder):
            self._processor: Any = AutoProcessor.from_pretrained(folder, **SAFE)
            model: Any = AutoModel.from_pretrained(folder, use_safetensors=True, **SAFE)
        if not hasattr(model, "get_image_features") or not hasattr(model, "get_text_features"):
            raise BadInput(
                f"{folder} holds a {type(model).__name__}; give a model of pictures and words, such as CLIP or SigLIP."
            )
        self._model = model.eval().requires_grad_(False)
        parts = [folder / name for name in ("preprocessor_config.json", "processor_config.json")]
        self.key = key(["clip", content_key(folder), *(cached_key(path) for path in parts if path.is_file())])
        self.width = int(self.words(["a"]).shape[1])

    def pictures(self, pictures: Sequence[bytes]) -> Floats:
        """[pictures, width] of PNG or JPEG bytes."""
        from PIL import Image

        found = []
        for start in range(0, len(pictures), _TOGETHER):
            images = [
                Image.open(io.BytesIO(one)).convert("RGB") for one in pictures[start : start + _TOGETHER]
            ]
            inputs = self._processor(images=images, return_tensors="pt")
            with torch.inference_mode():
                found.append(_features(self._model.get_image_features(pixel_values=inputs["pixel_values"])))
        return np.concatenate(found)

    def words(self, texts: Sequence[str]) -> Floats:
        """[texts, width] of words."""
        inputs = self._processor(text=list(texts), return_tensors="pt", padding=True, truncation=True)
        asked = {name: inputs[name] for name in ("input_ids", "attention_mask") if name in inputs}
        with torch.inference_mode():
            return _features(self._model.get_text_features(**asked))


def _features(found: Any) -> Floats:
    """The features, as this version of transformers gives them: bare, or within an output."""
    bare = found if isinstance(found, torch.Tensor) else found.pooler_output
    return np.asarray(bare.float().numpy(), np.float32)
