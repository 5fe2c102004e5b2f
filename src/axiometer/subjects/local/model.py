"""A causal language model in this machine's memory, as a subject."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch

from axiometer.canon import Spec
from axiometer.errors import BadInput
from axiometer.subjects.exchange import Answer, Missing, Prompt, Weights
from axiometer.subjects.local import gguf, places
from axiometer.subjects.local.capturing import captured
from axiometer.subjects.local.editing import Editor
from axiometer.subjects.local.engine import Engine
from axiometer.subjects.local.files import checked, content_key, is_gguf
from axiometer.subjects.local.likelihood import Scored, Tokens, by_batches, by_tree
from axiometer.subjects.local.loading import load_model, load_tokenizer
from axiometer.subjects.local.options import Options
from axiometer.subjects.local.pace import every_thread, fastest, running
from axiometer.subjects.local.selftest import fits
from axiometer.subjects.local.sensitivity import sensitivities
from axiometer.subjects.local.speaking import Manner, PaddedStream, Stream, TreeStream, speak
from axiometer.subjects.local.wording import Wording
from axiometer.subjects.protocol import Card
from axiometer.subjects.sites import Assign, Edit, Floats, Part, Receipt, Site, check_sites
from axiometer.subjects.sites import Tokens as Which

_BATCH = 128
_SPEAKING = 32
Reply = TypeVar("Reply")


class LocalModel:
    """A model from files; implements `OpenModel`.

    Attributes:
        model: the transformers model. What is done to it must be undone, and `forget` called before and after.
        tokenizer: its tokenizer.
        wording: how prompts become its tokens.
        by_tree: whether it passed the self-test; if not, padded batches do the work, correct and slower.
    """

    def __init__(self, name: str, path: Path, options: Options, source: tuple[str, ...] = ()) -> None:
        path = checked(path).absolute()
        weights = content_key(path)
        self.tokenizer, self.model, self._threads, dtype = _load(path, options)
        self.wording = Wording(self.tokenizer)
        self._spec: Spec = {
            "subject": name,
            **({"path": str(path)} if name == "local" else {}),
            "weights": weights,
            "dtype": dtype,
            "temperature": options.temperature,
            "max_new_tokens": options.max_new_tokens,
        }
        self._manner = Manner(options.temperature, options.max_new_tokens, _stops(self.model, self.tokenizer))
        self._lock = threading.Lock()
        self._now = _Now()
        on_gpu = self.model.device.type == "cuda"
        self._engine = Engine(self.model, chunk=2048 if on_gpu else 768, reach=4096 if on_gpu else 2304)
        called = name if name != "local" else f"local:{path}"
        with running(self._threads):
            self.by_tree = fits(self._engine, called)
        self._card = Card(
            name=called,
            kind="open",
            batch=_BATCH,
            parameters=sum(p.numel() for p in self.model.parameters()),
            source=source,
            details={
                "dtype": dtype,
                "architecture": type(self.model).__name__,
                "scoring": "token tree" if self.by_tree else "padded batches",
            },
        )

    @property
    def spec(self) -> Spec:
        """What answers depend on; not the number of threads, nor the processor."""
        return dict(self._spec)

    @property
    def card(self) -> Card:
        """For people, and for the plan."""
        return self._card

    @property
    def computed_tokens(self) -> int:
        """How many tokens went through the model so far, by trees."""
        return self._engine.computed_tokens

    @property
    def context(self) -> int:
        """How many tokens the model can read."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", None) or 1 << 20)

    def forget(self) -> None:
        """Drops the prefixes kept between calls: needed whenever the model behaves differently from before."""
        self._engine.memory.forget()

    @property
    def n_layers(self) -> int:
        """How many decoder blocks."""
        return len(places.blocks(self.model))

    @property
    def n_heads(self) -> int:
        """How many attention heads a block has."""
        return int(self.model.config.get_text_config().num_attention_heads)

    @property
    def fingerprint(self) -> str:
        """A content key of the weights."""
        return str(self._spec["weights"])

    def width(self, part: Part) -> int:
        """How many numbers there are at a site of this part."""
        return places.width(self.model, part)

    def writers(self, layer: int) -> Floats:
        """[units, width] what each feed-forward unit of a block adds to the block's output for every 1 that it passes on."""
        check_sites([Site(layer)], self.n_layers, self.card.name)
        written: Floats = places.writers(self.model, layer).cpu().numpy()
        return written

    @contextmanager
    def editing(self, assign: Assign) -> Iterator[list[Receipt]]:
        """Within it, every call of this thread runs each prompt under the edits that `assign` gives it."""
        receipts: list[Receipt] = []
        self._now.assigned.append((assign, receipts))
        try:
            yield receipts
        finally:
            self._now.assigned.pop()

    def capture(
        self,
        prompts: Sequence[Prompt],
        sites: Sequence[Site],
        *,
        tokens: Which = "last",
        edits: Sequence[Sequence[Edit]] = (),
        answers: Sequence[str] = (),
    ) -> dict[Site, Floats]:
        """What there is at some sites when prompts are read, before the edits of the same site.

        Raises:
            BadInput: a site that there is not, a text longer than the model reads, or an answer that is empty.
        """
        check_sites(sites, self.n_layers, self._card.name)
        read = self._read(prompts, answers)
        longest = max((len(text.tokens) for text in read), default=0)
        if longest > self.context:
            raise BadInput(f"a prompt has {longest} tokens; this model reads {self.context}. Shorten it.")
        also = self._now.edits(prompts)
        every = [(*mine, *more) for mine, more in zip(also, edits or [()] * len(prompts), strict=True)]
        with self._working():
            return captured(self._engine, read, sites, tokens, every, by_tree=self.by_tree)

    def _read(self, prompts: Sequence[Prompt], answers: Sequence[str]) -> list[Scored]:
        """Each prompt's tokens, those before its answer counted as context."""
        if not answers:
            return [Scored(tokens, 0) for tokens in self.wording.contexts(prompts)]
        if len(answers) != len(prompts):
            raise BadInput(
                f"got {len(prompts)} prompts and {len(answers)} answers; give one for each prompt."
            )
        read = [one for (one,) in self.wording.scored(prompts, [[answer] for answer in answers])]
        for one, answer in zip(read, answers, strict=True):
            if len(one.tokens) == one.context:
                raise BadInput(
                    f"the answer {answer!r} has no tokens of its own after its prompt; give it some words."
                )
        return read

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """What the model says to each prompt; the same in any batch and order."""

        def do(
            some: list[int], edits: list[tuple[Edit, ...]] | None
        ) -> tuple[list[Answer | Missing], list[Receipt]]:
            return self._answers([prompts[i] for i in some], seed, edits)

        return self._each(prompts, do)

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """How likely each option is as the continuation of its prompt."""
        if len(prompts) != len(options):
            raise BadInput(
                f"got {len(prompts)} prompts and options for {len(options)}; give options for each prompt."
            )

        def do(
            some: list[int], edits: list[tuple[Edit, ...]] | None
        ) -> tuple[list[Weights | Missing], list[Receipt]]:
            return self._weights([prompts[i] for i in some], [options[i] for i in some], edits)

        return self._each(prompts, do)

    def sensitivity(
        self, prompts: Sequence[Prompt], options: Sequence[tuple[str, str]], sites: Sequence[Site]
    ) -> dict[Site, Floats]:
        """How each prompt's log-odds per token of the first option would move, for each number raised at all tokens.

        Raises:
            BadInput: a site that there is not, or options that cannot be weighed.
        """
        check_sites(sites, self.n_layers, self._card.name)
        questions = self.wording.scored(prompts, options)
        for question, some in zip(questions, options, strict=True):
            if (lost := self._lost(question, some)) is not None:
                raise BadInput(f"the options {some[0]!r} and {some[1]!r} cannot be weighed: {lost.detail}.")
        with self._working():
            return sensitivities(self.model, [(first, last) for first, last in questions], sites)

    def _each(
        self,
        prompts: Sequence[Prompt],
        do: Callable[[list[int], list[tuple[Edit, ...]] | None], tuple[list[Reply], list[Receipt]]],
    ) -> list[Reply]:
        """Runs what nothing is done to as if nothing could be, and the rest under its edits."""
        edits = self._now.edits(prompts)
        plain = [i for i, some in enumerate(edits) if not some]
        changed = [i for i, some in enumerate(edits) if some]
        found: dict[int, Reply] = {}
        receipts = [Receipt(False)] * len(prompts)
        if plain or not changed:
            found.update(zip(plain, do(plain, None)[0], strict=True))
        if changed:
            replies, made = do(changed, [edits[i] for i in changed])
            found.update(zip(changed, replies, strict=True))
            for i, receipt in zip(changed, made, strict=True):
                receipts[i] = receipt
        self._now.note(receipts)
        return [found[i] for i in range(len(prompts))]

    def _answers(
        self, prompts: Sequence[Prompt], seed: int, edits: Sequence[Sequence[Edit]] | None
    ) -> tuple[list[Answer | Missing], list[Receipt]]:
        contexts = self.wording.contexts(prompts)
        found: list[Answer | Missing] = [self._too_long(len(tokens) + 1) for tokens in contexts]
        receipts = [Receipt(True)] * len(prompts)
        order = [
            i for i in sorted(range(len(prompts)), key=lambda i: len(contexts[i])) if self._fits(contexts[i])
        ]
        for start in range(0, len(order), _SPEAKING):
            some = order[start : start + _SPEAKING]
            lengths = [len(contexts[i]) for i in some]
            editor = None if edits is None else Editor(self.model, [edits[i] for i in some], lengths)
            with self._working(editor):
                said = self._speak([contexts[i] for i in some], seed, editor)
            for i, tokens in zip(some, said, strict=True):
                found[i] = Answer(self.wording.read(tokens))
            for i, receipt in zip(some, editor.receipts() if editor else [], strict=False):
                receipts[i] = receipt
        return found, receipts

    def _weights(
        self,
        prompts: Sequence[Prompt],
        options: Sequence[Sequence[str]],
        edits: Sequence[Sequence[Edit]] | None,
    ) -> tuple[list[Weights | Missing], list[Receipt]]:
        questions = self.wording.scored(prompts, options)
        lost = [self._lost(question, some) for question, some in zip(questions, options, strict=True)]
        read = [question for question, missing in zip(questions, lost, strict=True) if missing is None]
        mine = None if edits is None else [e for e, m in zip(edits, lost, strict=True) if m is None]
        lengths = [question[0].context if question else 0 for question in read]
        editor = None if mine is None else Editor(self.model, mine, lengths)
        with self._working(editor):
            sums = self._weigh(read, editor)
        found = iter(
            Weights(tuple(logp), tuple(len(one.tokens) - one.context for one in question))
            for question, logp in zip(read, sums, strict=True)
        )
        made = iter(editor.receipts() if editor and read else [])
        return (
            [next(found) if missing is None else missing for missing in lost],
            [next(made, Receipt(True)) if missing is None else Receipt(True) for missing in lost],
        )

    def _lost(self, question: list[Scored], options: Sequence[str]) -> Missing | None:
        """Why a question cannot be weighed, if it cannot."""
        longest = max((len(one.tokens) for one in question), default=0)
        if longest > self.context:
            return self._too_long(longest)
        for one, option in zip(question, options, strict=True):
            # Nothing after a prompt is certain; something that went into the prompt's own tokens is not.
            if option and len(one.tokens) == one.context:
                return Missing(
                    "failed",
                    f"the option {option!r} merges into the last tokens of its prompt and has none of its "
                    "own to weigh; begin it with a space, or end the prompt elsewhere",
                )
        return None

    def _weigh(self, questions: list[list[Scored]], editor: Editor | None) -> list[list[float]]:
        if not any(questions):
            return [[] for _ in questions]
        if not self.by_tree:
            return by_batches(self.model, questions, editor=editor)
        return by_tree(self._engine, questions, editor)

    def _speak(self, contexts: list[list[int]], seed: int, editor: Editor | None = None) -> list[list[int]]:
        room = min(self._manner.limit, self.context - max(map(len, contexts)))
        manner = Manner(self._manner.temperature, room, self._manner.stops)
        stream: Stream
        if self.by_tree:
            stream = TreeStream(self._engine, contexts, room, editor)
        else:
            stream = PaddedStream(self.model, contexts, editor)
        return speak(stream, contexts, manner, seed)

    def _fits(self, tokens: Tokens) -> bool:
        return len(tokens) < self.context

    def _too_long(self, tokens: int) -> Missing:
        return Missing("truncated", f"{tokens} tokens; this model reads {self.context}")

    @contextmanager
    def _working(self, editor: Editor | None = None) -> Iterator[None]:
        with self._lock, running(self._threads), ExitStack() as stack:
            if editor is not None:
                stack.enter_context(editor.at_work())
            try:
                yield
            except BaseException:
                # Interrupted half-way, rows and links may not belong together any more.
                self._engine.memory.forget()
                raise


