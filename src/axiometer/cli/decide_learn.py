"""`axiometer decide learn`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("learn")
@click.argument("rankings", type=click.Path(path_type=Path))
@click.option(
    "--decider",
    type=click.Path(path_type=Path),
    default=None,
    help="A folder that `decide train` wrote; default: the shipped one.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="A file of preferences to write (TOML)."
)
@options.as_json
def command(rankings: Path, decider: Path | None, out: Path | None, as_json: bool) -> None:
    """Learn somebody's preferences from how they ranked actions.

    RANKINGS is a TOML or JSON file with tables `rankings`, each with `text`, `actions` and `order`: the numbers of the actions, the best first.
    """
    import json

    from axiometer.canon import plain
    from axiometer.decide import open_decider
    from axiometer.studies.deciding import preference_lines, read_rankings
    from axiometer.studies.folder import write_text

    told, who = read_rankings(rankings), open_decider(decider)
    found = who.learn(told)
    if out is not None:
        rows = "".join(f"{name} = {x:.4f}\n" for name, x in zip(who.names, found.mean, strict=True))
        write_text(out.parent, out.name, f"# Learned from {found.n} rankings.\n{rows}")
    if as_json:
        click.echo(
            json.dumps(
                plain(
                    {name: getattr(found, name) for name in ("sharpness", "similarity", "first", "n")}
                    | {
                        name: dict(zip(who.names, map(float, getattr(found, name)), strict=True))
                        for name in ("mean", "low", "high")
                    }
                ),
                ensure_ascii=False,
            )
        )
        return
    for line in preference_lines(who, found):
        click.echo(line)
