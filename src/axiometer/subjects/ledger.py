"""The ledger: what was asked and answered, in one SQLite file that many runs and processes share.

Why SQLite in WAL mode with full sync: an answer that was reported as received survives kill -9 and power loss, readers
never wait for writers, and one commit per batch makes the sync cheap.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axiometer.canon import Spec, canonical, key, plain, text_key
from axiometer.errors import StorageFailure
from axiometer.subjects.exchange import Answer, Missing, Prompt, Weights
from axiometer.subjects.protocol import Subject, Weigher
from axiometer.subjects.through import Through

APPLICATION = 0x41584D52  # "AXMR"
VERSION = 1
TABLES = """
CREATE TABLE subjects (key TEXT PRIMARY KEY, spec TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, subject TEXT NOT NULL, ask TEXT NOT NULL, reply TEXT NOT NULL, seal TEXT NOT NULL,
  at TEXT NOT NULL
) WITHOUT ROWID;
"""
Reply = Answer | Weights | Missing
KINDS: dict[str, Callable[..., Answer | Weights | Missing]] = {
    "answer": Answer,
    "weights": Weights,
    "missing": Missing,
}


@dataclass(frozen=True)
class Ask:
    """One question to one subject, as the ledger knows it."""

    subject: str
    how: str
    prompt: Prompt
    options: tuple[str, ...] = ()
    seed: int | None = None


class Ledger:
    """Content-addressed answers. Open as a context manager, or call `close`."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file.

        Raises:
            StorageFailure: not a ledger, of another version, or not writable.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=60.0, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StorageFailure(
                f"cannot open the ledger {path}: {error}; give a path that can be written."
            ) from None
        try:
            with self._trouble():
                self._prepare()
        except StorageFailure:
            self._db.close()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; what was written stays."""
        self._db.close()

    def find(self, keys: Sequence[str]) -> dict[str, Reply]:
        """The replies that are known, by key.

        Raises:
            StorageFailure: a reply was changed after it was written.
        """
        found: dict[str, Reply] = {}
        with self._trouble():
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, reply, seal FROM answers WHERE key IN ({marks})"  # noqa: S608
                for row_key, reply, seal in self._db.execute(query, part):
                    if _seal(row_key, reply) != seal:
                        raise StorageFailure(
                            f"{row_key} in the ledger {self.path} was changed after it was written; run `axiometer "
                            "ledger verify`, then restore a copy or give another path with --ledger."
                        )
                    found[row_key] = _reply(reply)
        return found

    def keep(self, spec: Spec, asked: Sequence[tuple[Ask, Reply]]) -> None:
        """Writes replies in one transaction; returning means they are on disk. A known key keeps its first reply."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = []
        for ask, reply in asked:
            text, asked_text = _plain_reply(reply), canonical(ask)
            ask_key = text_key(asked_text)
            rows.append((ask_key, ask.subject, asked_text, text, _seal(ask_key, text), now))
        with self._trouble(), self._transaction():
            self._db.execute("INSERT OR IGNORE INTO subjects VALUES (?, ?)", (key(spec), canonical(spec)))
            self._db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)

    def verify(self) -> list[str]:
        """Re-derives every key and seal; a line for each row that does not match, nothing when all do."""
        wrong, known = [], set()
        with self._trouble():
            for (line,) in self._db.execute("PRAGMA integrity_check"):
                if line != "ok":
                    wrong.append(f"file: {line}")
            for subject, spec in self._db.execute("SELECT key, spec FROM subjects"):
                known.add(subject)
                if text_key(str(spec)) != subject:
                    wrong.append(f"subject {subject}: the spec does not match its key")
            for row_key, subject, ask, reply, seal in self._db.execute(
                "SELECT key, subject, ask, reply, seal FROM answers"
            ):
                if text_key(str(ask)) != row_key or _json(ask)["subject"] != subject:
                    wrong.append(f"{row_key}: the ask does not match its key")
                if subject not in known:
                    wrong.append(f"{row_key}: the subject {subject} is unknown")
                if _seal(row_key, reply) != seal:
                    wrong.append(f"{row_key}: the reply was changed after it was written")
        return wrong

    def stats(self) -> list[tuple[str, int, int]]:
        """For each subject, its spec as JSON, the answers kept and the missing among them."""
        query = (
            'SELECT s.spec, count(a.key), sum(a.reply LIKE \'%"is":"missing"%\') FROM subjects s '
            "LEFT JOIN answers a ON a.subject = s.key GROUP BY s.key ORDER BY 2 DESC"
        )
        with self._trouble():
            return [(spec, n, missing or 0) for spec, n, missing in self._db.execute(query)]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every answer with its ask and its subject's spec, ready for JSON lines."""
        query = (
            "SELECT a.key, s.spec, a.ask, a.reply, a.at FROM answers a LEFT JOIN subjects s ON s.key = a.subject "
            "ORDER BY a.key"
        )
        with self._trouble():
            for row_key, spec, ask, reply, at in self._db.execute(query):
                yield {
                    "key": row_key,
                    "subject": _json(spec),
                    "ask": _json(ask),
                    "reply": _json(reply),
                    "at": at,
                }

    def _prepare(self) -> None:
        # looked at before anything is written: another program's database stays as it is, its journal mode too
        if self._is_new():
            with self._transaction():
                if self._is_new():
                    for statement in filter(str.strip, TABLES.split(";")):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                    self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    def _is_new(self) -> bool:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == APPLICATION and version == VERSION:
            return False
        if application == APPLICATION:
            raise StorageFailure(
                f"{self.path} is a ledger of version {version}; this program reads version {VERSION}: "
                "use the program that wrote it to export it, or give another path with --ledger."
            )
        if application or version or tables:
            raise StorageFailure(f"{self.path} is a database but no ledger; give another path with --ledger.")
        return True

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, json.JSONDecodeError) as error:
            raise StorageFailure(
                f"the ledger {self.path} cannot be used: {error}; check the disk's space and rights, or give another "
                "path with --ledger (nothing already in it was changed)."
            ) from None


