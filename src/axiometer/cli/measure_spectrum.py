"""`axiometer measure spectrum`."""

from pathlib import Path

import click

from axiometer.cli import options


@click.command("spectrum")
@click.argument("instrument", default="schwartz10")
@click.option(
    "--frames",
    "store",
    type=click.Path(path_type=Path),
    required=True,
    help="A store that `axiometer frames add` filled.",
)
@click.option(
    "--subject", "-s", "subjects", multiple=True, required=True, help="Who is asked; repeat to compare."
)
@click.option(
    "--arm",
    type=click.Choice(["caption", "picture"]),
    default="caption",
    show_default=True,
    help="What is shown of a frame.",
)
@click.option(
    "--embedder",
    default="captions",
    show_default=True,
    help="That the store was filled with: captions, or clip:FOLDER.",
)
@click.option("--each", type=click.IntRange(1), default=5, show_default=True, help="Frames a keyword.")
@click.option("--persona", default="", help="Tell every subject this in a second round, and compare.")
@click.option("--platform", "platforms", multiple=True, help="Only frames of these; repeat.")
@click.option("--since", default="", help="A day, such as 2024-08-01.")
@click.option("--until", default="", help="A day, included.")
@options.seed
@options.out
@options.ledger
@options.as_json
def command(
    instrument: str,
    store: Path,
    subjects: tuple[str, ...],
    arm: str,
    embedder: str,
    each: int,
    persona: str,
    platforms: tuple[str, ...],
    since: str,
    until: str,
    seed: int,
    out: Path | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """What do subjects like of frames that were looked up for each value?

    Three questions a frame: whether it is liked, why, and what can be seen. Captions and pictures are two arms that are never put together. A
    run that was stopped goes on where it was.
    """
    import json

    from axiometer.canon import plain
    from axiometer.cli.showing import listener
    from axiometer.instruments.frame_store import FrameStore
    from axiometer.instruments.spectrum import open_spectrum
    from axiometer.studies import folder
    from axiometer.studies.asking import asking
    from axiometer.studies.embedders import open_embedder
    from axiometer.studies.frames import read_only
    from axiometer.studies.spectrum import lines, spectrum

    asked, how, target = (
        open_spectrum(instrument),
        open_embedder(embedder),
        out or Path("studies") / "spectrum",
    )
    folder.check_writable(target)
    with (
        FrameStore(store) as kept,
        asking(subjects, None, ledger_path) as now,
        listener(quiet=as_json) as progress,
    ):
        found = spectrum(
            asked, kept, how, now.subjects, arm=arm, each=each, only=read_only(platforms, since, until), persona=persona, seed=seed,  # type: ignore[arg-type]
            progress=progress,
        )  # fmt: skip
    rows = [{"subject": name, "persona": told, **plain(one)} for name, told, one in found.looks]  # type: ignore[dict-item]
    folder.write_rows(target, "looks.jsonl", rows)
    folder.write_kind(target, "spectrum", found.study)
    if as_json:
        click.echo(json.dumps(plain(found.study), ensure_ascii=False))
        return
    for line in lines(found.study):
        click.echo(line)
    click.echo(
        f"questions put: {now.fresh}; known from the ledger: {now.known}\nreport: {target.resolve() / 'report.html'}"
    )
