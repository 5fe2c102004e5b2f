"""`axiometer frames`: a store of frames out of short videos."""

from pathlib import Path

import click

_store = click.argument("store", type=click.Path(path_type=Path))
_embedder = click.option(
    "--embedder", default="captions", show_default=True, help="captions, or clip:FOLDER for pictures."
)


@click.group("frames")
def command() -> None:
    """Keep frames of short videos, and find them by meaning. Nothing is fetched from any platform."""


@command.command("add")
@_store
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@_embedder
@click.option("--platform", default="", help="Of frames that name none.")
@click.option(
    "--every",
    type=click.FloatRange(0.01),
    default=1.0,
    show_default=True,
    help="Seconds between frames of a video.",
)
@click.option(
    "--near",
    type=click.IntRange(-1, 7),
    default=6,
    show_default=True,
    help="Bits of 64 in which the same picture may differ; -1: keep all.",
)
def add(
    store: Path, sources: tuple[Path, ...], embedder: str, platform: str, every: float, near: int
) -> None:
    """Add frames to STORE: folders of pictures, videos, or tables with captions, files, links and dates.

    What was added is there after any kill; a run that was stopped goes on where it was.
    """
    from axiometer.studies.frames import add_frames, lines

    report = add_frames(
        store, sources, embedder=embedder, platform=platform, every=every, near=near,
        progress=lambda done: click.echo(f"{done} frames", err=True),
    )  # fmt: skip
    for line in lines(report):
        click.echo(line)


@command.command("search")
@_store
@click.argument("words", nargs=-1, required=True)
@_embedder
@click.option("--many", "-n", type=click.IntRange(1), default=5, show_default=True)
@click.option("--platform", "platforms", multiple=True, help="Only of these; repeat.")
@click.option("--since", default="", help="A day, such as 2024-08-01.")
@click.option("--until", default="", help="A day, included.")
def search(
    store: Path,
    words: tuple[str, ...],
    embedder: str,
    many: int,
    platforms: tuple[str, ...],
    since: str,
    until: str,
) -> None:
    """The frames nearest to each of WORDS."""
    from axiometer.studies.frames import read_only, search_frames

    for word, found in search_frames(
        store, words, many, embedder, read_only(platforms, since, until)
    ).items():
        click.echo(word)
        for hit, frame in found:
            click.echo(
                f"  {hit.similarity:+.3f}  {frame.id[3:15]}  {frame.caption or frame.link or '(no caption)'}"
            )


@command.command("stats")
@_store
def stats(store: Path) -> None:
    """How much STORE holds."""
    from axiometer.studies.frames import store_stats

    for name, fact in store_stats(store).items():
        told = (
            ", ".join(f"{k or 'none named'} {n}" for k, n in fact.items()) if isinstance(fact, dict) else fact
        )
        click.echo(f"{name}: {told if told not in (None, '') else 'not known'}")


@command.command("export")
@_store
@click.argument("out", type=click.Path(path_type=Path))
def export(store: Path, out: Path) -> None:
    """Write what is known of each frame to OUT, a .csv or .parquet file."""
    from axiometer.studies.frames import export_frames

    click.echo(f"{export_frames(store, out)} frames written to {out}")
