"""`axiometer study feed`."""

from pathlib import Path
from typing import Any

import click

from axiometer.cli import options
from axiometer.measure.bots import KINDS


@click.command("feed")
@click.option(
    "--frames",
    "store",
    type=click.Path(path_type=Path),
    required=True,
    help="A store that `axiometer frames add` filled.",
)
@click.option(
    "--subject", "-s", "subjects", multiple=True, required=True, help="Who decides; repeat to compare."
)
@click.option(
    "--kind", "-k", "kinds", multiple=True, type=click.Choice(KINDS), help="Of bot; repeat. Default: all."
)
@click.option("--persona", "names", multiple=True, help="A shipped persona; repeat. Default: all.")
@click.option(
    "--arm",
    type=click.Choice(["caption", "picture"]),
    default="caption",
    show_default=True,
    help="What is shown of a frame.",
)
@click.option("--shown", type=click.IntRange(4), default=100, show_default=True, help="Frames a session.")
@click.option(
    "--window",
    type=click.IntRange(2),
    default=None,
    help="Frames at either end that are compared; default: 50, or half of what is shown.",
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Sessions of each persona on each feed.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 100),
    default=60.0,
    show_default=True,
    help="Percent from which a questionnaire watches.",
)
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    store: Path,
    subjects: tuple[str, ...],
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    arm: str,
    shown: int,
    window: int | None,
    trials: int,
    threshold: float,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Does a feed adapt to who watches it? Bots with personas watch one that does and one that does not.

    The feed is a simulator over the frames of a store; no live platform is touched. The folder gets feed.csv, a row a frame.
    """
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.errors import unknown
    from axiometer.instruments.frame_store import FrameStore
    from axiometer.measure.bots import open_traits
    from axiometer.studies import folder
    from axiometer.studies.asking import asking
    from axiometer.studies.feed import WINDOW, Wish, feeds, lines, table

    known = open_traits()
    for name in names:
        if name not in known:
            raise unknown("persona", name, known)
    asked: Any = tuple(kinds) or KINDS
    wish = Wish(asked, shown, 15.0, window or min(WINDOW, shown // 2), trials, threshold, seed)
    target = out or Path("studies") / "feed"
    folder.check_writable(target)
    with (
        FrameStore(store) as kept,
        asking(subjects, None, ledger_path) as now,
        listener(quiet=as_json) as progress,
    ):
        watched = feeds(
            kept, now.subjects, {n: known[n] for n in names or known}, wish, arm=arm, progress=progress  # type: ignore[arg-type]
        )  # fmt: skip
    folder.write_text(target, "feed.csv", table(watched))
    folder.write_kind(target, "feed", watched.study)
    if as_json:
        click.echo(json.dumps(plain(watched.study), ensure_ascii=False))
        return
    for line in lines(watched.study):
        click.echo(line)
    click.echo(
        f"questions put: {now.fresh}; known from the ledger: {now.known}\nreport: {target.resolve() / 'report.html'}"
    )
