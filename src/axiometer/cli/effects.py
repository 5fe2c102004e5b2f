"""`axiometer effects`."""

from pathlib import Path
from typing import Literal

import click

from axiometer.cli import options


@click.command("effects")
@click.option(
    "--subject",
    "-s",
    "subjects",
    multiple=True,
    required=True,
    help="steered:FOLDER, as `axiometer locate vector` writes it; several, each pushed along one value, for the matrix.",
)
@click.option("--split", type=click.Choice(["test", "tune"]), default="test", show_default=True)
@click.option(
    "--graph",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Of `axiometer locate graph`: who should move with whom.",
)
@options.seed
@options.as_json
def command(subjects: tuple[str, ...], split: str, graph: Path | None, seed: int, as_json: bool) -> None:
    """What steering did to every value in dilemmas, and what it cost in perplexity.

    With several subjects, or a graph: the matrix of pushed values and all values, by what stands next to or opposite the pushed one.
    """
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.studies import effect_matrix, effects
    from axiometer.values.graph import read_graph

    known = None if graph is None else read_graph(graph)
    which: Literal["test", "tune"] = "test" if split == "test" else "tune"
    with listener(quiet=as_json) as progress:
        if len(subjects) == 1 and known is None:
            row = effects.effects(subjects[0], split=which, progress=progress(subjects[0], "values"))
            found, told = plain(row), effects.lines(row)
        else:
            heard = progress("effects", "subjects")
            matrix = effect_matrix.effect_matrix(
                subjects, split=which, graph=known, seed=seed, progress=heard
            )
            found, told = plain(matrix), effect_matrix.lines(matrix)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in told:
        click.echo(line)
