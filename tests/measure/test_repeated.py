"""Repeated administrations: the same order for everybody, drawn labels, conversations."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from axiometer.errors import BadInput
from axiometer.instruments import open_form, open_instrument
from axiometer.measure.repeated import administer_runs, plan_runs
from axiometer.subjects import Answer, Missing, Prompt
from axiometer.subjects.opening import open_subject

ASKED = open_instrument("portraits57")


def test_every_run_asks_every_item_once_in_an_order_of_its_own() -> None:
    planned = plan_runs(ASKED, open_form("text", ASKED), 3, 0)
    assert all(sorted(a.item for a in own) == sorted(i.id for i in ASKED.items) for own in planned)
    assert len({tuple(a.item for a in own) for own in planned}) == 3
    assert len({a.condition for own in planned for a in own}) == 6
    assert planned == plan_runs(ASKED, open_form("text", ASKED), 3, 0)
    assert planned[:2] == plan_runs(ASKED, open_form("text", ASKED), 2, 0)
    assert planned != plan_runs(ASKED, open_form("text", ASKED), 3, 1)


def test_no_run_at_all_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 1"):
        plan_runs(ASKED, open_form("text", ASKED), 0, 0)


def test_weighed_labels_are_drawn_as_often_as_they_are_probable() -> None:
    subject, form = open_subject("scripted:first", ASKED.cues()), open_form("options", ASKED)
    found = administer_runs(ASKED, subject, form, runs=40, seed=0)
    share = np.mean([r.reading.choice == 0 for r in found])
    expected = 0.99 + 0.01 / 6
    assert share == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / len(found)))
    for r in found:
        low_first = r.ask.condition.order == "forward"
        assert r.rating == (1 + r.reading.choice if low_first else 6 - r.reading.choice)


def test_a_label_does_not_depend_on_how_many_runs_there_are() -> None:
    subject, form = open_subject("simulated:hedonism=1", ASKED.cues()), open_form("options", ASKED)
    few, many = (administer_runs(ASKED, subject, form, runs=n, seed=0) for n in (2, 5))
    assert [r.rating for r in few] == [r.rating for r in many[: len(few)]]


class _Listener:
    """Says how many turns it was shown."""

    def __init__(self) -> None:
        inner = open_subject("scripted:middle", ASKED.cues())
        self.spec, self.card, self._inner = inner.spec, inner.card, inner
        self.heard: list[Prompt] = []

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        self.heard += prompts
        return self._inner.answer(prompts, seed=seed)


def test_a_session_is_one_growing_conversation_for_each_run() -> None:
    subject, steps = _Listener(), list[tuple[int, int]]()
    found = administer_runs(
        ASKED,
        subject,
        open_form("text", ASKED),
        runs=2,
        seed=0,
        session=True,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert Counter(len(p.turns) for p in subject.heard) == {2 * k: 2 for k in range(57)}
    last = subject.heard[-1]
    assert [turn.role for turn in last.turns[:2]] == ["user", "assistant"]
    assert last.turns[1].text in ASKED.scale.labels
    assert len(found) == 114
    assert steps[0] == (0, 114)
    assert steps[-1] == (114, 114)


def test_a_session_of_weighed_labels_remembers_the_letter_drawn() -> None:
    found = administer_runs(
        ASKED,
        open_subject("simulated:hedonism=1", ASKED.cues()),
        open_form("options", ASKED),
        runs=1,
        seed=0,
        session=True,
    )
    assert all(r.reading.choice is not None for r in found)


def test_missing_answers_stay_missing_with_their_reason() -> None:
    subject = open_subject("scripted:refuse", ASKED.cues())
    for session in (False, True):
        found = administer_runs(ASKED, subject, open_form("text", ASKED), runs=1, seed=0, session=session)
        assert {r.rating.why for r in found} == {"refused"}  # type: ignore[union-attr]
