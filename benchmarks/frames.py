"""Frames: 50,000 of 512 numbers added, and the five nearest of a hundred keywords, beside other ways to do the same.

Run: python benchmarks/frames.py
"""

import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from axiometer.canon import draws
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Frame

FRAMES, WIDTH, KEYWORDS, LOT = 50_000, 512, 100, 2000


def main() -> None:
    """Adds, searches, and searches again as DuckDB does by itself and by plain numpy."""
    rng = draws(0, "frames")
    asked = rng.standard_normal((KEYWORDS, WIDTH)).astype(np.float32)
    with tempfile.TemporaryDirectory() as place:
        start, lots = time.perf_counter(), []
        with FrameStore(Path(place), "picture", "benchmark", WIDTH) as store:
            for first in range(0, FRAMES, LOT):
                lots.append(rng.standard_normal((LOT, WIDTH)).astype(np.float32))
                some = [
                    Frame(
                        f"f{first + i:06d}",
                        "a caption",
                        "a link",
                        "a platform",
                        date(2024, 8, 1),
                        likeness=int(rng.integers(2**63)),
                    )
                    for i in range(LOT)
                ]
                store.add(some, lots[-1])
            print(f"{len(store)} frames of {WIDTH} numbers added in {time.perf_counter() - start:.1f} s")
        with FrameStore(Path(place)) as store:
            start = time.perf_counter()
            found = store.search(asked, 5)
            ours = time.perf_counter() - start
            start = time.perf_counter()
            query = f"select id from frames order by array_cosine_similarity(vector, ?::float[{WIDTH}]) desc limit 5"
            theirs = [
                [row[0] for row in store._db.execute(query, [row.tolist()]).fetchall()] for row in asked
            ]
            each = time.perf_counter() - start
        whole = np.concatenate(lots)
        whole /= np.linalg.norm(whole, axis=1, keepdims=True)
        start = time.perf_counter()
        best = np.argsort(-(asked @ whole.T), axis=1)[:, :5]
        plain = time.perf_counter() - start
    same = sum([hit.id for hit in hits] == row for hits, row in zip(found, theirs, strict=True))
    right = sum(
        [hit.id for hit in hits] == [f"f{i:06d}" for i in row] for hits, row in zip(found, best, strict=True)
    )
    print(
        f"five nearest of {KEYWORDS} keywords, from disk: {ours:.2f} s; DuckDB keyword by keyword {each / ours:.1f} times as long; numpy in memory {plain / ours:.1f}"
    )
    print(
        f"the same frames as DuckDB for {same}, as numpy for {right} of {KEYWORDS}; at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
    )


if __name__ == "__main__":
    main()
