"""The planted panel: what is grown is judged by what it really tells, not by the noisy score it was chosen by."""

import numpy as np
import pytest

from axiometer.analyse.information import informativeness
from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.grow.explore import Course, Pull, explore
from axiometer.grow.panel import Panel
from axiometer.instruments.questions import OpenQuestion, QuestionSet
from axiometer.subjects import Answer, Card, Missing
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.metered import Meter, Metered, Price
from planted_questions import TOPICS, Author, Reading, holders, question, true_score

STRONG = holders(6, seed=1)
FREE = Course(patience=0)


def seeds(per_topic: int = 2) -> QuestionSet:
    rows = [
        OpenQuestion(f"{topic}-{i}", question(t, draws(0, "seed", topic, i)), topic)
        for t, topic in enumerate(TOPICS)
        for i in range(per_topic)
    ]
    return QuestionSet("seeds", "CC0", (), tuple(rows))


def grown(calls: int, course: Course = FREE, *, seed: int = 0, spread: float = 1.0):
    meter = Meter(calls)
    strong = Panel(tuple(Metered(one, meter) for one in holders(6, seed=1, spread=spread)), Reading())
    cheap = Panel(tuple(Metered(one, meter) for one in holders(3, seed=2, spread=spread)), Reading())
    pulls = list(explore(seeds(), Metered(Author(), meter), cheap, strong, course, seed=seed))
    return pulls, meter


def best(pulls: list[Pull], many: int = 20) -> list[OpenQuestion]:
    found = {one.name: one for pull in pulls for one in (*pull.found, *pull.again)}
    return sorted(found.values(), key=lambda one: -(one.score or 0))[:many]


def told(questions) -> float:
    return float(np.mean([true_score(one.text, STRONG) for one in questions]))


SEEDS = (0, 1, 2)
# random search: new questions of topics drawn evenly, none sharpened, none asked twice; the best by the same panel are kept
BLIND = Course(patience=0, rounds=0, looks=0, uniform=True)


@pytest.fixture(scope="module")
def runs():
    return [grown(3000, seed=seed) for seed in SEEDS]


@pytest.mark.slow
def test_grown_questions_tell_at_least_twice_as_much_as_the_seeds(runs) -> None:
    start = seeds().questions
    assert np.mean([told(best(pulls, len(start))) for pulls, _ in runs]) >= 2 * told(start)


@pytest.mark.slow
def test_and_at_least_one_and_a_half_times_as_much_as_random_search_with_as_many_calls(runs) -> None:
    blind = [grown(3000, BLIND, seed=seed) for seed in SEEDS]
    assert all(
        abs(spent.calls - meter.calls) < 60 for (_, meter), (_, spent) in zip(runs, blind, strict=True)
    )
    ours, theirs = (np.mean([told(best(pulls)) for pulls, _ in some]) for some in (runs, blind))
    assert ours >= 1.5 * theirs


@pytest.mark.slow
def test_more_budget_tells_more(runs) -> None:
    few = [grown(600, seed=seed) for seed in SEEDS]
    assert np.mean([told(best(p)) for p, _ in runs]) > 1.2 * np.mean([told(best(p)) for p, _ in few])


@pytest.mark.slow
def test_topics_that_tell_more_are_pulled_more_than_evenly(runs) -> None:
    """Regret: what a pull falls short of the best topic, in what its new questions really tell."""

    def reward(pulls: list[Pull]) -> float:
        return float(np.mean([told(pull.found) for pull in pulls if pull.found]))

    evenly = [grown(3000, Course(patience=0, uniform=True), seed=seed)[0] for seed in SEEDS]
    assert np.mean([reward(pulls) for pulls, _ in runs]) > 1.25 * np.mean([reward(pulls) for pulls in evenly])


def test_nothing_is_told_where_all_subjects_are_alike() -> None:
    pulls, _ = grown(1200, spread=0.0)
    scores = [one.score for pull in pulls for one in pull.found]
    assert abs(np.mean(scores)) < 3 * np.std(scores) / np.sqrt(len(scores))


