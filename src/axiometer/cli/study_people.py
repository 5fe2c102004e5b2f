"""`axiometer study people`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from axiometer.cli import options

if TYPE_CHECKING:
    from axiometer.report.people import PeopleStudy


@click.command("people")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "key_name", required=True, help="pvq21, pvq40, pvqrr or svs.")
@click.option("--reverse", is_flag=True, help="The file's lowest rating means most like the person.")
@click.option(
    "--columns", default="", help="Names of the item columns in order, with commas; or the word first."
)
@options.seed
@options.out
@options.as_json
def command(
    file: Path, key_name: str, reverse: bool, columns: str, seed: int, out: Path | None, as_json: bool
) -> None:
    """Score, clean and test people's answers in FILE: profile, reliability, circle, agreement with norms.

    FILE is a CSV with columns respondent,item,rating, or with a row for each person and a column for each item.
    """
    import json

    from axiometer.canon import plain
    from axiometer.studies import folder
    from axiometer.studies.people import people_study

    if out:
        folder.check_writable(out)
    named = tuple(filter(None, (name.strip() for name in columns.split(","))))
    found = people_study(file, key_name, columns=named, reverse=reverse, seed=seed)
    if out:
        folder.write_kind(out, "people", found)
    if as_json:
        click.echo(json.dumps(plain(found), ensure_ascii=False))
        return
    _show(found)
    if out:
        click.echo(f"report: {out.resolve() / 'report.html'}")


def _show(found: "PeopleStudy") -> None:
    from axiometer.report.numbers import probability
    from axiometer.report.people_page import circle_verdict, told

    click.echo(f"{found.people} people, {found.instrument['title']}; {found.blank} answers not given")
    for reason, n in found.excluded.items():
        click.echo(f"left out, {reason}: {n}")
    for code, n in found.off_scale.items():
        click.echo(f"rating {code} off the scale, counted as not given: {n}")
    for said in found.warnings:
        click.echo(f"! {said}")
    click.echo("\nvalue               mean from own [95 %]        n   alpha [95 %]          omega [95 %]")
    for v in sorted(found.values, key=lambda v: -(v.mean.value or 0.0)):
        click.echo(f"{v.name:<18}{told(v.mean):>24} {v.mean.n:>7}   {told(v.alpha):<21} {told(v.omega)}")
    click.echo(f"\n{circle_verdict(found)}")
    for a in found.norms:
        click.echo(
            f"with {a.norm}: Spearman {a.spearman:.2f} ({probability(a.p)}), distance {a.distance:.2f} points over {a.n} values"
        )
