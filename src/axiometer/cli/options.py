"""Options that commands share."""

from pathlib import Path

import click

seed = click.option("--seed", type=int, default=0, show_default=True)
out = click.option("--out", type=click.Path(path_type=Path), default=None, help="The study folder to write.")
ledger = click.option(
    "--ledger", "ledger_path", type=click.Path(path_type=Path), default=None, help="Another ledger file."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
aim = click.option(
    "--aim",
    "-a",
    required=True,
    help="The objective: security=5,power=1; security>power; a country such as germany; norm:NAME; persona:VALUE; profile:FOLDER; FILE.toml.",
)
reader = click.option(
    "--reader",
    "-r",
    default="values",
    show_default=True,
    help="Who reads values inside the loop, such as judge:schwartz10:SUBJECT.",
)
engine = click.option(
    "--engine",
    "-e",
    default="prompted",
    show_default=True,
    help="prompted, for capable subjects; reranked:N, the best of several answers; edited:FOLDER,... with vectors.",
)
graph = click.option(
    "--graph",
    type=click.Path(path_type=Path),
    default=None,
    help="How values move each other (locate graph); default: the circle.",
)
