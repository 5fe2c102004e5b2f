"""A causal graph over the values of a subject, or of any table of scores: learned, reduced, and how sure each arrow is."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from axiometer.analyse.graph import Method, learned, reduced, stability, without_general
from axiometer.analyse.paths import weights_of
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.instruments import Form, Instrument
from axiometer.measure import plan, run
from axiometer.measure.score import item_means
from axiometer.steer import Told, steer
from axiometer.steer.demographics import demographics
from axiometer.steer.personas import open_personas
from axiometer.studies.journal import Journal
from axiometer.subjects import Subject
from axiometer.values import open_system
from axiometer.values.graph import ValueGraph, graph_of

Floats = npt.NDArray[np.float64]
RESAMPLES = 100


@dataclass(frozen=True)
class Table:
    """Scores: a row for each time that a role was measured.

    Attributes:
        columns: the values, sorted: what PC finds depends on their order.
        scores: [rows, columns], raw.
        roles: [rows] the number of each row's role.
    """

    columns: tuple[str, ...]
    scores: Floats
    roles: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Learned:
    """A graph, and what a second method says of it.

    Attributes:
        shared: of the pairs of values that either method joins, how many both join.
        joined: how many either joins.
    """

    graph: ValueGraph
    rows: int
    roles: int
    shared: int
    joined: int


def learned_graph(
    table: Table,
    *,
    alpha: float = 0.05,
    general: bool = True,
    resamples: int = RESAMPLES,
    seed: int = 0,
    origin: dict[str, object] | None = None,
) -> Learned:
    """The graph by PC, reduced, with the stability of each arrow over resampled roles, beside GES.

    Args:
        table: what is learned from.
        alpha: level of PC's tests.
        general: whether a style of answering that moves all values alike is taken out first.
        resamples: how often roles are drawn anew.
        seed: of the draws.
        origin: kept with the graph.

    Raises:
        BadInput: fewer rows than values and two more, or a value that never varies.

    Source:
        spirtes2000, chickering2002, valuecausal
    """
    many = len(table.columns)
    if len(table.scores) < many + 2:
        raise BadInput(f"{len(table.scores)} rows are too few for {many} values; give at least {many + 2}.")
    for name, spread in zip(table.columns, table.scores.std(axis=0), strict=True):
        if spread == 0:
            raise BadInput(f"{name} is the same in all {len(table.scores)} rows; leave it out.")

    def cleaned(scores: Floats) -> Floats:
        return without_general(scores - scores.mean(axis=0)) if general else scores

    def by(scores: Floats, method: Method) -> npt.NDArray[np.bool_]:
        return learned(cleaned(scores), method, alpha)

    edges, second = by(table.scores, "pc"), by(table.scores, "ges")
    sure = stability(table.scores, table.roles, resamples, seed, lambda some: by(some, "pc"))
    kept = reduced(edges)
    pc, ges = edges | edges.T, second | second.T
    about = {
        "method": "pc", "alpha": alpha, "general factor": general, "resamples": resamples, "seed": seed,
        "rows": len(table.scores), "roles": int(table.roles.max()) + 1, **(origin or {}),
    }  # fmt: skip
    graph = graph_of(table.columns, kept, weights_of(cleaned(table.scores), kept), sure, about)
    shared, joined = int(np.triu(pc & ges, 1).sum()), int(np.triu(pc | ges, 1).sum())
    return Learned(graph, len(table.scores), int(table.roles.max()) + 1, shared, joined)


def read_table(path: Path, role: str = "") -> Table:
    """Scores in a CSV file, a column for each value.

    Args:
        path: the file.
        role: the column that says whose row it is; without one, each row is a role of its own.

    Raises:
        BadInput: no such column, or a score that is no number.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(path))))
    if not rows:
        raise BadInput(f"{path} has no rows; give a CSV file with a heading.")
    if role and role not in rows[0]:
        raise BadInput(f"{path} has no column {role!r}; it has {', '.join(rows[0])}.")
    columns = tuple(sorted(name for name in rows[0] if name != role))
    scores = np.empty((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, name in enumerate(columns):
            try:
                scores[i, j] = float(row[name])
            except (TypeError, ValueError):
                raise BadInput(
                    f"{path}, row {i + 2}: {name} is {row[name]!r}; it must be a number."
                ) from None
    names = [row[role] if role else str(i) for i, row in enumerate(rows)]
    return Table(columns, scores, np.unique(names, return_inverse=True)[1].astype(np.int64))


def measured_table(
    instrument: Instrument,
    subject: Subject,
    form: Form,
    *,
    system: str = "schwartz10",
    seed: int = 0,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Table:
    """The subject's raw scores under every role that we ship: groups of people, and what somebody holds dear.

    Args:
        instrument: what is asked.
        subject: who is told each role.
        form: how it is asked.
        system: whose values are scored.
        seed: of answers.
        out: a folder that keeps finished roles.
        progress: heard after each role.
    """
    texts = [one.told for one in demographics(())]
    for chosen in ("fresh", "test", "tune-a", "tune-b"):
        texts += [Told(persona.text) for persona in open_personas("schwartz10", chosen)[1]]
    journal = Journal(
        out,
        {
            "study": "graph",
            "subject": subject.spec,
            "instrument": instrument.key,
            "form": form.name,
            "seed": seed,
        },
    )
    columns = tuple(sorted(open_system(system).names))
    collapse, asks = open_system(instrument.system).collapse_to(system), plan(instrument, form)
    for i, told in enumerate(texts):
        if told.text not in journal.parts:
            run_ = run(asks, steer(subject, told), form, instrument.scale, seed=seed)
            journal.keep(told.text, _means(item_means(run_), instrument, collapse))
        progress(i + 1, len(texts))
    rows = [journal.parts[told.text] for told in texts]
    whole = [row for row in rows if set(row) == set(columns)]
    scores = np.array([[row[value] for value in columns] for row in whole], dtype=np.float64)
    return Table(columns, scores, np.arange(len(whole), dtype=np.int64))


def _means(
    rated: Mapping[str, float], instrument: Instrument, collapse: Mapping[str, str]
) -> dict[str, float]:
    """The raw mean of each value's items."""
    found: dict[str, list[float]] = {}
    for item in instrument.items:
        if item.id in rated and item.value in collapse:
            found.setdefault(collapse[item.value], []).append(rated[item.id])
    return {value: float(np.mean(some)) for value, some in found.items()}


def lines(found: Learned) -> Iterator[str]:
    """The graph in words."""
    yield (
        f"{len(found.graph.values)} values, {found.rows} rows of {found.roles} roles; PC, reduced: "
        f"{len(found.graph.arrows)} arrows; stability: share of resampled roles in which the arrow is found"
    )
    for arrow in found.graph.arrows:
        weight = "" if arrow.weight is None else f"weight {arrow.weight:+.2f}   "
        yield f"{arrow.start:<18} -> {arrow.end:<18} {weight}stability {arrow.stability:.2f}"
    yield f"GES as a second opinion joins {found.shared} of the {found.joined} pairs that either method joins"
