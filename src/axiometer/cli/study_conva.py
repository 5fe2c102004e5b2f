"""`axiometer study conva`."""

from pathlib import Path

import click


@click.command("conva")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", "values", multiple=True, help="Which values; default: all with material.")
@click.option(
    "--method", "-m", "methods", multiple=True, help="probe, caa, iti, actadd, prefix, random; default: all."
)
@click.option(
    "--budget",
    type=click.FloatRange(min=1.0, min_open=True),
    default=1.1,
    show_default=True,
    help="How much perplexity on neutral passages may rise, as a ratio.",
)
@click.option(
    "--rater", default="", help="Rate what the model writes, too, such as values or judge:schwartz10:SUBJECT."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="A folder that keeps finished parts."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list and nothing else.")
def command(
    subject: str,
    values: tuple[str, ...],
    methods: tuple[str, ...],
    budget: float,
    rater: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare ways to steer at the same price, on dilemmas that nothing was chosen on."""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.raters import open_rater
    from axiometer.studies.choosing import METHODS
    from axiometer.studies.conva import conva, lines

    with listener(quiet=as_json) as progress:
        rows = conva(
            subject,
            values=values,
            methods=methods or METHODS,
            budget=budget,
            rater=open_rater(rater) if rater else None,
            out=out,
            progress=progress(subject, "ways to steer"),
        )
    if as_json:
        click.echo(json.dumps(plain(rows), ensure_ascii=False))
        return
    for line in lines(rows):
        click.echo(line)
