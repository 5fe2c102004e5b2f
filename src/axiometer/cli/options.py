"""Options that commands share."""

from pathlib import Path

import click

seed = click.option("--seed", type=int, default=0, show_default=True)
out = click.option("--out", type=click.Path(path_type=Path), default=None, help="The study folder to write.")
ledger = click.option(
    "--ledger", "ledger_path", type=click.Path(path_type=Path), default=None, help="Another ledger file."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
