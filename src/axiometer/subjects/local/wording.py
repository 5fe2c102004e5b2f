"""Prompts as the text and the tokens that a model reads."""

from collections.abc import Sequence
from typing import Any

from axiometer.errors import BadInput, Incapable
from axiometer.subjects.exchange import Prompt
from axiometer.subjects.local.likelihood import Scored


class Wording:
    """Puts prompts into a tokenizer's words.

    Why: the same division into context and continuation as lm-evaluation-harness makes, so that likelihoods can
    be compared with its: white space that ends a context belongs to the continuation, and the continuation's
    tokens are what the whole has beyond the tokens of the context alone.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        plain = tokenizer("a")["input_ids"]
        bos = tokenizer.bos_token_id
        self._opening: list[int] = [bos] if bos is not None and plain[:1] == [bos] else []
        start = bos if bos is not None else tokenizer.eos_token_id
        self._start: list[int] = [start if start is not None else 0]

    def text(self, prompt: Prompt) -> str:
        """What the model reads, special tokens of the chat template included.

        Raises:
            Incapable: a prompt with pictures; this model reads words alone.
        """
        if prompt.pictures:
            raise Incapable(
                "this model reads words alone and is shown no pictures; name one that sees, or put captions instead."
            )
        if prompt.chat and self.tokenizer.chat_template:
            return self._chat(prompt)
        parts = (prompt.system, *(turn.text for turn in prompt.turns), prompt.user)
        return "\n\n".join(part for part in parts if part)

    def contexts(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        """The tokens that an answer continues."""
        texts = [self.text(prompt) for prompt in prompts]
        return [
            self._begun(prompt, tokens) for prompt, tokens in zip(prompts, self._encode(texts), strict=True)
        ]

    def scored(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[list[Scored]]:
        """For every prompt, the tokens of each option after it."""
        texts = [self.text(prompt) for prompt in prompts]
        heads = [text.rstrip() for text in texts]
        contexts = self._encode(heads)
        wholes = iter(
            self._encode(
                [text + option for text, some in zip(texts, options, strict=True) for option in some]
            )
        )
        questions = []
        for prompt, head, some in zip(prompts, contexts, options, strict=True):
            context = self._begun(prompt, head)
            questions.append([Scored([*context, *next(wholes)[len(head) :]], len(context)) for _ in some])
        return questions

    def read(self, tokens: Sequence[int]) -> str:
        """The words of generated tokens."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True)).strip()

    def _encode(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        found: list[list[int]] = self.tokenizer(texts, add_special_tokens=False)["input_ids"]
        return found

    def _begun(self, prompt: Prompt, tokens: list[int]) -> list[int]:
        templated = prompt.chat and self.tokenizer.chat_template
        return [*([] if templated else self._opening), *tokens] or self._start

    def _chat(self, prompt: Prompt) -> str:
        from jinja2 import TemplateError

        turns = [{"role": turn.role, "content": turn.text} for turn in prompt.turns]
        turns.append({"role": "user", "content": prompt.user})
        system = [{"role": "system", "content": prompt.system}] if prompt.system else []
        try:
            return self._templated(system + turns)
        except TemplateError as error:
            if not system:
                raise BadInput(f"this model's chat template refuses the prompt: {error}.") from None
        # Some families (Gemma) have no system turn: there the words open the first turn.
        turns[0] = {"role": turns[0]["role"], "content": f"{prompt.system}\n\n{turns[0]['content']}"}
        try:
            return self._templated(turns)
        except TemplateError as error:
            raise BadInput(f"this model's chat template refuses the prompt: {error}.") from None

    def _templated(self, messages: list[dict[str, str]]) -> str:
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
