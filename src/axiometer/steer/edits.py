"""Edits of hidden states, written once for numpy and torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from axiometer.canon import Spec, key
from axiometer.data import need
from axiometer.errors import BadInput
from axiometer.subjects.sites import SPANS, Floats, Site, Span, Where


@dataclass(frozen=True, eq=False)
class Add:
    """Adds one vector to every token that it is shown.

    Attributes:
        site: where.
        vector: [width].
        span: which tokens.
    """

    site: Site
    vector: Floats
    span: Span = "text"

    @property
    def settings(self) -> Spec:
        """All but the numbers of `arrays`."""
        return {"push": "add", "layer": self.site.layer, "part": self.site.part, "span": self.span}

    @property
    def arrays(self) -> Mapping[str, Floats]:
        """The vector."""
        return {"vector": self.vector}

    def apply(self, hidden: Any, where: Where, arrays: Mapping[str, Any]) -> Any:
        """The hidden states and the vector."""
        return hidden + arrays["vector"]


@dataclass(frozen=True, eq=False)
class AddAtStart:
    """Adds a vector to each of the first tokens of a text, one after the other.

    Attributes:
        site: where.
        vectors: [first tokens, width].

    Source:
        actadd
    """

    site: Site
    vectors: Floats
    span: Span = field(init=False, default="text")

    @property
    def settings(self) -> Spec:
        """All but the numbers of `arrays`."""
        return {"push": "start", "layer": self.site.layer, "part": self.site.part}

    @property
    def arrays(self) -> Mapping[str, Floats]:
        """The vectors, and one of zeros for all later tokens."""
        return {"vectors": np.concatenate([self.vectors, np.zeros_like(self.vectors[:1])])}

    def apply(self, hidden: Any, where: Where, arrays: Mapping[str, Any]) -> Any:
        """The hidden states and each position's vector."""
        return hidden + arrays["vectors"][where.positions.clip(max=len(self.vectors))]


@dataclass(frozen=True, eq=False)
class Reach:
    """Moves each token along a probe's weights, just far enough for the probe to say `odds`; no token back.

    Attributes:
        site: where.
        weights: [width] of the probe.
        bias: of the probe.
        odds: the log-odds to reach.
        sign: 1 to hold a value (at least these odds), -1 to give it up (at most).
        whole: whether the step that the last token of a prompt needs is made by all its tokens, as the authors' code
            does; needs the prompt as a whole.
        span: which tokens.
        limit: the longest state that is moved. Decoders keep some tokens, the first of a text above all, at a hundred
            times the usual length; a probe says nothing about them, and moving them breaks the model. Our own proposal.

    Source:
        conva
    """

    site: Site
    weights: Floats
    bias: float
    odds: float
    sign: int = 1
    whole: bool = False
    span: Span = "text"
    limit: float = 1e9
    arrays: Mapping[str, Floats] = field(init=False)

    def __post_init__(self) -> None:
        """Lays out what is computed with."""
        object.__setattr__(self, "arrays", {"weights": self.weights.astype(np.float32)})

    @property
    def settings(self) -> Spec:
        """All but the numbers of `arrays`."""
        where = {"push": "reach", "layer": self.site.layer, "part": self.site.part, "span": self.span}
        return {**where, "bias": self.bias, "odds": self.odds, "sign": self.sign, "limit": self.limit}

    @property
    def squared(self) -> float:
        """The squared length of the weights."""
        return float(self.weights.astype(np.float64) @ self.weights)

    def step(self, state: Floats) -> Floats:
        """[width] the push that one state [width] needs."""
        lacking = self.sign * (self.odds - self.bias - float(state.astype(np.float64) @ self.weights))
        return (self.sign * max(lacking, 0.0) / self.squared * self.weights).astype(np.float32)

    def apply(self, hidden: Any, where: Where, arrays: Mapping[str, Any]) -> Any:
        """The hidden states, moved."""
        lacking = self.sign * (self.odds - self.bias - hidden @ arrays["weights"])
        if self.whole:
            assert where.last is not None  # noqa: S101 - used in capture only
            lacking = lacking[where.last]
        steps = self.sign * lacking.clip(min=0) / self.squared
        steps = steps * ((hidden * hidden).sum(-1) <= self.limit**2)
        return hidden + steps[:, None] * arrays["weights"]


Push: TypeAlias = Add | AddAtStart | Reach


def described(push: Push) -> Spec:
    """The settings, and the numbers by their content key."""
    return {**push.settings, **{name: _key(array) for name, array in push.arrays.items()}}


def opened(row: dict[str, Any], array: Floats, where: str) -> Push:
    """A push again, from its settings and its numbers.

    Raises:
        BadInput: settings that no push has.
    """
    site = Site(need(row, "layer", int, where), need(row, "part", str, where))
    kind, span = need(row, "push", str, where), row.get("span", "text")
    if span not in SPANS:
        raise BadInput(f"{where}: span is {span!r}; it must be one of {', '.join(SPANS)}.")
    if kind == "add":
        return Add(site, array, span)
    if kind == "start":
        return AddAtStart(site, array[:-1])
    if kind == "reach":
        bias, odds, limit = (
            float(need(row, name, (int, float), where)) for name in ("bias", "odds", "limit")
        )
        return Reach(site, array, bias, odds, need(row, "sign", int, where), span=span, limit=limit)
    raise BadInput(f"{where}: push is {kind!r}; it must be add, start or reach.")


def _key(array: Floats) -> str:
    return key([list(array.shape), array.astype("<f4").tobytes().hex()])
