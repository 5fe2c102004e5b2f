"""Repeated administrations: every item once in each run, in a seeded order, wording and order of labels.

All subjects get the same order, wordings and label orders in the same run.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from axiometer.canon import derived, draws
from axiometer.errors import BadInput, Interrupted
from axiometer.instruments import Form, Instrument, Question, Scale
from axiometer.measure.plan import Ask
from axiometer.measure.run import Progress, Response, run
from axiometer.subjects import Answer, Missing, Prompt, Subject, Turn, Weigher, Weights


def plan_runs(instrument: Instrument, form: Form, runs: int, seed: int) -> list[list[Ask]]:
    """The asks of each run, in the order in which they are put."""
    if runs < 1:
        raise BadInput(f"runs is {runs}; it must be at least 1.")
    conditions = form.conditions()
    found = []
    for number in range(runs):
        order = draws(seed, "items of run", number).permutation(len(instrument.items))
        asks = []
        for k in order:
            item = instrument.items[int(k)]
            chosen = conditions[int(draws(seed, "condition", number, item.id).integers(len(conditions)))]
            asks.append(
                Ask(
                    item.id,
                    item.value,
                    form.name,
                    chosen,
                    number,
                    form.questions(item, chosen, instrument.scale),
                )
            )
        found.append(asks)
    return found


def administer_runs(
    instrument: Instrument,
    subject: Subject,
    form: Form,
    *,
    runs: int,
    seed: int,
    session: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[Response]:
    """The responses of all runs, run by run.

    Where labels are weighed, each rating is one label drawn from their probabilities, as sampling at temperature 1 among
    the labels would; so runs of one wording and order cost no new question.

    Args:
        instrument: what is asked.
        subject: who is asked.
        form: `text` or `options`.
        runs: how many.
        seed: of orders, wordings and drawn labels.
        session: whether a run is one conversation; otherwise each item is asked afresh.
        progress: heard as questions are answered.
    """
    planned = plan_runs(instrument, form, runs, seed)
    if session:
        return _sessions(planned, subject, form, instrument, seed, progress)
    asks = [ask for own in planned for ask in own]
    heard = run(asks, subject, form, instrument.scale, seed=seed, progress=progress)
    return [drawn(response, instrument.scale, seed) for response in heard]


def drawn(response: Response, scale: Scale, seed: int) -> Response:
    """A response read from weights as one with a label drawn from them; others as they are."""
    reading, ask = response.reading, response.ask
    if not ask.questions[0].options or isinstance(reading.rating, Missing):
        return response
    share = np.exp(np.array(reading.logp) - max(reading.logp))
    place = int(draws(seed, "label", ask.repeat, ask.item).choice(len(share), p=share / share.sum()))
    labels = scale.labels if ask.condition.order == "forward" else scale.labels[::-1]
    return replace(
        response, reading=replace(reading, rating=float(scale.levels()[labels[place]]), choice=place)
    )


def _sessions(
    planned: Sequence[Sequence[Ask]],
    subject: Subject,
    form: Form,
    instrument: Instrument,
    seed: int,
    progress: Progress,
) -> list[Response]:
    """One conversation for each run, all runs side by side, one item further at each step."""
    turns: list[tuple[Turn, ...]] = [() for _ in planned]
    found: list[list[Response]] = [[] for _ in planned]
    total, batch = sum(map(len, planned)), max(1, subject.card.batch)
    progress(0, total)
    try:
        for step in range(len(instrument.items)):
            for start in range(0, len(planned), batch):
                numbers = range(len(planned))[start : start + batch]
                asks = [planned[n][step] for n in numbers]
                prompts = [
                    replace(a.questions[0].prompt, turns=turns[n]) for a, n in zip(asks, numbers, strict=True)
                ]
                replies = _put(subject, prompts, [a.questions[0] for a in asks], derived(seed, "session"))
                for n, ask, prompt, reply in zip(numbers, asks, prompts, replies, strict=True):
                    response = Response(ask, form.read(ask.condition, instrument.scale, [reply]))
                    response = drawn(response, instrument.scale, seed)
                    found[n].append(response)
                    turns[n] += (Turn("user", prompt.user), Turn("assistant", _said(response, reply)))
                progress(sum(map(len, found)), total)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped after {sum(map(len, found))} of {total} questions to {subject.card.name}; what was received is kept: "
            "run the same command again to go on."
        ) from None
    return [response for own in found for response in own]


def _put(
    subject: Subject, prompts: Sequence[Prompt], questions: Sequence[Question], seed: int
) -> Sequence[Answer | Weights | Missing]:
    if questions[0].options:
        assert isinstance(subject, Weigher)  # noqa: S101  the form was checked against the subject
        return subject.weigh(prompts, [question.options for question in questions])
    return subject.answer(prompts, seed=seed)


def _said(response: Response, reply: Answer | Weights | Missing) -> str:
    """What stands in the conversation as the subject's answer."""
    if isinstance(reply, Answer):
        return reply.text
    choice = response.reading.choice
    return "(no answer)" if choice is None else response.ask.questions[0].options[choice]
