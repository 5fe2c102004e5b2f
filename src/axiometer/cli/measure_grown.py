"""`axiometer measure grown`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("grown")
@click.argument("questions", default="seeds")
@click.option("--subject", "-s", "subjects", multiple=True, required=True, help="At least two.")
@click.option(
    "--rater", default="values", show_default=True, help="Who reads values, such as judge:schwartz10:SUBJECT."
)
@click.option(
    "--best", type=click.IntRange(1), default=None, help="Only so many questions, the most informative ones."
)
@click.option(
    "--beside", multiple=True, help="Another set, to compare what as many of its questions tell; repeat."
)
@click.option(
    "--prime", default="", help="Tell the first subject that it holds this value: do the questions see it?"
)
@click.option("--opinions", type=click.IntRange(1), default=3, show_default=True, help="Reasons a reply.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=None, help="The rating from which a value is there."
)
@click.option(
    "--scoring",
    type=click.Choice(["trueskill", "bradley-terry"]),
    default="trueskill",
    show_default=True,
    help="How win rates are estimated; Bradley and Terry's way knows no order of play.",
)
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    questions: str,
    subjects: tuple[str, ...],
    rater: str,
    best: int | None,
    beside: tuple[str, ...],
    prime: str,
    opinions: int,
    threshold: float | None,
    scoring: str,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Compare subjects by the values in their answers to open questions.

    QUESTIONS is a shipped set (seeds), a folder of `axiometer grow questions`, FILE.jsonl, FILE.toml, or FILE.csv with a column `question`.
    """
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments.questions import open_question_set
    from axiometer.raters import open_rater
    from axiometer.studies import folder
    from axiometer.studies.asking import asking
    from axiometer.studies.grown import grown, lines

    found = open_question_set(questions)
    found = found if best is None else found.best(best)
    others = [open_question_set(name) for name in beside]
    target = out or Path("studies") / f"grown-{Path(questions).stem}"
    folder.check_writable(target)
    reader = open_rater(rater)
    with asking(subjects, None, ledger_path) as now, listener(quiet=as_json) as progress:
        study, asked = grown(
            found,
            now.subjects,
            reader,
            beside=others,
            many=opinions,
            threshold=threshold,
            scoring=scoring,
            prime=prime,
            seed=seed,
            progress=progress,
        )
    said = ((name, reply) for name, own in asked.replies.items() for reply in own)
    folder.write_said(target, "replies.jsonl", said)
    folder.write_kind(target, "grown", study)
    if as_json:
        click.echo(json.dumps(plain(study), ensure_ascii=False))
        return
    for line in lines(study):
        click.echo(line)
    click.echo(
        f"questions put: {now.fresh}; known from the ledger: {now.known}\nreport: {target.resolve() / 'report.html'}"
    )
