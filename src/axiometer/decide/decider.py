"""Deciding in one call: a scene, what can be done, and what somebody prefers.

Source: valuepilot2025
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.canon import Spec
from axiometer.data import shipped
from axiometer.decide.explaining import Flip, flips
from axiometer.decide.model import CARD, Assessment, Network, load_network
from axiometer.decide.personal import Preferences, Ranked, fitted
from axiometer.decide.selection import MIX, RULES, VARIANTS, Rule, Variant, contributions, ratings, score
from axiometer.decide.states import Reader, open_reader
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.values import open_system


@dataclass(frozen=True)
class Decision:
    """A ranking of actions, and what it rests on.

    Attributes:
        ranking: numbers of the actions, the best first.
        scores: one for each action.
        serves: for each action, value -> from -1 to 1.
        at_stake: value -> what the scene alone is about, from -1 to 1.
        adds: for each action, value -> what it adds to the score; by the default rule these sum to it. Empty for other rules.
    """

    actions: tuple[str, ...]
    ranking: tuple[int, ...]
    scores: tuple[float, ...]
    serves: tuple[Mapping[str, float], ...]
    at_stake: Mapping[str, float]
    adds: tuple[Mapping[str, float], ...]

    @property
    def best(self) -> str:
        """The action that is taken."""
        return self.actions[self.ranking[0]]


@dataclass(frozen=True, eq=False)
class Decider:
    """A network and its encoder, loaded once.

    Example:
        >>> decider = open_decider()  # doctest: +SKIP
        >>> decider.decide(scene, actions, {"safety": 0.9, "curiosity": 0.2}).best  # doctest: +SKIP
    """

    network: Network
    reader: Reader
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Looks up the values."""
        object.__setattr__(self, "names", open_system(self.network.system).names)

    @property
    def spec(self) -> Spec:
        """The network."""
        return self.network.spec

    def assess(self, scene: str, actions: Sequence[str]) -> Assessment:
        """What scene and actions serve; the part that takes time.

        Raises:
            BadInput: no words, or no action.
        """
        return self.network.assess(self.reader, scene, actions)

    def decide(
        self,
        scene: str,
        actions: Sequence[str],
        preferences: Mapping[str, float],
        *,
        rule: Rule = "promethee",
        variant: Variant = "paper",
        mix: float = MIX,
    ) -> Decision:
        """The actions ranked for somebody.

        Args:
            scene: a moment just before action.
            actions: what can be done.
            preferences: value -> 0, does not matter, to 1, matters most; values not named are .5.
            rule: how actions are ranked.
            variant: see `ratings`.
            mix: how much nearness to the preference counts against what is served.

        Raises:
            BadInput: no action, or preferences out of range.
            UnknownName: no such value, rule or variant.
        """
        return self.choose(
            self.assess(scene, actions), actions, preferences, rule=rule, variant=variant, mix=mix
        )

    def choose(
        self,
        assessed: Assessment,
        actions: Sequence[str],
        preferences: Mapping[str, float],
        *,
        rule: Rule = "promethee",
        variant: Variant = "paper",
        mix: float = MIX,
    ) -> Decision:
        """The same from an assessment, for the next person."""
        if rule not in RULES:
            raise unknown("rule", rule, RULES)
        if variant not in VARIANTS:
            raise unknown("variant", variant, VARIANTS)
        wanted = self.preferences(preferences)
        rated = ratings(assessed.scene, assessed.actions, wanted, mix=mix, variant=variant)
        scores = score(rated, wanted, rule, variant)
        plain = rule == "promethee" and variant == "paper"
        added = contributions(rated, wanted) if plain else np.zeros((len(rated), 0))
        return Decision(
            tuple(actions),
            tuple(int(i) for i in np.argsort(-scores, kind="stable")),
            tuple(map(float, scores)),
            tuple(self._named(row) for row in assessed.actions),
            self._named(assessed.scene),
            tuple(self._named(row) for row in added) if plain else (),
        )

    def flips(
        self, assessed: Assessment, preferences: Mapping[str, float], mix: float = MIX
    ) -> tuple[Flip | None, Flip | None]:
        """The smallest change of one preference, and of at most two, under which another action wins."""
        return flips(assessed.scene, assessed.actions, self.preferences(preferences), self.names, mix=mix)

    def learn(self, ranked: Sequence[tuple[str, Sequence[str], Sequence[int]]]) -> Preferences:
        """Somebody's preferences out of how they ranked actions: (scene, actions, numbers of the actions, the best first).

        Raises:
            BadInput: no ranking, or one that does not name each action once.
        """
        told = []
        for scene, actions, order in ranked:
            found = self.assess(scene, actions)
            told.append(Ranked(found.scene, found.actions, np.array(order, np.int64)))
        return fitted(told)

    def preferences(self, given: Mapping[str, float]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """[values] preferences by value.

        Raises:
            BadInput: a preference that is no number from 0 to 1, or one that is given twice.
            UnknownName: no such value.
        """
        return read_preferences(given, self.network.system)

    def _named(self, row: Any) -> dict[str, float]:
        return dict(zip(self.names, map(float, row), strict=bool(len(row))))


def read_preferences(given: Mapping[str, float], system: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """[values] preferences by value; .5 for those not named.

    Raises:
        BadInput: a preference that is no number from 0 to 1, or one that is given twice.
        UnknownName: no such value.
    """
    valued = open_system(system)
    found: dict[str, float] = {}
    for name, number in given.items():
        value = valued.value(name).name
        if (
            isinstance(number, bool)
            or not isinstance(number, int | float)
            or not isfinite(number)
            or not 0 <= number <= 1
        ):
            raise BadInput(f"the preference for {value} is {number!r:.20}; it must be a number from 0 to 1.")
        if value in found:
            raise BadInput(f"the preference for {value} is given twice; give it once.")
        found[value] = float(number)
    if not found:
        raise BadInput(
            f"no preference is given; give at least one of {', '.join(valued.names)}, from 0 to 1."
        )
    return np.array([found.get(name, 0.5) for name in valued.names])


def open_decider(folder: Path | str | None = None) -> Decider:
    """A decider from a folder that `axiometer decide train` wrote, or the shipped one.

    Raises:
        BadInput: no network in the folder, or one whose encoder is not where it was.
        Incapable: no network is shipped, or the encoder is not installed.
    """
    found = shipped("deciders", "valuepilot6") if folder is None else Path(folder).expanduser()
    if folder is None and not found.is_dir():
        raise Incapable(
            "no network is shipped with this version; train one: axiometer decide train SCENES --out FOLDER."
        )
    network = load_network(found)
    try:
        reader = open_reader(network.layer, network.encoder)
    except BadInput as error:
        raise BadInput(f"{found / CARD} names the encoder {network.encoder}: {error}") from None
    return Decider(network, reader)
