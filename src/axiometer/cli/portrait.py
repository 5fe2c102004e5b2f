"""`axiometer portrait`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from axiometer.cli import options

if TYPE_CHECKING:
    from axiometer.studies.portrait import BankReport

OUT = click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")


@click.group()
def command() -> None:
    """Build, simulate, check or show a bank of value portraits."""


@command.command()
@click.option("--items", type=click.Path(path_type=Path), help="items.jsonl: id, kind, title, text, reply.")
@click.option(
    "--ratings", type=click.Path(path_type=Path), help="CSV: respondent,item,rating (6: most similar)."
)
@click.option("--scores", type=click.Path(path_type=Path), help="CSV: respondent and a column per value.")
@click.option("--key", default="", help="The scores file holds raw answers to pvq21, pvq40, pvqrr or svs.")
@click.option("--release", type=click.Path(path_type=Path), help="The authors' public release instead.")
@click.option("--recomputed", is_flag=True, help="With --release: correlations from the raw data.")
@click.option("--system", default="schwartz10", show_default=True)
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.3, show_default=True)
@click.option("--alpha", type=click.FloatRange(0, 1), default=0.05, show_default=True)
@click.option("--min-raters", type=click.IntRange(min=3), default=10, show_default=True)
@OUT
def build(
    items: Path | None,
    ratings: Path | None,
    scores: Path | None,
    key: str,
    release: Path | None,
    recomputed: bool,
    system: str,
    threshold: float,
    alpha: float,
    min_raters: int,
    out: Path,
) -> None:
    """Make a bank from people's ratings and their value scores, or from the public release."""
    from axiometer.instruments.bank import write_bank
    from axiometer.instruments.released import read_release
    from axiometer.studies import portrait

    if release:
        bank, report = portrait.from_release(read_release(release), recomputed=recomputed)
    elif items and ratings and scores:
        bank, report = portrait.build(
            items,
            ratings,
            scores,
            system=system,
            key=key,
            threshold=threshold,
            alpha=alpha,
            least=min_raters,
        )
    else:
        raise click.UsageError("give --items, --ratings and --scores, or --release.")
    write_bank(out, bank)
    _show(report)
    click.echo(f"bank: {out}; now: axiometer measure portrait --bank {out} --subject NAME")


@command.command()
@click.option("--items", type=click.IntRange(min=10), default=60, show_default=True)
@click.option("--raters", type=click.IntRange(min=10), default=46, show_default=True)
@click.option("--loading", type=click.FloatRange(0, 0.99), default=0.45, show_default=True)
@options.seed
@OUT
def simulate(items: int, raters: int, loading: float, seed: int, out: Path) -> None:
    """Write raw data of raters that were never there, with planted correlations, for planning and tests."""
    from axiometer.studies.portrait_simulation import simulate as simulated

    simulated(out, items=items, raters=raters, loading=loading, seed=seed)
    click.echo(
        f"{out}: items.jsonl, ratings.csv, scores.csv, planted.csv; now: axiometer portrait build --items "
        f"{out}/items.jsonl --ratings {out}/ratings.csv --scores {out}/scores.csv --out BANK"
    )


@command.command()
@click.argument("bank", type=click.Path(path_type=Path))
def show(bank: Path) -> None:
    """Show what is known of a BANK."""
    from axiometer.instruments.bank import read_bank
    from axiometer.studies.portrait import report_of

    _show(report_of(read_bank(bank), {}))


@command.command()
@click.option("--release", type=click.Path(path_type=Path), required=True)
def check(release: Path) -> None:
    """Compute the published numbers of the public release again."""
    from axiometer.instruments.released import read_release
    from axiometer.studies.portrait_release import check as checked

    found = checked(read_release(release))
    for a in found.agreements:
        positive, negative = (sum(t[i] for t in a.tags.values()) for i in (0, 1))
        click.echo(
            f"{a.questionnaire}: correlations of {a.equal} of {a.items} items equal to 1e-9; {positive + negative} tags "
            f"({positive} positive, {negative} negative); from the raw data {a.recomputed}"
        )
        for name, (plus, minus) in a.tags.items():
            click.echo(f"    {name:<22}+{plus:<4}-{minus}")
    first = found.agreements[0]
    click.echo(
        f"the other {len(first.others)} items ({', '.join(first.others)}) were all rated in form {', '.join(map(str, found.forms))}; "
        f"largest difference {first.largest:.3f}. Released ratings, scores and correlations disagree there; ids in two forms: "
        f"{', '.join(f'{r} ({a} and {b})' for r, (a, b) in found.in_two_forms.items()) or 'none'}"
    )
    click.echo(f"scores of {found.exact} of {len(found.models)} models equal to 1e-9")
    for m in found.models:
        if m.difference > 1e-9:
            click.echo(
                f"    {m.model}: differs by up to {m.difference:.4f}; equal to 1e-9 once one item is left out: "
                f"{' or '.join(m.without) or 'none found'}"
            )
    click.echo("alpha over models: " + ", ".join(f"{v} {a:.2f}" for v, a in found.alpha.items()))
    s = found.structure
    click.echo(
        f"circle distance of tags on one item: same sign {s.same:.2f} (n = {s.same_pairs} pairs), opposite sign {s.opposite:.2f} "
        f"(n = {s.opposite_pairs}), p = {s.p:.4f}"
    )


def _show(report: "BankReport") -> None:
    n, low, high = report.raters
    click.echo(
        f"{report.items} items, {report.tagged} tagged, {report.positive} with a positive tag; raters of an item: median {n} "
        f"({low} to {high}); power to find a correlation at the threshold: {report.power:.2f}"
    )
    for value, (plus, minus) in report.tags.items():
        click.echo(f"    {value:<18}+{plus:<4}-{minus}")
    click.echo(f"balance over values: sd of shares {report.balance:.3f}")
    if report.structure:
        s = report.structure
        click.echo(
            f"circle distance of tags on one item: same sign {s.same:.2f} (n = {s.same_pairs}), opposite sign {s.opposite:.2f} "
            f"(n = {s.opposite_pairs}), p = {s.p:.4f}"
        )
    for reason, count in report.excluded.items():
        click.echo(f"left out, {reason}: {count}")
