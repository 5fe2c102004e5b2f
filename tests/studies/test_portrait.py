"""Value Portrait: the public release to the digit, banks from raw data, and what bad data get."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import spearmanr

from axiometer.analyse.portrait import correlations, power, structure
from axiometer.analyse.tagged import tagged_scores, tagged_signal
from axiometer.canon import plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.instruments import open_instrument
from axiometer.instruments.bank import read_bank, write_bank
from axiometer.instruments.released import Release, read_release
from axiometer.report.page import page
from axiometer.studies.administer import administer
from axiometer.studies.portrait import build, from_release
from axiometer.studies.portrait_asking import portrait_findings
from axiometer.studies.portrait_release import ReleaseCheck, check
from axiometer.studies.portrait_simulation import simulate
from axiometer.subjects.opening import open_subject

RELEASE = Path(__file__).parents[3] / "shared" / "data" / "value_portrait"
released = pytest.mark.skipif(not RELEASE.exists(), reason="shared data are not here")


@pytest.fixture(scope="module")
def release() -> Release:
    return read_release(RELEASE)


@pytest.fixture(scope="module")
def found(release: Release) -> ReleaseCheck:
    return check(release)


@released
def test_the_correlations_of_480_of_520_items_are_those_of_the_release(found: ReleaseCheck) -> None:
    for agreement in found.agreements:
        assert (agreement.equal, agreement.items) == (480, 520)
        assert {name.split("/")[0] for name in agreement.others} == set(
            "1021 1061 2041 2053 3025 3030 4001 4044".split()
        )
    # all forty were rated in the first form, and the only id that stands in two forms stands in it
    assert found.forms == (0,)
    assert found.in_two_forms == {"P186": (0, 5)}


@released
def test_every_tag_of_the_release_is_counted(found: ReleaseCheck) -> None:
    values = next(a for a in found.agreements if a.questionnaire == "pvq").tags
    positive = dict(
        zip(
            "POW ACH STI HED CON UNI SEC BEN TRA SDI".split(),
            [64, 56, 43, 33, 23, 15, 14, 13, 12, 11],
            strict=True,
        )
    )
    negative = dict(
        zip(
            "UNI SDI BEN TRA SEC HED CON POW STI ACH".split(),
            [80, 63, 58, 18, 12, 9, 8, 6, 6, 5],
            strict=True,
        )
    )
    short = {name: name[:3].upper().replace("SEL", "SDI") for name in values}
    assert {short[n]: t[0] for n, t in values.items()} == positive
    assert {short[n]: t[1] for n, t in values.items()} == negative
    assert sum(sum(t) for t in values.values()) == 549
    traits = next(a for a in found.agreements if a.questionnaire == "bfi").tags
    assert {n[0]: t for n, t in traits.items()} == {
        "A": (92, 2), "C": (72, 3), "E": (36, 13), "O": (22, 7), "N": (5, 35)
    }  # fmt: skip


@released
def test_scores_of_32_of_34_models_are_exact_and_the_other_two_lack_one_item(found: ReleaseCheck) -> None:
    assert (found.exact, len(found.models)) == (32, 34)
    others = {m.model: m for m in found.models if m.difference > 1e-9}
    assert others["gemini-2.0-flash-thinking-exp-01-21"].without == ("1038/2",)
    assert "2001/1" in others["llama-3.1-8b-instruct"].without
    assert max(m.difference for m in others.values()) < 0.0452


@released
def test_alphas_and_circle_distances_are_those_of_the_paper(found: ReleaseCheck) -> None:
    names = "Power Achievement Stimulation Hedonism Benevolence Universalism Conformity Self_Direction Security Tradition"
    expected = [0.97, 0.97, 0.95, 0.95, 0.94, 0.92, 0.90, 0.92, 0.92, 0.82]
    assert [found.alpha[n] for n in names.split()] == pytest.approx(expected, abs=0.0055)
    assert found.structure.same == pytest.approx(1.59, abs=0.005)
    assert found.structure.opposite == pytest.approx(3.54, abs=0.015)
    assert found.structure.p < 0.001


@released
def test_the_release_is_a_bank_like_any_other(release: Release, tmp_path: Path) -> None:
    bank, report = from_release(release)
    write_bank(tmp_path / "bank", bank)
    assert read_bank(tmp_path / "bank") == bank
    asked = open_instrument(f"portrait:{tmp_path / 'bank'}")
    assert len(asked.items) == report.positive == 221
    assert report.tagged == 296
    assert report.excluded == {"respondents who rated no item": 10}
    assert report.balance == pytest.approx(0.042, abs=0.0005)


def test_correlations_are_scipys_with_ties_and_gaps() -> None:
    rng = np.random.default_rng(1)
    ratings = rng.integers(1, 7, (40, 12)).astype(float)
    ratings[rng.random(ratings.shape) < 0.2] = np.nan
    ratings[:, 3] = 4.0
    scores = rng.integers(0, 5, (40, 3)) / 3
    rho, p, n = correlations(ratings, scores)
    assert np.isnan(rho[3]).all()
    for k in (0, 1, 2, 4, 11):
        seen = ~np.isnan(ratings[:, k])
        assert n[k] == seen.sum()
        for v in range(3):
            theirs = spearmanr(ratings[seen, k], scores[seen, v])
            assert rho[k, v] == pytest.approx(theirs.statistic, abs=1e-12)
            assert p[k, v] == pytest.approx(theirs.pvalue, abs=1e-12)


def test_power_is_what_a_simulation_finds() -> None:
    rng, rho = np.random.default_rng(2), 0.3
    hits = 0
    for _ in range(2000):
        x = rng.normal(size=85)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=85)
        hits += spearmanr(x, y).pvalue < 0.05
    # Spearman's correlation of normal variables of correlation .3 is .287
    assert hits / 2000 == pytest.approx(power(85, 0.287), abs=0.03)
    assert power(46, 0.3) == pytest.approx(0.5, abs=0.02)
    assert power(3, 0.3) == 0.0


def test_structure_knows_a_circle_from_none() -> None:
    rng, ring = np.random.default_rng(3), np.arange(10)
    tags = np.zeros((60, 10), dtype=np.int8)
    for row in tags:
        at = rng.integers(10)
        row[at] = row[(at + 1) % 10] = 1
        row[(at + 5) % 10] = -1
    found = structure(tags, ring, rng, draws=300)
    assert (found.same, found.opposite) == (1.0, 4.5)
    assert found.p < 0.01
    assert structure(rng.permuted(tags, axis=1), ring, rng, draws=300).p > 0.01


def test_scores_are_means_of_tagged_items_less_the_mean_of_all_of_them() -> None:
    item, member = np.array([1.0, 2.0, 6.0]), np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=bool)
    means, centre = tagged_scores(item, member)
    assert centre == 3.0
    assert means[:2].tolist() == [-1.5, 1.0]
    assert np.isnan(means[2])


def test_items_without_value_differences_give_no_signal() -> None:
    rng = np.random.default_rng(4)
    called = 0
    for seed in range(20):
        member = rng.random((40, 6)) < 0.25
        called += tagged_signal(rng.normal(size=(40, 6)), member, seed).verdict == "signal"
    assert called == 0


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    simulate(folder, items=200, raters=120, loading=0.6)
    return folder


def _build(raw: Path, **changed: object):
    return build(raw / "items.jsonl", raw / "ratings.csv", raw / "scores.csv", **changed)  # type: ignore[arg-type]


def test_planted_values_are_found_and_a_subject_that_holds_them_scores_high(
    raw: Path, tmp_path: Path
) -> None:
    planted = dict(
        line.split(",")[:2]
        for line in (raw / "planted.csv").read_text().splitlines()[1:]
        if "-0." not in line
    )
    bank, report = _build(raw, intended=planted)
    assert report.validity is not None
    assert report.validity.hits / report.validity.n > 0.95
    assert report.structure is not None
    assert report.structure.same < 2.5 < report.structure.opposite
    write_bank(tmp_path, bank)
    asked = open_instrument(f"portrait:{tmp_path}")
    subjects = [
        open_subject(f"simulated:{value}=3,noise=0.2,item_sd=0.1", asked.cues())
        for value in ("power", "hedonism", "tradition")
    ]
    measured = administer(asked, subjects)
    assert [p.order()[0] for p in measured.study.profiles] == ["power", "hedonism", "tradition"]
    assert all(p.signal.verdict == "signal" for p in measured.study.profiles)
    assert measured.study.portrait is not None
    text = page(measured.study)
    assert "Items that say most of a value" in text
    assert "over 3 subjects" in text
    told = portrait_findings(asked, measured.study.profiles[0].values, measured.responses)
    assert told.cases == 3
    assert all(s.order is not None and s.order.n > 0 for s in told.sensitivity)
    assert {t.value for t in told.telling} == set(measured.study.profiles[0].values)
    assert json.dumps(plain(told))


def test_sensitivity_counts_changed_ratings(raw: Path) -> None:
    asked = _build(raw)[0].instrument()
    first = administer(asked, [open_subject("scripted:first", asked.cues())])
    (found,) = portrait_findings(asked, ("power",), first.responses).sensitivity
    assert found.order is not None
    assert found.wording is not None
    assert (found.order.share, found.order.points) == (1.0, 5.0)
    assert (found.wording.share, found.wording.points) == (0.0, 0.0)
    assert portrait_findings(asked, ("power",), first.responses).alpha == {}


def test_raters_that_say_nothing_are_left_out_and_counted(raw: Path, tmp_path: Path) -> None:
    rows = (raw / "ratings.csv").read_text().splitlines()
    rows += [f"flat,made-up-{k}/1,4" for k in range(1, 20)] + ["unknown,made-up-1/1,3"]
    (tmp_path / "r.csv").write_text("\n".join(rows))
    scores = (raw / "scores.csv").read_text().splitlines()
    scores += ["flat," + ",".join(["0"] * 10), "silent," + ",".join(["0"] * 10)]
    (tmp_path / "s.csv").write_text("\n".join(scores))
    _, report = build(raw / "items.jsonl", tmp_path / "r.csv", tmp_path / "s.csv")
    assert report.excluded == {
        "raters without value scores": 1,
        "respondents who rated no item": 1,
        "raters who gave every item the same rating": 1,
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "ratings.csv",
            "rater001,made-up-1/1,",
            "rater001,made-up-1/1,x",
            r"line 2: rating 'x\d' is not a number",
        ),
        (
            "ratings.csv",
            "rater001,made-up-1/1,",
            "rater001,made-up-1/1,7",
            r"line 2: rating 7\d is not a whole number",
        ),
        ("ratings.csv", "rater001,made-up-1/1", "rater001,nothing", "line 2: 'nothing' is no item"),
        (
            "scores.csv",
            "rater001,",
            "rater001,often,",
            "line 2, column self-direction: 'often' is not a number",
        ),
        ("scores.csv", "rater002,", "rater001,", "respondent 'rater001' stands twice"),
        ("scores.csv", "power", "strength", "no value of schwartz10 is called 'strength'"),
        ("items.jsonl", '"scenario"', '"story"', "line 1: kind is 'story'"),
        ("items.jsonl", "{", "[", "line 1: not valid JSON"),
    ],
)
def test_bad_raw_data_get_one_sentence(
    raw: Path, tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    for name in ("items.jsonl", "ratings.csv", "scores.csv"):
        text = (raw / name).read_text()
        (tmp_path / name).write_text(text.replace(old, new, 1) if name == file else text)
    with pytest.raises((BadInput, LookupError), match=said):
        _build(tmp_path)


def test_raw_answers_are_scored_with_a_key(raw: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = ["respondent," + ",".join(str(n) for n in range(1, 22))]
    rows += [f"rater{i:03d}," + ",".join(map(str, rng.integers(1, 7, 21))) for i in range(1, 121)]
    (tmp_path / "pvq21.csv").write_text("\n".join(rows))
    bank, _ = build(raw / "items.jsonl", raw / "ratings.csv", tmp_path / "pvq21.csv", key="pvq21")
    assert len(bank.tested) == 2000
    (tmp_path / "pvq21.csv").write_text("\n".join(rows).replace("rater007,", "rater007,9", 1))
    with pytest.raises(BadInput, match=r"line 8, column 1: 9\d is outside 1 to 6"):
        build(raw / "items.jsonl", raw / "ratings.csv", tmp_path / "pvq21.csv", key="pvq21")


def test_the_commands_build_a_bank_and_measure_with_it(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(axiometer, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    raw, bank = str(tmp_path / "raw"), str(tmp_path / "bank")
    run("portrait", "simulate", "--out", raw, "--items", "40", "--raters", "80", "--loading", "0.6")
    files = [f"--{name.split('.')[0]}={raw}/{name}" for name in ("items.jsonl", "ratings.csv", "scores.csv")]
    assert "raters of an item: median 80" in run("portrait", "build", *files, "--out", bank)
    assert "balance over values" in run("portrait", "show", bank)
    study = str(tmp_path / "study")
    words = ("--subject", "simulated:power=3", "--out", study, "--ledger", str(tmp_path / "l"))
    run("measure", "portrait", "--bank", bank, *words)
    assert (tmp_path / "study" / "report.html").exists()


def test_portrait_without_a_bank_says_what_is_missing() -> None:
    with pytest.raises(BadInput, match="give --bank FOLDER"):
        open_instrument("portrait")
    with pytest.raises(BadInput, match="cannot read"):
        open_instrument("portrait:nowhere")


def test_the_key_of_the_shipped_instrument_did_not_change() -> None:
    from axiometer.canon import key

    asked = open_instrument("portraits57")
    assert asked.key == key([asked.items, asked.scale, asked.system, asked.style])
    assert "tags" not in plain(asked.items[0])  # type: ignore[operator]
