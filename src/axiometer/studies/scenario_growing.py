"""New scenes with rated actions: written by an author, or taken out of replies got elsewhere, filtered, and laid before people.

Source: valuepilot2025
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.canon import key, plain
from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.grow.asking import Rejected
from axiometer.grow.labelling import Label, nominal_alpha
from axiometer.grow.scenario_asking import wordings_key
from axiometer.grow.scenarios import Grown, Wish, grow_scenarios, imported, scenarios_spec
from axiometer.instruments.scene_files import as_toml
from axiometer.instruments.scenes import Scene, Scenes, read_scenes
from axiometer.studies.asking import ledger_path
from axiometer.studies.folder import check_own, check_writable, write_rows, write_text
from axiometer.studies.sheet import sheet
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject
from axiometer.values import open_system

FILE, REVIEW, REJECTS, RECORD = "scenes.toml", "review.csv", "rejects.jsonl", "growth.json"
_COLUMNS = ("scene", "action", "keep", "notes", "split", "text", "what", "ratings")
_NO, _YES = ("no", "n", "0", "false", "drop"), ("yes", "y", "1", "true", "keep", "")


@dataclass(frozen=True)
class ScenarioGrowth:
    """What a growth of scenes brought, and where it lies.

    Attributes:
        fresh: questions really put; `known`: answered from the ledger.
    """

    author: str
    grown: Grown
    fresh: int
    known: int
    folder: Path


def plan(author: str, wish: Wish, blind: str = "") -> str:
    """What growing can cost, before anything is asked."""
    least = wish.scenes * len(wish.levels)
    also = f", and as many of {blind} as there are scenes" if blind else ""
    return f"{least} scenes by {author}: {least} to {wish.most} calls{also}; what the ledger knows is not asked again"


def grown_scenarios(
    author: str,
    out: Path,
    wish: Wish,
    *,
    system: str = "valuepilot6",
    blind: str = "",
    ledger: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ScenarioGrowth:
    """Grows scenes and writes them, a table for people to go through, and what was rejected.

    Raises:
        BadInput: a folder that holds another growth.
        UnknownName: no such subject or system.
    """
    valued = open_system(system)
    check_writable(out)
    with ExitStack() as stack:
        kept = stack.enter_context(Ledger(ledger_path(ledger)))
        heard = [remember(open_subject(name), kept) for name in ([author, blind] if blind else [author])]
        spec = scenarios_spec(heard[0], heard[1] if blind else None, valued, wish)
        check_own(out, RECORD, key(spec), "scenes")
        grown = grow_scenarios(heard[0], valued, wish, blind=heard[1] if blind else None, progress=progress)
        fresh, known = (sum(getattr(each.heard, name) for each in heard) for name in ("fresh", "known"))
    _write(out, grown, f"as the output of {author}", valued.name, {"key": key(spec), "spec": spec})
    return ScenarioGrowth(author, grown, fresh, known, out)


def imported_scenarios(
    paths: Sequence[Path],
    out: Path,
    *,
    system: str = "valuepilot6",
    licence: str = "as their writer allows",
    blind: str = "",
    overlap: float = 0.5,
    ledger: Path | None = None,
) -> ScenarioGrowth:
    """Scenes out of replies got elsewhere, such as from a person or a chat window: the same reading, filters and files.

    Args:
        paths: files of replies in the form that an author is asked for, each below a line `CELL: VALUE, VALUE`, with a line `---` between them.
        out: the folder to write.
        system: whose values.
        licence: of the scenes.
        blind: who names the values at stake without being told; empty for nobody.
        overlap: how far a blind reader must find the cell.
        ledger: where its answers are kept.

    Raises:
        BadInput: a block without a cell, or none at all.
        UnknownName: no such value, system or subject.
    """
    valued = open_system(system)
    check_writable(out)
    replies = _replies(paths)
    spec: dict[str, Any] = {"grow": "scenarios", "replies": key(replies), "system": valued.name}
    if not blind:
        check_own(out, RECORD, key(spec), "scenes")
        grown, fresh, known = imported(replies, valued), 0, 0
    else:
        with Ledger(ledger_path(ledger)) as kept:
            reader = remember(open_subject(blind), kept)
            spec |= {"blind": reader.spec, "overlap": overlap, "texts": wordings_key()}
            check_own(out, RECORD, key(spec), "scenes")
            grown = imported(replies, valued, blind=reader, least=overlap)
            fresh, known = reader.heard.fresh, reader.heard.known
    _write(out, grown, licence, valued.name, {"key": key(spec), "spec": spec})
    return ScenarioGrowth("their writers", grown, fresh, known, out)


def _replies(paths: Sequence[Path]) -> list[tuple[list[str], str]]:
    """(cell, reply) of every block in files."""
    replies: list[tuple[list[str], str]] = []
    for path in paths:
        for number, block in enumerate(read_text(path).split("\n---"), 1):
            if not block.strip("- \n"):
                continue
            head, _, reply = block.strip("- \n").partition("\n")
            label, colon, named = head.partition(":")
            if label.strip().casefold() != "cell" or not colon:
                raise BadInput(
                    f"{path}, block {number} begins with {head!r:.60}; write a line CELL: and its values first."
                )
            replies.append(([name.strip() for name in named.split(",") if name.strip()], reply))
    if not replies:
        raise BadInput(f"{', '.join(map(str, paths))} hold no reply; see docs/scenes.md for the form.")
    return replies


def reviewed(folder: Path, reviews: Sequence[Path]) -> tuple[Scenes, list[str]]:
    """The scenes of a folder without what people ticked off, written as reviewed.toml, and what was dropped in words.

    An action stays if at least half of those who judged it keep it; a scene without enough actions goes.

    Args:
        folder: as `grow scenarios` wrote it.
        reviews: one table for each person, with `keep` filled in: yes, no, or nothing for yes.

    Raises:
        BadInput: a table of another growth, or something else than yes or no.
    """
    found = read_scenes(folder / FILE)
    names = {(scene.name, number) for scene in found.scenes for number in range(1, len(scene.actions) + 1)}
    votes: dict[tuple[str, int], list[bool]] = {one: [] for one in names}
    for path in reviews:
        for at, keep in _ticks(path):
            if at not in votes:
                raise BadInput(f"{path} judges action {at[1]} of {at[0]!r}, which is not in {folder / FILE}.")
            votes[at].append(keep)
    kept, dropped = [], 0
    for scene in found.scenes:
        stay = [
            action
            for number, action in enumerate(scene.actions, 1)
            if not (own := votes[scene.name, number]) or 2 * sum(own) >= len(own)
        ]
        dropped += len(scene.actions) - len(stay)
        if len(stay) > 1:
            kept.append(replace(scene, actions=tuple(stay)))
    if not kept:
        raise BadInput("nothing is left of the scenes; look at the tables again.")
    write_text(
        folder, "reviewed.toml", as_toml(kept, found.system, found.licence, f"Read by {len(reviews)} people.")
    )
    told = [
        f"{dropped} of {len(names)} actions dropped, {len(found.scenes) - len(kept)} of {len(found.scenes)} scenes with them"
    ]
    if len(reviews) > 1:
        labels = [Label("", tuple({"yes" if vote else "no": 1.0} for vote in own)) for own in votes.values()]
        alpha, n = nominal_alpha(labels)
        told.append(f"Krippendorff's alpha of {len(reviews)} people {alpha:.2f} (nominal, n = {n} actions)")
    return replace(found, scenes=tuple(kept)), told


def lines(growth: ScenarioGrowth) -> Iterator[str]:
    """The yield and the balance in words."""
    grown = growth.grown
    scenes = grown.scenes
    levels = ", ".join(
        f"level {level}: {n}" for level, n in sorted(Counter(len(s.values) for s in scenes).items())
    )
    actions = sum(len(scene.actions) for scene in scenes)
    yield f"{len(scenes)} scenes with {actions} actions kept out of {len(grown.tried)} tries ({levels or 'none'})"
    yield f"{growth.fresh} calls put, {growth.known} known from the ledger"
    for why, n in grown.reasons().items():
        yield f"rejected, {why}: {n}"
    if found := grown.blind():
        own, mixed, n = found
        yield f"blind readers name the values at stake with an overlap of {own:.2f} (those of other scenes {mixed:.2f}), n = {n} scenes"
    yield from balance(scenes)
    if scenes:
        yield f"Saved in {growth.folder / FILE}; read it before you trust it: tick {growth.folder / REVIEW}, then --reviewed"


def balance(scenes: Sequence[Scene]) -> Iterator[str]:
    """How ratings lie, value by value: a set that leans one way flatters whoever says the mean."""
    rated: dict[str, list[float]] = {}
    for scene in scenes:
        for action in scene.actions:
            for name, rating in action.ratings.items():
                rated.setdefault(name, []).append(rating)
    for name, found in rated.items():
        each = np.array(found)
        yield f"{name:<14} mean {each.mean():+.2f}, below 0 {np.mean(each < 0):.0%}, spread {each.std():.2f}, n = {len(each)}"


def _ticks(path: Path) -> Iterator[tuple[tuple[str, int], bool]]:
    table = csv.DictReader(io.StringIO(read_text(path), newline=""))
    if not {"scene", "action", "keep"} <= set(table.fieldnames or ()):
        raise BadInput(
            f"{path} has no columns scene, action and keep; give the {REVIEW} of the growth, filled in."
        )
    for line, row in enumerate(table, 2):
        said, number = (row["keep"] or "").strip().casefold(), (row["action"] or "").strip()
        if said not in (*_NO, *_YES) or not number.isdigit():
            raise BadInput(
                f"{path}, line {line}: keep is {said!r:.20} for action {number!r:.10}; write yes or no."
            )
        yield ((row["scene"] or "").removeprefix("'"), int(number)), said not in _NO


def _write(out: Path, grown: Grown, licence: str, system: str, record: Mapping[str, Any]) -> None:
    """The record first: a file of scenes never lies there without it."""
    body = {
        "schema": 1,
        **record,
        "kept": len(grown.scenes),
        "rejected": grown.reasons(),
        "blind": grown.blind(),
    }
    write_text(out, RECORD, json.dumps(plain(body), indent=1, ensure_ascii=False) + "\n")
    rows = []
    for one in grown.tried:
        wrong = [("scene", one.outcome)] if isinstance(one.outcome, Rejected) else []
        for what, why in [*wrong, *((f"action {number}", why) for number, why in one.lost)]:
            rows.append(
                {
                    "what": what,
                    "why": why.why,
                    "detail": why.detail,
                    "cell": one.task.values,
                    "reply": plain(one.reply),
                }
            )
    write_rows(out, REJECTS, rows)
    if grown.scenes:
        write_text(out, REVIEW, _review(grown.scenes))
        note = "Filtered by rule; what the writer rated nobody else has read yet."
        write_text(out, FILE, as_toml(grown.scenes, system, licence, note))


def _review(scenes: Sequence[Scene]) -> str:
    """One row an action for people to tick."""
    rows = []
    for scene in scenes:
        for number, action in enumerate(scene.actions, 1):
            rated = "; ".join(f"{name} {rating:g}" for name, rating in action.ratings.items())
            told = scene.text if number == 1 else ""
            rows.append([scene.name, number, "", "", scene.split, told, action.text, rated])
    return sheet(_COLUMNS, rows)
