"""`axiometer locate`: where a value lives in a model."""

from pathlib import Path
from typing import Any

import click

from axiometer.cli import options
from axiometer.cli.locate_features import coder, features, writers
from axiometer.cli.locate_graph import graph
from axiometer.cli.locate_neurons import command as neurons


@click.group("locate")
def command() -> None:
    """Find where a value lives in an open model, and who moves whom among values."""


for other in (neurons, writers, coder, features, graph):
    command.add_command(other)


@command.command("vector")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--value", "-v", required=True, help="One of the ten basic values, or of your own material.")
@click.option(
    "--material",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A folder of VALUE.toml files; default: ours.",
)
@click.option(
    "--layer", "-l", "layers", type=int, multiple=True, help="Where to steer; default: the best one."
)
@click.option("--method", type=click.Choice(["probe", "difference"]), default="probe", show_default=True)
@click.option(
    "--reading",
    type=click.Choice(["answer", "sentence"]),
    default="answer",
    show_default=True,
    help="What is read: the answer in a chat that offers both sides, or the end of a plain sentence.",
)
@click.option(
    "--fit",
    type=click.Choice(["difference", "logistic", "principal"]),
    default="difference",
    show_default=True,
    help="Where the probe points: along the mean difference, anywhere, or along the differences' first principal component.",
)
@click.option(
    "--scope",
    type=click.Choice(["prompt", "text", "fixed"]),
    default="prompt",
    show_default=True,
    help="What is pushed: the prompt's tokens, all tokens, or all by what the prompt's last one needs.",
)
@click.option(
    "--dose",
    type=float,
    default=None,
    help="probe: the log-odds to reach, default 10; difference: how many mean differences, default 2.",
)
@click.option("--against", is_flag=True, help="Away from the value instead of towards it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder to write; open it as steered:FOLDER.",
)
@options.as_json
def vector(
    subject: str,
    value: str,
    material: Path | None,
    layers: tuple[int, ...],
    method: str,
    reading: Any,
    fit: Any,
    scope: Any,
    dose: float | None,
    against: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Find a value's vector, layer by layer, and save the subject steered along it."""
    import json

    from axiometer.studies.vectors import evidence, found_vector, lines

    located, made = found_vector(
        subject,
        value,
        material=material,
        layers=layers,
        method=method,
        reading=reading,
        fit=fit,
        scope=scope,
        dose=dose,
        sign=-1 if against else 1,
        out=out,
    )
    if as_json:
        click.echo(json.dumps(evidence(located, made), ensure_ascii=False))
        return
    for line in lines(located, made):
        click.echo(line)
    if out is not None:
        click.echo(f"Saved in {out}; open it as steered:{out}")