def test_a_budget_is_kept_to_the_call_and_in_money() -> None:
    _, meter = grown(777)
    assert 700 < meter.calls <= 777
    paid = Meter(100_000, money=0.05)
    price = Price(read=1.0, written=5.0)
    panel = Panel(tuple(Metered(one, paid, price) for one in STRONG), Reading())
    assert list(explore(seeds(), Metered(Author(), paid, price), panel, panel, FREE))
    assert 0.03 < paid.spent <= 0.05


def test_it_stops_when_the_gain_flattens() -> None:
    pulls, meter = grown(100_000, Course(patience=5, keep=5, gain=0.05))
    assert meter.calls < 20_000
    assert pulls


def test_every_question_tells_where_it_comes_from() -> None:
    pulls, _ = grown(900)
    known = {one.name for one in seeds().questions}
    sharpened = 0
    for pull in pulls:
        for one in pull.found:
            assert one.topic == pull.topic
            assert one.parent in known
            sharpened += bool(one.wordings)
            assert all(text != one.text for text, _ in one.wordings)
        known |= {one.name for one in pull.found}
    assert sharpened


def test_a_run_that_was_stopped_goes_on_without_asking_anything_twice(tmp_path) -> None:
    def course(ledger: Ledger, limit: int):
        meter, author = Meter(limit), Author()
        subjects = [remember(one, ledger) for one in (*STRONG, author)]
        *panel, writer = (Metered(one, meter) for one in subjects)
        both = Panel(tuple(panel), Reading())
        pulls = list(explore(seeds(), writer, both, both, FREE))
        return pulls, sum(one.heard.fresh for one in subjects), sum(one.heard.known for one in subjects)

    with Ledger(tmp_path / "a.sqlite") as ledger:
        _, first, _ = course(ledger, 300)
        _, second, known = course(ledger, 600)
        pulls, third, _ = course(ledger, 600)
    with Ledger(tmp_path / "b.sqlite") as ledger:
        at_once, whole, _ = course(ledger, 600)
    assert (first + second, third) == (whole, 0)
    assert known >= first
    assert pulls == at_once


def test_a_panel_whose_subjects_are_listed_in_another_order_scores_alike() -> None:
    texts = [one.text for one in seeds().questions[:6]]
    one, other = (Panel(some, Reading()).hear(texts) for some in (STRONG, STRONG[::-1]))
    ours, theirs = (
        [informativeness(rows, own) for rows, own in zip(heard.scores, heard.own, strict=True)]
        for heard in (one, other)
    )
    assert np.allclose(ours, theirs)


class Silent:
    """Answers in a way that cannot be used."""

    def __init__(self, says: str | Missing) -> None:
        self.says = says

    spec = property(lambda self: {"subject": "silent", "says": str(self.says)})
    card = property(lambda self: Card("silent", "planted"))

    def answer(self, prompts, *, seed):
        return [self.says if isinstance(self.says, Missing) else Answer(self.says) for _ in prompts]


@pytest.mark.parametrize(
    "says", ["", "I am sorry, I cannot help.", Missing("failed", "timeout"), '{"questions": ["Should']
)
def test_an_author_that_writes_nothing_usable_is_counted_and_the_run_goes_on(says) -> None:
    panel = Panel(STRONG, Reading())
    pulls = list(explore(seeds(), Silent(says), panel, panel, Course(pulls=3, patience=0)))
    assert len(pulls) == 3
    assert [one.why for pull in pulls for one in pull.rejected] == ["missing"] * 3


def test_a_question_that_half_of_the_panel_does_not_answer_is_dropped() -> None:
    mute = tuple(Silent(Missing("refused", "")) for _ in range(5))
    panel = Panel((*STRONG[:4], *mute), Reading())
    pulls = list(explore(seeds(), Author(), panel, panel, Course(pulls=2, patience=0, rounds=0)))
    assert not any(pull.found for pull in pulls)
    assert {one.why for pull in pulls for one in pull.rejected} == {"unanswered"}
    assert all(pull.missing["refused"] for pull in pulls)


def test_a_panel_of_one_and_an_empty_course_are_refused() -> None:
    with pytest.raises(BadInput, match="at least two subjects"):
        Panel(STRONG[:1], Reading())
    with pytest.raises(BadInput, match="at least 1"):
        Course(fresh=0)
