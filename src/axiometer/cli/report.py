"""`axiometer report`."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Draw FOLDER/report.html again, without asking anybody anything."""
    from rich.console import Console

    from axiometer.report.terminal import show
    from axiometer.studies.folder import PLAIN, draw, read_kind

    path = draw(folder)
    kind, record = read_kind(folder)
    if kind == PLAIN:
        show(record, Console())
    click.echo(f"\nreport: {path.resolve()}")
