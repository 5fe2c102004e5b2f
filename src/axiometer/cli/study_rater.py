"""`axiometer study rater`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder of arguments-*.tsv and labels-*.tsv of Touche23-ValueEval.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where the heads go.")
@options.as_json
def command(data: Path, out: Path, as_json: bool) -> None:
    """Train the rater of values in arguments again, and try it on arguments it has not seen."""
    import json

    from axiometer.canon import plain
    from axiometer.studies.rater import lines, train_rater

    found = train_rater(data, out, (lambda line: None) if as_json else click.echo)
    if as_json:
        kept = {name: value for name, value in vars(found).items() if name != "heads"}
        click.echo(json.dumps(plain(kept)))
        return
    for line in lines(found):
        click.echo(line)
    click.echo(f"heads in {out}; rate with trained:{out}")
