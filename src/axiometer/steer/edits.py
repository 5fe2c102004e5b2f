"""Edits of hidden states, written once for numpy and torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from axiometer.canon import Spec
from axiometer.subjects.sites import Floats, Site, Where


@dataclass(frozen=True, eq=False)
class Add:
    """Adds one vector to every token.

    Attributes:
        site: where.
        vector: [width].
    """

    site: Site
    vector: Floats

    @property
    def settings(self) -> Spec:
        """All but the numbers of `arrays`."""
        return {"layer": self.site.layer, "part": self.site.part}

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

    Source:
        conva
    """

    site: Site
    weights: Floats
    bias: float
    odds: float
    sign: int = 1
    whole: bool = False
    arrays: Mapping[str, Floats] = field(init=False)

    def __post_init__(self) -> None:
        """Lays out what is computed with."""
        object.__setattr__(self, "arrays", {"weights": self.weights.astype(np.float32)})

    @property
    def settings(self) -> Spec:
        """All but the numbers of `arrays`."""
        where = {"layer": self.site.layer, "part": self.site.part}
        return {**where, "bias": self.bias, "odds": self.odds, "sign": self.sign}

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
        return hidden + steps[:, None] * arrays["weights"]
