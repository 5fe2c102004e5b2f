"""`axiometer study judge`."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--judge",
    "-j",
    "names",
    multiple=True,
    required=True,
    help="Such as judge:schwartz10:inspect:openai/gpt-4o; repeat to see how judges agree.",
)
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
    names: tuple[str, ...],
    labelled: Path,
    least: float | None,
    force: bool,
    author: str,
    rounds: int,
    out: Path | None,
    ledger: Path | None,
    yes: bool,
) -> None:
    """Try judges on texts that people have rated, and rewrite the rubric of one if wanted.

    Said is how each agrees with people, its draws with each other, and several judges among themselves. After --calibrate, agreement is
    over texts that had no part in it, and a judge that is refused leaves no file. What it costs at most is shown first.
    """
    from axiometer.cli.showing import listener
    from axiometer.studies import judging, rubrics

    _check(author, names, out)
    with judging.opened_judges(names, ledger) as judges, listener() as progress:
        texts = judging.read_labelled(labelled, judges[0].system)
        click.echo(judging.plan(judges, texts, rounds if author else 0), err=True)
        if not yes:
            click.confirm("Go on?", abort=True, err=True)
        found = None
        if author:
            heard = progress(names[0], "rubrics")
            found = rubrics.calibrated(judges[0], texts, author, ledger, rounds, heard)
            judges, texts = [found.judge], list(found.unseen)
        trials = [judging.try_judge(judge, texts) for judge in judges]
        judging.check_agreement(trials, judging.LEAST if least is None else least, force=force)
        if found and out:
            rubrics.write_rubric(out, found, trials[0])
    for line in (*(rubrics.lines(found) if found else ()), *judging.lines(trials)):
        click.echo(line)


def _check(author: str, names: tuple[str, ...], out: Path | None) -> None:
    if author and out is None:
        raise click.UsageError("--calibrate needs --out, the file that gets the rubric.")
    if author and len(names) > 1:
        raise click.UsageError("--calibrate rewrites the rubric of one judge; name one with --judge.")
