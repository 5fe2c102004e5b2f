"""`axiometer grow scenarios`: new scenes."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("scenarios")
@click.option("--author", "-a", default="", help="A subject that talks, such as inspect:openai/gpt-4o.")
@click.option(
    "--blind", default="", help="Who names the values at stake without being told; default: nobody."
)
@click.option(
    "--replies",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Replies got elsewhere, instead of an author; repeat.",
)
@click.option(
    "--reviewed",
    "reviews",
    multiple=True,
    type=click.Path(path_type=Path),
    help="review.csv of OUT, filled in; repeat for each person.",
)
@click.option("--system", default="valuepilot6", show_default=True, help="Whose values; a name or FILE.toml.")
@click.option(
    "--scenes", "-n", type=click.IntRange(1), default=10, show_default=True, help="To keep at each level."
)
@click.option(
    "--level",
    "-l",
    "levels",
    multiple=True,
    type=click.IntRange(1),
    help="How many values are at stake; repeat. Default: 1 to 6.",
)
@click.option(
    "--actions", type=click.IntRange(4, 20), default=8, show_default=True, help="Asked for in each scene."
)
@click.option(
    "--calls", type=click.IntRange(1), default=None, help="Questions at most; default: three a scene."
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="How far a blind reader must find the cell.",
)
@click.option("--licence", default="as their writer allows", help="Of --replies.")
@options.seed
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
def command(
    author: str,
    blind: str,
    files: tuple[Path, ...],
    reviews: tuple[Path, ...],
    system: str,
    scenes: int,
    levels: tuple[int, ...],
    actions: int,
    calls: int | None,
    overlap: float,
    licence: str,
    seed: int,
    out: Path,
    ledger: Path | None,
) -> None:
    """Grow scenes in which actions serve some values and cost others, for `axiometer decide train`.

    The author writes a scene and its actions and rates them; leaks, repetitions and what a blind reader does not find are dropped with their reasons. A
    run that was stopped goes on where it was. With --reviewed, what people ticked off is taken out of what lies in OUT.
    """
    from axiometer.cli.showing import listener
    from axiometer.grow.scenarios import Wish
    from axiometer.studies.scenario_growing import grown_scenarios, imported_scenarios, lines, plan, reviewed

    if (bool(author), bool(files), bool(reviews)).count(True) != 1:
        raise click.UsageError("give one of --author, --replies and --reviewed.")
    if reviews:
        _, told = reviewed(out, reviews)
        for line in told:
            click.echo(line)
        click.echo(f"Saved in {out / 'reviewed.toml'}")
        return
    if files:
        growth = imported_scenarios(
            files, out, system=system, licence=licence, blind=blind, overlap=overlap, ledger=ledger
        )
    else:
        wish = Wish(scenes, tuple(levels) or tuple(range(1, 7)), actions, calls or 0, overlap, seed)
        click.echo(plan(author, wish, blind), err=True)
        with listener() as progress:
            growth = grown_scenarios(
                author,
                out,
                wish,
                system=system,
                blind=blind,
                ledger=ledger,
                progress=progress(author, "scenes"),
            )
    for line in lines(growth):
        click.echo(line)
