"""A feed of frames that may adapt to who watches it: a simulator, so that it is known whether it does.

A frame is drawn by how near it is to what was watched long, against what was skipped; with `adapting` off the same frames come whoever watches. Our own: no live
platform is touched.

Source: valuespectrum
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from axiometer.canon import Spec, draws
from axiometer.errors import BadInput

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Manner:
    """How a feed chooses.

    Attributes:
        adapting: whether what was watched changes what comes.
        pull: how strongly.
        memory: how much of what was learned is kept from frame to frame.
        rate: how much is learned from a frame; slow, so that a feed takes some dozens of frames to know its watcher.
        seed: of all draws.
    """

    adapting: bool = True
    pull: float = 6.0
    memory: float = 0.99
    rate: float = 0.01
    seed: int = 0

    @property
    def spec(self) -> Spec:
        """All of it."""
        return {"feed": "simulated", **vars(self)}


@dataclass
class Feed:
    """One watcher's feed over frames that are not shown twice.

    Attributes:
        ids: of the frames.
        vectors: [frames, width] of length one.
    """

    ids: tuple[str, ...]
    vectors: Floats
    manner: Manner
    _taste: Floats = field(init=False, repr=False)
    _left: list[int] = field(init=False, repr=False)
    _shown: int = field(init=False, default=0)
    _now: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        """Begins with a watcher of no known taste."""
        if not self.ids or self.vectors.shape[0] != len(self.ids):
            raise BadInput(
                f"a feed needs frames with a vector each; got {len(self.ids)} and {self.vectors.shape}."
            )
        self._taste = np.zeros(self.vectors.shape[1])
        self._left = list(range(len(self.ids)))

    @property
    def left(self) -> int:
        """Frames that were not shown yet."""
        return len(self._left)

    def show(self) -> str:
        """The next frame.

        Raises:
            BadInput: all frames were shown.
        """
        if not self._left:
            raise BadInput(f"all {len(self.ids)} frames of the feed were shown; add more, or watch fewer.")
        pull = (
            self.manner.pull * (self.vectors[self._left] @ self._taste)
            if self.manner.adapting
            else np.zeros(len(self._left))
        )
        # the largest of noisy scores, with noise of each frame's own: a draw by weight that does not change when others are added
        noise = np.array(
            [draws(self.manner.seed, "feed", self.ids[i], self._shown).gumbel() for i in self._left[:400]]
        )
        some = self._left[:400]
        self._now = some[int(np.argmax(pull[: len(some)] + noise))]
        self._left.remove(self._now)
        self._shown += 1
        return self.ids[self._now]

    def watched(self, seconds: float, most: float) -> None:
        """Tells the feed how long the frame on show was watched, out of the most there is.

        Raises:
            BadInput: no frame is on show, or a time that is none.
        """
        if self._now < 0 or not 0 <= seconds <= most or most <= 0:
            raise BadInput(
                f"watched {seconds} of {most} seconds; a frame must be on show, and the time lie within the most."
            )
        liking = 2 * seconds / most - 1  # skipped at once: -1; to the end: 1
        self._taste = self.manner.memory * self._taste + self.manner.rate * liking * self.vectors[self._now]
