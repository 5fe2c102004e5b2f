"""`axiometer confounds`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("confounds")
@click.option("--value", "-v", required=True, help="The value that the first sentence of each pair holds.")
@click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="A CSV instead: question_1 holds the value, question_2 does not, a pair in each row.",
)
@options.as_json
def command(value: str, material: Path | None, table: Path | None, as_json: bool) -> None:
    """What besides the value tells the two sides of pairs apart: length, wording, single words, context."""
    import json

    from axiometer.canon import plain
    from axiometer.studies.confounds import confounds_in, confounds_of, lines

    if material is not None and table is not None:
        raise click.UsageError("give --material or --csv, not both.")
    found = confounds_of(value, material) if table is None else confounds_in(table, value)
    if as_json:
        click.echo(json.dumps({"value": value, "confounds": plain(found)}, ensure_ascii=False))
        return
    for line in lines(found, value):
        click.echo(line)
