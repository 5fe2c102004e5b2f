"""`axiometer study cultural`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("cultural")
@click.option(
    "--subject", "-s", "subjects", multiple=True, required=True, help="Who is asked; repeat to compare."
)
@click.option("--runs", type=click.IntRange(min=1), default=30, show_default=True)
@click.option("--instrument", default="portraits57", show_default=True, help="A name or a TOML file.")
@click.option("--system", default="schwartz10", show_default=True, help="The value system that is fitted.")
@click.option(
    "--context",
    type=click.Choice(["item", "session"]),
    default="item",
    show_default=True,
    help="Each item afresh, or a run as one conversation.",
)
@click.option(
    "--remedy", "remedies", multiple=True, help="perspectives, reconsider, context or context:TEXT; repeat."
)
@click.option("--norm", default="pvq21-value-portrait", show_default=True, help="Human norm; '' for none.")
@click.option(
    "--method", type=click.Choice(["sampled", "approximated"]), default="sampled", show_default=True
)
@click.option("--discrimination", is_flag=True, help="Let subjects differ in how sharply they answer.")
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    subjects: tuple[str, ...],
    runs: int,
    instrument: str,
    system: str,
    context: str,
    remedies: tuple[str, ...],
    norm: str,
    method: str,
    discrimination: bool,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Compare subjects over repeated administrations, with human norms and remedies beside them.

    The same command continues where it was stopped: nothing that the ledger knows is asked again.
    """
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments import open_instrument
    from axiometer.studies import folder
    from axiometer.studies.administer import study_folder
    from axiometer.studies.asking import asking
    from axiometer.studies.cultural import cultural

    asked = open_instrument(instrument)
    target = out or study_folder(asked, ["cultural", *subjects])
    folder.check_writable(target)
    with asking(subjects, asked, ledger_path) as now, listener(quiet=as_json) as progress:
        found = cultural(
            asked,
            now.subjects,
            runs=runs,
            system=system,
            session=context == "session",
            remedies=remedies,
            norm=norm,
            method=method,  # type: ignore[arg-type]
            discrimination=discrimination,
            seed=seed,
            progress=progress,
        )
        folder.write_kind(target, "cultural", found.study, found.responses)
    if as_json:
        click.echo(json.dumps(plain(found.study), ensure_ascii=False))
        return
    from rich.console import Console

    from axiometer.report.cultural_terminal import show

    show(found.study, Console())
    click.echo(f"\nquestions put: {now.fresh}; known from the ledger: {now.known}")
    click.echo(f"study: {target}\nreport: {target.resolve() / 'report.html'}")
