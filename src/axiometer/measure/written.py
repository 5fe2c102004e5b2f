"""What a subject writes when it is put a dilemma, as a rater reads it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from axiometer.canon import draws
from axiometer.instruments.contrast import Dilemma
from axiometer.raters import Rater, Rating
from axiometer.subjects import Answer, Prompt, Subject

Floats = npt.NDArray[np.float64]


def written(subject: Subject, dilemmas: Sequence[Dilemma], rater: Rater, value: str, seed: int = 0) -> Floats:
    """[dilemmas] how much each reply is about a value, 0 to 1; nan where there is no reply or no rating.

    Each dilemma is put once. Which option is named first is drawn by its name, the same for every subject.
    """
    prompts = [
        Prompt(
            dilemma.question(expressing_first=bool(draws(0, dilemma.name).integers(2))), about=dilemma.name
        )
        for dilemma in dilemmas
    ]
    replies = subject.answer(prompts, seed=seed)
    return _rated([one.text if isinstance(one, Answer) else "" for one in replies], rater, value)


def told_apart(dilemmas: Sequence[Dilemma], rater: Rater, value: str) -> npt.NDArray[np.bool_]:
    """[dilemmas] whether a rater reads more of the value in the answer that expresses it than in the other one.

    Why: its ratings of replies show no more than this.
    """
    expressing, other = zip(*(dilemma.answers() for dilemma in dilemmas), strict=True)
    return np.asarray(_rated(expressing, rater, value) > _rated(other, rater, value))


def _rated(texts: Sequence[str], rater: Rater, value: str) -> Floats:
    found = rater.rate(texts)
    return np.array([one.scores[value] if isinstance(one, Rating) else np.nan for one in found])
