"""`axiometer study valuelocate`."""

import click


@click.command("valuelocate")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", "values", multiple=True, help="Which values; default: all ten.")
@click.option(
    "--draws", type=click.IntRange(min=2), default=20, show_default=True, help="Random sets to compare with."
)
@click.option(
    "--limit",
    type=click.FloatRange(min=1),
    default=1.1,
    show_default=True,
    help="Highest ratio of perplexities.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(subject: str, values: tuple[str, ...], draws: int, limit: float, as_json: bool) -> None:
    """Raise a value's neurons: do choices move more than with as many other units?"""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.data import shipped_names
    from axiometer.studies.valuelocate import lines, valuelocate

    chosen = values or tuple(shipped_names("contrast"))
    with listener(quiet=as_json) as progress:
        rows = valuelocate(
            subject,
            chosen,
            draws=draws,
            limit=limit,
            progress=lambda value: progress(subject, f"{value}, random sets"),
        )
    if as_json:
        click.echo(json.dumps(plain(rows), ensure_ascii=False))
        return
    for line in lines(rows):
        click.echo(line)
