"""A store of frames in one file on disk: pictures or captions as vectors, with where they come from, found by meaning.

Why DuckDB: what was added in one go is there whole or not at all, also after a kill; a frame is there once, by its content; and platform and day are plain
conditions. Searching is one matrix product over all vectors.

Source: valuespectrum
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from axiometer.canon import canonical, key
from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.instruments.frames import EVERYTHING, NEAR, Added, Alike, Arm, Frame, Hit, Only

Floats: TypeAlias = npt.NDArray[np.float32]
FILE = "frames.duckdb"


class FrameStore:
    """A folder of frames. Open as a context manager, or call `close`.

    Attributes:
        arm: whether vectors are of pictures or of captions; the two are never mixed.
        embedder: key of what made the vectors.
        width: numbers of a vector.
    """

    def __init__(self, folder: Path, arm: Arm | None = None, embedder: str = "", width: int = 0) -> None:
        """Opens a store, or makes one when arm, embedder and width are given.

        Raises:
            BadInput: no store there, or one of another arm or embedder.
            Incapable: DuckDB is not installed.
            StorageFailure: a file that cannot be used.
        """
        self.folder = folder
        path = folder / FILE
        if arm is None and not path.is_file():
            raise BadInput(f"{folder} holds no frames; make a store: axiometer frames add {folder} SOURCE.")
        duckdb = _duckdb()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = duckdb.connect(str(path))
        except Exception as error:  # DuckDB has an error of its own for each mishap
            raise StorageFailure(
                f"cannot open the frames in {folder}: {error}; close other programs that hold it, or give another folder."
            ) from None
        if not self._db.execute(
            "select 1 from information_schema.tables where table_name = 'about'"
        ).fetchall():
            self._make(arm, embedder, width)
        found = dict(self._db.execute("select name, value from about").fetchall())
        self.arm: Arm = found["arm"]
        self.embedder, self.width = found["embedder"], int(found["width"])
        if arm is not None and (self.arm, self.embedder) != (arm, embedder):
            self._db.close()
            raise BadInput(
                f"{folder} holds vectors of {self.arm}s by another embedder; the arms are never mixed: give another folder."
            )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the file."""
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def __len__(self) -> int:
        return int(self._db.execute("select count(*) from frames").fetchall()[0][0])

    @property
    def key(self) -> str:
        """The content key of which frames there are, and of what made their vectors."""
        ids = [row[0] for row in self._db.execute("select id from frames order by id").fetchall()]
        return key([self.arm, self.embedder, ids])

    def vectors(self, only: Only = EVERYTHING) -> tuple[tuple[str, ...], Floats]:
        """The ids of frames in order, and their vectors [frames, width]."""
        ids, table = self._table(only)
        return tuple(ids), table

    def has(self, ids: Sequence[str]) -> set[str]:
        """Those that are there."""
        rows = self._db.execute(
            "select id from frames where id in (select unnest(?))", [list(ids)]
        ).fetchall()
        return {row[0] for row in rows}

    def add(self, frames: Sequence[Frame], vectors: Floats, near: int = NEAR) -> Added:
        """Adds frames, all of them or none: what is reported as added is there after any kill.

        Args:
            frames: with ids of their own.
            vectors: [frames, width]; made to length one.
            near: a picture that differs from one that is there in at most so many of 64 bits is the same again; below 0 for none.

        Raises:
            BadInput: vectors of another shape, or that hold no numbers.
            StorageFailure: no space, no permission.
        """
        if vectors.shape != (len(frames), self.width) or not np.isfinite(vectors).all():
            raise BadInput(
                f"vectors of shape {vectors.shape} do not fit {len(frames)} frames of width {self.width}, or are no numbers."
            )
        there, seen = self.has([frame.id for frame in frames]), set[str]()
        alike, kept, close = self._likeness(), list[int](), 0
        for i, frame in enumerate(frames):
            if frame.id in there or frame.id in seen:
                continue
            if near >= 0 and frame.likeness is not None and alike.near(frame.likeness, near):
                close += 1
                continue
            seen.add(frame.id)
            kept.append(i)
            if frame.likeness is not None:
                alike.add(frame.likeness)
        if kept:
            self._insert([frames[i] for i in kept], vectors[kept])
        return Added(len(kept), len(frames) - len(kept) - close, close)

    def frames(self, ids: Sequence[str]) -> dict[str, Frame]:
        """The frames of these ids; those that are not there are left out."""
        rows = self._db.execute(
            "select id, caption, link, platform, day, tags, picture, thumbnail, likeness from frames where id in (select unnest(?))",
            [list(ids)],
        ).fetchall()
        return {row[0]: _frame(row) for row in rows}

    def search(self, vectors: Floats, many: int, only: Only = EVERYTHING) -> list[list[Hit]]:
        """For each vector the nearest frames, the nearest first; of equals the lower id.

        Args:
            vectors: [wanted, width].
            many: frames for each.
            only: which frames are looked at.

        Raises:
            BadInput: no frame to look at, or vectors of another width.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.width:
            raise BadInput(f"vectors of shape {vectors.shape} do not fit frames of width {self.width}.")
        ids, table = self._table(only)
        if not ids:
            raise BadInput(
                f"{self.folder} holds no frame that fits ({_told(only)}); there are {len(self)} in all."
            )
        similar = _unit(vectors) @ table.T
        many = min(many, len(ids))
        found = []
        for row in similar:
            top = np.argpartition(-row, many - 1)[:many]
            order = sorted(top, key=lambda i: (-row[i], ids[i]))
            found.append([Hit(ids[i], float(row[i])) for i in order])
        return found

    def retrieve(
        self, keywords: Mapping[str, Floats], many: int, only: Only = EVERYTHING
    ) -> dict[str, list[Hit]]:
        """The nearest frames of each keyword, looked up once and kept: a run can be repeated although frames are added.

        Args:
            keywords: words -> [width].
            many: frames for each.
            only: which frames are looked at.
        """
        names = {
            word: key([word, many, [*only.platforms], str(only.since), str(only.until)]) for word in keywords
        }
        rows = self._db.execute(
            "select name, ids, cosine from retrieved where name in (select unnest(?))",
            [list(names.values())],
        ).fetchall()
        known = {row[0]: [Hit(i, float(s)) for i, s in zip(row[1], row[2], strict=True)] for row in rows}
        missing = [word for word, name in names.items() if name not in known]
        if missing:
            found = self.search(np.stack([keywords[word] for word in missing]), many, only)
            with self._whole():
                for word, hits in zip(missing, found, strict=True):
                    self._db.execute(
                        "insert into retrieved values (?, ?, ?, ?, ?) on conflict do nothing",
                        [
                            names[word],
                            word,
                            [hit.id for hit in hits],
                            [hit.similarity for hit in hits],
                            len(self),
                        ],
                    )
                    known[names[word]] = hits
        return {word: known[name] for word, name in names.items()}

    def stats(self) -> dict[str, Any]:
        """How many frames there are, by platform, in which days, with captions and pictures, and how many keywords were looked up."""
        ((total, first, last, told, seen),) = self._db.execute(
            "select count(*), min(day), max(day), count(*) filter (caption != ''), count(*) filter (octet_length(picture) > 0) from frames"
        ).fetchall()
        platforms = self._db.execute(
            "select platform, count(*) from frames group by platform order by 2 desc, 1"
        ).fetchall()
        ((looked,),) = self._db.execute("select count(*) from retrieved").fetchall()
        return {
            "arm": self.arm, "frames": total, "captions": told, "pictures": seen, "width": self.width, "first": first, "last": last,
            "platforms": dict(platforms), "keywords": looked,
        }  # fmt: skip

    def rows(self) -> Iterator[dict[str, Any]]:
        """All that is known of each frame but its picture and vector, in the order of ids."""
        names = ("id", "caption", "link", "platform", "day", "tags")
        for row in self._db.execute(f"select {', '.join(names)} from frames order by id").fetchall():  # noqa: S608 - our own names
            yield dict(zip(names, row, strict=True))

    def _make(self, arm: Arm | None, embedder: str, width: int) -> None:
        if arm is None or width < 1:
            self._db.close()
            raise BadInput(f"{self.folder / FILE} is a database without frames; give another folder.")
        with self._whole():
            self._db.execute("create table about (name text primary key, value text)")
            self._db.executemany(
                "insert into about values (?, ?)",
                [["arm", arm], ["embedder", embedder], ["width", str(width)]],
            )
            self._db.execute(
                "create table frames (id text primary key, caption text, link text, platform text, day date, tags text[], picture blob, thumbnail blob, "
                f"likeness ubigint, vector float[{width}])"
            )
            self._db.execute(
                "create table retrieved (name text primary key, keyword text, ids text[], cosine float[], frames bigint)"
            )

    def _insert(self, frames: Sequence[Frame], vectors: Floats) -> None:
        import pyarrow as pa

        columns = {
            name: [getattr(frame, name) for frame in frames]
            for name in ("id", "caption", "link", "platform", "day", "picture", "thumbnail")
        }
        flat = pa.array(np.ascontiguousarray(_unit(vectors)).ravel())
        part = pa.table(
            {
                **{name: pa.array(column, _columns(pa)[name]) for name, column in columns.items()},
                "tags": pa.array([list(frame.tags) for frame in frames], pa.list_(pa.string())),
                "likeness": pa.array([frame.likeness for frame in frames], pa.uint64()),
                "vector": pa.FixedSizeListArray.from_arrays(flat, self.width),
            }
        )
        with self._whole():
            self._db.register("part", part)
            self._db.execute(
                "insert into frames select id, caption, link, platform, day, tags, picture, thumbnail, likeness, vector from part on conflict do nothing"
            )
            self._db.unregister("part")

    def _table(self, only: Only) -> tuple[list[str], Floats]:
        asked, given = ["true"], list[Any]()
        if only.platforms:
            asked.append("platform in (select unnest(?))")
            given.append(list(only.platforms))
        for sign, day in ((">=", only.since), ("<=", only.until)):
            if day is not None:
                asked.append(f"day {sign} ?")
                given.append(day)
        query = f"select id, vector from frames where {' and '.join(asked)} order by id"  # noqa: S608 - our own words
        table = self._db.sql(query, params=given).to_arrow_table()
        flat = table["vector"].combine_chunks()
        if not len(table):
            return [], np.zeros((0, self.width), np.float32)
        numbers = flat.flatten().to_numpy().reshape(len(table), self.width)
        return table["id"].to_pylist(), numbers

    def _likeness(self) -> Alike:
        rows = self._db.execute("select likeness from frames where likeness is not null").fetchall()
        found = Alike()
        for (bits,) in rows:
            found.add(bits)
        return found

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._db.execute("begin")
        try:
            yield
            self._db.execute("commit")
        except BaseException as error:
            self._db.execute("rollback")
            if isinstance(error, Exception):
                raise StorageFailure(
                    f"cannot write the frames in {self.folder}: {error}; free some space or give another folder."
                ) from None
            raise


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)


def _frame(row: tuple[Any, ...]) -> Frame:
    return Frame(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        tuple(row[5] or ()),
        bytes(row[6] or b""),
        bytes(row[7] or b""),
        row[8],
    )


def _told(only: Only) -> str:
    return canonical(
        {"platforms": list(only.platforms), "since": str(only.since or ""), "until": str(only.until or "")}
    )


def _columns(pa: Any) -> dict[str, Any]:
    text = dict.fromkeys(("id", "caption", "link", "platform"), pa.string())
    return {**text, "day": pa.date32(), "picture": pa.binary(), "thumbnail": pa.binary()}


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise Incapable("frames need DuckDB: pip install 'axiometer[frames]'.") from None
    return duckdb