@dataclass
class Heard:
    """How many questions a remembering subject really put, and how many it knew."""

    fresh: int = 0
    known: int = 0


@dataclass(frozen=True)
class Remembered(Through):
    """The outermost wrapper: asks only what the ledger has not got. A failure is never remembered."""

    ledger: Ledger = field(compare=False)
    heard: Heard = field(default_factory=Heard, compare=False)

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """Known answers from the ledger, the others from the base, kept before they are returned."""
        asks = [Ask(key(self.spec), "answer", prompt, seed=seed) for prompt in prompts]
        replies = self._recall(asks, lambda todo: self.base.answer([prompts[i] for i in todo], seed=seed))
        return [_expect(reply, (Answer, Missing)) for reply in replies]

    def _recall(self, asks: Sequence[Ask], put: Any) -> list[Reply]:
        keys = [key(ask) for ask in asks]
        known = self.ledger.find(list(dict.fromkeys(keys)))
        first = {k: i for i, k in reversed(list(enumerate(keys))) if k not in known}
        todo = sorted(first.values())
        fresh: dict[str, Reply] = {}
        if todo:
            fresh = {keys[i]: reply for i, reply in zip(todo, put(todo), strict=True)}
            lasting = [(asks[i], fresh[keys[i]]) for i in todo if not _failed(fresh[keys[i]])]
            if lasting:
                self.ledger.keep(self.spec, lasting)
                # what another process wrote first is what any later run will find
                fresh |= self.ledger.find([keys[i] for i in todo])
        self.heard.fresh += len(todo)
        self.heard.known += len(asks) - len(todo)
        return [known[k] if k in known else fresh[k] for k in keys]


@dataclass(frozen=True)
class RememberedWeigher(Remembered):
    """The same for a subject that weighs options."""

    base: Weigher

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """Known weights from the ledger, the others from the base, kept before they are returned."""
        asks = [Ask(key(self.spec), "weigh", p, tuple(o)) for p, o in zip(prompts, options, strict=True)]
        replies = self._recall(
            asks, lambda todo: self.base.weigh([prompts[i] for i in todo], [options[i] for i in todo])
        )
        return [_expect(reply, (Weights, Missing)) for reply in replies]


def remember(subject: Subject, ledger: Ledger) -> Remembered:
    """The subject behind a ledger; it weighs where the subject does."""
    return RememberedWeigher(subject, ledger) if isinstance(subject, Weigher) else Remembered(subject, ledger)


def _expect(reply: Reply, kinds: tuple[type, ...]) -> Any:
    if not isinstance(reply, kinds):
        raise StorageFailure(
            f"the ledger holds {type(reply).__name__} where {kinds[0].__name__} was asked; verify it."
        )
    return reply


def _failed(reply: Reply) -> bool:
    return isinstance(reply, Missing) and reply.why == "failed"


def _plain_reply(reply: Reply) -> str:
    body = plain(reply)
    assert isinstance(body, dict)  # noqa: S101
    return canonical({"is": type(reply).__name__.lower(), **body})


def _reply(text: str) -> Reply:
    body = _json(text)
    kind = KINDS.get(body.pop("is", ""))
    if kind is None:
        raise StorageFailure("the ledger holds a reply of an unknown kind; run `axiometer ledger verify`.")
    return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in body.items()})


def _seal(ask_key: str, reply: object) -> str:
    return key([ask_key, str(reply)])  # a damaged page may hold something else than text


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
