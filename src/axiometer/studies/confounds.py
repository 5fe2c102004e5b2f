"""What besides the value could tell the two sides of contrast material apart, line by line with a verdict.

Source: conva
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from axiometer.analyse import likeness
from axiometer.analyse.confounds import Confounds, Embed, Line, Sides, confounds
from axiometer.data import read_text, shipped_names
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Pair, open_contrast
from axiometer.values import open_system

COLUMNS = ("question_1", "question_2")
_FEWEST = 10
_WORDS_SHOWN = 5


def confounds_of(value: str, material: Path | None = None, embed: Embed = likeness.letters) -> Confounds:
    """The confound report of a value's material, shipped or from a folder of `<value>.toml` files.

    Raises:
        UnknownName: a value without material.
        BadInput: a broken file, or too few scenes.
    """
    contrast = open_contrast(value, material)
    folder = (
        shipped_names("contrast") if material is None else sorted(p.stem for p in material.glob("*.toml"))
    )
    others = [open_contrast(name, material) for name in folder if name != value]
    elsewhere = [(f"{o.value} {p.scene}", context_of(p)) for o in others for p in o.pairs]
    sides = Sides(
        tuple(pair.holding for pair in contrast.pairs),
        tuple(pair.opposing for pair in contrast.pairs),
        tuple(pair.scene for pair in contrast.pairs),
        tuple(pair.split for pair in contrast.pairs),
        tuple(elsewhere),
    )
    _check(sides, value)
    return confounds(sides, open_system(contrast.system).value(contrast.value).title, embed)


def confounds_in(path: Path, value: str, embed: Embed = likeness.letters) -> Confounds:
    """The confound report of a CSV with a pair in each row: `question_1` holds the value, `question_2` does not.

    Raises:
        BadInput: no such columns, an empty cell, or too few rows.
    """
    rows = list(csv.DictReader(StringIO(read_text(path))))
    if not rows or not set(COLUMNS) <= set(rows[0]):
        got = ", ".join(map(str, rows[0])) if rows else "no rows"
        raise BadInput(f"{path} has {got}; it must have rows with the columns {' and '.join(COLUMNS)}.")
    for i, row in enumerate(rows):
        if not all((row[name] or "").strip() for name in COLUMNS):
            raise BadInput(f"{path}, row {i + 1}: {' and '.join(COLUMNS)} must both hold a sentence.")
    first, second = (tuple(row[name].strip() for row in rows) for name in COLUMNS)
    sides = Sides(first, second, tuple(map(str, range(len(rows)))))
    _check(sides, str(path))
    return confounds(sides, value, embed)


def context_of(pair: Pair) -> str:
    """What both sentences of a pair share."""
    before, _, _, after = likeness.parted(pair.holding, pair.opposing)
    return f"{before} {after}"


def lines(found: Confounds, of: str) -> Iterator[str]:
    """The report in words."""
    yield f"{of}: {found.pairs} pairs of {found.scenes} scenes; 95 % intervals over scenes"
    yield f"{'holding against opposing':<42}{'found':>7}  {'interval':<18}{'limit':<12}verdict"
    for line in found.lines:
        interval = f"[{line.low:.2f}, {line.high:.2f}]"
        yield f"{line.name:<42}{line.estimate:>7.2f}  {interval:<18}{_limit(line):<12}{line.verdict}"
    shown = [word for word in found.words if word.found] or found.words[:_WORDS_SHOWN]
    for word in shown:
        side = "giveaway" if word.found else "most lopsided, no giveaway"
        yield (
            f"{side}: {word.word!r} more on the holding side in {word.holding} scenes, on the opposing in {word.opposing}; "
            f"log-odds {word.log_odds:+.2f} [{word.low:+.2f}, {word.high:+.2f}], p = {word.p:.2g} (corrected)"
        )
    beyond = found.beyond
    yield f"beyond the limit: {', '.join(beyond)}" if beyond else "nothing is beyond its limit"


def _limit(line: Line) -> str:
    if line.limit is None:
        return "none"
    sign = {"most": "<= ", "least": ">= ", "size": "+- "}[line.limit.side]
    return f"{sign}{line.limit.at:g}"


def _check(sides: Sides, what: str) -> None:
    scenes: Sequence[str] = tuple(dict.fromkeys(sides.scene))
    if len(scenes) < _FEWEST:
        raise BadInput(
            f"{what} has {len(scenes)} scenes with pairs; a confound report needs at least {_FEWEST} to say anything."
        )
