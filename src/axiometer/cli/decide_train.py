"""`axiometer decide train`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("train")
@click.argument("scenes")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder to write; decide --decider opens it.",
)
@click.option(
    "--work", type=click.Path(path_type=Path), default=None, help="Where states are kept; default: OUT/work."
)
@click.option(
    "--encoder",
    default="minilm",
    show_default=True,
    help="Whose states are read: the shipped one, or local:FOLDER, any encoder of transformers.",
)
@click.option(
    "--layer",
    type=click.IntRange(1),
    default=None,
    help="Of the encoder, whose states are read; default: 4 of minilm, the last of another.",
)
@click.option("--plain", is_flag=True, help="All levels at once instead of one after the other.")
@click.option("--epochs", type=click.IntRange(1), default=None, help="At most, after each level that joins.")
@options.seed
@options.as_json
def command(
    scenes: str,
    out: Path,
    work: Path | None,
    encoder: str,
    layer: int | None,
    plain: bool,
    epochs: int | None,
    seed: int,
    as_json: bool,
) -> None:
    """Train a value assessment network on SCENES, and test it on the scenes that it has not seen.

    SCENES is a shipped set, FILE.toml, or a folder in the form in which ValuePilot is released. A training that was stopped goes on where it was.
    """
    import json
    from dataclasses import replace

    from axiometer.canon import plain as as_plain
    from axiometer.cli.showing import listener
    from axiometer.decide.training import Recipe
    from axiometer.instruments.scene_files import open_scenes
    from axiometer.studies.valuepilot import lines, valuepilot

    recipe = replace(Recipe(), seed=seed, curriculum=() if plain else Recipe().curriculum)
    recipe = recipe if epochs is None else replace(recipe, epochs=epochs)
    found = open_scenes(scenes)
    with listener(quiet=as_json) as progress:
        study, _ = valuepilot(
            found,
            out,
            recipe=recipe,
            layer=layer,
            encoder=encoder,
            work=work,
            seed=seed,
            heard=lambda what: progress(found.name, what),
        )
    if as_json:
        click.echo(json.dumps(as_plain(study), ensure_ascii=False))
        return
    for line in lines(study):
        click.echo(line)
    click.echo(f"report: {out.resolve() / 'report.html'}")
