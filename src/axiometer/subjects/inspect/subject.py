"""A remote model as a subject."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from axiometer.canon import Spec, draws
from axiometer.errors import Incapable
from axiometer.subjects.exchange import Answer, Missing, Prompt, Weights
from axiometer.subjects.inspect.loop import run, together
from axiometer.subjects.inspect.options import Options
from axiometer.subjects.inspect.reading import said, weighed
from axiometer.subjects.protocol import Card

if TYPE_CHECKING:
    from axiometer.subjects.inspect.door import Door

TOKENS = 4  # enough for what may stand before a letter
TOPS = 20  # the most that OpenAI's interface gives


@dataclass(frozen=True)
class InspectSubject:
    """A model behind a provider of Inspect AI.

    Every call carries a seed of its own, drawn from the seed and the prompt. Many remote models ignore it,
    and few are exactly repeatable even at temperature 0: what makes a run repeatable is the ledger.
    """

    model: str
    options: Options
    address: str
    door: "Door" = field(compare=False, repr=False)

    @property
    def spec(self) -> Spec:
        """The model and every option that changes answers, each as it could be written; never the key."""
        options = self.options
        changed = {
            "top_p": options.top_p,
            "max_tokens": options.max_tokens,
            "reasoning_effort": options.reasoning_effort or None,
            "base_url": self.address or None,
        }
        return {
            "subject": "inspect",
            "model": self.model,
            "temperature": "default" if options.temperature is None else options.temperature,
            "logprobs": isinstance(self, InspectWeigher),
            **{name: value for name, value in changed.items() if value is not None},
        }

    @property
    def card(self) -> Card:
        """A remote model; a batch that keeps every connection busy."""
        return Card(
            name=f"inspect:{self.model}",
            kind="remote",
            batch=4 * self.options.connections,
            source=("inspect_ai",),
            details={"temperature": str(self.spec["temperature"])},
            sees=True,
        )

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """What the model says to each prompt.

        Raises:
            Incapable: before anybody was answered, the key is refused, nobody listens or nothing is accepted.
            UnknownName: the provider knows no such model.
        """
        outputs = self._outputs(prompts, seed, {})
        return [output if isinstance(output, Missing) else said(output) for output in outputs]

    def _outputs(self, prompts: Sequence[Prompt], seed: int, extra: dict[str, Any]) -> list[Any]:
        self._can_be_asked(prompts)
        works = [self.door.call(prompt, seed_of(seed, prompt), extra) for prompt in prompts]
        outputs = run(together(works))
        self.door.see_whether_anyone_was_answered()
        return outputs

    def _can_be_asked(self, prompts: Sequence[Prompt]) -> None:
        plain = self.model.partition("/")[0].endswith("completions")
        if not plain and not all(prompt.chat for prompt in prompts):
            raise Incapable(
                f"inspect:{self.model} is asked in turns of a chat and cannot continue plain text; "
                "use a local model, or a provider such as openai-api-completions."
            )


@dataclass(frozen=True)
class InspectWeigher(InspectSubject):
    """The same where the provider reports log-probabilities."""

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """How likely each option's first token opens the answer, at temperature 0.

        Good for options that differ in their first token, such as letters. Providers report the likeliest
        tokens only: an option that is not among them gets the smallest reported log-probability, an upper
        bound of its own.

        Raises:
            Incapable: no reply came with log-probabilities; and as for `answer`.
        """
        extra = {"temperature": 0.0, "max_tokens": TOKENS, "logprobs": True, "top_logprobs": TOPS}
        outputs = self._outputs(prompts, 0, extra)
        read = [
            o if isinstance(o, Missing) else weighed(o, each)
            for o, each in zip(outputs, options, strict=True)
        ]
        if None in read and not any(isinstance(weights, Weights) for weights in read):
            raise Incapable(
                f"inspect:{self.model} replied without log-probabilities; "
                "open it with logprobs=0 to ask for answers only."
            )
        return [Missing("failed", "no log-probabilities in the reply") if w is None else w for w in read]


def seed_of(seed: int, prompt: Prompt) -> int:
    """The seed of one call, the same in any batch; 31 bits, which every provider takes."""
    return int(draws(seed, "inspect", prompt).integers(2**31))
