"""A subject with planted values: what it really values is known, so an instrument can be checked against it.

The model is our own: the pull of item i of value v is theta_v + item_i, with item_i ~ N(0, item_sd), and of an item that
bears on several values the sum of their theta, each times the item's correlation with it; each reply adds N(0, noise). A pull becomes a rating through equal steps of one unit around the middle of the scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np

from axiometer.canon import Spec, draws
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.subjects.exchange import Answer, Missing, Prompt, Weights
from axiometer.subjects.protocol import Card, Cues

LIMIT = 1_000_000
SETTINGS = {"noise": 0.5, "item_sd": 0.3, "lean": 0.0, "seed": 0.0}


@dataclass(frozen=True)
class Simulated:
    """Answers by planted values.

    Attributes:
        planted: value -> theta, in rating steps above or below the middle of the scale; others are 0.
        noise: standard deviation of each reply, in rating steps.
        item_sd: standard deviation of what is special to an item, in rating steps.
        lean: how many steps each reply is drawn towards the label listed first.
    """

    planted: Mapping[str, float]
    noise: float
    item_sd: float
    lean: float
    seed: int
    cues: Cues = field(compare=False)

    @property
    def spec(self) -> Spec:
        """All planted numbers; the cues follow from the instrument that asks."""
        names = ("noise", "item_sd", "lean", "seed")
        return {"subject": "simulated", "planted": dict(self.planted), **{n: getattr(self, n) for n in names}}

    @property
    def card(self) -> Card:
        """A planted subject."""
        own = {name: getattr(self, name) for name in SETTINGS if getattr(self, name) != SETTINGS[name]}
        shown = ",".join(f"{name}={value!r}" for name, value in {**self.planted, **own}.items())
        return Card(name=f"simulated:{shown}", kind="planted", batch=512)

    def pull(self, item: str) -> float:
        """How strongly an item is endorsed before any noise, in rating steps."""
        special = float(draws(self.seed, "item", item).normal(0.0, self.item_sd)) if self.item_sd else 0.0
        if item in self.cues.loadings:
            loadings = self.cues.loadings[item]
            return sum(float(self.planted.get(value, 0.0)) * r for value, r in loadings.items()) + special
        return float(self.planted.get(self._value(item), 0.0)) + special

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """The label whose rating is nearest to the pull."""
        return [self._say(prompt, seed) for prompt in prompts]

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """Options that are stances by the pull towards each, letters of listed labels by distance from the pull."""
        return [self._lean_to(p, o) for p, o in zip(prompts, options, strict=True)]

    def _value(self, item: str) -> str:
        if item not in self.cues.values:
            raise Incapable(
                f"a simulated subject knows only items of the instrument it was opened for, not {item!r}."
            )
        return self.cues.values[item]

    def _felt(self, prompt: Prompt, seed: int) -> float:
        noise = float(draws(seed, self.seed, "reply", prompt).normal(0.0, self.noise)) if self.noise else 0.0
        return self.pull(prompt.about) + noise

    def _distances(self, prompt: Prompt, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        felt = self._felt(prompt, seed)
        ratings = np.array([self.cues.levels[label] for label in prompt.choices], dtype=float)
        middle = (max(self.cues.levels.values()) + min(self.cues.levels.values())) / 2
        first = np.arange(len(ratings)) / max(len(ratings) - 1, 1)
        return np.abs(ratings - (middle + felt)) + self.lean * first

    def _say(self, prompt: Prompt, seed: int) -> Answer | Missing:
        if not prompt.choices:
            return Missing("unparsed", "a simulated subject answers only where choices are listed")
        return Answer(prompt.choices[int(np.argmin(self._distances(prompt, seed)))])

    def _lean_to(self, prompt: Prompt, options: Sequence[str]) -> Weights | Missing:
        stances = [self.cues.stances.get((prompt.about, option.strip())) for option in options]
        if all(stance is not None for stance in stances):
            felt = 0.0 if prompt.bare else self._felt(prompt, 0)
            tokens = tuple(len(option.split()) for option in options)
            return Weights(
                tuple(-n * (3.0 - felt * (s or 0) / 2) for n, s in zip(tokens, stances, strict=True)), tokens
            )
        if len(options) != len(prompt.choices):
            return Missing("unparsed", "neither stances nor letters of the listed labels")
        push = -2.0 * self._distances(prompt, 0)
        total = float(np.logaddexp.reduce(push)) - log(0.99)
        return Weights(tuple(float(p) - total for p in push), (1,) * len(options))


def open_simulated(rest: str, cues: Cues) -> Simulated:
    """`VALUE=2,VALUE=-1,noise=0.5,seed=3`; a value not named is 0.

    Raises:
        BadInput: a part that is not NAME=NUMBER.
        UnknownName: a name that is neither a value of the instrument nor a setting.
    """
    settings, planted = dict(SETTINGS), {}
    values = sorted({*cues.values.values(), *(v for own in cues.loadings.values() for v in own)} - {""})
    for part in filter(None, (p.strip() for p in rest.split(","))):
        name, _, number = map(str.strip, part.partition("="))
        try:
            amount = float(number)
        except ValueError:
            raise BadInput(
                f"simulated: {part!r} is not NAME=NUMBER; write for example power=2,noise=0.5."
            ) from None
        low = 0 if name in {"noise", "item_sd"} else -LIMIT
        if not low <= amount <= LIMIT or (name == "seed" and amount % 1):
            raise BadInput(
                f"simulated: {part!r} must be a number from {low} to {LIMIT}, and seed a whole number."
            )
        if name in settings:
            settings[name] = amount
        elif name in values:
            planted[name] = amount
        else:
            raise unknown("planted value or setting", name, [*values, *settings])
    seed = int(settings.pop("seed"))
    return Simulated(planted=planted, seed=seed, cues=cues, **settings)
