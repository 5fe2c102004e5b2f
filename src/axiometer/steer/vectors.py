"""Value vectors as interventions: the least push that makes a probe say that a value is held, and constant pushes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias

import numpy as np

from axiometer.canon import Spec
from axiometer.data import need
from axiometer.errors import BadInput
from axiometer.locate.vectors import Located
from axiometer.steer.edits import Add, Push, Reach, described, opened
from axiometer.subjects import Prompt, Subject
from axiometer.subjects.sites import Edit, Floats, OpenModel, Site, check_weights

Scope: TypeAlias = Literal["prompt", "text", "fixed"]
SCOPES: tuple[Scope, ...] = ("prompt", "text", "fixed")
# A state so many times as long as any that the probe was fitted on is another kind of thing.
LONGEST = 10.0


@dataclass(frozen=True)
class Vector:
    """Pushes hidden states along value vectors, for the model that they were found in.

    Attributes:
        value: the value that is pushed.
        method: how the push was made: `probe` (the least that reaches a probe's odds) or `difference` (constant).
        fingerprint: of the model's weights.
        pushes: one edit for each layer.
        scope: `prompt`, each token of the prompt is pushed as far as it needs, and what is said afterwards is not; `text`,
            every token is pushed; `fixed`, the push that the last token of the prompt needs, found once and made
            everywhere, as in the authors' code.

    Source:
        conva, caa
    """

    value: str
    method: str
    fingerprint: str
    pushes: tuple[Push, ...]
    scope: Scope = "prompt"

    @property
    def spec(self) -> Spec:
        """All numbers, by their content key."""
        return {
            "intervention": "vector",
            "value": self.value,
            "method": self.method,
            "weights": self.fingerprint,
            "scope": self.scope,
            "pushes": [described(push) for push in self.pushes],
        }

    def mirrored(self) -> "Vector":
        """The same the other way: a value that was raised is lowered as far.

        Raises:
            BadInput: a push that has no other way.
        """
        return replace(self, pushes=tuple(_mirrored(push) for push in self.pushes))

    def check(self, subject: Subject) -> None:
        """Refuses a subject that the vector was not made for.

        Raises:
            Incapable: other weights.
        """
        check_weights(subject, self.fingerprint, f"{self.value} vector")

    def stored(self) -> tuple[dict[str, Any], dict[str, Floats]]:
        """Plain JSON and numbers, for a folder."""
        row = {
            "kind": "vector",
            "value": self.value,
            "method": self.method,
            "weights": self.fingerprint,
            "scope": self.scope,
            "pushes": [push.settings for push in self.pushes],
        }
        return row, {str(i): array for i, push in enumerate(self.pushes) for array in push.arrays.values()}

    @classmethod
    def restored(cls, row: dict[str, Any], arrays: Mapping[str, Floats], where: str) -> Self:
        """What was stored.

        Raises:
            BadInput: a broken row.
        """
        pushes = []
        for i, push in enumerate(need(row, "pushes", list, where)):
            if str(i) not in arrays:
                raise BadInput(f"{where}: the numbers of push {i} are not there; locate the value again.")
            pushes.append(opened(push, arrays[str(i)], where))
        scope = need(row, "scope", str, where)
        if scope not in SCOPES:
            raise BadInput(f"{where}: scope is {scope!r}; it must be one of {', '.join(SCOPES)}.")
        value, method, weights = (need(row, name, str, where) for name in ("value", "method", "weights"))
        return cls(value, method, weights, tuple(pushes), scope)

    def edits(self, model: OpenModel, prompts: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
        """The edits of each prompt; none for one that asks for an unconditional likelihood.

        Raises:
            Incapable: a model with other weights.
        """
        self.check(model)
        if self.scope != "fixed":
            return [() if prompt.bare else self.pushes for prompt in prompts]
        asked = [prompt for prompt in prompts if not prompt.bare]
        fixed = iter(self._fixed(model, asked))
        return [() if prompt.bare else next(fixed) for prompt in prompts]

    def _fixed(self, model: OpenModel, prompts: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
        """For each prompt the constant pushes: lower layers are pushed while higher ones are measured."""
        reaches = [replace(push, whole=True) for push in self.pushes if isinstance(push, Reach)]
        states = model.capture(
            prompts, [push.site for push in reaches], edits=[tuple(reaches)] * len(prompts)
        )
        return [
            tuple(Add(push.site, push.step(states[push.site][i])) for push in reaches)
            for i in range(len(prompts))
        ]


def reaching(located: Located, odds: float, *, sign: int = 1, scope: Scope = "prompt") -> Vector:
    """The least push along the located vectors that makes the probes say at least these odds.

    Args:
        located: the value, found.
        odds: log-odds that the value is held (2.2 is a probability of .9), or with sign -1 that it is not.
        sign: 1 towards the value, -1 away from it.
        scope: see `Vector`.

    Raises:
        BadInput: odds that are no number.

    Source:
        conva
    """
    if not np.isfinite(odds):
        raise BadInput(f"the log-odds to reach are {odds}; they must be a finite number.")
    pushes = tuple(
        Reach(
            Site(layer),
            one.probe.weights.astype(np.float32),
            one.probe.bias,
            sign * odds,
            sign,
            span="prompt" if scope == "prompt" else "text",
            limit=LONGEST * one.longest,
        )
        for layer in located.chosen
        for one in (located.at(layer),)
    )
    return Vector(located.value, "probe", located.fingerprint, pushes, scope)


def adding(located: Located, coefficient: float, *, scope: Scope = "text") -> Vector:
    """The mean difference at the chosen layers, times a coefficient.

    Raises:
        BadInput: scope `fixed`, which a push that is the same for everybody cannot have.

    Source:
        caa
    """
    if scope == "fixed":
        raise BadInput("a mean difference is added as it is: scope is prompt or text; got fixed.")
    pushes = tuple(
        Add(Site(layer), (coefficient * located.at(layer).difference).astype(np.float32), scope)
        for layer in located.chosen
    )
    return Vector(located.value, "difference", located.fingerprint, pushes, scope)


def _mirrored(push: Push) -> Push:
    if isinstance(push, Reach):
        return replace(push, odds=-push.odds, sign=-push.sign)
    if isinstance(push, Add):
        return Add(push.site, -push.vector, push.span)
    raise BadInput(f"a push of kind {push.settings['push']} has no other way; give one for each direction.")
