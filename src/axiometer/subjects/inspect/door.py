"""The way to one model: calling it with patience, and saying clearly why nobody is answered."""

import re
import weakref
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from random import random
from typing import TYPE_CHECKING, Any

from axiometer.errors import Incapable, UnknownName
from axiometer.subjects.exchange import Missing, Prompt, Turn
from axiometer.subjects.inspect.loop import start
from axiometer.subjects.inspect.options import Options
from axiometer.subjects.inspect.reading import causes, cut_off, out_of_credit, status, unreachable, why
from axiometer.subjects.pictures import Picture

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, Content, GenerateConfig, Model, ModelOutput

LONGEST_WAIT = 60.0  # seconds before a retry, whatever the server asks
SERVERS = ("vllm", "sglang")  # those that connect late, and that report log-probabilities


class Door:
    """One client of one model; knows whether anybody was answered, as what fails before that is a mistake."""

    def __init__(self, name: str, model: "Model", options: Options, address: str) -> None:
        self.name = name
        self.options = options
        self.address = address
        self.answered = False
        self.rejection = ""
        self._model = model
        self._key = str(getattr(model.api, "api_key", None) or "")
        self._settle()
        weakref.finalize(self, start, model.api.aclose)  # closes the client when nobody holds the subject

    @property
    def logprobs_known(self) -> bool:
        """Whether the provider is known to report log-probabilities for this model."""
        if self.name.startswith("openai/") and not self.address:
            return not getattr(self._model.api, "has_reasoning_options", bool)()
        return self.name.partition("/")[0] in SERVERS

    def call(
        self, prompt: Prompt, seed: int, extra: dict[str, Any]
    ) -> Callable[[], Awaitable["ModelOutput | Missing"]]:
        """The call to make on the loop; `extra` replaces options."""
        messages, config = messages_of(prompt), self._config(seed, extra)
        return lambda: self._ask(messages, config)

    def see_whether_anyone_was_answered(self) -> None:
        """Raises when nobody ever was, and the provider said what it does not accept."""
        if not self.answered and self.rejection:
            raise Incapable(self.rejection)

    async def _ask(self, messages: "list[ChatMessage]", config: "GenerateConfig") -> "ModelOutput | Missing":
        try:
            output = await self._model.generate(messages, config=config, cache=False)
        except Exception as error:
            if not self.answered:
                self._complain(error)
            return why(error, self.options.timeout)
        self.answered = True
        return output

    def _complain(self, error: Exception) -> None:
        """Raises what no other prompt would get past; remembers what some other prompt might."""
        code = status(error)
        if code == 401:
            names = " or ".join(getattr(self._model.api, "api_key_vars", None) or ["the provider's variable"])
            raise Incapable(
                f"inspect:{self.name}: the key was refused (HTTP {code}); check {names}."
            ) from None
        if code == 404:
            raise UnknownName(
                f"inspect:{self.name}: no such model{self._where()} (HTTP 404: {self._words(error)}); "
                "check the model's name and base_url."
            ) from None
        if out_of_credit(error):
            raise Incapable(f"inspect:{self.name}: the account has no credit left (HTTP {code}).") from None
        if unreachable(error):
            raise Incapable(
                f"inspect:{self.name}: nobody listens{self._where()}; start the server, "
                "or check base_url and network."
            ) from None
        if any(type(cause).__name__ == "PrerequisiteError" for cause in causes(error)):
            raise Incapable(f"inspect:{self.name} cannot be used: {plain_words(error)}") from None
        if code in (400, 403, 422):
            self.rejection = f"inspect:{self.name} accepted no request (HTTP {code}: {self._words(error)})."

    def _where(self) -> str:
        return f" at {self.address}" if self.address else ""

    def _words(self, error: Exception) -> str:
        """What the provider said, without the key."""
        said = next((str(getattr(c, "message", "")) for c in causes(error) if getattr(c, "message", "")), "")
        return (said.replace(self._key, "...") if self._key else said)[:200] or "no words"

    def _config(self, seed: int, extra: dict[str, Any]) -> "GenerateConfig":
        from inspect_ai.model import GenerateConfig
        from inspect_ai.util import AdaptiveConcurrency

        options = self.options
        config: dict[str, Any] = {
            "temperature": options.temperature,
            "top_p": options.top_p,
            "max_tokens": options.max_tokens,
            "reasoning_effort": options.reasoning_effort or None,
            "reasoning_summary": "none",  # or Inspect puts, and pays for, a question of its own first
            "seed": seed,
            "attempt_timeout": options.timeout,
            "max_retries": options.retries,
            "adaptive_connections": AdaptiveConcurrency(
                min=1, start=options.connections, max=options.connections
            ),
        }
        return GenerateConfig(**(config | extra))

    def _settle(self) -> None:
        """Replaces how long to wait, what to ask again and whose connections to share.

        Why: Inspect waits 3 to 1800 seconds and does not look at Retry-After; the client libraries retry
        below it, so that retries multiply; and the first user of a model in a process fixes its number of
        connections for all.
        """
        api = self._model.api
        retry, first = api.should_retry, self.options.backoff

        def wait(state: Any) -> float:
            asked = getattr(retry(state.outcome.exception()), "retry_after", None) or 0.0
            jitter = 1 + random() / 2  # noqa: S311  (changes no answer)
            patient = first * 2.0 ** (state.attempt_number - 1) * jitter
            return float(min(LONGEST_WAIT, max(asked, patient)))

        door = weakref.ref(self)

        def again(error: Exception) -> Any:
            mine = door()
            if out_of_credit(error) or (unreachable(error) and not (mine and mine.answered)):
                return False
            return cut_off(error) or retry(error)

        vars(api).update(
            retry_wait=lambda: wait, should_retry=again, connection_key=lambda: f"axiometer {id(api)}"
        )
        client = getattr(api, "client", None)
        if isinstance(getattr(client, "max_retries", None), int):
            vars(client)["max_retries"] = 0


def messages_of(prompt: Prompt) -> "list[ChatMessage]":
    """The prompt as the turns of a chat."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    told: list[ChatMessage] = [ChatMessageSystem(content=prompt.system)] if prompt.system else []
    kinds = {"user": ChatMessageUser, "assistant": ChatMessageAssistant}
    turns = [*prompt.turns, Turn("user", prompt.user)]
    shown = next(i for i, turn in enumerate(turns) if turn.role == "user")
    return [
        *told,
        *(
            kinds[turn.role](
                content=_seen(prompt.pictures, turn.text) if i == shown and prompt.pictures else turn.text
            )
            for i, turn in enumerate(turns)
        ),
    ]


def _seen(pictures: Sequence[Picture], text: str) -> "list[Content]":
    """Pictures, then words, as the parts of one turn."""
    from inspect_ai.model import ContentImage, ContentText

    sent = [f"data:image/png;base64,{b64encode(one.data).decode()}" for one in pictures]
    return [*(ContentImage(image=address) for address in sent), ContentText(text=text)]


def plain_words(error: BaseException) -> str:
    """An error of Inspect in one line, without the marks for a terminal."""
    said = next((str(c.message) for c in causes(error) if hasattr(c, "message")), str(error))
    said = re.sub(r"\[/?(?:bold|blue|red|link)[^\]]*\]", "", said)
    return re.sub(r"\s+", " ", said).removeprefix("ERROR: ").strip()