class _Now(threading.local):
    """The edits that this thread works under, the outermost first."""

    def __init__(self) -> None:
        self.assigned: list[tuple[Assign, list[Receipt]]] = []

    def edits(self, prompts: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
        """All that is to be done to each prompt."""
        found: list[tuple[Edit, ...]] = [()] * len(prompts)
        every = self.assigned
        try:
            for i, (assign, _) in enumerate(every):
                # What an assignment looks at inside the model is under the edits further out, not under its own.
                self.assigned = every[:i]
                found = [(*mine, *more) for mine, more in zip(found, assign(prompts), strict=True)]
        finally:
            self.assigned = every
        return found

    def note(self, receipts: Sequence[Receipt]) -> None:
        """Hands the receipts to everybody who asked for edits."""
        for _, kept in self.assigned:
            kept.extend(receipts)


def _load(path: Path, options: Options) -> tuple[Any, Any, int, str]:
    """Tokenizer, model, threads and number format."""
    threads = options.threads or every_thread()
    with running(threads):
        model, folder = _model(path, "float32" if options.dtype == "auto" else options.dtype)
    tokenizer = load_tokenizer(folder)
    config = model.config.get_text_config()
    asked = ("float32", "bfloat16") if options.dtype == "auto" else (options.dtype,)
    hidden = int(config.hidden_size)
    inner = getattr(config, "intermediate_size", None)
    threads, dtype = fastest(hidden, inner if isinstance(inner, int) else 4 * hidden, asked)
    if options.dtype == "auto":
        model = model.to(getattr(torch, dtype))
    return tokenizer, model.to(_device(options.device)), options.threads or threads, dtype


def _model(path: Path, dtype: str) -> tuple[Any, Path]:
    if not is_gguf(path) or path.is_dir():
        return load_model(path, dtype), path
    folder = gguf.copy_of(path)
    try:
        return load_model(folder, dtype), folder
    except BadInput:
        # A copy of ours that went bad is no fault of the user's.
        gguf.discard(folder)
        return load_model(gguf.copy_of(path), dtype), folder


def _device(wanted: str) -> str:
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise BadInput("the option device is 'cuda', but torch finds no GPU here; use device=cpu.")
    return "cuda" if there and wanted == "auto" else wanted.replace("auto", "cpu")


def _stops(model: Any, tokenizer: Any) -> frozenset[int]:
    ends = getattr(model.generation_config, "eos_token_id", None)
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(int(end) for end in [*listed, tokenizer.eos_token_id] if end is not None)
