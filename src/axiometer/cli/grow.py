"""`axiometer grow`: new material."""

from pathlib import Path

import click


@click.group("grow")
def command() -> None:
    """Make new material with a model as its author."""


@command.command("pairs")
@click.option("--author", "-a", required=True, help="A subject that talks, such as inspect:openai/gpt-4o.")
@click.option("--value", "-v", required=True, help="The value that one side of each pair holds.")
@click.option(
    "--system", default="schwartz10", show_default=True, help="Whose value it is; a name or FILE.toml."
)
@click.option("--pairs", "-n", "wanted", type=click.IntRange(1), required=True, help="How many to keep.")
@click.option("--calls", type=click.IntRange(2), default=None, help="Questions at most; default: six a pair.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
def pairs(
    author: str,
    value: str,
    system: str,
    wanted: int,
    calls: int | None,
    seed: int,
    out: Path,
    ledger: Path | None,
) -> None:
    """Grow pairs of sentences that differ in nothing but whether a value is held.

    The author writes a scene and a sentence, then, in a question of its own, the opposing sentence. Every reply is
    kept, or rejected with a reason in VALUE.rejects.jsonl. A run that was stopped goes on where it was.
    """
    from axiometer.cli.showing import listener
    from axiometer.studies.growing import grown_pairs, lines, plan

    click.echo(plan(author, value, wanted, calls), err=True)
    with listener() as progress:
        growth = grown_pairs(
            author,
            value,
            out,
            wanted=wanted,
            system=system,
            calls=calls,
            seed=seed,
            ledger=ledger,
            progress=progress(author, "pairs"),
        )
    for line in lines(growth):
        click.echo(line)
