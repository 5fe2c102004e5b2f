"""How fast a model is read and steered: Axiometer beside TransformerLens and nnsight, the same weights and prompts.

One process, one thread, float32; arms take turns, and ratios are of CPU time within a turn. The table goes into
RESULTS.md; README.md says how to run it and how to read it.
"""

import argparse
import datetime
import os
import platform
import re
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

RESULTS = Path(__file__).with_name("RESULTS.md")
BATCH = 32
TOLERANCE = 1e-4


def prompts_of(many: int) -> list[str]:
    """Sentences of contrast material, both sides of a pair beside each other, as `locate` reads them."""
    from axiometer.data import shipped_names
    from axiometer.instruments.contrast import open_contrast

    pairs = [
        pair for value in shipped_names("contrast") for pair in open_contrast(value).pairs_of("train")[:20]
    ]
    return [text for pair in pairs for text in (pair.holding, pair.opposing)][:many]


class Ours:
    """Capture through the token tree."""

    def __init__(self, subject: Any) -> None:
        self.subject = subject

    def states(self, texts: list[str]) -> np.ndarray:
        """[layers, texts, width] at the last token."""
        from axiometer.subjects import Prompt
        from axiometer.subjects.sites import Site

        sites = [Site(layer) for layer in range(self.subject.n_layers)]
        self.subject.forget()
        found = self.subject.capture([Prompt(text, chat=False) for text in texts], sites)
        return np.stack([found[site] for site in sites])


class Nnsight:
    """nnsight, padded batches sorted by length."""

    def __init__(self, subject: Any) -> None:
        import nnsight

        self.tokenizer = subject.tokenizer
        self.layers = subject.n_layers
        self.model = nnsight.LanguageModel(subject.model, tokenizer=subject.tokenizer)

    def states(self, texts: list[str]) -> np.ndarray:
        """[layers, texts, width] at the last token."""
        import torch

        def batch(ids: Any, mask: Any) -> list[Any]:
            kept = []
            with torch.inference_mode(), self.model.trace({"input_ids": ids, "attention_mask": mask}):
                for layer in range(self.layers):
                    output = self.model.model.layers[layer].output
                    kept.append((output[0] if isinstance(output, tuple) else output).save())
            return kept

        return padded(self.tokenizer, texts, batch)


class Lens:
    """TransformerLens, its bridge to transformers, padded batches sorted by length."""

    def __init__(self, subject: Any, folder: Path) -> None:
        from transformer_lens.model_bridge import TransformerBridge

        self.tokenizer = subject.tokenizer
        self.layers = subject.n_layers
        self.model = TransformerBridge.boot_transformers(str(folder), device="cpu", dtype=subject.model.dtype)
        self.names = [f"blocks.{layer}.hook_out" for layer in range(self.layers)]

    def states(self, texts: list[str]) -> np.ndarray:
        """[layers, texts, width] at the last token."""
        import torch

        def batch(ids: Any, mask: Any) -> list[Any]:
            with torch.inference_mode():
                _, cache = self.model.run_with_cache(
                    ids, attention_mask=mask, names_filter=lambda name: name in self.names, return_type=None
                )
            return [cache[name] for name in self.names]

        return padded(self.tokenizer, texts, batch)


