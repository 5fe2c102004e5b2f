"""`axiometer study couple`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("couple")
@click.argument("questions", default="seeds")
@click.option("--subject", "-s", required=True, help="Who answers.")
@options.aim
@options.reader
@click.option(
    "--judge", required=True, help="Who judges all answers: neither the reader in the loop nor the subject."
)
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
@click.option("--parts", is_flag=True, help="Revise without each of the parts, too (prompted).")
@click.option("--checks", is_flag=True, help="Set values that are not at stake, and take points away.")
@click.option(
    "--only", type=click.IntRange(1), default=None, help="Only so many questions, drawn by the seed."
)
@click.option("--system", default="schwartz10", show_default=True, help="Whose values; a name or FILE.toml.")
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    questions: str,
    subject: str,
    aim: str,
    reader: str,
    judge: str,
    engine: str,
    graph: Path | None,
    theta: float,
    most: int,
    parts: bool,
    checks: bool,
    only: int | None,
    system: str,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """How near are revised answers to an objective, and how near would they have been otherwise?

    QUESTIONS is a set of open questions: seeds, a folder of grown ones, or a file, such as a table with a column dilemma_situation (DailyDilemmas) or
    Conclusion (Touche). The folder gets traces.jsonl and records to fine-tune on, naive.jsonl and reasoning.jsonl. What was answered is
    kept in the ledger: a run that was stopped goes on where it was.
    """
    import json

    from axiometer.canon import plain
    from axiometer.studies import folder
    from axiometer.studies.couple import lines
    from axiometer.studies.coupling import many_questions

    target = out or Path("studies") / "couple"
    folder.check_writable(target)
    study = many_questions(
        questions, subject, aim, reader, judge, engine, target, graph=graph, theta=theta, most=most, parts=parts,
        with_checks=checks, only=only, system=system, seed=seed, ledger=ledger_path,
        heard=lambda what: click.echo(what, err=True),
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(plain(study), ensure_ascii=False))
        return
    for line in lines(study):
        click.echo(line)
    click.echo(f"report: {target.resolve() / 'report.html'}")
