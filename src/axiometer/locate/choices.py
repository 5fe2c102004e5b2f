"""Answers at both poles of a value: those that contrast material gives, and those that a model says itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast, Pair
from axiometer.subjects import Answer, Prompt, Subject

_SENTENCES = 3


@dataclass(frozen=True)
class Said:
    """An answer, and what it answers."""

    prompt: Prompt
    answer: str


def given(contrast: Contrast) -> tuple[list[Said], list[Said]]:
    """Every training pair as a choice in both orders, with the answer that holds the value and the one that does not."""
    pairs = contrast.pairs_of("train")
    asked = [(pair, _choice(pair, holding_first=first)) for pair in pairs for first in (True, False)]
    return (
        [Said(prompt, _sentence(pair.differing[0])) for pair, prompt in asked],
        [Said(prompt, _sentence(pair.differing[1])) for pair, prompt in asked],
    )


def generated(model: Subject, contrast: Contrast, *, seed: int = 0) -> tuple[list[Said], list[Said]]:
    """What the model says to every training choice in the role of somebody who holds the value, and who does not.

    The role is told by sentences of other scenes, drawn anew for every choice; which option is named first is drawn too.

    Raises:
        BadInput: a pole at which nothing was said.

    Source:
        valuelocate
    """
    pairs = contrast.pairs_of("train")
    prompts: tuple[list[Prompt], list[Prompt]] = ([], [])
    for i, pair in enumerate(pairs):
        rng = draws(seed, "role", contrast.value, i)
        others = [one for one in pairs if one.scene != pair.scene and one.voice == "first_says"]
        told = [others[j] for j in rng.permutation(len(others))[:_SENTENCES]]
        question = _choice(pair, holding_first=bool(rng.integers(2)))
        for pole, kept in enumerate(prompts):
            kept.append(_in_role([one.opposing if pole else one.holding for one in told], question))
    said = model.answer([*prompts[0], *prompts[1]], seed=seed)
    found: tuple[list[Said], list[Said]] = ([], [])
    for i, (prompt, answer) in enumerate(zip([*prompts[0], *prompts[1]], said, strict=True)):
        if isinstance(answer, Answer) and answer.text:
            found[i >= len(pairs)].append(Said(prompt, answer.text))
    if not all(found):
        raise BadInput(
            f"{model.card.name} said nothing in one of the roles of {contrast.value}; give the answers."
        )
    return found


def _choice(pair: Pair, *, holding_first: bool) -> Prompt:
    holding, opposing = pair.differing
    first, last = (holding, opposing) if holding_first else (opposing, holding)
    whole = pair.holding.replace(holding, f"{first} or {last}", 1).rstrip(".?!")
    return Prompt(f"{whole}?", about=pair.scene)


def _in_role(sentences: Sequence[str], question: Prompt) -> Prompt:
    role = f"Somebody says: {' '.join(sentences)}\n\nAnswer as this person would, in a sentence or two."
    return replace(question, user=f"{role}\n\n{question.user}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
