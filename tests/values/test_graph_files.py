"""Causal graphs as files: ours back again, the others as other programs read them."""

import networkx
import numpy as np
import pytest

from axiometer.errors import BadInput
from axiometer.values.graph import Arrow, ValueGraph, graph_of, read_graph, write_graph

NAMES = ("a", 'b "quoted" & <odd>', "c\\d")


def graph():
    edges = np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0]], dtype=bool)
    weights, sure = np.where(edges, 0.25, 0.0), np.where(edges, 0.9, 0.1)
    return graph_of(NAMES, edges, weights, sure, {"rows": 30})


def test_json_gives_the_same_graph_back(tmp_path):
    write_graph(tmp_path / "g.json", graph())
    again = read_graph(tmp_path / "g.json")
    assert again == graph()
    assert np.array_equal(again.edges, graph().edges)
    assert again.weights[0, 1] == 0.25


def test_graphml_is_read_by_networkx(tmp_path):
    write_graph(tmp_path / "g.graphml", graph())
    found = networkx.read_graphml(tmp_path / "g.graphml")
    assert set(found.nodes) == set(NAMES)
    assert {(a, b, d["weight"], d["stability"]) for a, b, d in found.edges(data=True)} == {
        (arrow.start, arrow.end, 0.25, 0.9) for arrow in graph().arrows
    }


def test_dot_names_every_value_and_arrow_once(tmp_path):
    write_graph(tmp_path / "g.dot", graph())
    text = (tmp_path / "g.dot").read_text()
    assert text.count("->") == 3
    assert '"b \\"quoted\\" & <odd>" -> "c\\\\d" [label="+0.25, 90%"];' in text


def test_a_list_of_edges_is_a_graph_without_weights(tmp_path):
    (tmp_path / "g.json").write_text('[["x", "y"], ["y", "z"]]')
    assert read_graph(tmp_path / "g.json") == ValueGraph(("x", "y", "z"), (Arrow("x", "y"), Arrow("y", "z")))


def test_what_is_no_graph_is_refused(tmp_path):
    with pytest.raises(BadInput, match="arrow from 'x' to 'w'"):
        ValueGraph(("x", "y"), (Arrow("x", "w"),))
    with pytest.raises(BadInput, match="twice"):
        ValueGraph(("x", "y"), (Arrow("x", "y"), Arrow("x", "y")))
    with pytest.raises(BadInput, match=r"ends in \.png"):
        write_graph(tmp_path / "g.png", graph())
    for text, said in (("{", "no JSON"), ("[1]", "list of"), ("{}", "another schema")):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(BadInput, match=said):
            read_graph(tmp_path / "bad.json")
