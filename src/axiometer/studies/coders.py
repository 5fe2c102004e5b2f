"""Sparse features of a model out of the user's own text: states collected, features trained, and how much they keep."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from axiometer.canon import draws, key
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.locate.sparse import SparseCoder, save_coder
from axiometer.locate.training import Recipe, silent, train_coder, without_outliers
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_model
from axiometer.subjects.sites import Floats, OpenModel, Site, check_sites

_PART = 64
_LEAST = 8
_LONG = 120
_HELD = 0.1


@dataclass(frozen=True)
class Trained:
    """Features, and how well they stand for states that they were not trained on.

    Attributes:
        explained: the share of variance kept on held-out text; `trained_on` the same on the text trained on.
        active: how many features a state has on average.
        silent: the share of features that no held-out state makes active.
        states, held: how many states were trained on, and held out.
    """

    coder: SparseCoder
    explained: float
    trained_on: float
    active: float
    silent: float
    states: int
    held: int


def trained_coder(
    subject: str,
    layer: int,
    files: Sequence[Path],
    out: Path,
    recipe: Recipe,
    *,
    passages: int = 1000,
    held: Sequence[Path] = (),
    heard: Callable[[str], Callable[[int, int], None]] = lambda what: lambda done, total: None,
) -> Trained:
    """Trains features of one layer on text files; an interrupted run goes on.

    Args:
        subject: what opens a model in memory.
        layer: whose output is coded.
        files: of plain text.
        out: the folder to write; its `work` keeps what is half done.
        recipe: how features are trained.
        passages: how many to read at most, of either kind.
        held: files of text to judge by; none to hold out a tenth of the passages.
        heard: makes a listener for each part.

    Raises:
        Incapable: a subject whose inside cannot be read.
        BadInput: too little text.
    """
    model = open_model(subject)
    check_sites([Site(layer)], model.n_layers, model.card.name)
    texts = _passages(files)
    order = draws(recipe.seed, "passages").permutation(len(texts))[:passages]
    texts = [texts[i] for i in order]
    if len(texts) < 10:
        raise BadInput(f"{len(texts)} passages of {_LEAST} words and more are too few; give at least 10.")
    cut = 0 if held else max(1, round(_HELD * len(texts)))
    apart, own = texts[:cut], texts[cut:]
    if held:
        apart = _passages(held)[:passages]
        both = len(set(apart) & set(own))
        if not apart or both:
            got = (
                f"{both} of its passages are trained on, too"
                if apart
                else f"it has no passage of {_LEAST} words"
            )
            raise BadInput(f"the held-out text tells nothing: {got}; give other text.")
    work = out / "work"
    test = _states(model, apart, layer, work, heard("held-out passages"))
    train = _states(model, own, layer, work, heard("passages"))
    coder = train_coder(train, layer, recipe, weights=model.fingerprint, work=work, progress=heard("steps"))
    save_coder(out, coder)
    some = train[: len(test)]
    return Trained(
        coder,
        coder.explained(test),
        coder.explained(some),
        float((coder.encode(test) > 0).sum(axis=1).mean()),
        silent(coder, test),
        len(train),
        len(test),
    )


def _passages(files: Sequence[Path]) -> list[str]:
    """Paragraphs, the long ones cut."""
    found = []
    for file in files:
        for paragraph in read_text(file).splitlines():
            words = paragraph.split()
            for start in range(0, len(words), _LONG):
                if len(words[start : start + _LONG]) >= _LEAST:
                    found.append(" ".join(words[start : start + _LONG]))
    return found


def _states(
    model: OpenModel, texts: Sequence[str], layer: int, work: Path, progress: Callable[[int, int], None]
) -> Floats:
    """Every token's state but outliers; each part of the texts is kept under its content."""
    work.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(texts), _PART):
        some = list(texts[start : start + _PART])
        path = work / f"states-{key([model.fingerprint, layer, some])[3:19]}.npy"
        if not path.exists():
            prompts = [Prompt(text, chat=False) for text in some]
            found = model.capture(prompts, [Site(layer)], tokens="each")[Site(layer)]
            fresh = path.with_suffix(".new.npy")
            np.save(fresh, found)
            os.replace(fresh, path)  # noqa: PTH105 - the one call that is whole on every system
        parts.append(np.load(path))
        progress(min(start + _PART, len(texts)), len(texts))
    return without_outliers(np.concatenate(parts))
