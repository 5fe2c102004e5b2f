"""A trained value assessment network as a folder, and what it says of scenes and actions.

Source: valuepilot2025
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.canon import Spec, key
from axiometer.data import need, read_toml
from axiometer.decide.network import Floats
from axiometer.decide.states import PLACES, SHIPPED, Reader, pooled
from axiometer.decide.training import LABEL, RATE, Frame, Trained, assessed
from axiometer.errors import BadInput, StorageFailure
from axiometer.values import open_system

CARD, NUMBERS = "card.toml", "network.npz"


@dataclass(frozen=True, eq=False)
class Assessment:
    """What a scene and its actions serve.

    Attributes:
        scene: [values] from -1 to 1, each value weighed by how surely it is involved.
        actions: [actions, values] the same for each action in its scene.
        involved: [actions, values] how surely each value is involved, 0 to 1.
        rates: [actions, values] how far each value is served, if it is involved.
    """

    scene: npt.NDArray[np.float64]
    actions: npt.NDArray[np.float64]
    involved: npt.NDArray[np.float64]
    rates: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Network:
    """The two heads with the frame that their states need.

    Attributes:
        system: its values are in the order of the system.
        reader: key of the encoder whose states it was trained on.
        layer: of the encoder.
        encoder: what opens the encoder again.
    """

    system: str
    reader: str
    layer: int
    trained: Trained
    places: int = PLACES
    encoder: str = SHIPPED
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Names what it is."""
        numbers = {name: array.astype("<f2").tobytes().hex() for name, array in self.arrays().items()}
        object.__setattr__(self, "key", key([self.system, self.reader, self.places, numbers]))

    @property
    def spec(self) -> Spec:
        """System, encoder and numbers by content."""
        return {"network": self.key, "system": self.system, "reader": self.reader}

    def arrays(self) -> dict[str, Floats]:
        """All numbers by name."""
        frame = self.trained.frame
        found = {"centre": frame.centre, "scale": frame.scale, "mark": frame.mark}
        return found | {
            f"{head}.{name}": part
            for head, parts in self.trained.heads.items()
            for name, part in parts.items()
        }

    def assess(self, reader: Reader, scene: str, actions: Sequence[str]) -> Assessment:
        """What a scene and its actions serve.

        Args:
            reader: the encoder that it was trained on.
            scene: a moment just before action.
            actions: what can be done.

        Raises:
            BadInput: another encoder, no words or no action.
        """
        if reader.key != self.reader:
            raise BadInput(
                "the network was trained on the states of another encoder; train it again on this one."
            )
        if not scene.strip() or not actions or not all(action.strip() for action in actions):
            got = "no words in the scene" if not scene.strip() else "no action, or one without words"
            raise BadInput(
                f"there is {got}; describe the scene, and name at least one thing that can be done."
            )
        tokens = reader.tokens([scene, *actions])
        wide = pooled(tokens[0], 2 * self.places)[None]
        acts = np.stack([pooled(each, self.places) for each in tokens[1:]])
        return self.assess_states(wide, acts)

    def assess_states(self, scene: Floats, actions: Floats) -> Assessment:
        """The same from states.

        Shapes: scene [1, 2 places, width]; actions [actions, places, width]
        """
        frame = self.trained.frame
        many = np.concatenate(
            [frame.scene(scene), frame.pair(np.repeat(scene, len(actions), axis=0), actions)]
        )
        involved, rates = (each.astype(np.float64) for each in assessed(self.trained, many))
        served = rates * involved / involved.max(axis=1, keepdims=True)
        return Assessment(served[0], served[1:], involved[1:], rates[1:])


def save_network(folder: Path, network: Network, card: str) -> None:
    """Writes the numbers, halved to 16 bits, and the card.

    Raises:
        StorageFailure: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {name: array.astype(np.float16) for name, array in network.arrays().items()}
        with (folder / NUMBERS).open("wb") as file:
            np.savez_compressed(file, **arrays)
        (folder / CARD).write_text(card, encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from None


def load_network(folder: Path) -> Network:
    """The network in a folder.

    Raises:
        BadInput: no network there, or a broken one.
    """
    if not (folder / CARD).is_file():
        raise BadInput(f"{folder} has no {CARD}; give a folder that `axiometer decide train` wrote.")
    table, where = read_toml(folder / CARD), str(folder / CARD)
    system = open_system(need(table, "system", str, where))
    try:
        with np.load(folder / NUMBERS) as kept:
            arrays = {name: kept[name].astype(np.float32) for name in kept.files}
        heads = {
            head: {
                name.partition(".")[2]: part for name, part in arrays.items() if name.startswith(f"{head}.")
            }
            for head in (LABEL, RATE)
        }
        frame = Frame(arrays["centre"], arrays["scale"], arrays["mark"])
        values = heads[RATE]["w2"].shape[1]
    except Exception as error:  # numpy and zipfile have an error of their own for each mishap
        raise BadInput(f"{folder / NUMBERS} cannot be read: {error}; train the network again.") from None
    if values != len(system.names):
        raise BadInput(f"{folder / NUMBERS} rates {values} values; {system.name} has {len(system.names)}.")
    reader, layer = need(table, "reader", str, where), need(table, "layer", int, where)
    places, encoder = need(table, "places", int, where), str(table.get("encoder", SHIPPED))
    return Network(system.name, reader, layer, Trained(frame, heads, ()), places, encoder)


def halved(network: Network) -> Network:
    """The network as a file can hold it."""
    heads = {
        head: {name: part.astype(np.float16).astype(np.float32) for name, part in parts.items()}
        for head, parts in network.trained.heads.items()
    }
    frame = Frame(
        *(each.astype(np.float16).astype(np.float32) for each in vars(network.trained.frame).values())
    )
    return replace(network, trained=Trained(frame, heads, network.trained.course))
