"""A sentence encoder and a logistic head for each value: the rater that needs no model in memory and no key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.canon import Spec
from axiometer.data import shipped
from axiometer.raters.encoder import Encoder, open_encoder
from axiometer.raters.heads import Heads, load_heads
from axiometer.raters.protocol import Rating, unreadable
from axiometer.subjects import Missing
from axiometer.values import open_system


@dataclass(frozen=True)
class TrainedRater:
    """Heads on the embedding of a text. `name` opens it again.

    Source:
        touche23
    """

    name: str
    encoder: Encoder
    heads: Heads

    @property
    def spec(self) -> Spec:
        """Encoder and heads by their content keys."""
        return {
            "rater": self.name,
            "system": self.system,
            "encoder": self.encoder.key,
            "heads": self.heads.key,
        }

    @property
    def system(self) -> str:
        """The system of the heads."""
        return self.heads.system

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Value -> the score from which it counts as there."""
        return dict(zip(open_system(self.system).names, map(float, self.heads.thresholds), strict=True))

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """The probability of each value in each text, read one by one."""
        names = open_system(self.system).names
        found: list[Rating | Missing] = []
        for content in contents:
            why = unreadable(content)
            if why is None:
                scores = self.heads.scores(self.encoder.embed([content]))[0]
                found.append(Rating(dict(zip(names, map(float, scores), strict=True))))
            else:
                found.append(why)
        return found


def open_trained(rest: str) -> TrainedRater:
    """The shipped heads for the values in an argument, or those in a folder: `trained` or `trained:FOLDER`.

    Raises:
        Incapable: the encoder is not installed.
        BadInput: no heads in the folder.
    """
    encoder = open_encoder()
    folder = Path(rest).expanduser() if rest else shipped("raters", "arguments")
    return TrainedRater(f"trained:{rest}" if rest else "trained", encoder, load_heads(folder, encoder.width))


def open_queries(rest: str) -> TrainedRater:
    """The shipped heads for the values at stake in a question to a model, or those in a folder.

    Raises:
        Incapable: the encoder is not installed.
        BadInput: no heads in the folder.
    """
    encoder = open_encoder()
    folder = Path(rest).expanduser() if rest else shipped("raters", "queries")
    return TrainedRater(f"queries:{rest}" if rest else "queries", encoder, load_heads(folder, encoder.width))
