"""`axiometer effects`."""

import click

from axiometer.cli import options


@click.command("effects")
@click.option(
    "--subject", "-s", required=True, help="steered:FOLDER, as `axiometer locate vector` writes it."
)
@click.option("--split", type=click.Choice(["test", "tune"]), default="test", show_default=True)
@options.as_json
def command(subject: str, split: str, as_json: bool) -> None:
    """What steering did to every value in dilemmas, and what it cost in perplexity."""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.studies.effects import effects, lines

    with listener(quiet=as_json) as progress:
        heard = progress(subject, "values")
        found = effects(subject, split="test" if split == "test" else "tune", progress=heard)
    if as_json:
        click.echo(json.dumps(plain(found), ensure_ascii=False))
        return
    for line in lines(found):
        click.echo(line)
