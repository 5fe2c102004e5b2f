"""`axiometer study valuelocate`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("valuelocate")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", "values", multiple=True, help="Which values; default: all ten.")
@click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
@click.option(
    "--draws", type=click.IntRange(min=2), default=20, show_default=True, help="Random sets to compare with."
)
@click.option(
    "--budget",
    type=click.FloatRange(min=1),
    default=1.1,
    show_default=True,
    help="Highest ratio of perplexities.",
)
@click.option(
    "--writing",
    is_flag=True,
    help="Only the rules by what units write; the others read slopes, which takes most of the time.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="A folder that keeps what is finished; the same command goes on there.",
)
@options.as_json
def command(
    subject: str,
    values: tuple[str, ...],
    material: Path | None,
    draws: int,
    budget: float,
    writing: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Raise a value's neurons: do choices move more than with as many other units?"""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.studies.valuelocate import RULES, Writing, lines, valuelocate

    rules = [rule for rule in RULES if not writing or isinstance(rule, Writing)]

    with listener(quiet=as_json) as progress:
        heard = progress(subject, "values")
        rows = valuelocate(
            subject,
            values=values,
            material=material,
            rules=rules,
            draws=draws,
            budget=budget,
            out=out,
            progress=heard,
        )
    if as_json:
        click.echo(json.dumps(plain(rows), ensure_ascii=False))
        return
    for line in lines(rows):
        click.echo(line)
