"""The cross-model study end to end: planted values, remedies, norms, kills, records, pages."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.canon import formed, plain
from axiometer.cli import axiometer
from axiometer.errors import AxiometerError, BadInput, Incapable, UnknownName
from axiometer.instruments import open_instrument
from axiometer.report.cultural import CulturalStudy
from axiometer.report.cultural_page import page, verdicts
from axiometer.studies.cultural import Cultural, cultural
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system
from axiometer.values.norms import norm_names, open_norm

ASKED = open_instrument("portraits57")
POWER = "simulated:power-dominance=1.5,power-resources=1.5,noise=0.6"
CARE = "simulated:benevolence-caring=1.5,universalism-nature=1.5,universalism-concern=1.5,noise=0.6"


def _study(*names: str, **changed: object) -> Cultural:
    subjects = [open_subject(name, ASKED.cues()) for name in names]
    return cultural(ASKED, subjects, **{"runs": 8, "method": "approximated", **changed})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> Cultural:
    return _study(POWER, CARE, remedies=["perspectives"])


def test_planted_differences_are_found_and_told(found: Cultural) -> None:
    told = verdicts(found.study.findings, open_system("schwartz10"))
    assert any("holds more to Self-Enhancement" in line for line in told)
    ranks = {g.subject: g.ranks for g in found.study.findings.groups if not g.condition}
    first, second = (note.name for note in found.study.subjects)
    assert ranks[first]["power"][0] > 0.9
    assert ranks[second]["power"][0] < 0.1


def test_values_that_the_coarser_system_leaves_out_are_counted(found: Cultural) -> None:
    # humility and face: six items in each of 8 runs x 2 subjects x 2 conditions
    assert found.study.findings.excluded == {"item without a value in the system": 6 * 8 * 2 * 2}
    assert all(g.n == 51 * 8 for g in found.study.findings.groups)


def test_every_group_is_set_against_the_norm(found: Cultural) -> None:
    rows = found.study.norm_rows
    assert len(rows) == 4
    assert all(-1 <= r.correlation.low <= r.correlation.high <= 1 and r.values == 10 for r in rows)
    assert all(r.distance.low > 0 for r in rows)


def test_remedies_are_told_as_changes_with_figures(found: Cultural) -> None:
    names = {m.name for m in found.study.metrics}
    assert names == {
        "self-enhancement less self-transcendence",
        "evenness of values",
        "difference between subjects",
        "answers changed",
    }
    first = found.study.subjects[0].name
    asymmetry = {
        m.condition: m.quantity
        for m in found.study.metrics
        if m.name.startswith("self-") and m.subject == first
    }
    assert asymmetry[""].low > 0
    # a planted subject is the same whatever it is told
    change = [c for c in found.study.findings.contrasts if c.a[0] == c.b[0] and c.higher]
    assert len(change) == 8
    assert all(c.quantity.low < 0 < c.quantity.high for c in change)


def test_the_record_survives_json_and_gives_the_same_page(found: Cultural) -> None:
    again = formed(CulturalStudy, json.loads(json.dumps(plain(found.study))), "study")
    assert again == found.study
    assert page(again) == page(found.study)


def test_the_page_says_what_it_is_and_hides_no_number(found: Cultural) -> None:
    text = page(found.study)
    assert "An approximation" in text
    assert "Fast approximation, not the sampler" in text
    for group in found.study.findings.groups:
        assert f"n = {group.n} ratings" in text
    assert "our own specification" in text.lower().replace("\n", " ")


def test_names_on_the_page_cannot_run(found: Cultural) -> None:
    from dataclasses import replace

    nasty = "<script>alert(1)</script>"
    study = found.study
    notes = tuple(replace(n, name=nasty if i == 0 else n.name) for i, n in enumerate(study.subjects))
    old = study.subjects[0].name
    groups = tuple(
        replace(g, subject=nasty if g.subject == old else g.subject) for g in study.findings.groups
    )
    contrasts = tuple(
        replace(
            c, a=tuple(nasty if x == old else x for x in c.a), b=tuple(nasty if x == old else x for x in c.b)
        )
        for c in study.findings.contrasts
    )
    findings = replace(study.findings, groups=groups, contrasts=contrasts)
    text = page(replace(study, subjects=notes, findings=findings, notes=(nasty,)))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_subject_that_never_varies_is_named_as_no_replication() -> None:
    study = _study("scripted:middle", POWER, runs=12).study
    assert any("replicate nothing" in line and line.startswith("scripted:middle") for line in study.notes)


def test_one_subject_alone_has_a_page_without_contrasts() -> None:
    study = _study(POWER).study
    assert study.findings.contrasts == ()
    assert "nothing to compare it with" in page(study)


def test_sessions_have_effects_of_runs() -> None:
    study = _study(POWER, runs=4, session=True, norm="").study
    assert "sd of run" in study.findings.scales
    assert study.norm is None
    assert "each run one conversation" in page(study)


@pytest.mark.parametrize(
    ("names", "changed", "error", "said"),
    [
        ((), {}, BadInput, "name each subject once"),
        ((POWER, POWER), {}, BadInput, "name each subject once"),
        ((POWER,), {"norm": "martians"}, UnknownName, "no norm is called 'martians'"),
        ((POWER,), {"remedies": ["prayer"]}, BadInput, "no remedy is called 'prayer'"),
        ((POWER,), {"method": "guessed"}, UnknownName, "no method is called 'guessed'"),
        ((POWER,), {"system": "mft6"}, UnknownName, "no collapse of schwartz19 is called 'mft6'"),
        (("scripted:refuse",), {}, BadInput, "no rating can be used"),
    ],
)
def test_bad_wishes_get_one_sentence(
    names: tuple[str, ...], changed: dict[str, object], error: type[AxiometerError], said: str
) -> None:
    with pytest.raises(error, match=said):
        _study(*names, **changed)


def test_recorded_people_are_sent_to_their_own_study(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("item,rating\n" + "\n".join(f"{i.id},3" for i in ASKED.items))
    with pytest.raises(Incapable, match="axiometer study people"):
        _study(f"human:{tmp_path / 'p.csv'}")


@pytest.mark.parametrize("name", norm_names())
def test_norms_are_centred_and_say_where_they_come_from(name: str) -> None:
    norm = open_norm(name)
    assert set(norm.means) == set(open_system(norm.system).names)
    assert abs(np.mean(list(norm.means.values()))) < 0.25
    assert all(0.3 < sd < 1.5 for sd in norm.deviations.values())
    assert norm.n > 100
    assert norm.source
    assert norm.obtained


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    ledger, out = tmp_path / "ledger.sqlite", tmp_path / "out"
    command = [
        sys.executable,
        "-c",
        "from axiometer.cli import main; main()",
        "study",
        "cultural",
        "-s",
        POWER,
        "-s",
        CARE,
        "--runs",
        "30",
    ]
    command += ["--method", "approximated", "--out", str(out), "--ledger", str(ledger)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(1.0)
    while process.poll() is None and _kept(ledger) < 600:
        time.sleep(0.01)
    assert process.poll() is None, process.stderr and process.stderr.read()
    process.kill()
    process.communicate()
    kept, total = _kept(ledger), 2 * 30 * 57
    assert 600 <= kept < total
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    put, known = map(int, re.findall(r"questions put: (\d+); known from the ledger: (\d+)", done.stdout)[0])
    assert (put, known) == (total - kept, kept)
    assert _kept(ledger, closed=True) == total
    assert (out / "report.html").exists()


def _kept(ledger: Path, *, closed: bool = False) -> int:
    # a reader must not come between the making of the ledger and its change to a write-ahead log
    if not closed and not ledger.with_name(ledger.name + "-wal").exists():
        return 0
    try:
        with closing(sqlite3.connect(ledger)) as db:
            return int(db.execute("SELECT count(*) FROM answers").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_the_command_writes_a_folder_that_can_be_drawn_again(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    words = ["study", "cultural", "-s", POWER, "--runs", "5", "--method", "approximated", "--out", out]
    done = CliRunner().invoke(axiometer, [*words, "--ledger", str(tmp_path / "l")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "n = 255 ratings in 5 runs" in " ".join(done.output.split())
    first = (tmp_path / "out" / "report.html").read_text()
    (tmp_path / "out" / "report.html").unlink()
    assert CliRunner().invoke(axiometer, ["report", out], catch_exceptions=False).exit_code == 0
    assert (tmp_path / "out" / "report.html").read_text() == first
    assert "culturalpvq" in CliRunner().invoke(axiometer, ["cite", out], catch_exceptions=False).output
    (tmp_path / "out" / "study.json").write_text('{"schema": 1, "kind": "cultural"}')
    with pytest.raises(BadInput, match="run it again"):
        CliRunner().invoke(axiometer, ["report", out], catch_exceptions=False)
