"""`axiometer study judge`."""

from pathlib import Path

import click


@click.command()
@click.option("--judge", "-j", "name", required=True, help="Such as judge:schwartz10:inspect:openai/gpt-4o.")
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    required=True,
    help="CSV with a column `text` and one for each value, or JSON lines with `text` and `values`.",
)
@click.option("--least", type=float, default=None, help="The weighted kappa below which a judge is refused.")
@click.option("--force", is_flag=True, help="Report a judge below that all the same.")
@click.option(
    "--calibrate", "author", default="", help="A subject that rewrites the rubric; its best one is kept."
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="The rubric file to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
@click.option("--yes", is_flag=True, help="Do not ask before spending.")
def command(
    name: str,
    labelled: Path,
    least: float | None,
    force: bool,
    author: str,
    rounds: int,
    out: Path | None,
    ledger: Path | None,
    yes: bool,
) -> None:
    """Try a judge on texts that people have rated, and rewrite its rubric if wanted.

    What it costs at most is shown first.
    """
    from axiometer.cli.showing import listener
    from axiometer.studies.judging import (
        LEAST,
        Round,
        calibrated,
        lines,
        opened_judge,
        plan,
        read_labelled,
        trusted,
    )

    if author and out is None:
        raise click.UsageError("--calibrate needs --out, the file that gets the rubric.")
    with opened_judge(name, ledger) as judge, listener() as progress:
        texts = read_labelled(labelled, judge.system)
        click.echo(plan(judge, texts, rounds if author else 0), err=True)
        if not yes:
            click.confirm("Go on?", abort=True, err=True)
        tried: list[Round] = []
        if author and out:
            judge, tried = calibrated(judge, texts, author, out, ledger, rounds, progress(name, "rubrics"))
        for line in lines(trusted(judge, texts, LEAST if least is None else least, force=force), tried):
            click.echo(line)
