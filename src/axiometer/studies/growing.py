"""New pairs of a value written by an author, filtered, saved as contrast material, and looked through for confounds.

Source: conva
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.analyse.confounds import Confounds
from axiometer.canon import key, plain
from axiometer.data import read_text, shipped_names
from axiometer.errors import BadInput, StorageFailure
from axiometer.grow.pairs import Grown, budget, grow_pairs, growth_spec
from axiometer.grow.written import as_lines, as_toml
from axiometer.instruments.contrast import SPLITS, Pair, open_contrast
from axiometer.studies import confounds
from axiometer.studies.asking import ledger_path
from axiometer.studies.folder import check_writable
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system


@dataclass(frozen=True)
class Growth:
    """What an author yielded, where it lies, and what besides the value tells its two sides apart.

    Attributes:
        fresh: questions really put; `known`: answered from the ledger.
        confounds: None where there are too few scenes to say anything, with the reason in `unsaid`.
    """

    value: str
    author: str
    wanted: int
    grown: Grown
    fresh: int
    known: int
    confounds: Confounds | None
    unsaid: str
    file: Path


def plan(author: str, value: str, wanted: int, calls: int | None = None) -> str:
    """What growing can cost, before anything is asked."""
    least, most = budget(wanted, calls)
    return f"{wanted} pairs of {value} by {author}: {least} to {most} calls; what the ledger knows is not asked again"


def grown_pairs(
    author: str,
    value: str,
    out: Path,
    *,
    wanted: int,
    system: str = "schwartz10",
    calls: int | None = None,
    seed: int = 0,
    ledger: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Growth:
    """Grows pairs and writes VALUE.toml, VALUE.rejects.jsonl and VALUE.growth.json.

    Args:
        author: what opens the subject that writes.
        value: of the system.
        out: the folder to write.
        wanted: how many pairs to keep.
        system: whose value it is.
        calls: how many questions at most.
        seed: of what the tries are about, and of the author.
        ledger: where the author's answers are kept; none for the shared one.
        progress: heard after each batch: kept, wanted.

    Raises:
        UnknownName: no such system, value or subject.
        BadInput: too few calls, or material in the folder that was not grown in this way.
        StorageFailure: the folder cannot be written.
    """
    target = open_system(system).value(value)
    check_writable(out)
    with Ledger(ledger_path(ledger)) as kept:
        writer = remember(open_subject(author), kept)
        spec = growth_spec(writer, target, seed)
        _check_own(out, target.name, key(spec))
        grown = grow_pairs(
            writer,
            target,
            wanted=wanted,
            calls=calls,
            existing=_existing(target.name, system),
            seed=seed,
            progress=progress,
        )
    record = {
        "schema": 1,
        "key": key(spec),
        "spec": spec,
        "wanted": wanted,
        "kept": len(grown.pairs),
        "rejected": grown.reasons,
        "calls": grown.calls,
    }
    file = out / f"{target.name}.toml"
    _write(
        out, target.name, record, as_toml(grown.pairs, system, target.name, author), as_lines(grown.rejected)
    )
    try:
        found, unsaid = confounds.confounds_of(target.name, out), ""
    except BadInput as error:
        found, unsaid = None, str(error)
    return Growth(
        target.name, author, wanted, grown, writer.heard.fresh, writer.heard.known, found, unsaid, file
    )


def lines(growth: Growth) -> Iterator[str]:
    """The yield and the confound report in words."""
    grown, tried = growth.grown, len(growth.grown.tried)
    splits = ", ".join(f"{sum(pair.split == split for pair in grown.pairs)} {split}" for split in SPLITS)
    yield f"{growth.value}: {len(grown.pairs)} of {growth.wanted} pairs kept out of {tried} tries ({splits})"
    yield f"{grown.calls} calls: {growth.fresh} put to {growth.author}, {growth.known} known from the ledger"
    for why, n in grown.reasons.items():
        yield f"rejected, {why}: {n}"
    if len(grown.pairs) < growth.wanted:
        yield "the calls are used up; allow more with --calls, or take an author that writes to the form more often"
    if growth.confounds is None:
        yield f"no confound report: {growth.unsaid}"
    else:
        yield from confounds.lines(growth.confounds, growth.value)
    yield f"Saved in {growth.file}; read it before you trust it, and use it with --material {growth.file.parent}"


def _existing(value: str, system: str) -> tuple[Pair, ...]:
    """The shipped pairs of the value, which must not be written again."""
    if value not in shipped_names("contrast"):
        return ()
    found = open_contrast(value)
    return found.pairs if found.system == open_system(system).name else ()


def _check_own(out: Path, value: str, wanted: str) -> None:
    """That nothing but an earlier part of the same growth would be written over."""
    file, record = out / f"{value}.toml", out / f"{value}.growth.json"
    if not file.exists():
        return
    try:
        own = record.exists() and json.loads(read_text(record)).get("key") == wanted
    except (ValueError, AttributeError):
        own = False
    if not own:
        raise BadInput(
            f"{file} was not grown by this author with these questions and this seed; give another folder with --out."
        )


def _write(out: Path, value: str, record: Mapping[str, Any], material: str, rejects: str) -> None:
    """The record first: a file of pairs never lies there without it."""
    texts = {
        f"{value}.growth.json": json.dumps(plain(dict(record)), indent=1, ensure_ascii=False) + "\n",
        f"{value}.rejects.jsonl": rejects,
        f"{value}.toml": material,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            part = out / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(out / name)
    except OSError as error:
        raise StorageFailure(
            f"cannot write {out}: {error.strerror or error}; choose another folder with --out (what was answered is in "
            "the ledger: the same command asks nothing again)."
        ) from None
