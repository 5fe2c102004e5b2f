"""`axiometer grow dilemmas`: new staircases."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("dilemmas")
@click.option("--author", "-a", required=True, help="A subject that talks, such as inspect:openai/gpt-4o.")
@click.option(
    "--rater",
    "-r",
    "raters",
    multiple=True,
    required=True,
    help="Who says what an option shows, such as judge:mft6:SUBJECT; three is usual, repeat.",
)
@click.option("--system", default="schwartz10", show_default=True, help="Whose values; a name or FILE.toml.")
@click.option(
    "--norms", type=click.Path(path_type=Path), default=None, help="A norm a line; default: shipped ones."
)
@click.option("--limit", type=click.IntRange(1), default=None, help="The first so many norms only.")
@click.option("--steps", type=click.IntRange(2, 20), default=5, show_default=True, help="Of each staircase.")
@click.option(
    "--tries", type=click.IntRange(1, 20), default=2, show_default=True, help="How often a step is written."
)
@click.option(
    "--decided",
    type=click.Path(path_type=Path),
    default=None,
    help="The queue.csv of this growth, filled in.",
)
@options.seed
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
def command(
    author: str,
    raters: tuple[str, ...],
    system: str,
    norms: Path | None,
    limit: int | None,
    steps: int,
    tries: int,
    decided: Path | None,
    seed: int,
    out: Path,
    ledger: Path | None,
) -> None:
    """Grow staircases: a norm under growing pressure, a choice between two values at every step.

    The author writes step by step. The raters say which value each option shows; where most do not agree, queue.csv asks people, and
    the same command with --decided goes on from there. A run that was stopped goes on where it was.
    """
    from axiometer.cli.showing import listener
    from axiometer.grow.dilemmas import Wish
    from axiometer.studies.dilemma_growing import grown_dilemmas, lines, plan, read_norms

    wish = Wish(read_norms(norms)[:limit], steps, tries, seed)
    click.echo(plan(author, raters, wish), err=True)
    with listener() as progress:
        growth = grown_dilemmas(
            author,
            raters,
            out,
            wish,
            system=system,
            decided=decided,
            ledger=ledger,
            progress=progress(author, "steps"),
        )
    for line in lines(growth):
        click.echo(line)
