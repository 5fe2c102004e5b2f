"""Runs of the command line that Ctrl-C really stops in their midst."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def kept(ledger: Path) -> int:
    """How many answers a ledger holds, also while somebody writes it."""
    if not ledger.exists():
        return 0
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM answers").fetchone()[0])
        except sqlite3.Error:  # not made yet
            return 0


def run(script: str, words: list[str], ledger: Path, *, stop: int | None = None, wait: float = 60) -> Ran:
    """Runs a command behind a script that ends in `main()`; where wanted, Ctrl-C once the ledger holds so many answers."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, *words, "--ledger", str(ledger)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if stop is not None:
        until = time.monotonic() + wait
        while kept(ledger) < stop and child.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=wait)
    return Ran(child.returncode, out, err)
