"""Instruments by name, or from a user's own TOML file with the same schema."""

from pathlib import Path
from typing import Any

from axiometer.data import need, read_toml, shipped, shipped_names, sources
from axiometer.errors import BadInput, unknown
from axiometer.instruments.bank import read_bank
from axiometer.instruments.instrument import LABELS, PERSONS, Instrument, Item, Scale
from axiometer.instruments.reading import as_said
from axiometer.values import open_system

TEXTS = ("first", "third", "first_opposed", "third_opposed")


def instrument_names() -> list[str]:
    """The shipped instruments."""
    return shipped_names("instruments")


def open_instrument(name: str) -> Instrument:
    """A shipped instrument by name, a user's own from a `.toml` path, or a bank of portraits as `portrait:FOLDER`.

    Raises:
        UnknownName: neither a shipped name nor a `.toml` path.
        BadInput: a file that is broken; the message names file, item and field.
    """
    kind, colon, folder = name.partition(":")
    if kind == "portrait" and colon:
        return read_bank(Path(folder)).instrument()
    if name == "portrait":
        raise BadInput("portrait needs a bank: give --bank FOLDER (see axiometer portrait build --help).")
    if name.endswith(".toml"):
        return read_instrument(Path(name))
    if name not in instrument_names():
        raise unknown("instrument", name, [*instrument_names(), "FILE.toml", "portrait"])
    return read_instrument(shipped("instruments", f"{name}.toml"))


def read_instrument(path: Path) -> Instrument:
    """The instrument in a TOML file, checked against its value system."""
    table, where = read_toml(path), str(path)
    instrument = Instrument(
        name=need(table, "name", str, where),
        title=need(table, "title", str, where),
        version=need(table, "version", str, where),
        licence=need(table, "licence", str, where),
        origin=need(table, "origin", str, where),
        system=need(table, "system", str, where),
        source=sources(table, where),
        items=tuple(_item(row, i, where) for i, row in enumerate(need(table, "items", list, where))),
        scale=_scale(table.get("scale", {}), where),
        style=need({"style": "portraits", **table}, "style", str, where),
    )
    _check(instrument, where)
    return instrument


def _item(row: Any, index: int, where: str) -> Item:
    at = f"{where}, item {index + 1}"
    if not isinstance(row, dict):
        raise BadInput(f"{at} is {row!r}; it must be a table [[items]].")
    strange = sorted(set(row) - {"id", "value", *TEXTS})
    if strange:
        raise BadInput(
            f"{at}: {strange[0]!r} is no field of an item; there are: id, value, {', '.join(TEXTS)}."
        )
    texts = {name: need(row, name, str, at).strip() for name in TEXTS if name in row}
    if not (texts.get("first") or texts.get("third")):
        raise BadInput(f"{at} has no text; give `first` or `third`.")
    item = Item(id=need(row, "id", str, at), value=need(row, "value", str, at), **texts)
    if any(item.text(person).split() == item.opposed(person).split() for person in PERSONS):
        raise BadInput(f"{at}: the statement and its opposing twin are the same; one must oppose the other.")
    return item


def _scale(table: Any, where: str) -> Scale:
    if not isinstance(table, dict):
        raise BadInput(f"{where}: scale is {table!r}; it must be a table with labels, lowest first.")
    labels = tuple(map(str, need({"labels": list(LABELS), **table}, "labels", list, f"{where}, scale")))
    low: int = need({"low": 1, **table}, "low", int, f"{where}, scale")
    said = {as_said(label) for label in labels}
    if len(labels) < 2 or len(said) != len(labels) or "" in said:
        raise BadInput(
            f"{where}: scale needs two or more labels, lowest first, that differ by more than case and punctuation."
        )
    return Scale(labels, low)


def _check(instrument: Instrument, where: str) -> None:
    if not instrument.items:
        raise BadInput(f"{where} has no items; give at least one [[items]] table.")
    ids = [item.id for item in instrument.items]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise BadInput(f"{where}: item id {twice[0]!r} stands twice; each item needs its own.")
    if instrument.style not in shipped_names("forms"):
        raise unknown(f"style of wording in {where}", instrument.style, shipped_names("forms"))
    known = open_system(instrument.system).names
    for item in instrument.items:
        if item.value and item.value not in known:
            raise BadInput(
                f"{where}, item {item.id}: {item.value!r} is no value of {instrument.system}; "
                f"there are: {', '.join(known)}."
            )
