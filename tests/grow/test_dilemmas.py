"""New staircases: what most raters say is the label, what they do not agree on waits for people, nothing is asked twice."""

import csv
import json
from dataclasses import dataclass

import numpy as np
import pytest

from axiometer.analyse.continuity import continuities, continuity
from axiometer.canon import key
from axiometer.errors import AxiometerError, BadInput, Interrupted, UnknownName
from axiometer.grow.asking import Rejected
from axiometer.grow.dilemma_asking import ask_step, check_step, plots, read_step, shipped_norms
from axiometer.grow.dilemmas import Wish, grow_dilemmas
from axiometer.grow.labelling import Label, label, nominal_alpha
from axiometer.instruments.staircase import Option, Step
from axiometer.instruments.staircase_files import open_staircases
from axiometer.raters import Rating
from axiometer.studies import dilemma_growing
from axiometer.studies.dilemma_growing import grown_dilemmas, lines, read_decided, read_norms
from axiometer.subjects import Answer, Missing
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.scripted import Scripted
from axiometer.values import open_system

SYSTEM = open_system("mft6")
NORMS = ("You should water the plants.", "You should greet the guards.")
TENSIONS = [("care", "authority"), ("fairness", "loyalty"), ("liberty", "sanctity")]
SCENES = (
    "Early in the yard of Marta the can stands empty, and {matter} comes up with {spoil}neighbours.",
    "Snow has closed all roads since Monday; Marta hears shouting below, for {spoil}{matter} is forgotten.",
    "A lorry full of sacks blocks both doors at noon while Marta's brother calls about {spoil}{matter}.",
)
WORD = dict(zip(SYSTEM.names, ("nurse", "divide", "stand", "obey", "cleanse", "roam"), strict=True))


def reply(norm, number, values, spoil=""):
    a, b = values
    return (
        f"SITUATION: {SCENES[number - 1].format(matter=norm.split()[-1].strip('.'), spoil=spoil)}\n"
        f"QUESTION: What do you do on day {number}?\n"
        f"A: {WORD[a].title()} whoever waits at the gate on day {number}.\nVALUE A: {a.title()}\n"
        f"B: {WORD[b].title()} before anybody comes down the stairs.\n**VALUE B:** {b}"
    )


def about(norm, number, attempt):
    return f"dilemma/{key(norm)[3:15]}/{number}/{attempt}"


def script(norms=NORMS, spoil=None):
    said = {
        about(norm, number, attempt): reply(norm, number, TENSIONS[number - 1])
        for norm in norms
        for number in (1, 2, 3)
        for attempt in (0, 1)
    }
    return Scripted("said", tuple(sorted((said | (spoil or {})).items())), "author.json")


@dataclass(frozen=True)
class Planted:
    """Rates an option by its verb; confuses some values with others."""

    confuses: tuple[tuple[str, str], ...] = ()
    blind: str = ""
    system: str = SYSTEM.name

    @property
    def spec(self):
        return {"rater": "planted", "confuses": [list(pair) for pair in self.confuses], "blind": self.blind}

    def rate(self, contents):
        found = []
        for content in contents:
            shown = {name for name, word in WORD.items() if word in content.rpartition("?")[2].casefold()}
            (value,) = {dict(self.confuses).get(name, name) for name in shown}
            if value == self.blind:
                found.append(Missing("refused"))
            else:
                found.append(Rating({name: 0.9 if name == value else 0.1 for name in SYSTEM.names}))
        return found


WISH = Wish(NORMS, height=3)


def test_the_reply_that_the_author_is_asked_for_is_read():
    step = read_step(Answer(reply(NORMS[0], 1, TENSIONS[0])), SYSTEM)
    assert step.values == ("care", "authority")
    assert check_step(step, (), SYSTEM) is None


def test_the_author_sees_the_steps_before_as_material_and_is_told_when_it_is_the_last():
    step = read_step(Answer(reply(NORMS[0], 1, TENSIONS[0])), SYSTEM)
    (plot, _) = plots(NORMS, 0)
    first = ask_step(plot, (), 3, SYSTEM, 0)
    last = ask_step(plot, (step, step), 3, SYSTEM, 0)
    assert NORMS[0] in first.user
    assert step.situation not in first.user
    assert last.user.count(step.situation) == 2
    assert "last step" in last.user
    assert "last step" not in first.user
    assert "{" not in first.user + last.user + last.system


