"""`axiometer locate coder`, `axiometer locate features` and `axiometer locate writers`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from axiometer.cli import options

if TYPE_CHECKING:
    from axiometer.locate.composing import Components

_material = click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
_top = click.option(
    "--top", type=click.IntRange(min=1), default=64, show_default=True, help="How many to look at."
)
_dose = click.option(
    "--dose",
    type=float,
    default=4.0,
    show_default=True,
    help="How far along them each token of the prompt is pushed: standard deviations of the pairs' states.",
)
_against = click.option("--against", is_flag=True, help="Away from the value instead of towards it.")
_out = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder to write; open it as steered:FOLDER.",
)


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
@click.option(
    "--held",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Plain text to judge by; default: a tenth of the passages.",
)
@options.seed
def coder(
    subject: str,
    layer: int,
    files: tuple[Path, ...],
    held: tuple[Path, ...],
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
            subject,
            layer,
            files,
            out,
            recipe,
            passages=passages,
            held=held,
            heard=lambda what: progress(subject, what),
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
    "--rule",
    type=click.Choice(["composition", "difference"]),
    default="composition",
    show_default=True,
    help="composition: those that sum up to the value's vector; difference: those most differently active where the value is held.",
)
@_material
@_top
@_dose
@_against
@_out
def features(
    subject: str,
    value: str,
    folder: Path,
    rule: str,
    material: Path | None,
    top: int,
    dose: float,
    against: bool,
    out: Path | None,
) -> None:
    """Find the sparse features that tell a value, and save the subject steered by them."""
    from axiometer.instruments.contrast import open_contrast
    from axiometer.locate.composing import compose
    from axiometer.locate.features import locate_features
    from axiometer.locate.sparse import load_coder
    from axiometer.subjects.opening import open_model

    code, contrast, model = load_coder(folder), open_contrast(value, material), open_model(subject)
    found = (
        compose(model, contrast, "features", code.layer, code.decoder, top)
        if rule == "composition"
        else locate_features(model, code, contrast, top)
    )
    _kept(
        subject,
        found,
        -1 if against else 1,
        dose,
        out,
        {"coder": str(folder), "rule": rule, "material": contrast.key},
    )


@click.command("writers")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", required=True, help="One of the ten basic values, or of your own material.")
@click.option("--layer", "-l", type=int, default=None, help="Whose units; default: the middle one.")
@_material
@_top
@_dose
@_against
@_out
def writers(
    subject: str,
    value: str,
    layer: int | None,
    material: Path | None,
    top: int,
    dose: float,
    against: bool,
    out: Path | None,
) -> None:
    """Find the feed-forward units whose writing sums up to a value's vector, and save the subject steered by them."""
    from axiometer.instruments.contrast import open_contrast
    from axiometer.locate.composing import compose
    from axiometer.subjects.opening import open_model

    contrast, model = open_contrast(value, material), open_model(subject)
    at = (model.n_layers - 1) // 2 if layer is None else layer
    found = compose(model, contrast, "neurons", at, model.writers(at), top)
    _kept(subject, found, -1 if against else 1, dose, out, {"material": contrast.key})


def _kept(
    subject: str, found: "Components", sign: int, dose: float, out: Path | None, how: dict[str, str]
) -> None:
    """Prints what was found, and saves the subject that is steered by it."""
    from axiometer.steer.methods import component_shifts
    from axiometer.steer.saved import save_steering

    click.echo(
        f"{found.value} in {subject}, layer {found.layer}: {len(found.best)} of {found.tried} {found.kind} hold up on other scenes "
        f"(n = {found.best[0].n} states; .5 is chance)"
    )
    for one in found.best:
        click.echo(f"{found.kind[:-1]} {one.number:>6}  weight {one.weight:+.3f}  area {one.area:.2f}")
    if out is not None:
        (dosed,) = component_shifts(found, sign=sign)
        save_steering(out, subject, [dosed.at(dose)], {**how, found.kind: [one.number for one in found.best]})
        click.echo(f"Saved in {out}; open it as steered:{out}")
