"""A language model as a rater: first the points that a text makes, then all values at once.

What is judged is data. It stands between marks that it cannot know, nothing in it is followed, and a reply that only repeats
what the text says of itself is no rating.

Source: couple
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from axiometer.canon import Spec, derived, key
from axiometer.data import need, read_toml, several, shipped
from axiometer.data.wording import fence, filled
from axiometer.errors import BadInput, unknown
from axiometer.raters.protocol import Rating, unreadable
from axiometer.raters.replies import read_points, read_scores
from axiometer.subjects import Missing, Prompt, Subject
from axiometer.values import open_system

Scale: TypeAlias = Literal["levels", "binary"]
SCALES: tuple[Scale, ...] = get_args(Scale)
_Draw: TypeAlias = tuple[tuple[str, ...], Mapping[str, int]]
RANGES: Mapping[Scale, tuple[int, int]] = {"levels": (1, 5), "binary": (0, 1)}


@dataclass(frozen=True)
class Judgement:
    """What a judge found in a text.

    Attributes:
        points: what the text says, a line each, from the first draw that could be read.
        scores: one mapping of value -> number for each draw that could be read.
    """

    points: tuple[str, ...]
    scores: tuple[Mapping[str, int], ...]

    def mean(self) -> dict[str, float]:
        """Value -> mean over draws."""
        return {name: sum(one[name] for one in self.scores) / len(self.scores) for name in self.scores[0]}


@dataclass(frozen=True)
class Cost:
    """What a judge will be asked at most; words in prompts are counted, answers are the most that the form allows."""

    calls: int
    words: int


@dataclass(frozen=True)
class Judge:
    """Asks a subject which values a text shows.

    Attributes:
        subject: who judges.
        system: whose values.
        scale: `levels`, 1 to 5 by the rubric; `binary`, there or not.
        draws: how often each text is judged, each time with a seed of its own.
        rubric: what the five levels mean; empty for the shipped one.
        name: what opens it again.
    """

    subject: Subject
    system: str
    scale: Scale = "levels"
    draws: int = 1
    rubric: tuple[str, ...] = ()
    seed: int = 0
    name: str = field(default="", compare=False)

    @property
    def spec(self) -> Spec:
        """Who judges, whose values, and every word that it is asked."""
        return {
            "rater": self.name or "judge",
            "subject": self.subject.spec,
            "system": {"system": self.system, "key": key(open_system(self.system))},
            "scale": self.scale,
            "draws": self.draws,
            "rubric": list(self.levels) if self.scale == "levels" else [],
            "texts": key(_texts()),
            "seed": self.seed,
        }

    @property
    def levels(self) -> tuple[str, ...]:
        """What the five levels mean."""
        return self.rubric or shipped_rubric()

    @property
    def threshold(self) -> float:
        """The score of `rate` from which a value counts as there: a level that shapes the text."""
        return 0.5 if self.scale == "binary" else 0.75

    def rate(self, contents: Sequence[str]) -> list[Rating | Missing]:
        """The mean over draws, from 0, contradicted or absent, to 1."""
        low, high = RANGES[self.scale]
        return [
            one
            if isinstance(one, Missing)
            else Rating({name: (mean - low) / (high - low) for name, mean in one.mean().items()})
            for one in self.judge(contents)
        ]

    def judge(self, contents: Sequence[str]) -> list[Judgement | Missing]:
        """What it finds in every text, or why nothing: most of the draws must be readable."""
        readable = [i for i, content in enumerate(contents) if unreadable(content) is None]
        drawn = [self._once([contents[i] for i in readable], draw) for draw in range(self.draws)]
        found: list[Judgement | Missing] = [
            unreadable(content) or Missing("unparsed") for content in contents
        ]
        for place, i in enumerate(readable):
            found[i] = _joined([one[place] for one in drawn])
        return found

    def cost(self, contents: Sequence[str]) -> Cost:
        """What judging these texts takes at most."""
        texts = _texts()
        frame = sum(len(texts[name].split()) for name in ("concepts", self.scale)) + 2 * len(
            texts["system"].split()
        )
        listed = len(self._values().split()) + sum(len(level.split()) for level in self.levels)
        words = sum(len(str(content).split()) for content in contents) + len(contents) * (frame + listed + 90)
        return Cost(2 * self.draws * len(contents), self.draws * words)

    def _once(self, contents: Sequence[str], draw: int) -> list[_Draw | Missing]:
        """Points and scores of every text, in one draw."""
        seed, texts = derived(self.seed, "judge", draw), _texts()
        asked = [self._prompt(texts["concepts"], content, content) for content in contents]
        points = [read_points(reply) for reply in self.subject.answer(asked, seed=seed)] if asked else []
        found: list[_Draw | Missing] = [Missing("unparsed") for _ in points]
        going: list[tuple[int, tuple[str, ...]]] = []
        for i, one in enumerate(points):
            if isinstance(one, Missing):
                found[i] = one
            else:
                going.append((i, one))
        prompts = [
            self._prompt(texts[self.scale], "\n".join(f"- {point}" for point in own), contents[i])
            for i, own in going
        ]
        replies = self.subject.answer(prompts, seed=seed) if prompts else []
        system, limits = open_system(self.system), RANGES[self.scale]
        for (i, own), reply in zip(going, replies, strict=True):
            scores = read_scores(reply, system, limits, said=contents[i])
            found[i] = scores if isinstance(scores, Missing) else (own, scores)
        return found

    def _prompt(self, text: str, content: str, whole: str) -> Prompt:
        parts = {
            "fence": fence(whole),
            "content": content,
            "values": self._values(),
            "rubric": "\n".join(f"{i}: {level}" for i, level in enumerate(self.levels, 1)),
        }
        about = f"judge/{key(whole)[3:15]}"
        return Prompt(
            filled(text.strip(), parts), system=filled(_texts()["system"].strip(), parts), about=about
        )

    def _values(self) -> str:
        return "\n".join(f"- {value.title}: {value.definition}" for value in open_system(self.system).values)


def open_judge(rest: str) -> Judge:
    """`judge:SYSTEM[,binary][,draws=N][,rubric=FILE]:SUBJECT`, such as judge:schwartz10,draws=3:inspect:openai/gpt-4o.

    Raises:
        BadInput: a part of the name that says nothing, or a broken rubric.
        UnknownName: no such system or subject.
    """
    from axiometer.subjects.opening import open_subject

    settings, _, subject = rest.partition(":")
    system, *options = settings.split(",")
    if not system or not subject:
        raise BadInput(
            f"judge: needs a system and a subject, as in judge:schwartz10:inspect:openai/gpt-4o; got {rest!r}."
        )
    made = Judge(open_subject(subject), open_system(system).name, name=f"judge:{rest}")
    for option in options:
        made = _with(made, option)
    return made


def shipped_rubric() -> tuple[str, ...]:
    """What the five levels mean unless something else is said."""
    return tuple(_texts()["rubric"])


def read_rubric(path: Path) -> tuple[str, ...]:
    """The five levels in a TOML file with a list `rubric`.

    Raises:
        BadInput: not five texts.
    """
    found = several(read_toml(path), "rubric", str, str(path))
    if len(found) != 5 or not all(line.strip() for line in found):
        raise BadInput(f"{path}: rubric has {len(found)} lines; it must be five texts, for 1 to 5.")
    return tuple(found)


def rewrite_prompt(levels: Sequence[str], disagreements: str) -> Prompt:
    """The question for a better rubric, given what people and the judge said of some texts."""
    texts = _texts()
    parts = {
        "fence": fence(disagreements),
        "content": disagreements,
        "rubric": "\n".join(f"{i}: {level}" for i, level in enumerate(levels, 1)),
    }
    return Prompt(
        filled(texts["rewrite"].strip(), parts),
        system=filled(texts["system"].strip(), parts),
        about="judge/rubric",
    )


def _with(made: Judge, option: str) -> Judge:
    name, _, given = option.partition("=")
    for scale in SCALES:
        if option == scale:
            return replace(made, scale=scale)
    if name == "rubric" and given:
        return replace(made, rubric=read_rubric(Path(given).expanduser()))
    if re.fullmatch(r"\d{1,6}", given):
        if name == "draws" and int(given):
            return replace(made, draws=int(given))
        if name == "seed":
            return replace(made, seed=int(given))
    raise unknown("setting of a judge", option, [*SCALES, "draws=N", "seed=N", "rubric=FILE"])


def _joined(drawn: Sequence[_Draw | Missing]) -> Judgement | Missing:
    read = [one for one in drawn if not isinstance(one, Missing)]
    if 2 * len(read) > len(drawn):
        return Judgement(read[0][0], tuple(scores for _, scores in read))
    return next(one for one in drawn if isinstance(one, Missing))


@cache
def _texts() -> dict[str, Any]:
    table = read_toml(path := shipped("raters", "judge.toml"))
    for name in ("system", "concepts", "levels", "binary", "rewrite"):
        need(table, name, str, str(path))
    return table
