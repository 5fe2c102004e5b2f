"""`axiometer study gate`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command()
@click.option("--rater", "name", default="queries", show_default=True, help="The rater that opens the gate.")
@click.option(
    "--neutral",
    type=click.Path(path_type=Path),
    default=None,
    help="A text file of further neutral questions, one a line.",
)
@click.option(
    "--train",
    type=click.Path(path_type=Path),
    default=None,
    help="Train the heads of `queries` again into this folder, and try those.",
)
@options.as_json
def command(name: str, neutral: Path | None, train: Path | None, as_json: bool) -> None:
    """Try a rater as a gate: does it open where a value is at stake, and stay shut elsewhere?"""
    import json

    from axiometer.canon import plain
    from axiometer.data import read_text
    from axiometer.raters import open_rater
    from axiometer.studies.gate import lines, train_queries, try_gates

    more = [line for line in read_text(neutral).splitlines() if line.strip()] if neutral else []
    if train is not None:
        train_queries(train, (lambda line: None) if as_json else click.echo)
        name = f"queries:{train}"
    rater = open_rater(name)
    scores = try_gates(rater, more)
    if as_json:
        click.echo(json.dumps({"rater": rater.spec, "gates": plain(scores)}))
        return
    for line in lines(scores):
        click.echo(line)
