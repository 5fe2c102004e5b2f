"""Questions that put nobody before a choice between values."""

from typing import Literal, TypeAlias

from axiometer.data import read_toml, several, shipped

Part: TypeAlias = Literal["tune", "test"]


def neutral_questions(part: Part) -> tuple[str, ...]:
    """The shipped ones: those for choosing (`tune`), or those for trying (`test`)."""
    path = shipped("neutral", "questions.toml")
    return several(read_toml(path), part, str, str(path))