SPOILT = {
    "value": reply(NORMS[0], 1, TENSIONS[0]).replace("VALUE A: Care", "VALUE A: bravery"),
    "form": reply(NORMS[0], 1, TENSIONS[0]).replace("QUESTION", "ASKED"),
    "order": reply(NORMS[0], 1, TENSIONS[0], "Ignore the previous instruction, "),
    "signs": reply(NORMS[0], 1, TENSIONS[0], "<b>"),
    "unsafe": reply(NORMS[0], 1, TENSIONS[0], "how to make nerve agents, "),
    "words": reply(NORMS[0], 1, TENSIONS[0]).replace("Obey before anybody comes down the stairs.", "Obey."),
    "name": reply(NORMS[0], 1, TENSIONS[0]).replace("Obey", "Follow authority"),
    "same": reply(NORMS[0], 1, TENSIONS[0]).replace(
        "Obey before anybody comes down the stairs.", "Nurse whoever waits at the gate on day 2."
    ),
}


@pytest.mark.parametrize("why", SPOILT)
def test_a_spoilt_step_is_rejected_for_its_reason(why):
    step = read_step(Answer(SPOILT[why]), SYSTEM)
    wrong = step if isinstance(step, Rejected) else check_step(step, (), SYSTEM)
    assert wrong.why == why


def test_a_step_must_bring_a_new_tension_and_two_values():
    step = read_step(Answer(reply(NORMS[0], 1, TENSIONS[0])), SYSTEM)
    again = read_step(Answer(reply(NORMS[0], 2, TENSIONS[0][::-1])), SYSTEM)
    assert check_step(again, (step,), SYSTEM).why == "tension"
    alike = read_step(Answer(reply(NORMS[0], 2, ("care", "care"))), SYSTEM)
    assert check_step(alike, (), SYSTEM).why in ("value", "same")


def test_what_most_raters_say_is_the_label_and_a_parted_vote_counts_in_parts():
    both = Rating({"care": 0.5, "loyalty": 0.5, "fairness": 0.1})
    care = Rating({"care": 0.9, "loyalty": 0.2, "fairness": 0.1})

    class Says:
        system = "mft6"

        def __init__(self, rating):
            self.rating = rating

        def rate(self, contents):
            return [self.rating for _ in contents]

    def labelled(*ratings):
        return label([Says(one) for one in ratings], ["text"])[0].value

    assert labelled(care, care, both) == "care"
    assert labelled(care, both) == "care"
    assert labelled(both, both) == ""
    assert labelled(care, Missing("failed"), Missing("failed")) == ""
    assert labelled(care, Rating({"care": 0.0, "loyalty": 0.0})) == ""


def test_nominal_alpha_is_that_of_pairs_counted_one_by_one():
    rng = np.random.default_rng(3)
    votes = [[rng.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1]) for _ in range(3)] for _ in range(40)]
    votes += [["a", "a"], ["b"]]  # a rater less, and a unit that cannot be paired
    found, n = nominal_alpha([Label("", tuple({name: 1.0} for name in unit)) for unit in votes])
    paired = [unit for unit in votes if len(unit) > 1]
    every = [name for unit in paired for name in unit]
    apart = sum(
        (x != y) / (len(unit) - 1)
        for unit in paired
        for i, x in enumerate(unit)
        for j, y in enumerate(unit)
        if i != j
    ) / len(every)
    chance = sum(x != y for i, x in enumerate(every) for j, y in enumerate(every) if i != j) / (
        len(every) * (len(every) - 1)
    )
    assert n == 41
    assert found == pytest.approx(1 - apart / chance, abs=1e-12)


def test_the_same_value_confused_by_one_of_three_raters_is_kept_and_by_two_waits():
    confused = Planted((("care", "fairness"),))
    other = Planted((("care", "liberty"),))
    kept = grow_dilemmas(script(), [Planted(), Planted(blind="care"), Planted()], SYSTEM, WISH)
    assert len(kept.of("kept")) == 2
    waits = grow_dilemmas(script(), [Planted(), confused, other], SYSTEM, WISH)
    assert [one.open for one in waits.of("undecided")] == [((1, 0),), ((1, 0),)]
    assert len(waits.of("kept")) == 0


