"""Grown pairs as a file of contrast material, and what was rejected as JSON lines."""

import json

from axiometer.canon import plain
from axiometer.data import toml_text
from axiometer.grow.pairs import Tried
from axiometer.instruments.contrast import Pair


def as_toml(pairs: tuple[Pair, ...], system: str, value: str, author: str) -> str:
    """Pairs in the format of the shipped contrast material, scene by scene."""
    scenes: dict[str, list[Pair]] = {}
    for pair in pairs:
        scenes.setdefault(pair.scene, []).append(pair)
    blocks = [
        "\n".join(
            [
                "[[scenes]]",
                f"name = {toml_text(name)}",
                f"split = {toml_text(own[0].split)}",
                *(f"{pair.voice} = {toml_text(pair.text)}" for pair in own),
            ]
        )
        for name, own in scenes.items()
    ]
    head = [
        "# Written by a model and filtered by rule, read by nobody yet.",
        "schema = 1",
        f"system = {toml_text(system)}",
        f"value = {toml_text(value)}",
        f"licence = {toml_text(f'as the output of {author}')}",
    ]
    return "\n\n".join(["\n".join(head), *blocks]) + "\n"


def as_lines(rejected: tuple[Tried, ...]) -> str:
    """Each rejected try: its number, reason, what it was about, and every word the author said."""
    rows = []
    for one in rejected:
        outcome = plain(one.outcome)
        assert isinstance(outcome, dict)  # noqa: S101
        rows.append({**outcome, "task": plain(one.task), "replies": [plain(reply) for reply in one.replies]})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
