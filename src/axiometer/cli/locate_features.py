"""`axiometer locate coder` and `axiometer locate features`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("coder")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--layer", "-l", type=int, required=True, help="Whose output is coded.")
@click.option(
    "--text",
    "-t",
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    required=True,
    help="Plain text to train on; may be given more than once.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder to write; SAELens reads it."
)
@click.option(
    "--features",
    "many",
    type=click.IntRange(min=0),
    default=0,
    help="How many; default: four times the width.",
)
@click.option(
    "--active", "-k", type=click.IntRange(min=1), default=64, show_default=True, help="How many at once."
)
@click.option("--steps", type=click.IntRange(min=1), default=400, show_default=True)
@click.option("--passages", type=click.IntRange(min=10), default=1000, show_default=True, help="At most.")
@options.seed
def coder(
    subject: str,
    layer: int,
    files: tuple[Path, ...],
    out: Path,
    many: int,
    active: int,
    steps: int,
    passages: int,
    seed: int,
) -> None:
    """Train sparse features of a layer; the same command goes on after an interruption."""
    from axiometer.cli.showing import listener
    from axiometer.locate.training import Recipe
    from axiometer.studies.coders import trained_coder

    recipe = Recipe(features=many, k=active, steps=steps, seed=seed)
    with listener(quiet=False) as progress:
        found = trained_coder(
            subject, layer, files, out, recipe, passages=passages, heard=lambda what: progress(subject, what)
        )
    click.echo(
        f"layer {layer}: {len(found.coder.bias)} features, {found.active:.1f} active in a state; variance explained on held-out "
        f"passages {found.explained:.3f} (n = {found.held} states), on those trained on {found.trained_on:.3f} (n = "
        f"{found.states}); {found.silent:.2f} of features are silent on held-out text\nSaved in {out}"
    )


@click.command("features")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", required=True, help="One of the ten basic values, or of your own material.")
@click.option(
    "--coder",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Features of this model: a folder of `locate coder` or of SAELens.",
)
@click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
@click.option("--top", type=click.IntRange(min=1), default=64, show_default=True, help="How many to look at.")
@click.option(
    "--dose",
    type=float,
    default=4.0,
    show_default=True,
    help="How far along the features each token of the prompt is pushed: standard deviations of the pairs' states.",
)
@click.option("--against", is_flag=True, help="Away from the value instead of towards it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder to write; open it as steered:FOLDER.",
)
def features(
    subject: str,
    value: str,
    folder: Path,
    material: Path | None,
    top: int,
    dose: float,
    against: bool,
    out: Path | None,
) -> None:
    """Find the sparse features that tell a value, and save the subject steered by them."""
    from axiometer.instruments.contrast import open_contrast
    from axiometer.locate.features import locate_features
    from axiometer.locate.sparse import load_coder
    from axiometer.steer.methods import feature_shifts
    from axiometer.steer.saved import save_steering
    from axiometer.subjects.opening import open_model

    code, contrast, model = load_coder(folder), open_contrast(value, material), open_model(subject)
    found = locate_features(model, code, contrast, top)
    (dosed,) = feature_shifts(found, sign=-1 if against else 1)
    click.echo(
        f"{value} in {model.card.name}, layer {found.layer}: {len(found.best)} of {found.tried} features hold up on other scenes "
        f"(n = {found.best[0].n} states; .5 is chance)"
    )
    for one in found.best:
        click.echo(f"feature {one.number:>6}  difference {one.difference:+.3f}  area {one.area:.2f}")
    if out is not None:
        numbers = {"features": [one.number for one in found.best], "coder": str(folder)}
        save_steering(out, subject, [dosed.at(dose)], numbers)
        click.echo(f"Saved in {out}; open it as steered:{out}")
