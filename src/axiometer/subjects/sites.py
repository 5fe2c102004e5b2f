"""Places inside a model, what may be done there, and the proof that it was done."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from axiometer.errors import BadInput, Incapable, unknown
from axiometer.subjects.exchange import Prompt
from axiometer.subjects.protocol import Subject, Weigher

Part: TypeAlias = Literal["block", "units", "heads"]
Tokens: TypeAlias = Literal["last", "mean", "each"]
Span: TypeAlias = Literal["text", "prompt"]
Floats: TypeAlias = npt.NDArray[np.float32]
PARTS: tuple[Part, ...] = ("block", "units", "heads")
SPANS: tuple[Span, ...] = ("text", "prompt")


@dataclass(frozen=True, order=True)
class Site:
    """A place whose numbers can be read and changed.

    Attributes:
        layer: the decoder block, the first is 0.
        part: `block`, the block's output in the residual stream; `units`, the feed-forward units after the model's own
            activation (before a gated unit is multiplied); `heads`, the attention heads' outputs side by side, before
            they are mixed.
    """

    layer: int
    part: Part = "block"


@dataclass(frozen=True)
class Where:
    """Which tokens an edit is shown.

    Attributes:
        positions: [tokens] absolute, the first token of a text is 0; a tensor or an array.
        last: [tokens] the row, among those shown, of the last token of the same text; None while texts grow, and where
            a text need not be there as a whole.
        reading: whether the model is reading a prompt (True) or saying something (False).
    """

    positions: Any
    last: Any = None
    reading: bool = True


@runtime_checkable
class Edit(Protocol):
    """Changes the hidden states at one site.

    Why: `arrays` are given back as the model's own tensors, and hidden states come as float32; an edit written with
    operators that numpy and torch share runs at full speed on any device, and knows neither.
    """

    @property
    def site(self) -> Site:
        """Where."""
        ...

    @property
    def span(self) -> Span:
        """Whether it is shown all tokens of a text, or those of the prompt alone."""
        ...

    @property
    def arrays(self) -> Mapping[str, Floats]:
        """What the edit computes with."""
        ...

    def apply(self, hidden: Any, where: Where, arrays: Mapping[str, Any]) -> Any:
        """The hidden states to go on with.

        Shapes: hidden and result [tokens, width of the site]
        """
        ...


@dataclass(frozen=True)
class Receipt:
    """What was done to one prompt: proof that an intervention touched it.

    Attributes:
        fired: whether anything was to be done to this prompt.
        read: site -> how many of its tokens were changed while it was read.
        said: site -> whether the state that each said token was read from was changed (1) or not (0), in order.
        ratio: site -> mean length of the change relative to what was changed.
    """

    fired: bool
    read: Mapping[Site, int] = field(default_factory=dict)
    said: Mapping[Site, tuple[int, ...]] = field(default_factory=dict)
    ratio: Mapping[Site, float] = field(default_factory=dict)

    @property
    def edits(self) -> int:
        """How many changes were made in all."""
        return sum(self.read.values()) + sum(sum(steps) for steps in self.said.values())


Assign: TypeAlias = Callable[[Sequence[Prompt]], Sequence[Sequence[Edit]]]


@runtime_checkable
class OpenModel(Weigher, Protocol):
    """A subject whose inside can be read and changed. It is as it was after every call."""

    @property
    def n_layers(self) -> int:
        """How many decoder blocks."""
        ...

    @property
    def n_heads(self) -> int:
        """How many attention heads a block has."""
        ...

    @property
    def fingerprint(self) -> str:
        """A content key of the weights: what a vector was made for."""
        ...

    def width(self, part: Part) -> int:
        """How many numbers there are at a site of this part."""
        ...

    def writers(self, layer: int) -> Floats:
        """What each feed-forward unit of a block adds to the block's output for every 1 that it passes on.

        Shapes: [units, width]

        Raises:
            Incapable: a model in which this is not one direction.
        """
        ...

    def capture(
        self,
        prompts: Sequence[Prompt],
        sites: Sequence[Site],
        *,
        tokens: Tokens = "last",
        edits: Sequence[Sequence[Edit]] = (),
        answers: Sequence[str] = (),
    ) -> dict[Site, Floats]:
        """What there is at some sites when prompts are read, before the edits of the same site.

        Args:
            prompts: what is read.
            sites: where to look.
            tokens: the last token of each text, the mean over its tokens, or each token.
            edits: what is done to each prompt meanwhile.
            answers: an answer to each prompt that is read after it; then only the answer's tokens are looked at.

        Shapes: [prompts, width]; with `each`, [all tokens of all prompts in order, width].
        """
        ...

    def editing(self, assign: Assign) -> "AbstractContextManager[list[Receipt]]":
        """Within it, every call runs each prompt under the edits that `assign` gives it.

        The list grows by a receipt for every prompt of every call.
        """
        ...


@runtime_checkable
class Sensitive(OpenModel, Protocol):
    """An open model that tells what its choices hang on."""

    def sensitivity(
        self, prompts: Sequence[Prompt], options: Sequence[tuple[str, str]], sites: Sequence[Site]
    ) -> dict[Site, Floats]:
        """How each prompt's log-odds per token of the first option would move, for each number raised at all tokens.

        Shapes: [prompts, width]
        """
        ...


def check_sites(sites: Sequence[Site], n_layers: int, called: str) -> None:
    """Refuses places that a model does not have.

    Raises:
        BadInput: a layer beyond the model's.
        UnknownName: a part that there is not.
    """
    for site in sites:
        if site.part not in PARTS:
            raise unknown("part of a block", str(site.part), PARTS)
        if not 0 <= site.layer < n_layers:
            raise BadInput(f"{called} has layers 0 to {n_layers - 1}; there is no layer {site.layer}.")


def check_weights(subject: Subject, fingerprint: str, what: str) -> None:
    """Refuses a subject other than the model that something was found in.

    Raises:
        Incapable: not a model whose inside can be changed, or one with other weights.
    """
    if not isinstance(subject, OpenModel):
        raise Incapable(f"this {what} changes a model's inside, and {subject.card.name} shows none.")
    if subject.fingerprint != fingerprint:
        raise Incapable(
            f"this {what} was made for weights {fingerprint}, and {subject.card.name} has {subject.fingerprint}; "
            "locate the value in this model: axiometer locate."
        )
