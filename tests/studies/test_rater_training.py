"""Raters trained and tried: on sentences made up here, and against the real arguments."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.cli import axiometer
from axiometer.data import shipped
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.neutral import neutral_questions
from axiometer.raters import open_rater
from axiometer.raters.encoder import open_encoder
from axiometer.raters.heads import load_heads
from axiometer.studies import gate
from axiometer.studies.gate import dilemma_questions, try_gates
from axiometer.studies.rater import calibrated, read_arguments, train_rater, tried
from axiometer.values import open_system

DATA = Path(__file__).parents[3] / "shared" / "data" / "touche23_valueeval"
TITLES = [value.title for value in open_system("touche20").values]


def write(folder, split, rows, titles=TITLES):
    arguments = ["Argument ID\tConclusion\tStance\tPremise"]
    labels = ["\t".join(["Argument ID", *titles])]
    for i, (conclusion, premise, present) in enumerate(rows):
        arguments.append(f"X{i}\t{conclusion}\tagainst\t{premise}")
        labels.append("\t".join([f"X{i}", *("1" if title in present else "0" for title in titles)]))
    (folder / f"arguments-{split}.tsv").write_text("\n".join(arguments) + "\n")
    (folder / f"labels-{split}.tsv").write_text("\n".join(labels) + "\n")


@pytest.fixture
def made_up(tmp_path):
    animals, coins = (
        ("the otter", "a heron", "the old oak", "that meadow"),
        ("gold", "rent", "a wage", "the tax"),
    )
    for split, verb in (("training", "needs care"), ("validation", "is in danger"), ("test", "was lost")):
        rows = [(f"claim {i}", f"{each} {verb}", ("Universalism: nature",)) for i, each in enumerate(animals)]
        rows += [(f"claim {i}", f"{each} {verb}", ("Power: resources",)) for i, each in enumerate(coins)]
        write(tmp_path, split, rows, TITLES[::-1])
    return tmp_path


def needs_encoder():
    try:
        return open_encoder()
    except Incapable as error:
        pytest.skip(str(error))


def test_columns_are_matched_by_title_whatever_their_order(made_up):
    names = open_system("touche20").names
    found = read_arguments(made_up, "test")
    assert [names[j] for j in found.present[0].nonzero()[0]] == ["universalism-nature"]
    assert [names[j] for j in found.present[-1].nonzero()[0]] == ["power-resources"]


def test_a_trained_rater_reads_new_words_and_opens_again(made_up, tmp_path):
    needs_encoder()
    found = train_rater(made_up, tmp_path / "out")
    rater = open_rater(f"trained:{tmp_path / 'out'}")
    assert rater.heads == found.heads
    animal, money = rater.rate(["The beaver was seen.", "The loan was paid."])
    nature, wealth = "universalism-nature", "power-resources"
    assert animal.scores[nature] > money.scores[nature]
    assert money.scores[wealth] > animal.scores[wealth]
    card = tomllib.loads((tmp_path / "out" / "card.toml").read_text())
    assert card["n"] == [8, 8, 8]
    assert card["values"][nature]["f1"] == pytest.approx(
        next(label.f1 for label in found.labels if label.value == nature), abs=1e-4
    )


def test_stretched_odds_have_the_rates_of_the_texts_they_are_fitted_to():
    rng = np.random.default_rng(0)
    states = rng.standard_normal((3000, 2)).astype(np.float32)
    present = rng.random((3000, 1)) < 1 / (1 + np.exp(-(states[:, :1] - 1)))
    weights, bias = calibrated(
        np.array([[7.0, 0.0]], np.float32), np.array([2.0], np.float32), states, present
    )
    assert weights[0] == pytest.approx([1.0, 0.0], abs=0.15)
    assert bias == pytest.approx([-1.0], abs=0.15)


def test_files_that_do_not_fit_are_refused(made_up):
    write(made_up, "test", [("c", "p", ())], ["Hedonism"])
    with pytest.raises(BadInput, match="no column for self-direction-thought"):
        read_arguments(made_up, "test")
    (made_up / "labels-test.tsv").write_text("Argument ID\tHedonism\nY\t1\n")
    with pytest.raises(BadInput, match="other arguments"):
        read_arguments(made_up, "test")
    (made_up / "arguments-test.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(BadInput, match="has no Argument ID"):
        read_arguments(made_up, "test")


@pytest.mark.full
@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared data touche23_valueeval")
def test_the_shipped_rater_reaches_what_its_card_says_on_arguments_it_has_not_seen():
    encoder = needs_encoder()
    heads = load_heads(shipped("raters", "arguments"), encoder.width)
    card = tomllib.loads((shipped("raters", "arguments") / "card.toml").read_text())
    test = read_arguments(DATA, "test")
    found = tried(heads, card["shrinkage"], encoder.embed(test.premises), test, tuple(card["n"]))
    assert found.macro_f1 == pytest.approx(card["macro_f1"], abs=0.002)
    assert found.macro_f1 >= 0.40
    assert found.calibration_error == pytest.approx(card["calibration_error"], abs=0.002)
    assert found.calibration_error <= 0.05


def test_questions_for_choosing_and_for_trying_share_nothing():
    tune, test = neutral_questions("tune"), neutral_questions("test")
    assert len({*tune, *test}) == len(tune) + len(test) >= 80
    for value in open_system("schwartz10").names:
        assert not set(dilemma_questions(value, "tune", both=True)) & set(dilemma_questions(value, "test"))


def test_the_heads_of_a_gate_find_planted_values_with_thresholds_between():
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(-1, 10), 20)
    states = rng.standard_normal((220, 12)).astype(np.float32) * 0.1
    states[np.arange(220), label + 1] += 1
    heads = gate.fitted(states, label, np.arange(220) % gate.FOLDS)
    opened = heads.scores(states) >= heads.thresholds
    assert (opened == (label[:, None] == np.arange(10))).mean() > 0.95


def test_any_rater_of_the_ten_values_can_be_tried_as_a_gate():
    try:
        lexicon = open_rater("lexicon")
    except Incapable as error:
        pytest.skip(str(error))
    scores = try_gates(lexicon, ["Which stones float?"])
    assert [one.value for one in scores] == list(open_system("schwartz10").names)
    for one in scores:
        assert {kind: other.n for kind, other in one.against.items()} == {
            "neutral": len(neutral_questions("test")),
            "more neutral": 1,
            "other values": 9 * one.n,
        }
        assert 0 <= one.hits <= one.n == 80
    assert np.mean([one.against["neutral"].area for one in scores]) > 0.5


def test_a_rater_of_another_system_is_told_the_way():
    needs_encoder()
    with pytest.raises(BadInput, match="collapsed:schwartz10:trained"):
        try_gates(open_rater("trained"))


def test_the_command_tries_a_gate_in_json_and_in_words(tmp_path):
    try:
        spec = open_rater("lexicon").spec
    except Incapable as error:
        pytest.skip(str(error))
    more = tmp_path / "more.txt"
    more.write_text("Which stones float?\n\nHow do I sort a list?\n")
    run = CliRunner().invoke
    told = run(axiometer, ["study", "gate", "--rater", "lexicon", "--neutral", str(more), "--json"])
    assert told.exit_code == 0
    found = json.loads(told.stdout)
    assert found["rater"] == spec
    assert found["gates"][0]["against"]["more neutral"]["n"] == 2
    words = run(axiometer, ["study", "gate", "--rater", "lexicon"]).stdout.splitlines()
    assert len(words) == 12
    assert words[-1].startswith("all values: hits ")


def test_the_command_trains_a_rater(made_up, tmp_path):
    needs_encoder()
    done = CliRunner().invoke(
        axiometer, ["study", "rater", "--data", str(made_up), "--out", str(tmp_path / "o"), "--json"]
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["n"] == [8, 8, 8]
    assert load_heads(tmp_path / "o", open_encoder().width).system == "touche20"
