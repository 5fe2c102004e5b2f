"""`axiometer measure staircase`."""

from pathlib import Path

import click

from axiometer.cli import options
from axiometer.measure.staircase import FORMS, REGIMES, FormName, Regime


@click.command("staircase")
@click.argument("staircases", default="schwartz10")
@click.option(
    "--subject", "-s", "subjects", multiple=True, required=True, help="Who climbs; repeat to compare."
)
@click.option(
    "--regime",
    type=click.Choice(REGIMES),
    default="full",
    show_default=True,
    help="What a step shows of those before: all, the one before (causal), none.",
)
@click.option(
    "--form", "-f", type=click.Choice(FORMS), default=None, help="How a choice is made; default: what fits."
)
@click.option(
    "--system", default="", help="The value system of a JSON file's labels; default: what knows most of them."
)
@click.option("--tell", default="", help="Tell every subject this about itself first.")
@click.option(
    "--repeats", type=int, default=1, show_default=True, help="How often, where choices are said in words."
)
@click.option(
    "--least", type=click.IntRange(1), default=None, help="Choices that a pair of values needs to be judged."
)
@click.option("--only", type=click.IntRange(1), default=None, help="Only so many dilemmas, the first ones.")
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    staircases: str,
    subjects: tuple[str, ...],
    regime: Regime,
    form: FormName | None,
    system: str,
    tell: str,
    repeats: int,
    least: int | None,
    only: int | None,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Let subjects climb dilemmas in steps: what do they prefer as stakes rise?

    STAIRCASES is a shipped set (schwartz10, mft6), a TOML file of the same form, or a JSON file as the authors of the method release it. A
    run that was stopped goes on where it was.
    """
    import json
    from dataclasses import replace

    from axiometer.analyse.pairwise import LEAST
    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments.staircase_files import open_staircases
    from axiometer.studies import folder
    from axiometer.studies.asking import asking
    from axiometer.studies.staircase import lines, staircase

    found = open_staircases(staircases, system)
    if only is not None:
        found = replace(found, dilemmas=found.dilemmas[:only])
    target = out or Path("studies") / f"staircase-{Path(found.name).stem}"
    folder.check_writable(target)
    with asking(subjects, None, ledger_path, tell) as now, listener(quiet=as_json) as progress:
        climbed = staircase(
            found,
            now.subjects,
            form=form,
            regime=regime,
            repeats=repeats,
            least=LEAST if least is None else least,
            seed=seed,
            progress=progress,
        )
        folder.write_said(target, "choices.jsonl", climbed.choices)
        folder.write_kind(target, "staircase", climbed.study)
    if as_json:
        click.echo(json.dumps(plain(climbed.study), ensure_ascii=False))
        return
    for line in lines(climbed.study):
        click.echo(line)
    click.echo(
        f"questions put: {now.fresh}; known from the ledger: {now.known}\nreport: {target.resolve() / 'report.html'}"
    )
