"""`axiometer locate neurons`."""

from pathlib import Path
from typing import Literal

import click

from axiometer.cli import options


@click.command("neurons")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", required=True, help="One of the ten basic values, or of your own material.")
@click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
@click.option(
    "--answers",
    "way",
    type=click.Choice(["given", "generated"]),
    default="given",
    show_default=True,
    help="Whose words are read: the material's, or the model's own in the role of either pole.",
)
@click.option(
    "--score",
    type=click.Choice(["frequency", "mean", "auroc", "effect"]),
    default="effect",
    show_default=True,
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=0,
    help="How many units for each pole; 0 for a share of all.",
)
@click.option("--amplitude", type=click.Choice(["prob", "p95", "mean"]), default="prob", show_default=True)
@click.option("--dose", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Gamma.")
@click.option(
    "--when",
    type=click.Choice(["always", "saying", "reading"]),
    default="always",
    show_default=True,
    help="saying: only what is said, which leaves options that are weighed as they were; reading: only the prompt.",
)
@click.option("--against", is_flag=True, help="Away from the value instead of towards it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder to write; open it as steered:FOLDER.",
)
@options.seed
@options.as_json
def command(
    subject: str,
    value: str,
    material: Path | None,
    way: Literal["given", "generated"],
    score: Literal["frequency", "mean", "auroc", "effect"],
    top: int,
    amplitude: Literal["prob", "p95", "mean"],
    dose: float,
    when: Literal["always", "saying", "reading"],
    against: bool,
    out: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Find a value's neurons, and save the subject in which they are raised and those of its opposite held down."""
    import json

    from axiometer.cli.showing import listener
    from axiometer.studies.neurons import evidence, found_neurons, lines

    with listener(quiet=as_json) as progress:
        located, made = found_neurons(
            subject,
            value,
            material=material,
            way=way,
            score=score,
            top=top,
            amplitude=amplitude,
            dose=dose,
            when=when,
            sign=-1 if against else 1,
            seed=seed,
            out=out,
            progress=progress(subject, f"{value} neurons"),
        )
    if as_json:
        click.echo(json.dumps(evidence(located, made), ensure_ascii=False))
        return
    for line in lines(located, made):
        click.echo(line)
    if out is not None:
        click.echo(f"Saved in {out}; open it as steered:{out}")
