"""`axiometer locate graph`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("graph")
@click.option("--subject", "-s", default="", help="Who is measured under many roles.")
@click.option(
    "--table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Scores in a CSV file instead.",
)
@click.option("--role", default="", help="The column of the table that says whose row it is.")
@click.option("--instrument", default="portraits57", show_default=True)
@click.option(
    "--form", "-f", "form_name", default="", help="text, options or statements; default: what fits."
)
@click.option(
    "--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True
)
@click.option(
    "--keep-general", is_flag=True, help="Do not take out a style of answering that moves all values alike."
)
@click.option("--resamples", type=click.IntRange(min=1), default=100, show_default=True)
@options.seed
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="A .json, .graphml or .dot file to write."
)
@click.option(
    "--work", type=click.Path(path_type=Path), default=None, help="A folder that keeps finished roles."
)
@options.ledger
def graph(
    subject: str,
    table: Path | None,
    role: str,
    instrument: str,
    form_name: str,
    alpha: float,
    keep_general: bool,
    resamples: int,
    seed: int,
    out: Path | None,
    work: Path | None,
    ledger_path: Path | None,
) -> None:
    """Learn who moves whom among values, from a subject under many roles or from a table of scores."""
    from axiometer.cli.showing import listener
    from axiometer.errors import BadInput
    from axiometer.instruments import open_form, open_instrument
    from axiometer.measure import default_forms
    from axiometer.studies.asking import asking
    from axiometer.studies.graphs import learned_graph, lines, measured_table, read_table
    from axiometer.values.graph import check_ending, write_graph

    if bool(subject) == (table is not None):
        raise BadInput("give either --subject or --table, and not both.")
    if out is not None:
        check_ending(out)
    if table is not None:
        scores, origin = read_table(table, role), {"table": table.name}
    else:
        asked = open_instrument(instrument)
        with asking([subject], asked, ledger_path) as now, listener(quiet=False) as progress:
            form = open_form(form_name or default_forms(now.subjects[0], asked)[0], asked)
            heard = progress(subject, "roles")
            scores = measured_table(asked, now.subjects[0], form, seed=seed, out=work, progress=heard)
        origin = {"subject": subject, "instrument": instrument, "form": form.name}
    found = learned_graph(
        scores, alpha=alpha, general=not keep_general, resamples=resamples, seed=seed, origin=dict(origin)
    )
    for line in lines(found):
        click.echo(line)
    if out is not None:
        write_graph(out, found.graph)
        click.echo(f"Written to {out}")
