"""Graphs from tables and from subjects, by the command; and the paper's from its released answers."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.studies.graphs import learned_graph, read_table
from axiometer.values.graph import read_graph

RELEASED = Path(__file__).parents[2].parent / "shared" / "data" / "value_causal_graph"


def run(*words):
    return CliRunner().invoke(axiometer, list(words), catch_exceptions=False)


def table(path, rows=400):
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, rows))
    c = 0.8 * a + 0.8 * b + 0.5 * rng.standard_normal(rows)
    lines = [f"r{i // 4},{c[i]},{b[i]},{a[i]}" for i in range(rows)]
    path.write_text("who,zeal,beta,alpha\n" + "\n".join(lines) + "\n")
    return path


def test_a_planted_table_gives_its_arrows_with_their_stability_whatever_the_order_of_columns(tmp_path):
    found = learned_graph(read_table(table(tmp_path / "t.csv"), "who"), general=False, resamples=10)
    assert found.graph.values == ("alpha", "beta", "zeal")
    assert {(arrow.start, arrow.end) for arrow in found.graph.arrows} == {("alpha", "zeal"), ("beta", "zeal")}
    assert all(arrow.stability >= 0.9 and arrow.weight > 0.4 for arrow in found.graph.arrows)
    assert (found.rows, found.roles, found.shared, found.joined) == (400, 100, 2, 2)


def test_the_command_writes_the_graph_for_other_programs(tmp_path):
    out = tmp_path / "g.graphml"
    path = str(table(tmp_path / "t.csv"))
    found = run(
        "locate",
        "graph",
        "--table",
        path,
        "--role",
        "who",
        "--resamples",
        "5",
        "--keep-general",
        "--out",
        str(out),
    )
    assert found.exit_code == 0
    assert "400 rows of 100 roles" in found.output
    assert out.read_text().count("<edge ") == 2


@pytest.mark.slow
def test_a_subject_is_measured_under_every_role_once_and_goes_on_where_it_stopped(tmp_path):
    words = [
        "locate",
        "graph",
        "-s",
        "simulated:power-resources=1.5,noise=0.8",
        "--form",
        "options",
        "--resamples",
        "2",
    ]
    words += [
        "--work",
        str(tmp_path / "w"),
        "--out",
        str(tmp_path / "g.json"),
        "--ledger",
        str(tmp_path / "l.sqlite"),
    ]
    assert run(*words).exit_code == 0
    kept = (tmp_path / "w" / "journal.jsonl").read_text().splitlines()
    assert len(kept) > 50
    assert len(read_graph(tmp_path / "g.json").values) == 10
    (tmp_path / "w" / "journal.jsonl").write_text("\n".join(kept[:5]) + "\n")
    assert run(*words).exit_code == 0
    assert (tmp_path / "w" / "journal.jsonl").read_text().splitlines() == kept


def test_bad_tables_are_refused_in_one_sentence(tmp_path):
    path = table(tmp_path / "t.csv")
    with pytest.raises(BadInput, match="no column 'role'"):
        read_table(path, "role")
    path.write_text("a,b\n1,2\n1,x\n")
    with pytest.raises(BadInput, match="row 3: b is 'x'"):
        read_table(path)
    path.write_text("a,b\n1,2\n1,3\n")
    with pytest.raises(BadInput, match="too few"):
        learned_graph(read_table(path))
    path.write_text("a,b\n" + "".join(f"1,{i}\n" for i in range(9)))
    with pytest.raises(BadInput, match="a is the same in all 9 rows"):
        learned_graph(read_table(path))
    for words in ([], ["-s", "smollm2", "--table", str(path)]):
        with pytest.raises(BadInput, match="and not both"):
            run("locate", "graph", *words)


@pytest.mark.skipif(not RELEASED.is_dir(), reason="needs the shared data value_causal_graph")
def test_the_papers_edges_and_frequencies_come_out_as_printed():
    found = run("study", "causal", "--release", str(RELEASED), "--permutations", "50")
    assert found.exit_code == 0
    assert found.output.count("as printed") == 6
    assert "47 directed edges, 28 after reduction (as printed)" in found.output
    assert "features, all roles" in found.output
