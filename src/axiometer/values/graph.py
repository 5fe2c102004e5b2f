"""A causal graph over values: who moves whom, how surely, and by how much."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt

from axiometer.data import need, read_text
from axiometer.errors import BadInput, StorageFailure

Floats = npt.NDArray[np.float64]
_SCHEMA = 1
ENDINGS = (".json", ".graphml", ".dot")


@dataclass(frozen=True)
class Arrow:
    """One value moves another.

    Attributes:
        weight: how far the other moves, in standard deviations for each of the first's, all else held; None if unknown.
        stability: in which share of resamples the arrow is found; None if unknown.
    """

    start: str
    end: str
    weight: float | None = None
    stability: float | None = None


@dataclass(frozen=True)
class ValueGraph:
    """Values and arrows between them. Two arrows against each other stand for an edge whose direction is not known.

    Attributes:
        values: in the order of every matrix made of the graph.
        origin: where it comes from, as plain JSON.

    Raises:
        BadInput: an arrow from or to a value that is not there, or the same arrow twice.
    """

    values: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    origin: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what is no graph."""
        pairs = [(arrow.start, arrow.end) for arrow in self.arrows]
        for start, end in pairs:
            if start not in self.values or end not in self.values or start == end:
                raise BadInput(
                    f"there is an arrow from {start!r} to {end!r}; the values are {', '.join(self.values)}."
                )
        if len(set(pairs)) < len(pairs):
            raise BadInput("the same arrow is there twice; name each once.")

    @property
    def edges(self) -> npt.NDArray[np.bool_]:
        """[values, values] whether there is an arrow from the row to the column."""
        found = np.zeros((len(self.values),) * 2, dtype=np.bool_)
        for arrow in self.arrows:
            found[self.values.index(arrow.start), self.values.index(arrow.end)] = True
        return found

    @property
    def weights(self) -> Floats:
        """[values, values] the arrows' weights; 0 where there is none or it is not known."""
        found = np.zeros((len(self.values),) * 2)
        for arrow in self.arrows:
            found[self.values.index(arrow.start), self.values.index(arrow.end)] = arrow.weight or 0.0
        return found


def graph_of(
    values: Sequence[str],
    edges: npt.NDArray[np.bool_],
    weights: Floats | None = None,
    stability: Floats | None = None,
    origin: Mapping[str, Any] | None = None,
) -> ValueGraph:
    """The graph of a matrix.

    Shapes: all [values, values], from the row to the column.
    """

    def told(matrix: Floats | None, start: int, end: int) -> float | None:
        return None if matrix is None else round(float(matrix[start, end]), 4)

    arrows = tuple(
        Arrow(values[start], values[end], told(weights, start, end), told(stability, start, end))
        for start, end in np.argwhere(edges)
    )
    return ValueGraph(tuple(values), arrows, origin or {})


def read_graph(path: Path) -> ValueGraph:
    """A graph in a JSON file: our own, or a plain list of [start, end].

    Raises:
        BadInput: a file of another form.
    """
    try:
        table = json.loads(read_text(path))
    except ValueError as error:
        raise BadInput(f"{path} is no JSON: {error}.") from None
    if isinstance(table, list):
        if not all(
            isinstance(row, list) and len(row) == 2 and all(isinstance(x, str) for x in row) for row in table
        ):
            raise BadInput(f"{path} must be a list of [start, end].")
        return ValueGraph(
            tuple(sorted({name for row in table for name in row})), tuple(Arrow(*row) for row in table)
        )
    where = str(path)
    if not isinstance(table, dict) or table.get("schema") != _SCHEMA:
        raise BadInput(
            f"{where} is of another schema; this version reads schema {_SCHEMA}, or a list of [start, end]."
        )
    arrows = []
    for row in need(table, "arrows", list, where):
        if not isinstance(row, dict):
            raise BadInput(f"{where}: an arrow is {row!r:.40}; it must be a table.")
        start, end = need(row, "start", str, where), need(row, "end", str, where)
        arrows.append(Arrow(start, end, row.get("weight"), row.get("stability")))
    return ValueGraph(
        tuple(need(table, "values", list, where)), tuple(arrows), need(table, "origin", dict, where)
    )


def check_ending(path: Path) -> None:
    """Refuses a file that no graph is written to.

    Raises:
        BadInput: another ending than those of `ENDINGS`.
    """
    if path.suffix not in ENDINGS:
        raise BadInput(
            f"{path.name} ends in {path.suffix or 'nothing'}; it must end in one of {', '.join(ENDINGS)}."
        )


def write_graph(path: Path, graph: ValueGraph) -> None:
    """Writes a graph as its ending says: `.json`, `.graphml` or `.dot`.

    Raises:
        BadInput: another ending.
        StorageFailure: the file cannot be written.
    """
    if path.suffix not in ENDINGS:
        raise BadInput(
            f"{path.name} ends in {path.suffix or 'nothing'}; it must end in one of {', '.join(ENDINGS)}."
        )
    text = {".json": _json, ".graphml": _graphml, ".dot": _dot}[path.suffix](graph)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailure(
            f"cannot write {path}: {error.strerror or error}; choose another file."
        ) from None


def _json(graph: ValueGraph) -> str:
    arrows = [
        {name: value for name, value in vars(arrow).items() if value is not None} for arrow in graph.arrows
    ]
    table = {"schema": _SCHEMA, "values": list(graph.values), "arrows": arrows, "origin": dict(graph.origin)}
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def _graphml(graph: ValueGraph) -> str:
    keys = "".join(
        f'<key id="{name}" for="edge" attr.name="{name}" attr.type="double"/>\n'
        for name in ("weight", "stability")
    )
    nodes = "".join(f"<node id={quoteattr(value)}/>\n" for value in graph.values)
    edges = "".join(
        f"<edge source={quoteattr(arrow.start)} target={quoteattr(arrow.end)}>{_data(arrow)}</edge>\n"
        for arrow in graph.arrows
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    return f'{head}{keys}<graph edgedefault="directed">\n{nodes}{edges}</graph>\n</graphml>\n'


def _data(arrow: Arrow) -> str:
    given = {"weight": arrow.weight, "stability": arrow.stability}
    return "".join(
        f'<data key="{name}">{escape(repr(float(value)))}</data>'
        for name, value in given.items()
        if value is not None
    )


def _dot(graph: ValueGraph) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [f"  {quoted(value)};" for value in graph.values]
    for arrow in graph.arrows:
        label = [f"{arrow.weight:+.2f}"] if arrow.weight is not None else []
        label += [f"{arrow.stability:.0%}"] if arrow.stability is not None else []
        told = f" [label={quoted(', '.join(label))}]" if label else ""
        lines.append(f"  {quoted(arrow.start)} -> {quoted(arrow.end)}{told};")
    return "digraph values {\n" + "\n".join(lines) + "\n}\n"
