"""`axiometer grow`: new material."""

from pathlib import Path

import click

from axiometer.cli import grow_dilemmas, grow_scenarios, options


@click.group("grow")
def command() -> None:
    """Make new material with a model as its author."""


@command.command("pairs")
@click.option("--author", "-a", required=True, help="A subject that talks, such as inspect:openai/gpt-4o.")
@click.option("--value", "-v", required=True, help="The value that one side of each pair holds.")
@click.option(
    "--system", default="schwartz10", show_default=True, help="Whose value it is; a name or FILE.toml."
)
@click.option("--pairs", "-n", "wanted", type=click.IntRange(1), required=True, help="How many to keep.")
@click.option("--calls", type=click.IntRange(2), default=None, help="Questions at most; default: six a pair.")
@options.seed
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
def pairs(
    author: str,
    value: str,
    system: str,
    wanted: int,
    calls: int | None,
    seed: int,
    out: Path,
    ledger: Path | None,
) -> None:
    """Grow pairs of sentences that differ in nothing but whether a value is held.

    The author writes a scene and a sentence, then, in a question of its own, the opposing sentence. Every reply is
    kept, or rejected with a reason in VALUE.rejects.jsonl. A run that was stopped goes on where it was.
    """
    from axiometer.cli.showing import listener
    from axiometer.studies.growing import grown_pairs, lines, plan

    click.echo(plan(author, value, wanted, calls), err=True)
    with listener() as progress:
        growth = grown_pairs(
            author,
            value,
            out,
            wanted=wanted,
            system=system,
            calls=calls,
            seed=seed,
            ledger=ledger,
            progress=progress(author, "pairs"),
        )
    for line in lines(growth):
        click.echo(line)


@command.command("questions")
@click.option("--author", "-a", required=True, help="A subject that talks, such as inspect:openai/gpt-4o.")
@click.option(
    "--panel",
    "-p",
    "strong",
    multiple=True,
    required=True,
    help="Who scores a question; at least two, repeat.",
)
@click.option("--cheap", multiple=True, help="Who helps to sharpen it; default: the panel.")
@click.option(
    "--rater", default="values", show_default=True, help="Who reads values, such as judge:schwartz10:SUBJECT."
)
@click.option(
    "--seeds", default="seeds", show_default=True, help="The questions to begin from; a set or a file."
)
@click.option(
    "--calls", type=click.IntRange(1), required=True, help="Questions put at most, everybody's together."
)
@click.option(
    "--tokens",
    type=click.IntRange(1),
    default=None,
    help="Tokens read and written at most, about; default: any.",
)
@click.option("--money", type=float, default=None, help="What may be spent at most, by --price.")
@click.option("--price", nargs=2, type=float, default=(0.0, 0.0), help="A million tokens, read and written.")
@click.option("--fresh", type=click.IntRange(1), default=3, show_default=True, help="New questions a pull.")
@click.option(
    "--rounds", type=click.IntRange(0), default=1, show_default=True, help="How often one is sharpened."
)
@click.option(
    "--looks", type=click.IntRange(0), default=1, show_default=True, help="Best ones asked again a pull."
)
@click.option(
    "--beta",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Weight of what is not in the question itself.",
)
@click.option(
    "--patience",
    type=click.IntRange(0),
    default=12,
    show_default=True,
    help="Pulls without gain, then stop; 0 for never.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Best questions the gain is seen in.",
)
@click.option(
    "--self-bleu",
    type=click.FloatRange(0, 100),
    default=60.0,
    show_default=True,
    help="Most self-BLEU of what is kept, 0 to 100; 100 keeps all.",
)
@click.option("--opinions", type=click.IntRange(1), default=3, show_default=True, help="Reasons a reply.")
@options.seed
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="Another ledger file.")
@click.option("--yes", is_flag=True, help="Do not ask before spending.")
def questions(
    author: str,
    strong: tuple[str, ...],
    cheap: tuple[str, ...],
    rater: str,
    seeds: str,
    calls: int,
    tokens: int | None,
    money: float | None,
    price: tuple[float, float],
    fresh: int,
    rounds: int,
    looks: int,
    beta: float,
    patience: int,
    keep: int,
    self_bleu: float,
    opinions: int,
    seed: int,
    out: Path,
    ledger: Path | None,
    yes: bool,
) -> None:
    """Grow open questions that tell as much as they can about how the panel's values differ.

    A bandit chooses topics; the author writes; the panel's opinions are read and scored. What it can cost is shown first, and
    kept. A run that was stopped goes on where it was; `axiometer measure grown FOLDER` asks anybody the result.
    """
    from axiometer.cli.showing import listener
    from axiometer.grow.explore import Course
    from axiometer.instruments.questions import open_question_set
    from axiometer.studies import folder
    from axiometer.studies.exploring import exploring, lines, party, plan
    from axiometer.subjects.metered import Meter, Price

    course = Course(
        fresh=fresh,
        rounds=rounds,
        looks=looks,
        beta=beta,
        patience=patience,
        keep=keep,
        self_bleu=self_bleu,
    )
    start, meter = open_question_set(seeds), Meter(calls, money, tokens)
    folder.check_writable(out)
    weak = cheap or strong
    click.echo(plan(author, weak, strong, course, meter, judged=rater.startswith("judge:")), err=True)
    if not yes:
        click.confirm("Go on?", abort=True, err=True)
    whole = party(
        author, weak, strong, rater, meter, price=Price(*price), many=opinions, seed=seed, ledger=ledger
    )
    with whole as who, listener() as progress:
        study, _ = exploring(start, who, course, out, seed=seed, progress=progress(author, "calls"))
    for line in lines(study):
        click.echo(line)
    click.echo(f"questions put: {who.fresh}; the others were known from the ledger")
    click.echo(f"report: {out.resolve() / 'report.html'}")


command.add_command(grow_dilemmas.command)
command.add_command(grow_scenarios.command)
