"""The plan of a measurement: every ask with its form, condition and repeat, before anybody is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.errors import BadInput, Incapable
from axiometer.instruments import Condition, Form, Instrument, Question
from axiometer.subjects import Card, Subject, Weigher

SMALL = 1_000_000_000


@dataclass(frozen=True)
class Ask:
    """One item under one condition, once."""

    item: str
    value: str
    form: str
    condition: Condition
    repeat: int
    questions: tuple[Question, ...]


def plan(instrument: Instrument, form: Form, *, repeats: int = 1) -> list[Ask]:
    """Every ask, ordered so that asks which share text stand together.

    Why: only answers in words are repeated; weights and records are the same each time, and would only inflate n.
    """
    if repeats < 1:
        raise BadInput(f"repeats is {repeats}; it must be at least 1.")
    return [
        Ask(
            item.id,
            item.value,
            form.name,
            condition,
            repeat,
            form.questions(item, condition, instrument.scale),
        )
        for repeat in range(1 if form.weighs or form.name == "recorded" else repeats)
        for condition in form.conditions()
        for item in instrument.items
    ]


def is_small(card: Card) -> bool:
    """Whether an open model is one of those that choose by position and follow instructions badly; unknown sizes count."""
    return card.parameters is None or card.parameters < SMALL


def default_forms(subject: Subject, instrument: Instrument) -> tuple[str, ...]:
    """How a subject is asked unless the user says otherwise.

    Why: small open models choose by position whatever the item says, so they are read by statement likelihood, with the
    order-averaged options beside it; larger open models by option log-probability; recorded people as recorded;
    everybody else in words.
    """
    card = subject.card
    if card.kind == "data":
        return ("recorded",)
    if card.kind == "open" and isinstance(subject, Weigher):
        return ("statements", "options") if is_small(card) and instrument.paired else ("options",)
    return ("text",)


def check_able(subject: Subject, forms: Sequence[Form]) -> None:
    """That a subject can be asked in these forms.

    Raises:
        Incapable: it gives no log-probabilities, or is recorded data.
    """
    for form in forms:
        if form.weighs and not isinstance(subject, Weigher):
            raise Incapable(
                f"{subject.card.name} gives no log-probabilities, which --form {form.name} needs; use --form text."
            )
        if (subject.card.kind == "data") != (form.name == "recorded"):
            fitting = "recorded" if subject.card.kind == "data" else "text"
            raise Incapable(
                f"{subject.card.name} cannot be asked with --form {form.name}; use --form {fitting}."
            )
