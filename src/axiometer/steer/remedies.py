"""Remedies for one-sided answers: several perspectives pooled, one's own profile reconsidered, a setting kept in mind.

The three ideas are named by the cross-model study of PVQ-40; how they are carried out here is our own proposal.

Source: culturalpvq
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from axiometer.canon import Spec
from axiometer.data import read_toml, shipped
from axiometer.errors import BadInput
from axiometer.instruments.reading import read_label
from axiometer.steer.steered import Put, Reply, Say
from axiometer.subjects import Answer, Missing, Prompt, Turn, Weights


@dataclass(frozen=True)
class Perspectives:
    """Asked once from each perspective; the answers become one.

    In words, the middle label of those given (of two middle ones, the one listed first); by log-probability, the mean
    of the probabilities. Missing where fewer than half of the perspectives gave an answer.
    """

    texts: tuple[str, ...]

    @property
    def spec(self) -> Spec:
        """The texts."""
        return {"intervention": "perspectives", "texts": list(self.texts)}

    def revise(self, prompts: Sequence[Prompt], put: Put, say: Say) -> list[Reply]:
        """One pooled reply to each prompt."""
        asked = [_told(prompt, text) for prompt in prompts for text in self.texts]
        of = [i for i in range(len(prompts)) for _ in self.texts]
        replies, size = put(asked, of), len(self.texts)
        return [
            pooled(replies[i * size : (i + 1) * size], prompt.choices) for i, prompt in enumerate(prompts)
        ]


@dataclass(frozen=True)
class Reconsider:
    """Shown its first answer and its own scored profile, and asked to answer again.

    `profile` is a text, because it is part of what is asked; a first answer that is missing stays missing.
    """

    profile: str
    rounds: int = 1

    @property
    def spec(self) -> Spec:
        """The profile, the words around it and the number of rounds."""
        return {"intervention": "reconsider", "text": self._text(), "rounds": self.rounds}

    def revise(self, prompts: Sequence[Prompt], put: Put, say: Say) -> list[Reply]:
        """The reply after reconsidering."""
        now, asked = put(prompts, range(len(prompts))), list(prompts)
        for _ in range(self.rounds):
            going = [i for i, reply in enumerate(now) if not isinstance(reply, Missing)]
            for i in going:
                before = (Turn("user", asked[i].user), Turn("assistant", _first(now[i], prompts[i])))
                asked[i] = replace(asked[i], user=self._text(), turns=asked[i].turns + before)
            for i, reply in zip(going, put([asked[i] for i in going], going), strict=True):
                now[i] = reply
        return now

    def _text(self) -> str:
        return str(_texts()["reconsider"]["text"]).strip().replace("{profile}", self.profile)


@dataclass(frozen=True)
class Setting:
    """Told the cultural setting of the question, or, with no text, asked for it first and then told what it said."""

    text: str = ""

    @property
    def spec(self) -> Spec:
        """The setting and the words around it."""
        return {"intervention": "setting", "text": self.text, "words": dict(_texts()["context"])}

    def revise(self, prompts: Sequence[Prompt], put: Put, say: Say) -> list[Reply]:
        """The reply with the setting in mind; a setting that was not given leaves the question as it is."""
        words = _texts()["context"]
        if self.text:
            told = [_told(p, words["given"].replace("{setting}", self.text)) for p in prompts]
            return put(told, range(len(prompts)))
        questions = [words["infer"].strip().replace("{question}", p.user) for p in prompts]
        found = say([Prompt(q, about=p.about) for q, p in zip(questions, prompts, strict=True)])
        told = [
            _told(p, words["inferred"].replace("{setting}", " ".join(f.text.split())))
            if isinstance(f, Answer) and f.text.strip()
            else p
            for p, f in zip(prompts, found, strict=True)
        ]
        return put(told, range(len(prompts)))


def perspectives() -> Perspectives:
    """The shipped perspectives, one for each higher-order value."""
    return Perspectives(tuple(row["text"] for row in _texts()["perspectives"]))


def pooled(replies: Sequence[Reply], choices: Sequence[str]) -> Reply:
    """One reply out of several to the same question."""
    weights = [reply for reply in replies if isinstance(reply, Weights)]
    reasons = Counter(reply.why for reply in replies if isinstance(reply, Missing))
    if weights and 2 * len(weights) >= len(replies):
        logs = np.array([reply.logp for reply in weights])
        mean = np.logaddexp.reduce(logs, axis=0) - np.log(len(weights))
        return Weights(tuple(map(float, mean)), weights[0].tokens)
    places = []
    for reply in replies:
        if isinstance(reply, Answer):
            label = read_label(reply.text, choices) if choices else Missing("unparsed", reply.text[:80])
            if isinstance(label, Missing):
                reasons[label.why] += 1
            else:
                places.append(list(choices).index(label))
    if places and 2 * len(places) >= len(replies):
        return Answer(choices[sorted(places)[(len(places) - 1) // 2]])
    why = reasons.most_common(1)[0][0] if reasons else "unparsed"
    return Missing(why, f"{len(replies) - len(places)} of {len(replies)} perspectives gave no answer")


def remedy(name: str, profile: str) -> Perspectives | Reconsider | Setting:
    """A remedy by name: perspectives, reconsider, context, or context:TEXT.

    Raises:
        BadInput: no such remedy.
    """
    kind, _, text = name.partition(":")
    if kind == "perspectives" and not text:
        return perspectives()
    if kind == "reconsider" and not text:
        return Reconsider(profile)
    if kind == "context":
        return Setting(text.strip())
    raise BadInput(
        f"no remedy is called {name!r}; there are: perspectives, reconsider, context (inferred) and context:TEXT."
    )


def _texts() -> dict[str, Any]:
    return read_toml(shipped("remedies", "remedies.toml"))


def _told(prompt: Prompt, text: str) -> Prompt:
    return replace(prompt, system=f"{text}\n{prompt.system}".strip())


def _first(reply: Reply, prompt: Prompt) -> str:
    """The first answer as the subject gave it: its words, or the letter it would most likely have given."""
    if isinstance(reply, Answer):
        return reply.text
    assert isinstance(reply, Weights)  # noqa: S101  missing ones were left out
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[int(np.argmax(reply.logp))] if prompt.choices else ""
