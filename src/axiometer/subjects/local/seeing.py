"""Vision-language models that transformers loads: shown pictures with the prompt, one prompt at a time.

Why one at a time: how pictures are cut into patches differs from model to model, and padding them together is wrong in some; alone, every prompt has the same
answer in any company.
"""

import io
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from axiometer.canon import Spec, derived, key
from axiometer.errors import BadInput
from axiometer.subjects.exchange import Answer, Missing, Prompt, Turn, Weights
from axiometer.subjects.local.files import cached_key, checked, content_key
from axiometer.subjects.local.loading import SAFE, plainly, quiet
from axiometer.subjects.local.options import Options
from axiometer.subjects.local.pace import running
from axiometer.subjects.protocol import Card

_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
AutoModelForImageTextToText: Any = transformers.AutoModelForImageTextToText
AutoProcessor: Any = transformers.AutoProcessor


def sees(path: Path) -> bool:
    """Whether a folder holds a model that takes pictures: its config has a part that sees, and there is a processor."""
    if not path.is_dir() or not any((path / name).is_file() for name in _PROCESSORS):
        return False
    try:
        return "vision_config" in json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, TypeError):
        return False


class SeeingModel:
    """A vision-language model from a folder; weighs options and says answers."""

    def __init__(self, name: str, path: Path, options: Options, source: tuple[str, ...] = ()) -> None:
        path = checked(path).absolute()
        dtype = "float32" if options.dtype == "auto" else options.dtype
        with quiet(), plainly(path):
            self.processor = AutoProcessor.from_pretrained(path, **SAFE)
            model = AutoModelForImageTextToText.from_pretrained(
                path, dtype=getattr(torch, dtype), use_safetensors=True, **SAFE
            )
        device = "cuda" if options.device != "cpu" and torch.cuda.is_available() else "cpu"
        self.model = model.eval().requires_grad_(False).to(device)
        self._threads = options.threads or torch.get_num_threads()
        self._options, self._lock = options, threading.Lock()
        self._spec: Spec = {
            "subject": name,
            "path": str(path),
            "weights": content_key(path),
            "processor": key(
                {name: cached_key(path / name) for name in _PROCESSORS if (path / name).is_file()}
            ),
            "dtype": dtype,
            "temperature": options.temperature,
            "max_new_tokens": options.max_new_tokens,
        }
        self._card = Card(
            name=f"local:{path}",
            kind="open",
            batch=16,
            parameters=sum(p.numel() for p in self.model.parameters()),
            source=source,
            details={"dtype": dtype, "architecture": type(self.model).__name__},
            sees=True,
        )

    @property
    def spec(self) -> Spec:
        """What answers depend on."""
        return dict(self._spec)

    @property
    def card(self) -> Card:
        """For people, and for the plan."""
        return self._card

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """What the model says to each prompt; the same in any batch and order."""
        return [self._said(prompt, seed) for prompt in prompts]

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """How likely each option is as the continuation of its prompt."""
        if len(prompts) != len(options):
            raise BadInput(
                f"got {len(prompts)} prompts and options for {len(options)}; give options for each prompt."
            )
        return [self._weighed(prompt, some) for prompt, some in zip(prompts, options, strict=True)]

    def _said(self, prompt: Prompt, seed: int) -> Answer | Missing:
        inputs = self._inputs(prompt)
        length = inputs["input_ids"].shape[1]
        hot = self._options.temperature
        how = (
            {"do_sample": True, "temperature": hot, "top_k": 0, "top_p": 1.0} if hot else {"do_sample": False}
        )
        with self._lock, running(self._threads), quiet(), torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(derived(seed, "see", prompt))
            out = self.model.generate(**inputs, max_new_tokens=self._options.max_new_tokens, **how)
        text = str(self.processor.tokenizer.decode(out[0, length:], skip_special_tokens=True)).strip()
        return Answer(text)

    def _weighed(self, prompt: Prompt, options: Sequence[str]) -> Weights:
        inputs = self._inputs(prompt)
        context = inputs.pop("input_ids")
        inputs.pop("attention_mask", None)
        logp, tokens = [], []
        for option in options:
            ids = self.processor.tokenizer(option, add_special_tokens=False, return_tensors="pt")[
                "input_ids"
            ].to(context.device)
            whole = torch.cat([context, ids], dim=1)
            with self._lock, running(self._threads), torch.inference_mode():
                logits = self.model(
                    input_ids=whole, attention_mask=torch.ones_like(whole), **self._fitted(inputs, whole)
                ).logits
            odds = torch.log_softmax(logits[0, context.shape[1] - 1 : -1].float(), dim=-1)
            logp.append(float(odds.gather(1, ids[0, :, None]).sum()))
            tokens.append(int(ids.shape[1]))
        return Weights(tuple(logp), tuple(tokens))

    def _fitted(self, inputs: dict[str, Any], whole: Any) -> dict[str, Any]:
        """What goes with the tokens; what says a thing of each token is made longer: an option is plain text."""
        made = {}
        for name, value in inputs.items():
            short = whole.shape[1] - value.shape[1] if name.endswith("token_type_ids") else 0
            made[name] = torch.nn.functional.pad(value, (0, short)) if short else value
        return made

    def _inputs(self, prompt: Prompt) -> dict[str, Any]:
        from PIL import Image

        images = [Image.open(io.BytesIO(one.data)).convert("RGB") for one in prompt.pictures]
        text = self._text(prompt)
        found = self.processor(
            text=[text], images=[images] if images else None, return_tensors="pt", add_special_tokens=False
        )
        moved = {name: value.to(self.model.device) for name, value in found.items() if hasattr(value, "to")}
        return {n: v.to(self.model.dtype) if torch.is_floating_point(v) else v for n, v in moved.items()}

    def _text(self, prompt: Prompt) -> str:
        """The prompt in the model's own form of a chat, its places for pictures included."""
        turns = [*prompt.turns, Turn("user", prompt.user)]
        shown = next(i for i, turn in enumerate(turns) if turn.role == "user")
        rows: list[dict[str, Any]] = []
        if prompt.system:
            rows.append({"role": "system", "content": [{"type": "text", "text": prompt.system}]})
        for i, turn in enumerate(turns):
            seen = [{"type": "image"}] * len(prompt.pictures) if i == shown else []
            rows.append({"role": turn.role, "content": [*seen, {"type": "text", "text": turn.text}]})
        return str(self.processor.apply_chat_template(rows, add_generation_prompt=True, tokenize=False))
