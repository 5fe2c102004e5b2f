"""Sets of staircases: shipped, from a TOML file of our schema, or from JSON as the authors release it.

One broken dilemma does not spoil the rest: what cannot be used is left out with its reason, and counted.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from axiometer.data import need, read_text, read_toml, several, shipped, shipped_names, sources, toml_text
from axiometer.errors import AxiometerError, BadInput, unknown
from axiometer.instruments.staircase import LeftOut, Option, Staircase, Staircases, Step
from axiometer.values import ValueSystem, open_system, system_names

_CUT = {"self": "self-direction"}  # released labels were cut at the hyphen
_LIKELY = ("schwartz10", "mft6")  # first among systems that know as many labels
_MOST = 50


def open_staircases(name: str, system: str = "") -> Staircases:
    """A shipped set by name, a TOML file of the same schema, or a JSON file as the authors of the method release it.

    Args:
        name: a name, FILE.toml or FILE.json.
        system: the value system of a JSON file's labels; empty for the shipped system that knows most of them.

    Raises:
        UnknownName: no such set or system.
        BadInput: a file of another form, or one without any dilemma that can be used.
    """
    if name.endswith(".json"):
        return read_released(Path(name), system)
    if not name.endswith(".toml") and name not in shipped_names("staircases"):
        raise unknown("set of staircases", name, [*shipped_names("staircases"), "FILE.toml", "FILE.json"])
    return read_staircases(
        Path(name) if name.endswith(".toml") else shipped("staircases", f"{name}.toml"), name
    )


def read_staircases(path: Path, name: str = "") -> Staircases:
    """The set in a TOML file of our schema.

    Raises:
        BadInput: a broken file, or no dilemma in it that can be used.
    """
    table, where = read_toml(path), str(path)
    system = open_system(need(table, "system", str, where))
    rows = list(several(table, "dilemmas", dict, where))
    named = [(str(row.get("name", f"dilemma {i + 1}")), row) for i, row in enumerate(rows)]
    dilemmas, left_out = _sorted_out(named, lambda row: several(row, "steps", dict, "it"), system)
    return Staircases(
        name or where,
        system.name,
        need(table, "licence", str, where),
        sources(table, where),
        _some(dilemmas, left_out, where),
        left_out,
    )


def as_toml(
    dilemmas: Sequence[Staircase], system: str, licence: str, source: Sequence[str], note: str
) -> str:
    """Dilemmas in a TOML file of our schema, below a note to its readers; every step must be there."""
    head = [
        f"# {note}",
        "schema = 1",
        f"system = {toml_text(system)}",
        f"licence = {toml_text(licence)}",
        f"source = [{', '.join(map(toml_text, source))}]",
    ]
    blocks = ["\n".join(head)]
    for one in dilemmas:
        theme = [f"theme = {toml_text(one.theme)}"] if one.theme else []
        blocks.append(
            "\n".join(
                ["[[dilemmas]]", f"name = {toml_text(one.name)}", f"norm = {toml_text(one.norm)}", *theme]
            )
        )
        blocks += [_step_toml(step) for step in one.steps if step is not None]
    return "\n\n".join(blocks) + "\n"


def read_released(path: Path, system: str = "") -> Staircases:
    """The set in a JSON file of the form that the authors release: one object a dilemma, `step 1_choiceA_value` and so on.

    Labels in any case are known by the system's names and aliases.

    Raises:
        BadInput: another form, or no dilemma in it that can be used.
        UnknownName: no such system.

    Source:
        mmds
    """
    where = str(path)
    try:
        rows = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{where} is not valid JSON: {error}; give the list of dilemmas as it was released."
        ) from None
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"{where} must be a JSON list of dilemmas; it is {type(rows).__name__}.")
    valued = open_system(system) if system else _system_of(rows, where)
    seen: dict[str, int] = {}
    named = []
    for i, row in enumerate(rows):
        name = str(row.get("idx", i + 1)) if isinstance(row, dict) else str(i + 1)
        seen[name] = seen.get(name, 0) + 1
        named.append((name if seen[name] == 1 else f"{name}-{seen[name]}", row))
    dilemmas, left_out = _sorted_out(named, _released_steps, valued)
    kept = _some(dilemmas, left_out, where)
    return Staircases(where, valued.name, "as released", ("mmds",), kept, left_out)


def _step_toml(step: Step) -> str:
    options = [
        f"  {{ text = {toml_text(option.text)}, value = {toml_text(option.value)} }},"
        for option in step.options
    ]
    return "\n".join(
        [
            "[[dilemmas.steps]]",
            f"situation = {toml_text(step.situation)}",
            f"question = {toml_text(step.question)}",
            "options = [",
            *options,
            "]",
        ]
    )


def _sorted_out(
    named: Sequence[tuple[str, Any]],
    steps_of: Callable[[dict[str, Any]], Sequence[dict[str, Any]]],
    system: ValueSystem,
) -> tuple[tuple[Staircase, ...], tuple[LeftOut, ...]]:
    kept: list[Staircase] = []
    left_out: list[LeftOut] = []
    names: set[str] = set()
    for name, row in named:
        try:
            if not isinstance(row, dict):
                raise BadInput("it is no object")
            if name in names:
                raise BadInput("its name is there twice")
            norm, rows = need(row, "norm", str, "it"), steps_of(row)
            if not 2 <= len(rows) <= _MOST:
                raise BadInput(f"it has {len(rows)} steps")
        except AxiometerError as error:
            left_out.append(LeftOut(name, 0, _short(error)))
            continue
        steps: list[Step | None] = []
        for number, one in enumerate(rows, 1):
            try:
                steps.append(_step(one, system))
            except AxiometerError as error:
                steps.append(None)
                left_out.append(LeftOut(name, number, _short(error)))
        if any(steps):
            names.add(name)
            kept.append(Staircase(name, norm.strip(), tuple(steps), str(row.get("theme", ""))))
    return tuple(kept), tuple(left_out)


def _step(row: dict[str, Any], system: ValueSystem) -> Step:
    situation, question = (need(row, field, str, "it").strip() for field in ("situation", "question"))
    options = several(row, "options", dict, "it")
    if len(options) != 2:
        raise BadInput(f"it has {len(options)} options")
    texts = [need(option, "text", str, "option").strip() for option in options]
    labels = [_value(need(option, "value", str, "option"), system) for option in options]
    if not situation or not all(texts):
        raise BadInput("a text is empty")
    if texts[0].casefold() == texts[1].casefold():
        raise BadInput("both options say the same")
    if labels[0] == labels[1]:
        raise BadInput("both options show the same value")
    one, other = (Option(text, label) for text, label in zip(texts, labels, strict=True))
    return Step(situation, question, (one, other))


def _value(label: str, system: ValueSystem) -> str:
    found = _names(system).get(label.strip().casefold())
    if found is None:
        raise BadInput(f"{label!r:.40} is no value of {system.name}")
    return found


@cache
def _names(system: ValueSystem) -> dict[str, str]:
    """Everything that a value may be called -> its name."""
    found = {
        called.casefold(): value.name
        for value in system.values
        for called in (value.name, value.title, value.abbr, *value.aliases)
    }
    return found | {cut: whole for cut, whole in _CUT.items() if whole in system.names}


def _released_steps(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps under the names that we use; what is not there is found missing when the step is read."""
    found = []
    for number in range(1, _MOST + 1):
        own = {
            name.partition("_")[2]: text for name, text in row.items() if name.startswith(f"step {number}_")
        }
        if not own:
            break
        options = [
            {"text": own.get(f"choice{letter}"), "value": own.get(f"choice{letter}_value")} for letter in "AB"
        ]
        found.append(
            {
                "situation": own.get("situation"),
                "question": own.get("dilemma", own.get("conflict")),
                "options": options,
            }
        )
    return found


def _system_of(rows: Sequence[Any], where: str) -> ValueSystem:
    """The shipped system that knows most of the labels."""
    labels = list(_labels(rows))
    if not labels:
        raise BadInput(
            f"{where} labels no option with a value; it must have `step 1_choiceA_value` and so on."
        )
    systems = [open_system(name) for name in dict.fromkeys((*_LIKELY, *system_names()))]
    return max(
        systems, key=lambda system: sum(label.strip().casefold() in _names(system) for label in labels)
    )


def _labels(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows:
        if isinstance(row, dict):
            yield from (
                text for name, text in row.items() if name.endswith("_value") and isinstance(text, str)
            )


def _some(dilemmas: tuple[Staircase, ...], left_out: Sequence[LeftOut], where: str) -> tuple[Staircase, ...]:
    if not dilemmas:
        why = f" ({left_out[0].dilemma}: {left_out[0].why})" if left_out else ""
        raise BadInput(f"{where} holds no dilemma that can be used{why}; see docs/files.md for the form.")
    return dilemmas


def _short(error: AxiometerError) -> str:
    return str(error).removeprefix("it: ").removesuffix(".")
