"""What a subject knows: four-choice questions of fact, answered by log-probability, as the price of an intervention."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from axiometer.instruments.knowledge import LETTERS, FourChoice
from axiometer.subjects import Missing, Prompt, Weigher, Weights

By: TypeAlias = Literal["letters", "words"]


@dataclass(frozen=True)
class Choice:
    """What a subject chose.

    Attributes:
        question: its name.
        chosen: the place of the most likely answer, from 0.
        right: whether it is the right one.
        share: the log of the right answer's share among the four, in nats; finer than `right`.
    """

    question: str
    chosen: int
    right: bool
    share: float


def choices(subject: Weigher, questions: Sequence[FourChoice], by: By = "letters") -> list[Choice | Missing]:
    """What the subject chooses, without examples, or why it chose nothing.

    Args:
        subject: who is asked.
        questions: what.
        by: `letters`, the answers are listed and the likeliest of A to D counts; `words`, nothing is listed and the
            answer likeliest per token counts, which small models can do that cannot yet point by letter.

    Source:
        mmlu
    """
    prompts = [_prompt(question, by) for question in questions]
    options = [
        LETTERS if by == "letters" else tuple(f" {option}" for option in question.options)
        for question in questions
    ]
    return [
        weights if isinstance(weights, Missing) else _choice(question, weights)
        for question, weights in zip(questions, subject.weigh(prompts, options), strict=True)
    ]


def _prompt(question: FourChoice, by: By) -> Prompt:
    if by == "words":
        return Prompt(f"Question: {question.question}\nAnswer:", about=question.name, chat=False)
    listed = "\n".join(
        f"{letter}. {option}" for letter, option in zip(LETTERS, question.options, strict=True)
    )
    text = (
        f"Answer the question with the letter of the right answer and nothing else.\n\n{question.question}\n{listed}\n"
        "Your answer:"
    )
    return Prompt(text, choices=LETTERS, about=question.name)


def _choice(question: FourChoice, weights: Weights) -> Choice | Missing:
    logs = np.array(weights.logp) / np.maximum(np.array(weights.tokens), 1)
    if not np.isfinite(logs).any() or np.isnan(logs).any():
        return Missing("failed", f"log-probabilities {weights.logp} over {weights.tokens} tokens")
    chosen = int(np.argmax(logs))
    share = float(logs[question.right] - np.logaddexp.reduce(logs))
    return Choice(question.name, chosen, chosen == question.right, share)
