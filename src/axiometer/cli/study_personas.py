"""`axiometer study personas`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("personas")
@click.option("--subject", "-s", required=True, help="Who is told who it is.")
@click.option(
    "--attribute", "-a", "attributes", multiple=True, help="gender, age, politics, ...; default: all."
)
@click.option("--instrument", default="portraits57", show_default=True)
@click.option(
    "--form", "-f", "form_name", default="", help="text, options or statements; default: what fits."
)
@click.option("--system", default="schwartz10", show_default=True)
@click.option("--repeats", type=click.IntRange(min=1), default=1, show_default=True)
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    subject: str,
    attributes: tuple[str, ...],
    instrument: str,
    form_name: str,
    system: str,
    repeats: int,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Tell a subject who it is: do its values move as such people differ?"""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments import open_form, open_instrument
    from axiometer.measure import default_forms
    from axiometer.report.personas_page import agreement, bias, told
    from axiometer.studies import folder
    from axiometer.studies.administer import study_folder
    from axiometer.studies.asking import asking
    from axiometer.studies.personas import personas

    asked = open_instrument(instrument)
    target = out or study_folder(asked, ["personas", subject, *attributes])
    folder.check_writable(target)
    with asking([subject], asked, ledger_path) as now, listener(quiet=as_json) as progress:
        form = open_form(form_name or default_forms(now.subjects[0], asked)[0], asked)
        found = personas(
            asked,
            now.subjects[0],
            form,
            attributes=attributes,
            system=system,
            repeats=repeats,
            seed=seed,
            progress=progress,
        )
        folder.write_kind(target, "personas", found.study, found.responses)
    if as_json:
        click.echo(json.dumps(plain(found.study), ensure_ascii=False))
        return
    click.echo(
        f"{found.study.subject.name}, form {found.study.form} ({found.study.unit}); people: {found.study.human}"
    )
    for e in found.study.effects:
        click.echo(
            f"{e.attribute}: {e.group:<18}{e.value:<16} effect {told(e):<26} people "
            f"{'–' if e.human is None else format(e.human, '+.2f')}   bias {bias(e)}   n = {e.n} items"
        )
    for a in found.study.agreements:
        click.echo(f"{a.attribute}: {a.group}: {agreement(a)}")
    click.echo(
        f"\nquestions put: {now.fresh}; known from the ledger: {now.known}\nreport: {target.resolve() / 'report.html'}"
    )
