"""`axiometer couple`: one question."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("couple")
@click.argument("question")
@click.option("--subject", "-s", required=True, help="Who answers.")
@options.aim
@options.reader
@options.engine
@options.graph
@click.option(
    "--theta",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="How far off an answer may stay.",
)
@click.option(
    "--most", type=click.IntRange(1), default=3, show_default=True, help="Values at stake in a question."
)
@click.option("--system", default="schwartz10", show_default=True, help="Whose values; a name or FILE.toml.")
@options.seed
@options.ledger
@options.as_json
def command(
    question: str,
    subject: str,
    aim: str,
    reader: str,
    engine: str,
    graph: Path | None,
    theta: float,
    most: int,
    system: str,
    seed: int,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Answer a question so that the answer rests on given values, and say how it came about.

    What the first answer rests on is read out of it, the values are set to the objective, and the answer is made anew.
    """
    import json

    from axiometer.canon import plain
    from axiometer.studies.coupling import one_question, trace_lines

    trace, how = one_question(
        question, subject, aim, reader, engine, graph=graph, theta=theta, most=most, system=system, seed=seed,
        ledger=ledger_path,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(plain(trace), ensure_ascii=False))
        return
    for line in trace_lines(trace, how):
        click.echo(line)