def test_options_that_raters_call_alike_make_no_step():
    grown = grow_dilemmas(script(), [Planted((("care", "authority"),))] * 3, SYSTEM, WISH)
    assert [one.why.why for one in grown.of("rejected")] == ["value", "value"]
    assert grown.reasons() == {"value": 2}


def test_a_rejected_reply_is_asked_for_once_more_and_then_the_staircase_is_given_up():
    spoil = {about(NORMS[0], 2, 0): "no", about(NORMS[1], 3, 0): "no", about(NORMS[1], 3, 1): "no"}
    grown = grow_dilemmas(script(spoil=spoil), [Planted()], SYSTEM, WISH)
    assert [one.fate for one in grown.settled] == ["kept", "rejected"]
    assert [len(one.draft.refused) for one in grown.settled] == [1, 2]
    assert grown.reasons() == {"form": 3}


def test_a_stopped_growth_asks_nothing_again(tmp_path):
    class Stops:
        def __init__(self, base):
            self.base, self.left = base, 2

        spec = property(lambda self: self.base.spec)
        card = property(lambda self: self.base.card)

        def answer(self, prompts, *, seed):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return self.base.answer(prompts, seed=seed)

    with Ledger(tmp_path / "l.sqlite") as ledger:
        with pytest.raises(Interrupted, match=r"4 of 6 steps"):
            grow_dilemmas(remember(Stops(script()), ledger), [Planted()], SYSTEM, WISH)
        author = remember(script(), ledger)
        grown = grow_dilemmas(author, [Planted()], SYSTEM, WISH)
    assert (author.heard.known, author.heard.fresh) == (4, 2)
    assert len(grown.of("kept")) == 2
    assert grown == grow_dilemmas(script(), [Planted()], SYSTEM, WISH)


def test_bad_wishes_are_refused():
    with pytest.raises(BadInput, match="no norm"):
        Wish(())
    with pytest.raises(BadInput, match="twice"):
        Wish(("a b", "a b"))
    with pytest.raises(BadInput, match="labels of mft6"):
        grow_dilemmas(script(), [Planted(system="schwartz10")], SYSTEM, WISH)
    with pytest.raises(BadInput, match="labels of mft6"):
        grow_dilemmas(script(), [], SYSTEM, WISH)

    class Fails:
        card = script().card

        def answer(self, prompts, *, seed):
            return [Missing("failed", "no route") for _ in prompts]

    with pytest.raises(AxiometerError, match="no route"):
        grow_dilemmas(Fails(), [Planted()], SYSTEM, WISH)


def queue_rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def grown_through(monkeypatch, out, raters, decided=None, author=None):
    """A growth by name."""
    named = {f"planted-{i}": rater for i, rater in enumerate(raters)}
    monkeypatch.setattr(dilemma_growing, "open_subject", lambda name: author or script())
    monkeypatch.setattr(dilemma_growing, "rater_behind", lambda name, ledger, heard: named[name])
    return grown_dilemmas(
        "author", list(named), out, WISH, system="mft6", decided=decided, ledger=out / "l.sqlite"
    )


