"""Value neurons as an intervention: the units of one pole are raised, those of the other held down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from axiometer.canon import Spec, draws, key
from axiometer.data import need
from axiometer.errors import BadInput, unknown
from axiometer.locate.neurons import LocatedNeurons
from axiometer.locate.observing import Ints
from axiometer.subjects import Prompt, Subject
from axiometer.subjects.sites import Edit, Floats, OpenModel, Site, Span, Where, check_weights

Amplitude: TypeAlias = Literal["prob", "p95", "mean"]
When: TypeAlias = Literal["always", "saying", "reading"]
AMPLITUDES: tuple[Amplitude, ...] = get_args(Amplitude)
WHENS: tuple[When, ...] = get_args(When)
_STEEPNESS, _MIDDLE = 10.0, 0.15
_ROUND = 64


def strength(delta: npt.NDArray[Any]) -> Floats:
    """[...] how much of the push a unit gets, from 0 to 1, by how much it answers to its pole.

    Source:
        valuelocate
    """
    return np.asarray(1 / (1 + np.exp(-_STEEPNESS * (delta - _MIDDLE))), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Nudge:
    """Raises some units of a layer, and lets others not rise above 0.

    Attributes:
        site: the units of a layer.
        push: [width] what is added to each.
        held: [width] 1 for units that are held down, 0 for the others.
        when: `always`, only for the tokens that are said (`saying`), or only for those of the prompt (`reading`).
        keeping: [tokens, width] 1 where the push is made, 0 where not, by position, round and round; None: everywhere.

    Source:
        valuelocate
    """

    site: Site
    push: Floats
    held: Floats
    when: When = "always"
    keeping: Floats | None = None

    @property
    def span(self) -> Span:
        """Which tokens it is shown."""
        return "prompt" if self.when == "reading" else "text"

    @property
    def arrays(self) -> Mapping[str, Floats]:
        """What is computed with."""
        kept = {} if self.keeping is None else {"keeping": self.keeping}
        return {"push": self.push, "held": self.held, **kept}

    def apply(self, hidden: Any, where: Where, arrays: Mapping[str, Any]) -> Any:
        """The activations, pushed and held down."""
        if self.when == "saying" and where.reading:
            return hidden
        push = arrays["push"]
        if self.keeping is not None:
            push = push * arrays["keeping"][where.positions % len(self.keeping)]
        return hidden - arrays["held"] * hidden.clip(min=0) + push


@dataclass(frozen=True, eq=False)
class Neurons:
    """Raises the neurons of one pole of a value and holds down those of the other, in the model they were found in.

    Attributes:
        value: whose neurons.
        method: how they were found.
        fingerprint: of the model's weights.
        raised: [n, 2] layer and unit of those that are raised.
        push: [n] what is added to each for a `gamma` of 1.
        held: [m, 2] layer and unit of those that do not rise above 0.
        gamma: the dose.
        when: `saying`, at the tokens that are said, as the authors do; `reading`, at those of the prompt; `always`. Options
            that are weighed by their log-probability are only ever read, so that `saying` does not touch them.
        keep: at how many of the tokens each push is made; the authors' code has .9, by chance.
        seed: of that chance.

    Source:
        valuelocate
    """

    value: str
    method: str
    fingerprint: str
    raised: Ints
    push: Floats
    held: Ints
    gamma: float = 1.0
    when: When = "always"
    keep: float = 1.0
    seed: int = 0

    @property
    def spec(self) -> Spec:
        """The settings, and the units by their content key."""
        units = [self.raised.tolist(), self.push.astype("<f4").tobytes().hex(), self.held.tolist()]
        return {"intervention": "neurons", **self._settings, "units": key(units)}

    @property
    def _settings(self) -> Spec:
        chance = {"keep": self.keep, "seed": self.seed} if self.keep < 1 else {}
        return {
            "value": self.value,
            "method": self.method,
            "weights": self.fingerprint,
            "gamma": self.gamma,
            "when": self.when,
            **chance,
        }

    def check(self, subject: Subject) -> None:
        """Refuses a subject that the neurons were not found in.

        Raises:
            Incapable: other weights.
        """
        check_weights(subject, self.fingerprint, f"set of {self.value} neurons")

    def edits(self, model: OpenModel, prompts: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
        """The edits of each prompt; none for one that asks for an unconditional likelihood."""
        self.check(model)
        nudges = tuple(self._nudge(layer, model.width("units")) for layer in self._layers)
        return [() if prompt.bare else nudges for prompt in prompts]

    @property
    def _layers(self) -> list[int]:
        return sorted({int(layer) for layer in (*self.raised[:, 0], *self.held[:, 0])})

    def _nudge(self, layer: int, width: int) -> Nudge:
        push, held = np.zeros(width, np.float32), np.zeros(width, np.float32)
        mine = self.raised[:, 0] == layer
        push[self.raised[mine, 1]] = np.float32(self.gamma) * self.push[mine]
        held[self.held[self.held[:, 0] == layer, 1]] = 1
        keeping = None
        if self.keep < 1:
            chance = draws(self.seed, "neurons", layer).random((_ROUND, width))
            keeping = (chance < self.keep).astype(np.float32)
        return Nudge(Site(layer, "units"), push, held, self.when, keeping)

    def stored(self) -> tuple[dict[str, Any], dict[str, Floats]]:
        """Plain JSON and numbers, for a folder."""
        raised, held = self.raised.astype(np.float32), self.held.astype(np.float32)
        return {"kind": "neurons", **self._settings}, {"raised": raised, "push": self.push, "held": held}

    @classmethod
    def restored(cls, row: dict[str, Any], arrays: Mapping[str, Floats], where: str) -> Self:
        """What was stored.

        Raises:
            BadInput: a broken row, or numbers that are not there.
        """
        for name in ("raised", "push", "held"):
            if name not in arrays:
                raise BadInput(
                    f"{where}: the numbers {name!r} of the neurons are not there; locate the value again."
                )
        when = need(row, "when", str, where)
        if when not in WHENS:
            raise BadInput(f"{where}: when is {when!r}; it must be one of {', '.join(WHENS)}.")
        value, method, weights = (need(row, name, str, where) for name in ("value", "method", "weights"))
        gamma, keep = (float(row.get(name, 1.0)) for name in ("gamma", "keep"))
        raised, held = (arrays[name].astype(np.int64) for name in ("raised", "held"))
        return cls(
            value, method, weights, raised, arrays["push"], held, gamma, when, keep, int(row.get("seed", 0))
        )


def pushing(
    located: LocatedNeurons,
    gamma: float = 1.0,
    *,
    sign: int = 1,
    amplitude: Amplitude = "prob",
    hold: bool = True,
    when: When = "always",
    keep: float = 1.0,
    seed: int = 0,
) -> Neurons:
    """The located neurons of the value raised, and those of its opposite held down; with -1 the other way round.

    Args:
        located: the neurons.
        gamma: the dose.
        sign: 1 towards the value, -1 away from it.
        amplitude: what a unit is raised by, before dose and `strength`: what it does at its pole.
        hold: whether the neurons of the other pole are held down, as the authors do.
        when: see `Neurons`.
        keep: see `Neurons`.
        seed: see `Neurons`.

    Raises:
        UnknownName: no such amplitude.
        BadInput: a dose below 0, or a share that is none.
    """
    if amplitude not in AMPLITUDES:
        raise unknown("amplitude", amplitude, AMPLITUDES)
    if gamma < 0 or not 0 < keep <= 1:
        raise BadInput(
            f"the dose is {gamma} and the share of tokens {keep}; give a dose of at least 0 and a share above 0, up to 1."
        )
    up, down = (located.holding, located.opposing)[::sign]
    size = {"prob": up.prob, "p95": up.p95, "mean": up.mean}[amplitude]
    return Neurons(
        located.value,
        f"{located.score}, {amplitude}",
        located.fingerprint,
        np.stack([up.layers, up.units], axis=1),
        (size.clip(min=0) * strength(up.delta)).astype(np.float32),
        np.stack([down.layers, down.units], axis=1)[: None if hold else 0],
        gamma,
        when,
        keep,
        seed,
    )


def matched_random(neurons: Neurons, model: OpenModel, seed: int) -> Neurons:
    """As many other units of the same layers, pushed and held down as these are: what any units of that number do.

    Raises:
        BadInput: a layer without as many other units.
    """
    width, rng = model.width("units"), draws(seed, "matched", neurons.spec["units"])
    raised, held = neurons.raised.copy(), neurons.held.copy()
    for layer in neurons._layers:
        up, down = raised[:, 0] == layer, held[:, 0] == layer
        free = np.setdiff1d(np.arange(width), [*raised[up, 1], *held[down, 1]])
        needed = int(up.sum() + down.sum())
        if needed > len(free):
            raise BadInput(
                f"layer {layer} has {len(free)} units that were not chosen, and {needed} are needed; choose fewer neurons."
            )
        drawn = rng.choice(free, needed, replace=False)
        raised[up, 1], held[down, 1] = drawn[: up.sum()], drawn[up.sum() :]
    return replace(neurons, method=f"random, matched to {neurons.method}, {seed}", raised=raised, held=held)
