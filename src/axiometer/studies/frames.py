"""Filling and reading a store of frames: folders of pictures, videos, and tables with captions and links. Nothing is fetched from anywhere.

Source: valuespectrum
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.data import read_text
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Frame, Hit, Only, frame_key, likeness
from axiometer.studies.embedders import Embedder, open_embedder
from axiometer.studies.folder import write_text
from axiometer.studies.sheet import sheet
from axiometer.subjects.pictures import ENDINGS, Unseen, picture_files, read_picture, read_pictures

VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
TABLES = (".csv", ".tsv", ".parquet")
_BATCH = 256


@dataclass
class Report:
    """What came of adding.

    Attributes:
        left_out: reason -> files or rows that could not be used.
        examples: some of them with all their words.
    """

    new: int = 0
    known: int = 0
    near: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def drop(self, name: str, why: str) -> None:
        """Leaves something out."""
        self.left_out[why.split(":")[0][:70]] += 1
        if len(self.examples) < 10:
            self.examples.append(f"{name}: {why}")


def add_frames(
    store: Path,
    sources: Sequence[Path],
    *,
    embedder: str = "captions",
    platform: str = "",
    every: float = 1.0,
    near: int = 6,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Adds frames to a store, some hundred at a time, each lot whole or not at all; a run that was stopped goes on where it was.

    Args:
        store: the folder.
        sources: folders of pictures, pictures, videos, or tables with columns `caption`, `file`, `link`, `platform`, `date`, `tags`.
        embedder: see `open_embedder`.
        platform: of frames that name none.
        every: seconds between frames of a video.
        near: see `FrameStore.add`.
        progress: heard after each lot.

    Raises:
        BadInput: nothing to add, or a store of another arm.
    """
    how, report = open_embedder(embedder), Report()
    lot: list[Frame] = []
    with FrameStore(store, how.arm, how.key, how.width) as kept:
        for frame in _frames(sources, report, every):
            lot.append(replace(frame, platform=frame.platform or platform))
            if len(lot) == _BATCH:
                _put(kept, how, lot, report, near)
                progress(report.new + report.known + report.near)
                lot = []
        if lot:
            _put(kept, how, lot, report, near)
            progress(report.new + report.known + report.near)
    if not report.new + report.known + report.near:
        why = f" ({report.examples[0]})" if report.examples else ""
        raise BadInput(f"nothing could be added{why}; give pictures, videos, or a table with captions.")
    return report


def search_frames(
    store: Path, words: Sequence[str], many: int = 5, embedder: str = "captions", only: Only | None = None
) -> dict[str, list[tuple[Hit, Frame]]]:
    """The frames nearest to some words."""
    how = open_embedder(embedder)
    with FrameStore(store, how.arm, how.key, how.width) as kept:
        found = kept.search(how.of_words(words), many, only or Only())
        frames = kept.frames([hit.id for hits in found for hit in hits])
        return {
            word: [(hit, frames[hit.id]) for hit in hits] for word, hits in zip(words, found, strict=True)
        }


def store_stats(store: Path) -> dict[str, Any]:
    """How much a store holds."""
    with FrameStore(store) as kept:
        return kept.stats()


