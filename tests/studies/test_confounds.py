"""Planted confounds are flagged, clean pairs are not, and the shipped material is what the report says it is."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.analyse.confounds import LIMITS, Limit, Sides, confounds, judged
from axiometer.analyse.giveaway import giveaways
from axiometer.analyse.likeness import differing_share, letters, names, overlap, parted, stems, words
from axiometer.analyse.telling import area, over_groups, ranked_apart, told_apart
from axiometer.cli.confounds import command
from axiometer.errors import BadInput
from axiometer.instruments.contrast import open_contrast
from axiometer.studies.confounds import confounds_in, confounds_of, lines
from axiometer.values import open_system

SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te"]
# What the report found in the material as it is shipped, one by one; nothing may come to it unseen.
KNOWN = {
    "self-direction": {"giveaway words", "side told from single words"},
    "stimulation": {"giveaway words"},
    "achievement": {"side told from length and signs"},
    "tradition": {"giveaway words", "side told from length and signs"},
    "benevolence": {"giveaway words"},
}


def made_up(seed=0, scenes=40, longer="", word="", independent=False):
    """Sentences of random words, of which a pair shares five and differs in four."""
    rng = np.random.default_rng(seed)

    def some(many):
        return ["".join(rng.choice(SYLLABLES, 3)) for _ in range(many)]

    holding, opposing, scene = [], [], []
    for i in range(4 * scenes):
        shared, mine, theirs = some(5), some(4), some(4)
        if word and rng.random() < 0.5:
            mine[0] = word
        first = " ".join([*shared[:3], *mine, *([longer] if longer else []), *shared[3:]])
        if independent:
            shared = some(5)
        holding.append(f"{first}.")
        opposing.append(" ".join([*shared[:3], *theirs, *shared[3:]]) + ".")
        scene.append(f"scene {i // 4}")
    split = ["train" if int(where.split()[1]) % 3 else "tune" for where in scene]
    return Sides(tuple(holding), tuple(opposing), tuple(scene), tuple(split))


@pytest.mark.parametrize("seed", range(3))
def test_pairs_of_random_words_are_within_every_limit_that_their_number_can_show(seed):
    found = confounds(made_up(seed), "glory", seed=seed)
    assert found.beyond == ()
    assert (found.pairs, found.scenes) == (160, 40)
    verdicts = {line.name: line.verdict for line in found.lines}
    assert set(LIMITS) - set(verdicts) == {"value told from context"}
    for name in ("longer, words", "words shared, Jaccard", "side told from length and signs"):
        assert verdicts[name] == "within"


def test_longer_holding_sentences_are_flagged():
    found = confounds(made_up(longer="bade fika lamena rusa"), "glory")
    assert {
        "longer, words",
        "longer, in standard deviations of length",
        "side told from length and signs",
    } <= set(found.beyond)


def test_a_word_that_gives_the_side_away_is_flagged_and_named():
    found = confounds(made_up(word="always"), "glory")
    assert "giveaway words" in found.beyond
    (word,) = [word for word in found.words if word.found]
    assert (word.word, word.opposing) == ("always", 0)
    assert word.low > 0
    assert "giveaway: 'always'" in "\n".join(lines(found, "it"))


def test_the_name_of_the_value_is_flagged():
    found = confounds(made_up(word="glorious"), "glory")
    assert "sentences with the value's name" not in found.beyond
    assert "sentences with the value's name" in confounds(made_up(word="glorious"), "glori").beyond


def test_pairs_that_share_no_context_are_flagged():
    found = confounds(made_up(independent=True), "glory")
    assert {
        "words shared, Jaccard",
        "words that differ",
        "distance within pairs to between scenes",
    } <= set(found.beyond)


def test_splits_of_other_topics_are_flagged_and_values_of_other_topics_told():
    sides = made_up()
    marked = [
        ("garden " if split == "train" else "harbour ") + text
        for split, text in zip(sides.split, sides.holding, strict=True)
    ]
    again = [
        ("garden " if split == "train" else "harbour ") + text
        for split, text in zip(sides.split, sides.opposing, strict=True)
    ]
    elsewhere = tuple((f"other {i}", f"mountain {i}") for i in range(40))
    found = confounds(Sides(tuple(marked), tuple(again), sides.scene, sides.split, elsewhere), "glory")
    assert "split told from context" in found.beyond
    value = next(line for line in found.lines if line.name == "value told from context")
    assert value.estimate > 0.95
    assert value.verdict == "told"


def test_another_embedding_can_be_given():
    sides = made_up()
    same = confounds(sides, "glory", embed=lambda texts: np.ones((len(texts), 2)))
    assert same.lines[4].estimate < 0.001  # all in one place: nothing is far from anything
    halves = confounds(
        sides, "glory", embed=lambda texts: np.random.default_rng(0).normal(size=(len(texts), 64))
    )
    assert "distance within pairs to between scenes" in halves.beyond


@pytest.mark.parametrize("value", open_system("schwartz10").names)
def test_the_shipped_material_is_beyond_no_limit_but_the_known_ones(value):
    found = confounds_of(value)
    assert set(found.beyond) <= KNOWN.get(value, set())
    told = "\n".join(lines(found, value))
    assert f"{found.pairs} pairs of {found.scenes} scenes" in told


@pytest.mark.parametrize(
    ("limit", "low", "high", "verdict"),
    [
        (Limit(1.0, "size"), -0.5, 0.9, "within"),
        (Limit(1.0, "size"), -3.0, -1.5, "beyond"),
        (Limit(1.0, "size"), -3.0, 3.0, "undecided"),
        (Limit(0.3, "least"), 0.4, 0.5, "within"),
        (Limit(0.3, "least"), 0.1, 0.2, "beyond"),
        (Limit(0.3, "least"), 0.1, 0.4, "undecided"),
        (Limit(0.6, "most"), 0.5, 0.6, "within"),
        (Limit(0.6, "most"), 0.61, 0.7, "beyond"),
        (None, 0.0, 1.0, "told"),
    ],
)
def test_a_verdict_is_the_whole_interval_on_one_side_of_the_limit(limit, low, high, verdict):
    assert judged(limit, low, high) == verdict


def test_what_two_sentences_share_is_told_in_whole_words_and_signs():
    assert parted("I lock the door.", "I leave the door.") == ("I", "lock", "leave", " the door.")
    assert parted("She stayed.", "She stayed up.") == ("She stayed", "", "up", ".")
    assert parted("Is it?", "Is it?") == ("Is it?", "", "", "")
    before, first, second, after = parted("Well, I'd go now.", "Well, I'd stay, now.")
    assert (f"{before} {first}{after}", f"{before} {second}{after}") == (
        "Well, I'd go now.",
        "Well, I'd stay, now.",
    )


def test_words_stems_and_overlap():
    assert words("Don't STOP, 2 well-known Émile_x") == ["don't", "stop", "2", "well-known", "émile", "x"]
    assert overlap("a b c", "b c d") == 0.5
    assert differing_share("a a b", "a b b") == pytest.approx(1 / 3)
    assert overlap("", "") == 1.0
    assert [stems(v) for v in ("self-direction", "conformity", "achievement", "power")] == [
        ("direct",),
        ("conform",),
        ("achiev",),
        ("power",),
    ]
    assert stems("Care") == ("care",)
    assert names("A powerful man", "power")
    assert not names("A careful man", "care")
    assert letters(["one text", "one text", "other"])[:2] @ letters(["one text", "one text", "other"])[
        1
    ] == pytest.approx(1)


def test_a_word_counts_once_in_a_scene_and_rare_words_are_no_tests():
    found = giveaways([["x", "x"]] * 20, [["y"]] * 20, [0] * 20)
    assert [(g.word, g.holding, g.opposing, g.p) for g in found] == [("x", 1, 0, 1.0), ("y", 0, 1, 1.0)]
    many = giveaways(
        [["x", f"r{i}"] for i in range(20)], [["y", f"s{i}"] for i in range(20)], list(range(20))
    )
    assert [g.word for g in many if g.found] == ["x", "y"]
    # two words in twenty scenes each could be shown, forty in one scene each could not: two tests
    assert many[0].p == pytest.approx(2 * 2 * 0.5**20)


def test_giveaways_are_found_in_chance_no_more_often_than_promised():
    rng, hits = np.random.default_rng(0), 0
    for _ in range(60):
        drawn = rng.integers(12, size=(2, 120, 4)).astype(str)
        hits += any(
            g.found for g in giveaways(drawn[0].tolist(), drawn[1].tolist(), (np.arange(120) // 4).tolist())
        )
    assert hits <= 8  # 5 % of 60, and three of its standard deviations


def test_sides_are_told_apart_only_where_something_tells_them():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(30), 4)
    noise = rng.normal(size=(120, 5))
    low, high = over_groups(told_apart(noise, group), np.ones(120), group)[1:]
    assert low < 0.55
    assert high > 0.4
    assert told_apart(noise + np.array([3.0, 0, 0, 0, 0]), group).mean() > 0.95
    assert told_apart(np.zeros((120, 5)), group).tolist() == [0.5] * 120


def test_a_label_of_groups_is_ranked_only_where_something_tells_it():
    rng = np.random.default_rng(2)
    group, label = np.repeat(np.arange(40), 3), np.repeat(np.arange(40) % 4 == 0, 3)
    noise = rng.normal(size=(120, 5))
    assert 0.25 < area(ranked_apart(noise, label, group), label, group)[0] < 0.7
    told = noise + np.outer(label, [3.0, 0, 0, 0, 0])
    estimate, low, high = area(ranked_apart(told, label, group), label, group)
    assert low <= estimate <= high
    assert low > 0.9


def test_a_table_of_two_columns_is_read_and_a_broken_one_refused(tmp_path):
    path, sides = tmp_path / "security.csv", made_up()
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["question_1", "question_2"])
        table.writerows(zip(sides.holding, sides.opposing, strict=True))
    found = confounds_in(path, "security")
    assert (found.pairs, found.scenes) == (160, 160)
    assert found.beyond == ()
    path.write_text("question_1,answer\na,b\n")
    with pytest.raises(BadInput, match="it must have rows with the columns question_1 and question_2"):
        confounds_in(path, "security")
    path.write_text("question_1,question_2\na,\n")
    with pytest.raises(BadInput, match="row 1"):
        confounds_in(path, "security")
    path.write_text("question_1,question_2\n" + "I stay,I go\n" * 3)
    with pytest.raises(BadInput, match="needs at least"):
        confounds_in(path, "security")


def test_the_command_prints_the_report_in_words_or_as_json(tmp_path):
    done = CliRunner().invoke(command, ["--value", "power"])
    assert done.exit_code == 0, done.output
    assert "side told from single words" in done.output
    told = json.loads(CliRunner().invoke(command, ["--value", "power", "--json"]).output)
    assert told["confounds"]["pairs"] == len(open_contrast("power").pairs)
    both = CliRunner().invoke(command, ["-v", "power", "--material", str(tmp_path), "--csv", __file__])
    assert both.exit_code == 2


def test_shipped_sentences_paired_across_scenes_are_flagged_as_sharing_no_context():
    pairs = open_contrast("power").pairs
    turned = [*pairs[8:], *pairs[:8]]  # each opposing sentence from two scenes further on
    sides = Sides(
        tuple(pair.holding for pair in pairs),
        tuple(pair.opposing for pair in turned),
        tuple(pair.scene for pair in pairs),
    )
    assert {
        "words shared, Jaccard",
        "words that differ",
        "distance within pairs to between scenes",
    } <= set(confounds(sides, "power").beyond)
