"""`axiometer study causal`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("causal")
@click.option(
    "--release",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="The folder of the authors' answer tables.",
)
@click.option("--permutations", type=click.IntRange(min=1), default=1000, show_default=True)
@options.seed
def command(release: Path, permutations: int, seed: int) -> None:
    """Causal graphs and side effects from the released answers, beside what is printed and beside chance."""
    from axiometer.studies.causal_steering import causal_steering, lines

    for line in lines(causal_steering(release, permutations=permutations, seed=seed)):
        click.echo(line)
