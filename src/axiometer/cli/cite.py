"""`axiometer cite`."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Print BibTeX of everything that the study in FOLDER used."""
    from axiometer.report.cite import bibtex
    from axiometer.studies.folder import read_kind

    click.echo(bibtex(read_kind(folder)[1].citations))