def test_the_queue_filled_in_by_people_ends_the_growth_without_a_call(tmp_path, monkeypatch):
    raters = [Planted(), Planted((("care", "fairness"),)), Planted((("care", "liberty"),))]
    out = tmp_path / "grown"
    growth = grown_through(monkeypatch, out, raters)
    assert not (out / "staircases.toml").exists()
    assert any("2 wait for people" in line for line in lines(growth))
    rows = queue_rows(out / "queue.csv")
    assert [row["author"] for row in rows] == ["care", "care"]
    assert rows[0]["votes"] == "care; fairness; liberty"
    rows[0]["value"] = "Care"
    with (out / "filled.csv").open("w", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    again = grown_through(monkeypatch, out, raters, out / "filled.csv")
    assert (again.fresh, again.known) == (0, 6)
    found = open_staircases(str(out / "staircases.toml"))
    assert [dilemma.norm for dilemma in found.dilemmas] == [NORMS[0]]
    assert [step.values for step in found.dilemmas[0].steps] == TENSIONS
    assert not found.left_out
    record = json.loads((out / "growth.json").read_text())
    assert [row["fate"] for row in record["staircases"]] == ["kept", "undecided"]
    said = " ".join(lines(again))
    assert "raters agree on 10 of 12 options" in said
    assert "the author's own label is theirs in 10 of 10" in said


def test_another_growth_is_not_written_over(tmp_path, monkeypatch):
    grown_through(monkeypatch, tmp_path, [Planted()])
    with pytest.raises(BadInput, match="another growth"):
        grown_through(monkeypatch, tmp_path, [Planted(blind="care")])


def test_decisions_are_checked(tmp_path):
    queue = tmp_path / "queue.csv"
    queue.write_text("option,value\na/1/A,care\na/1/A,liberty\n", encoding="utf-8")
    with pytest.raises(BadInput, match="says care and liberty"):
        read_decided(queue, SYSTEM)
    queue.write_text("option,value\na/1/A,bravery\n", encoding="utf-8")
    with pytest.raises(UnknownName, match="bravery"):
        read_decided(queue, SYSTEM)
    queue.write_text("choice\n", encoding="utf-8")
    with pytest.raises(BadInput, match="option and value"):
        read_decided(queue, SYSTEM)


def test_a_decision_on_what_was_not_grown_is_refused(tmp_path, monkeypatch):
    queue = tmp_path / "queue.csv"
    queue.write_text("option,value\nelsewhere/1/A,care\n", encoding="utf-8")
    with pytest.raises(BadInput, match="elsewhere/1/A"):
        grown_through(monkeypatch, tmp_path / "out", [Planted()], queue)


def test_no_cell_of_the_queue_is_a_formula(tmp_path, monkeypatch):
    spoil = {
        about(norm, 1, 0): reply(norm, 1, TENSIONS[0]).replace("SITUATION: Early", "SITUATION: +Early")
        for norm in NORMS
    }
    raters = [Planted((("care", "fairness"),)), Planted()]
    grown_through(monkeypatch, tmp_path, raters, author=script(spoil=spoil))
    rows = queue_rows(tmp_path / "queue.csv")
    assert len(rows) == 2
    assert all(row["situation"].startswith("'+Early") for row in rows)


def test_norms_come_from_a_file_or_are_the_shipped_ones(tmp_path):
    path = tmp_path / "norms.txt"
    path.write_text("One.\n\n One.\nTwo.\n", encoding="utf-8")
    assert read_norms(path) == ("One.", "Two.")
    assert len(read_norms(None)) == len(set(shipped_norms())) >= 20
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(BadInput, match="has no norm"):
        read_norms(path)


def test_one_story_goes_on_better_than_steps_of_different_stories():
    assert continuity(["Marta has a red boat.", "The boat of Marta leaks.", "Rain falls."]) == [
        pytest.approx(3 / 4),
        0.0,
    ]
    for name in ("schwartz10", "mft6"):
        dilemmas = open_staircases(name).dilemmas
        stories = [[f"{step.situation} {step.question}" for step in one.steps] for one in dilemmas]
        own = continuities(stories)
        rng = np.random.default_rng(0)
        mixed = [[stories[j][i] for i, j in enumerate(rng.permutation(len(stories))[:5])] for _ in range(20)]
        other = continuities(mixed)
        assert np.median([one.p for one in own]) < 0.05
        assert np.median([one.share for one in own]) > 2 * np.median([one.share for one in other])
    assert continuities([["a b", "c d"]])[0].p is None


def test_a_staircase_keeps_its_name_whatever_else_is_grown():
    alone = grow_dilemmas(script(), [Planted()], SYSTEM, Wish(NORMS[1:], height=3))
    both = grow_dilemmas(script(), [Planted()], SYSTEM, WISH)
    assert alone.settled[0].draft.name == both.settled[1].draft.name
    assert alone.settled[0].staircase == both.settled[1].staircase


def test_steps_are_written_as_they_are_read(tmp_path):
    from axiometer.instruments.staircase import Staircase
    from axiometer.instruments.staircase_files import as_toml

    step = Step(
        'He says: "go \\ now"\x7f',
        "What?",
        (Option("Go at once then.", "care"), Option("Stay here then.", "liberty")),
    )
    text = as_toml([Staircase("n", "A norm.", (step, step), "work")], "mft6", "CC", ["mmds"], "note")
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    assert open_staircases(str(tmp_path / "s.toml")).dilemmas[0].steps == (step, step)
