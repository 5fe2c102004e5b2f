"""`axiometer measure`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from axiometer.cli import options
from axiometer.cli.own_files import OwnFiles

if TYPE_CHECKING:
    from axiometer.report.study import Study


class _Measuring(OwnFiles):
    """A first word that is no command of its own is an instrument: `measure portraits57` is `measure instrument portraits57`."""

    prefix = "measure"
    own = ("staircase", "grown", "spectrum")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = [*self.list_commands(ctx), *ctx.help_option_names]
        if not args or args[0] not in known:
            args = ["instrument", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["instrument", *self.own]


@click.group(cls=_Measuring)
def command() -> None:
    """Measure the values of one or more subjects: `measure INSTRUMENT`, or with what is no questionnaire, as below."""


@command.command("instrument")
@click.argument("instrument")
@click.option(
    "--subject", "-s", "subjects", multiple=True, required=True, help="Who is asked; repeat to compare."
)
@click.option("--bank", type=click.Path(path_type=Path), default=None, help="The bank that `portrait` asks.")
@click.option("--form", "-f", "forms", multiple=True, help="text, options or statements; default: what fits.")
@click.option("--system", default="", help="Score on a coarser value system, such as schwartz10.")
@click.option("--tell", default="", help="Tell every subject this about itself first.")
@click.option("--repeats", type=int, default=1, show_default=True, help="How often each ask is put.")
@options.seed
@options.out
@options.ledger
@options.as_json
def instrument_command(
    instrument: str,
    subjects: tuple[str, ...],
    bank: Path | None,
    forms: tuple[str, ...],
    system: str,
    tell: str,
    repeats: int,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Measure the values of one or more subjects with INSTRUMENT; the word `instrument` may be left out.

    INSTRUMENT is a name (see `axiometer instruments`), a TOML file, or `portrait` with a bank. The study folder gets study.json,
    responses.parquet, profiles.json and report.html. A second run asks nothing that the ledger knows.
    """
    import json

    from axiometer.cli.showing import listener
    from axiometer.instruments import open_instrument
    from axiometer.studies import folder
    from axiometer.studies.administer import administer, study_folder
    from axiometer.studies.asking import asking

    if bank and instrument != "portrait":
        raise click.UsageError(f"--bank goes with portrait, not with {instrument}.")
    asked = open_instrument(f"portrait:{bank}" if bank else instrument)
    target = out or study_folder(asked, subjects)
    folder.check_writable(target)
    with asking(subjects, asked, ledger_path, tell) as now, listener(quiet=as_json) as progress:
        measured = administer(
            asked, now.subjects, forms=forms, system=system, repeats=repeats, seed=seed, progress=progress
        )
        folder.write(target, measured)
    if as_json:
        click.echo(json.dumps(folder.profiles_json(measured.study), ensure_ascii=False))
        return
    _show(measured.study, target, now.fresh, now.known)


def _show(study: "Study", target: Path, fresh: int, known: int) -> None:
    from rich.console import Console

    from axiometer.report.terminal import show

    show(study, Console())
    click.echo(f"\nquestions put: {fresh}; known from the ledger: {known}")
    click.echo(f"study: {target}\nreport: {target.resolve() / 'report.html'}")