def export_frames(store: Path, out: Path) -> int:
    """Writes what is known of each frame as CSV or Parquet, without pictures and vectors, and says how many there are.

    Raises:
        BadInput: another ending.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise BadInput(f"{out} must end in .csv or .parquet.")
    with FrameStore(store) as kept:
        rows = [
            {**row, "day": str(row["day"] or ""), "tags": ";".join(row["tags"] or ())} for row in kept.rows()
        ]
    if out.suffix == ".csv":
        columns = ("id", "caption", "link", "platform", "day", "tags")
        text = sheet(columns, ([row[name] for name in columns] for row in rows))
        write_text(out.parent, out.name, text)
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), out)
    return len(rows)


def read_only(platforms: Iterable[str], since: str = "", until: str = "") -> Only:
    """A condition on platforms and days.

    Raises:
        BadInput: a day that is none.
    """
    return Only(tuple(platforms), _day(since), _day(until))


def lines(report: Report) -> Iterator[str]:
    """What came of adding, in words."""
    yield f"{report.new} frames added, {report.known} were there, {report.near} nearly the same as one that was"
    for why, n in report.left_out.most_common():
        yield f"left out, {why}: {n}"
    yield from (f"  {one}" for one in report.examples[:3])


def _put(kept: FrameStore, how: Embedder, lot: Sequence[Frame], report: Report, near: int) -> None:
    there = kept.has([frame.id for frame in lot])
    fresh = [frame for frame in lot if frame.id not in there]
    usable = []
    for frame in fresh:
        if how.arm == "caption" and not frame.caption.strip():
            report.drop(frame.id, "no caption, which this store is of")
        elif how.arm == "picture" and not frame.picture:
            report.drop(frame.id, "no picture, which this store is of")
        else:
            usable.append(frame)
    report.known += len(lot) - len(fresh)
    if usable:
        added = kept.add(usable, how.of_frames(usable), near)
        report.new, report.known, report.near = (
            report.new + added.new,
            report.known + added.known,
            report.near + added.near,
        )


def _frames(sources: Sequence[Path], report: Report, every: float) -> Iterator[Frame]:
    if not sources:
        raise BadInput("there is nothing to add; give folders, pictures, videos or tables.")
    for source in sources:
        ending = source.suffix.casefold()
        if source.is_dir():
            videos = sorted(path for path in source.rglob("*") if path.suffix.casefold() in VIDEOS)
            yield from _pictures(picture_files(source) if not videos or _any_picture(source) else [], report)
            for video in videos:
                yield from _video(video, report, every)
        elif ending in TABLES:
            yield from _table(source, report)
        elif ending in VIDEOS:
            yield from _video(source, report, every)
        elif ending in ENDINGS:
            yield from _pictures([source], report)
        else:
            raise BadInput(
                f"{source} is neither a folder nor a picture, video or table ({', '.join((*ENDINGS, *VIDEOS, *TABLES))})."
            )


def _any_picture(folder: Path) -> bool:
    return any(path.suffix.casefold() in ENDINGS for path in folder.rglob("*"))


def _pictures(paths: Sequence[Path], report: Report) -> Iterator[Frame]:
    for path, found in read_pictures(paths) if paths else ():
        if isinstance(found, Unseen):
            report.drop(found.name, found.why.replace(str(path), "it"))
        else:
            yield _seen(found.data, found.key)


def _video(path: Path, report: Report, every: float) -> Iterator[Frame]:
    """A frame every so many seconds of a video."""
    try:
        import av
    except ImportError:
        raise Incapable("videos need PyAV: pip install 'axiometer[frames]'.") from None
    try:
        with av.open(str(path)) as opened:
            due = 0.0
            shots: Any = opened.decode(video=0)
            for shot in shots:
                if shot.time is not None and shot.time + 1e-6 >= due:
                    due = shot.time + every
                    out = io.BytesIO()
                    shot.to_image().save(out, "PNG")
                    found = read_picture(out.getvalue())
                    yield replace(_seen(found.data, found.key), link=path.name)
    except Exception as error:  # PyAV has an error of its own for each mishap
        report.drop(path.name, f"no video that can be read: {error}")


def _table(path: Path, report: Report) -> Iterator[Frame]:
    rows = _rows(path)
    for line, row in enumerate(rows, 2):
        try:
            yield _row(row, path.parent)
        except BadInput as error:
            report.drop(f"{path.name}, row {line}", str(error).rstrip("."))


def _row(row: Mapping[str, Any], folder: Path) -> Frame:
    told = {
        name: str(row.get(name) or "").strip()
        for name in ("caption", "file", "link", "platform", "date", "tags")
    }
    if not told["caption"] and not told["file"]:
        raise BadInput("no caption and no file: a frame needs one of them.")
    tags = tuple(tag.strip() for tag in told["tags"].replace(",", ";").split(";") if tag.strip())
    if told["file"]:
        found = read_picture(folder / told["file"])
        frame = _seen(found.data, found.key)
    else:
        frame = Frame(frame_key(told["caption"], told["link"]))
    return replace(
        frame,
        caption=told["caption"],
        link=told["link"],
        platform=told["platform"],
        day=_day(told["date"]),
        tags=tags,
    )


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.casefold() == ".parquet":
        try:
            import pyarrow.parquet as pq

            yield from pq.read_table(path).to_pylist()
        except Exception as error:  # pyarrow has an error of its own for each mishap
            raise BadInput(f"{path} is no Parquet file that can be read: {error}.") from None
        return
    table = csv.DictReader(
        io.StringIO(read_text(path), newline=""), delimiter="\t" if path.suffix == ".tsv" else ","
    )
    if not {"caption", "file"} & set(table.fieldnames or ()):
        raise BadInput(f"{path} has no column caption or file; it has: {', '.join(table.fieldnames or ())}.")
    yield from table


def _seen(data: bytes, key: str) -> Frame:
    from PIL import Image

    from axiometer.subjects.pictures import Picture

    gray = np.asarray(Image.open(io.BytesIO(data)).convert("L").resize((9, 8)))
    small = Picture(key, 0, 0, data).thumbnail()
    return Frame(key, picture=data, thumbnail=small, likeness=likeness(gray))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadInput(f"the day is {text!r:.20}; write it as 2024-08-31.") from None