def padded(tokenizer: Any, texts: list[str], batch: Callable[[Any, Any], list[Any]]) -> np.ndarray:
    """The last tokens' states of all texts, by batches of about one length, padded on the right."""
    import torch

    ids = [tokenizer(text)["input_ids"] for text in texts]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found: dict[int, Any] = {}
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        lengths = [len(ids[i]) for i in some]
        tokens = torch.zeros(len(some), max(lengths), dtype=torch.long)
        mask = torch.zeros_like(tokens)
        for row, i in enumerate(some):
            tokens[row, : lengths[row]], mask[row, : lengths[row]] = torch.tensor(ids[i]), 1
        last = torch.tensor(lengths) - 1
        states = torch.stack([layer[torch.arange(len(some)), last] for layer in batch(tokens, mask)])
        found.update({i: states[:, row].float().numpy() for row, i in enumerate(some)})
    return np.stack([found[i] for i in range(len(texts))], axis=1)


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came of it."""
    begun = time.process_time()
    found = do()
    return time.process_time() - begun, found


def captures(subject: Any, folder: Path, texts: list[str], repeats: int) -> list[str]:
    """A row for each peer: times ours, and how far its states are from ours."""
    arms = {"axiometer": Ours(subject), "nnsight": Nnsight(subject), "TransformerLens": Lens(subject, folder)}
    for arm in arms.values():
        arm.states(texts[:8])
    spent: dict[str, list[float]] = {name: [] for name in arms}
    states: dict[str, np.ndarray] = {}
    for _ in range(repeats):
        for name, arm in arms.items():
            seconds, states[name] = timed(lambda arm=arm: arm.states(texts))
            spent[name].append(seconds)
    rows = []
    size = np.linalg.norm(states["axiometer"], axis=-1)
    for name in arms:
        ratios = [theirs / ours for theirs, ours in zip(spent[name], spent["axiometer"], strict=True)]
        off = float((np.linalg.norm(states[name] - states["axiometer"], axis=-1) / size).max())
        if off > TOLERANCE:
            raise SystemExit(f"{name} differs from ours by {off:.2g} of a state's length")
        rows.append(
            f"| capture, {subject.n_layers} layers, {len(texts)} sentences | {name} | {median(spent[name]):.1f} | "
            f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) | {off:.1e} |"
        )
    return rows


def steering(subject: Any, batches: tuple[int, ...], repeats: int) -> list[str]:
    """A row for each way of steering and size of batch: tokens per second over those of the unsteered model."""
    from axiometer.data import shipped_names
    from axiometer.instruments.contrast import open_contrast
    from axiometer.locate.vectors import locate_vector
    from axiometer.steer.steered import steer
    from axiometer.steer.vectors import reaching
    from axiometer.subjects import Prompt

    contrast = open_contrast("power")
    one, three = (locate_vector(subject, contrast, layers=layers) for layers in ([15], [12, 15, 18]))
    arms = {
        "unsteered": subject,
        "prompt, 1 layer": steer(subject, reaching(one, 10.0)),
        "text, 1 layer": steer(subject, reaching(one, 2.0, scope="text")),
        "text, 3 layers": steer(subject, reaching(three, 0.0, scope="text")),
    }
    asked = [
        Prompt(dilemma.question(expressing_first=True))
        for value in shipped_names("contrast")
        for dilemma in open_contrast(value).dilemmas_of("tune")
    ]
    rows = []
    for many in batches:
        speeds: dict[str, list[float]] = {name: [] for name in arms}
        for turn in range(repeats):
            some = asked[turn * many : (turn + 1) * many]
            for name, arm in arms.items():
                subject.forget()
                seconds, answers = timed(lambda arm=arm, some=some: arm.answer(some, seed=0))
                said = sum(len(subject.tokenizer(answer.text)["input_ids"]) + 1 for answer in answers)
                speeds[name].append(said / seconds)
        for name in arms:
            ratios = [a / b for a, b in zip(speeds[name], speeds["unsteered"], strict=True)]
            rows.append(
                f"| generation, batch {many} | {name} | {median(speeds[name]):.0f} tokens/s | {median(ratios):.2f} "
                f"({min(ratios):.2f}-{max(ratios):.2f}) | |"
            )
    return rows


def main() -> None:
    """Runs all arms and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--write", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from axiometer.subjects.opening import open_subject

    subject: Any = open_subject("smollm2:?threads=1&dtype=float32&device=cpu&max_new_tokens=64")
    with TemporaryDirectory() as folder:
        subject.model.save_pretrained(folder)
        subject.tokenizer.save_pretrained(folder)
        rows = captures(subject, Path(folder), prompts_of(given.sentences), given.repeats)
    rows += steering(subject, tuple(given.batches), given.repeats)
    table = "\n".join(
        [
            f"SmolLM2-135M-Instruct, float32, one thread; {given.repeats} turns; {platform.processor() or platform.machine()}; "
            f"{datetime.datetime.now(datetime.UTC).date()}; torch {version('torch')}, transformers {version('transformers')}, "
            f"transformer-lens {version('transformer-lens')}, nnsight {version('nnsight')}. `make bench-steering`",
            "",
            "| work | arm | CPU s, or speed | median ratio (min-max) | largest difference |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )
    print(table)
    if given.write:
        write(table)


def write(table: str) -> None:
    """Puts the table under its heading in RESULTS.md."""
    heading = "## Reading and steering a model"
    text = RESULTS.read_text(encoding="utf-8")
    head, found, tail = text.partition(heading)
    after = re.split(r"\n(?=## )", tail, maxsplit=1)[1:] if found else []
    RESULTS.write_text("\n".join([f"{head.rstrip()}\n\n{heading}\n\n{table}\n", *after]), encoding="utf-8")


if __name__ == "__main__":
    main()
