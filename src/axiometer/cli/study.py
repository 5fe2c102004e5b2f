"""`axiometer study`."""

import json
from pathlib import Path

import click

from axiometer.cli import options
from axiometer.cli.own_files import OwnFiles


class _Studies(OwnFiles):
    """Most studies have a file of their own."""

    prefix = "study"
    own = ("causal", "conva", "couple", "cultural", "features", "feed", "gate", "judge", "people", "personas", "rater", "valuelocate")  # fmt: skip


@click.group(cls=_Studies)
def command() -> None:
    """Run a study: cultural, people, personas, known groups, and checks of the instruments."""


@command.command("known-groups")
@click.option("--subject", "-s", required=True, help="Who is told the personas.")
@click.option("--instrument", default="portraits57", show_default=True)
@click.option(
    "--form", "-f", "form_name", default="", help="text, options or statements; default: what fits."
)
@click.option(
    "--personas", "persona_file", default="schwartz10", show_default=True, help="A name or a TOML file."
)
@click.option("--set", "chosen", default="fresh", show_default=True, help="Which set of personas.")
@options.seed
@options.ledger
@options.as_json
def known_groups_command(
    subject: str,
    instrument: str,
    form_name: str,
    persona_file: str,
    chosen: str,
    seed: int,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Tell a subject one sentence about a value it holds: is that value on top of its profile?"""
    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments import open_form, open_instrument
    from axiometer.measure import default_forms
    from axiometer.steer.personas import open_personas
    from axiometer.studies.asking import asking
    from axiometer.studies.known_groups import known_groups

    asked = open_instrument(instrument)
    system, personas = open_personas(persona_file, chosen)
    with asking([subject], asked, ledger_path) as now, listener(quiet=as_json) as progress:
        form = open_form(form_name or default_forms(now.subjects[0], asked)[0], asked)
        found = known_groups(
            asked,
            now.subjects[0],
            form,
            personas,
            system,
            seed=seed,
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    n = len(found.rows)
    click.echo(
        f"{found.subject}, {asked.name}, form {found.form} ({found.unit}), personas {persona_file}/{chosen}"
    )
    for row in found.rows:
        mark = "+" if row.rank == 1 else " "
        click.echo(f" {mark} told {row.value:<16} rank {row.rank:>2} of {len(found.values)}   top: {row.top}")
    click.echo(
        f"top value right in {found.hits} of {n} [{found.hits_low:.2f}, {found.hits_high:.2f}], chance "
        f"{1 / len(found.values):.2f}; effect size d = {found.effect:.2f} [{found.effect_low:.2f}, "
        f"{found.effect_high:.2f}], 95 % bootstrap over {n} personas"
    )


@command.command("recovery")
@click.option("--instrument", default="portraits57", show_default=True)
@click.option("--form", "-f", type=click.Choice(["text", "statements"]), default="text", show_default=True)
@click.option("--subjects", type=click.IntRange(min=2), default=200, show_default=True)
@options.seed
@options.as_json
def recovery_command(instrument: str, form: str, subjects: int, seed: int, as_json: bool) -> None:
    """Plant values in simulated subjects: are they found, and do the intervals cover them?"""
    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments import open_instrument
    from axiometer.studies.recovery import recover

    with listener(quiet=as_json) as progress:
        found = recover(
            open_instrument(instrument),
            subjects=subjects,
            form=form,
            seed=seed,
            progress=progress("simulated", form),
        )
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    click.echo(
        f"{found.subjects} simulated subjects, {instrument}, form {form}: correlation with the planted profile "
        f"{found.correlation:.3f} on average, {found.lowest:.3f} at the lowest\n"
        f"95 % intervals that hold the planted value: {found.coverage:.3f} "
        f"[{found.coverage_low:.3f}, {found.coverage_high:.3f}]\nverdict `signal`: {found.signals:.3f} of subjects"
    )


@command.command("calibration")
@click.option("--datasets", type=click.IntRange(min=20), default=200, show_default=True)
@click.option(
    "--single", is_flag=True, help="Only data in which at least half of the cells got one answer only."
)
@click.option("--run-effects", is_flag=True, help="With effects of runs.")
@options.seed
@options.as_json
def calibration_command(datasets: int, single: bool, run_effects: bool, seed: int, as_json: bool) -> None:
    """Draw parameters and answers from the ordinal model: do its posteriors hold the truth as often as they say?"""
    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.studies.calibration import calibrate

    with listener(quiet=as_json) as progress:
        heard = progress("ordinal model", "calibration")
        found = calibrate(datasets, single=single, run_effects=run_effects, seed=seed, progress=heard)
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    for row in found.rows:
        click.echo(
            f"{row.name:<34} ranks uniform: p = {row.p:.3f}   95 % intervals hold {row.coverage:.3f} "
            f"[{row.coverage_low:.3f}, {row.coverage_high:.3f}]"
        )
    click.echo(
        f"{found.datasets} data sets, {found.refused} refused, {found.divergent} with a divergence; {found.single:.0%} of cells "
        f"with one answer only on average, {found.separated} data sets with nothing else\nsmallest p of {len(found.rows)}: "
        f"{min(row.p for row in found.rows):.3f}; 95 % intervals of importances hold {found.coverage:.3f}"
    )
