"""`axiometer steer`."""

from pathlib import Path
from typing import Any

import click

from axiometer.cli import options


@click.command("steer")
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option(
    "--toward",
    "-t",
    required=True,
    help="Values with directions, such as power=+1,tradition=-1,benevolence=0.",
)
@click.option(
    "--method", type=click.Choice(["probe", "caa", "iti", "prefix"]), default="probe", show_default=True
)
@click.option(
    "--budget",
    type=click.FloatRange(min=1.0, min_open=True),
    default=1.1,
    show_default=True,
    help="How much perplexity on neutral passages may rise, as a ratio.",
)
@click.option(
    "--goal",
    type=float,
    default=None,
    help="The least shift to reach, in nats per token; default: as far as it goes.",
)
@click.option("--gate", is_flag=True, help="Steer only prompts in which the value is at stake.")
@click.option(
    "--gate-rater",
    default="queries",
    show_default=True,
    help="Who says whether it is at stake; lexicon needs no encoder.",
)
@click.option(
    "--gate-threshold",
    type=click.FloatRange(0, 1),
    default=None,
    help="From which score; default: the rater's own.",
)
@click.option(
    "--verify", default="", help="An instrument to measure with before and after, such as portraits57."
)
@click.option(
    "--form", "-f", "form_name", default="", help="text, options or statements; default: what fits."
)
@click.option(
    "--knowledge", type=click.Path(path_type=Path, exists=True), default=None, help="MMLU's folder or file."
)
@click.option(
    "--nulls", type=click.IntRange(min=0), default=5, show_default=True, help="Random directions beside it."
)
@click.option(
    "--graph",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Of `axiometer locate graph`: push the one value that by it reaches the goal and spares what is kept.",
)
@options.seed
@click.option("--out", type=click.Path(path_type=Path), default=None, help="The folder to write.")
@options.ledger
@options.as_json
def command(
    subject: str,
    toward: str,
    verify: str,
    form_name: str,
    knowledge: Path | None,
    graph: Path | None,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
    **how: Any,
) -> None:
    """Steer a model towards values, measure it again with the same questions, and tell the price."""
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments import open_form, open_instrument
    from axiometer.instruments.knowledge import read_released, subset
    from axiometer.measure import default_forms
    from axiometer.studies import folder
    from axiometer.studies.steering import Plan, lines, notes, saved, steering
    from axiometer.subjects.opening import open_model
    from axiometer.values import read_objective
    from axiometer.values.graph import read_graph

    objective = read_objective(toward)
    instrument = open_instrument(verify) if verify else None
    target = out or Path("studies") / f"steer-{toward.replace('=', '').replace(',', '-')}"
    folder.check_writable(target)
    model = open_model(subject)
    form = None
    if instrument is not None:
        form = open_form(form_name or default_forms(model, instrument)[0], instrument)
    plan = Plan(
        objective,
        instrument=instrument,
        form=form,
        questions=subset(read_released(knowledge), 200, seed) if knowledge else (),
        graph=read_graph(graph) if graph else None,
        seed=seed,
        **how,
    )
    for note in notes(plan):
        click.echo(note, err=True)
    with listener(quiet=as_json) as progress:
        found = steering(model, plan, heard=lambda what: progress(subject, what))
    saved(target, subject, found)
    if as_json:
        click.echo(json.dumps(plain(found.study), ensure_ascii=False))
        return
    for line in lines(found.study):
        click.echo(line)
    click.echo(f"report: {target.resolve() / 'report.html'}; open the subject as steered:{target}")
