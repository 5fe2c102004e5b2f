"""What all pages share: the frame, the style, and the words and numbers that templates may use."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from axiometer.canon import plain
from axiometer.errors import UnknownName
from axiometer.report import numbers, view, words
from axiometer.report.cite import link, reference
from axiometer.report.escaping import safe, shortened, visible
from axiometer.report.svg import marker, tag

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Kind:
    """A kind of study: its record, and the page that shows it."""

    record: type
    page: Callable[[Any], str]


def render(name: str, things: Mapping[str, Any]) -> str:
    """The page of a template; the same things give the same text."""
    return _environment().get_template(name).render(**things)


def cited(key: str) -> dict[str, str]:
    """A citation; one that is not ours, as the user's instrument gave it."""
    try:
        whole, address = reference(key), link(key)
    except UnknownName:
        return {"key": "", "text": key, "link": ""}
    return {"key": key, "text": whole.removesuffix(address), "link": address}


@cache
def _environment() -> Environment:
    """Every text is made visible, then escaped; a name that is not there is an error.

    Why: `finalize` runs on every expression before it is escaped, so no text can be forgotten.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda thing: (
            thing if isinstance(thing, Markup) or not isinstance(thing, str) else visible(thing)
        ),
    )
    environment.globals.update(
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        mark=_mark,
        pretty=_pretty,
        cited=cited,
        number=numbers.number,
        interval=numbers.interval,
        share=numbers.share,
        count=numbers.count,
        estimate=view.estimate,
        is_long=view.is_long,
        cut=view.cut,
        shortened=shortened,
        reasons=words.REASONS,
        form_words=words.FORMS,
        **_public(words.verdict, words.ratio, words.ratio_short, words.behind, words.kind, words.sentence),
        **_public(words.title_of, words.meaning_of, words.quantity, words.reading, words.listed),
    )
    return environment


def _public(*functions: Callable[..., str]) -> dict[str, Callable[..., str]]:
    return {function.__name__: function for function in functions}


def _mark(slot: int) -> Markup:
    """The mark of a subject beside its name."""
    drawn = tag("g", marker(slot, 8, 8, 5.5), class_=f"s{slot % 6}")
    return tag("svg", drawn, viewBox="0 0 16 16", class_="mark", aria_hidden="true")


def _pretty(thing: object) -> Markup:
    """A spec as indented JSON."""
    return safe(json.dumps(plain(thing), indent=2, ensure_ascii=False, sort_keys=True))
