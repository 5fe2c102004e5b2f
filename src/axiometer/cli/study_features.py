"""`axiometer study features`."""

from pathlib import Path

import click


@click.command("features")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option(
    "--coder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Features of this model: a folder of `locate coder` or of SAELens.",
)
@click.option("--value", "-v", "values", multiple=True, help="Which values; default: all with material.")
@click.option("--top", type=click.IntRange(min=1), default=64, show_default=True, help="How many to look at.")
@click.option("--budget", type=click.FloatRange(min=1.0, min_open=True), default=1.1, show_default=True)
@click.option(
    "--random", type=click.IntRange(min=0), default=20, show_default=True, help="Draws of random features."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="A folder that keeps finished values."
)
def command(
    subject: str, coder: Path, values: tuple[str, ...], top: int, budget: float, random: int, out: Path | None
) -> None:
    """A value's sparse features against as many random ones, at the same price."""
    from axiometer.cli.showing import listener
    from axiometer.studies.features import features, lines

    with listener(quiet=False) as progress:
        rows = features(
            subject,
            coder,
            values=values,
            many=top,
            budget=budget,
            random=random,
            out=out,
            progress=progress(subject, "values"),
        )
    for line in lines(rows):
        click.echo(line)
