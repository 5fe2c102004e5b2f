"""Climbing staircases: a choice at every step, with what went before in one of three regimes.

Why the options' order is drawn for each step and, where options are weighed, both orders are averaged: small models choose
by position whatever the options say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from axiometer.canon import Spec, derived, draws, key
from axiometer.data import read_toml, shipped
from axiometer.data.wording import filled
from axiometer.errors import BadInput, Incapable, Interrupted, unknown
from axiometer.instruments.reading import REFUSALS, as_said
from axiometer.instruments.staircase import Staircase, Staircases, Step
from axiometer.measure.plan import is_small
from axiometer.measure.run import Progress
from axiometer.subjects import Answer, Missing, Prompt, Subject, Turn, Weigher, Weights

Regime: TypeAlias = Literal["full", "none", "causal"]
FormName: TypeAlias = Literal["text", "options", "statements"]
REGIMES: tuple[Regime, ...] = get_args(Regime)
FORMS: tuple[FormName, ...] = get_args(FormName)
_LETTERS = ("A", "B")
_SAID = re.compile(
    r"^\W*(?:(?:(?:my|the) )?(?:answer|choice|decision)\b(?: is)?\W*)?(?:i (?:would )?choose\W+)?(?:option\W*)?"
    # an A before further words is the article, unless a reason follows
    r"(A(?=\W*$|\s*[.):,;*\n\u2013\u2014-]| because | since )|B\b(?!')|[ab](?=[.):]|\W*$))",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:option|answer|choice|choose|pick)\W+(?:is\W+)?([AB])\b")


@dataclass(frozen=True)
class Choice:
    """What a subject chose at one step.

    Attributes:
        dilemma: its name.
        step: from 1.
        repeat: from 0.
        values: those of the two options, as the staircase lists them.
        chosen: 0 or 1, or why there is no choice.
        first: which option was listed first; None where both orders were averaged.
        margin: how much option 0 was preferred, in nats, where options were weighed.
        lean: how much more was chosen for standing first, in nats, where both orders were weighed.
        text: what was said, where it was said in words.
    """

    dilemma: str
    step: int
    repeat: int
    values: tuple[str, str]
    chosen: int | Missing
    first: int | None = None
    margin: float | None = None
    lean: float | None = None
    text: str = ""


def default_form(subject: Subject) -> FormName:
    """How a subject chooses unless the user says otherwise: small open models by what they would say, larger ones by letter.

    Raises:
        Incapable: recorded data.
    """
    card = subject.card
    if card.kind == "data":
        raise Incapable(f"{card.name} is recorded data, and staircases are asked step by step; name a model.")
    if card.kind == "open" and isinstance(subject, Weigher):
        return "statements" if is_small(card) else "options"
    return "text"


def climb_spec(staircases: Staircases, regime: Regime, repeats: int, seed: int) -> Spec:
    """Everything that a climb depends on, but for the subject and its form."""
    return {
        "instrument": staircases.spec,
        "regime": regime,
        "texts": key(_texts()),
        "repeats": repeats,
        "seed": seed,
    }


def climb(
    subject: Subject,
    staircases: Staircases,
    *,
    form: FormName | None = None,
    regime: Regime = "full",
    repeats: int = 1,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> list[Choice]:
    """A choice, or why there is none, at every usable step of every staircase.

    All staircases climb side by side, one step at a time, since what is shown depends on what was chosen.

    Args:
        subject: who climbs.
        staircases: what.
        form: `text`, a letter said in words; `options`, the likelier letter; `statements`, the option likelier per token as
            the subject's own answer; None for what fits the subject.
        regime: `full`, all earlier steps with the subject's own choices; `causal`, only the step before, of which this one
            is the consequence; `none`, this step alone. The names are the paper's, what they show is our own proposal.
        repeats: how often, where it is said in words; weights are the same each time.
        seed: of the order of options, and of the subject.
        progress: heard as questions are answered.

    Raises:
        Interrupted: on Ctrl-C; what was received stays with a remembering subject.
        Incapable: weights asked of a subject that has none.
        UnknownName: no such form or regime.

    Source:
        mmds
    """
    chosen = form or default_form(subject)
    _check(subject, chosen, regime, repeats)
    climbers = [
        _Climber(dilemma, repeat, regime, chosen, seed)
        for repeat in range(repeats if chosen == "text" else 1)
        for dilemma in staircases.dilemmas
    ]
    total = sum(step is not None for one in climbers for step in one.dilemma.steps)
    done = 0
    progress(0, total)
    try:
        for number in range(staircases.height):
            going = [one for one in climbers if number < len(one.dilemma.steps) and one.dilemma.steps[number]]
            for batch in _batches(going, subject.card.batch):
                _take(batch, number, subject, chosen, seed)
                done += len(batch)
                progress(done, total)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped after {done} of {total} steps of {subject.card.name}; what was received is kept: run the same "
            "command again to go on."
        ) from None
    return [choice for one in climbers for choice in one.choices]


class _Climber:
    """One staircase on its way up."""

    def __init__(self, dilemma: Staircase, repeat: int, regime: Regime, form: FormName, seed: int) -> None:
        self.dilemma, self.repeat, self.regime, self.form, self.seed = dilemma, repeat, regime, form, seed
        self.choices: list[Choice] = []
        self._turns: list[tuple[Turn, Turn]] = []

    def step(self, number: int) -> Step:
        found = self.dilemma.steps[number]
        assert found is not None  # noqa: S101 - only usable steps are asked
        return found

    def first(self, number: int) -> int:
        """Which option is listed first."""
        return int(draws(self.seed, "order", self.dilemma.name, number, self.repeat).integers(2))

    def prompt(self, number: int, first: int) -> Prompt:
        """The step, after what the regime shows of those before."""
        shown = {"full": self._turns, "causal": self._turns[-1:], "none": []}[self.regime]
        choices = self._listed(number, first)
        return Prompt(
            _shown(self.step(number), self.form, choices),
            system=_texts()["system"],
            turns=tuple(turn for pair in shown for turn in pair),
            choices=_LETTERS if self.form != "statements" else choices,
            about=f"{self.dilemma.name}/{number + 1}",
        )

    def keep(self, number: int, choice: Choice) -> None:
        """The choice becomes part of what later steps see; a step without one is shown as unanswered."""
        self.choices.append(choice)
        first = self.first(number)
        asked = _shown(self.step(number), self.form, self._listed(number, first))
        self._turns.append((Turn("user", asked), Turn("assistant", self._told(number, choice, first))))

    def _listed(self, number: int, first: int) -> tuple[str, str]:
        one, other = (self.step(number).options[i].text for i in (first, 1 - first))
        return one, other

    def _told(self, number: int, choice: Choice, first: int) -> str:
        if isinstance(choice.chosen, Missing):
            return choice.text or "(no answer)"
        text = self.step(number).options[choice.chosen].text
        letter = _LETTERS[int(choice.chosen != first)]
        return text if self.form == "statements" else f"{letter}. {text}"


def _take(batch: Sequence[_Climber], number: int, subject: Subject, form: FormName, seed: int) -> None:
    if form == "text":
        _say(batch, number, subject, seed)
    else:
        assert isinstance(subject, Weigher)  # noqa: S101 - checked before
        _weigh(batch, number, subject, form)


def _say(batch: Sequence[_Climber], number: int, subject: Subject, seed: int) -> None:
    for repeat in sorted({one.repeat for one in batch}):
        own = [one for one in batch if one.repeat == repeat]
        firsts = [one.first(number) for one in own]
        prompts = [one.prompt(number, first) for one, first in zip(own, firsts, strict=True)]
        replies = subject.answer(prompts, seed=derived(seed, "repeat", repeat))
        for one, first, reply in zip(own, firsts, replies, strict=True):
            step = one.step(number)
            listed = [step.options[i].text for i in (first, 1 - first)]
            place = reply if isinstance(reply, Missing) else read_choice(reply.text, listed)
            chosen = place if isinstance(place, Missing) else (first, 1 - first)[place]
            text = reply.text if isinstance(reply, Answer) else ""
            one.keep(
                number, Choice(one.dilemma.name, number + 1, repeat, step.values, chosen, first, text=text)
            )


def _weigh(batch: Sequence[_Climber], number: int, subject: Weigher, form: FormName) -> None:
    orders = [(one, first) for one in batch for first in (0, 1)]
    prompts = [one.prompt(number, first) for one, first in orders]
    texts = [[option.text for option in one.step(number).options] for one, _ in orders]
    options = texts if form == "statements" else [_LETTERS] * len(orders)
    weighed = subject.weigh(prompts, options)
    for one, listed, swapped in zip(batch, weighed[0::2], weighed[1::2], strict=True):
        odds = [_odds(listed, form, 0), _odds(swapped, form, 1)]
        step = one.step(number)
        blank = Choice(one.dilemma.name, number + 1, one.repeat, step.values, Missing("failed"))
        wrong = next((each for each in odds if isinstance(each, Missing)), None)
        if wrong is not None:
            one.keep(number, replace(blank, chosen=wrong))
            continue
        a, b = (each for each in odds if not isinstance(each, Missing))
        margin, lean = (a + b) / 2, (a - b) / 2
        place = Missing("unparsed", "neither option is preferred") if margin == 0 else int(margin < 0)
        one.keep(number, replace(blank, chosen=place, margin=margin, lean=lean))


def _odds(weights: Weights | Missing, form: FormName, first: int) -> float | Missing:
    """How much option 0 is preferred, in nats (per token where it is said out)."""
    if isinstance(weights, Missing):
        return weights
    logs = np.array(weights.logp)
    if not np.isfinite(logs).all():
        return Missing("failed", f"log-probabilities {weights.logp} over {weights.tokens} tokens")
    if form == "statements":
        logs = logs / np.maximum(weights.tokens, 1)
        return float(logs[0] - logs[1])
    return float(logs[first] - logs[1 - first])


def read_choice(text: str, listed: Sequence[str]) -> int | Missing:
    """Which of two listed options an answer in words takes: by its letter, else by the option's own words.

    An answer that names both, or none, is unparsed; one that declines is refused.
    """
    head = _SAID.match(text.strip())
    if head:
        return _LETTERS.index(head[1].upper())
    said = as_said(text)
    named = [i for i, option in enumerate(listed) if as_said(option) in said]
    if len(named) == 1:
        return named[0]
    later = {found[1] for found in _LATER.finditer(text)}
    if len(later) == 1 and not named:
        return _LETTERS.index(later.pop())
    if REFUSALS.search(text):
        return Missing("refused", text.strip()[:80])
    return Missing("unparsed", text.strip()[:80])


def _shown(step: Step, form: FormName, listed: tuple[str, ...]) -> str:
    parts = {"situation": step.situation, "question": step.question, "first": listed[0], "second": listed[1]}
    return filled(_texts()[form]["step"].strip(), parts)


@cache
def _texts() -> dict[str, Any]:
    return read_toml(shipped("forms", "staircases.toml"))


def _check(subject: Subject, form: str, regime: str, repeats: int) -> None:
    if form not in FORMS:
        raise unknown("form", form, FORMS)
    if regime not in REGIMES:
        raise unknown("regime", regime, REGIMES)
    if repeats < 1:
        raise BadInput(f"repeats is {repeats}; it must be at least 1.")
    if form != "text" and not isinstance(subject, Weigher):
        raise Incapable(
            f"{subject.card.name} gives no log-probabilities, which --form {form} needs; use --form text."
        )


def _batches(climbers: Sequence[_Climber], size: int) -> Iterator[Sequence[_Climber]]:
    many = max(1, size)
    for start in range(0, len(climbers), many):
        yield climbers[start : start + many]
