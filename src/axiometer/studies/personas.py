"""Personas against people: does telling a subject who it is move its values as such people differ?

The comparison of persona effects with group differences of the European Social Survey is the paper's; the intervals are
our own proposal.

Source: valueportrait
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from axiometer.analyse.effects import item_shifts
from axiometer.analyse.intervals import wilson
from axiometer.canon import derived, key
from axiometer.errors import BadInput
from axiometer.instruments import Form, Instrument, form_spec
from axiometer.measure import Progress, Response, plan, run
from axiometer.measure.plan import check_able
from axiometer.measure.score import item_means
from axiometer.report.personas import Agreement, Effect, PersonaStudy
from axiometer.steer import steer
from axiometer.steer.demographics import Demographic, demographics, group_differences
from axiometer.studies.administer import citations, describe, note, recorded
from axiometer.subjects import Missing, Subject
from axiometer.values import ValueSystem, open_system

Array = npt.NDArray[np.float64]
LEAST = 2


@dataclass(frozen=True)
class Personas:
    """A study and the responses behind it, as (subject, persona, response)."""

    study: PersonaStudy
    responses: tuple[tuple[str, str, Response], ...]


def personas(
    instrument: Instrument,
    subject: Subject,
    form: Form,
    *,
    attributes: Sequence[str] = (),
    system: str = "schwartz10",
    repeats: int = 1,
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Personas:
    """Measures a subject as it is and under each persona, with the same plan, and compares.

    Args:
        instrument: what is asked; each item has one value.
        subject: who is told.
        form: how it is asked.
        attributes: attributes of the personas; none given: all.
        system: the value system that is scored.
        repeats: how often each ask is put.
        seed: of answers and bootstrap.
        progress: makes a listener for each persona.
    """
    if instrument.tagged:
        raise BadInput(
            "personas are compared on questionnaires with one value per item; use portraits57 or your own."
        )
    check_able(subject, [form])
    chosen, human = demographics(tuple(attributes)), group_differences()
    scored = open_system(system)
    collapse = open_system(instrument.system).collapse_to(system)
    asks, name = plan(instrument, form, repeats=repeats), subject.card.name
    responses = [
        (name, group, response)
        for group, told in [("", subject), *((p.group, steer(subject, p.told)) for p in chosen)]
        for response in run(
            asks, told, form, instrument.scale, seed=seed, progress=progress(name, group or form.name)
        )
    ]
    effects, agreements = _all_compared(instrument, responses, chosen, scored, collapse, seed)
    spec = {
        "study": "personas",
        "instrument": instrument.spec,
        "system": {"system": scored.name, "key": key(scored)},
        "subject": subject.spec,
        "form": form_spec(form),
        "personas": [persona.spec for persona in chosen],
        "repeats": repeats,
        "seed": seed,
    }
    study = PersonaStudy(
        **recorded(
            spec,
            describe(instrument),
            scored.name,
            [*citations(instrument, scored, [subject], [form]), *human.source],
        ),
        subject=note(subject),
        form=form.name,
        unit=form.unit,
        personas={persona.group: persona.text for persona in chosen},
        effects=effects,
        agreements=agreements,
        missing=dict(Counter(r.rating.why for _, _, r in responses if isinstance(r.rating, Missing))),
        human=f"{human.title}, {human.n:,} people; {human.obtained}",
        notes=_notes(form),
    )
    return Personas(study, tuple(responses))


def _all_compared(
    instrument: Instrument,
    responses: Sequence[tuple[str, str, Response]],
    chosen: Sequence[Demographic],
    system: ValueSystem,
    collapse: dict[str, str],
    seed: int,
) -> tuple[tuple[Effect, ...], tuple[Agreement, ...]]:
    """Every persona against no persona, and against people where there is a reference."""
    human = group_differences()
    scored = [item for item in instrument.items if item.value in collapse]
    value = np.array([system.names.index(collapse[item.value]) for item in scored])
    by_group = {
        group: _items([r for _, g, r in responses if g == group], [item.id for item in scored])
        for group in ("", *(persona.group for persona in chosen))
    }
    effects: list[Effect] = []
    agreements: list[Agreement] = []
    for persona in chosen:
        reference = human.differences.get(persona.reference) if system.name == human.system else None
        change = by_group[persona.group] - by_group[""]
        found, agreed = _compared(change, value, system.names, persona, reference, seed)
        effects += found
        agreements += agreed
    return tuple(effects), tuple(agreements)


def _compared(
    change: Array,
    value: npt.NDArray[np.int64],
    names: Sequence[str],
    persona: Demographic,
    reference: dict[str, float] | None,
    seed: int,
) -> tuple[list[Effect], list[Agreement]]:
    """Effects on every value with intervals over items drawn anew, item residuals pooled over values.

    Shapes: change (items,) with less without, nan where either is missing.
    """
    answered = ~np.isnan(change)
    change, value = change[answered], value[answered]
    counts = np.bincount(value, minlength=len(names))
    if len(change) == 0 or (counts < LEAST).any():
        short = [name for name, n in zip(names, counts, strict=True) if n < LEAST]
        raise BadInput(
            f"with the persona {persona.group!r}, {', '.join(short)} has fewer than {LEAST} items answered both with and without "
            "it; use another --form, or leave --attribute out."
        )
    shifts, drawn, counts = item_shifts(change, value, len(names), derived(seed, "personas", persona.group))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    effects = [
        Effect(
            persona.attribute,
            persona.group,
            name,
            float(shifts[v]),
            float(low[v]),
            float(high[v]),
            None if reference is None else reference[name],
            int(counts[v]),
        )
        for v, name in enumerate(names)
    ]
    if reference is None:
        return effects, []
    target = np.array([reference[name] for name in names])
    agreed = int((np.sign(shifts) == np.sign(target)).sum())
    each = [_correlation(row, target) for row in drawn]
    r_low, r_high = np.nanquantile(each, [0.025, 0.975])
    return effects, [
        Agreement(
            persona.attribute,
            persona.group,
            agreed,
            *wilson(agreed, len(names)),
            _correlation(shifts, target),
            float(r_low),
            float(r_high),
            len(names),
        )
    ]


def _items(responses: Sequence[Response], items: Sequence[str]) -> Array:
    """The mean rating of each item; nan where there is none."""
    found = item_means(responses)
    return np.array([found.get(item, np.nan) for item in items])


def _correlation(a: Array, b: Array) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 1e-12 else 0.0


def _notes(form: Form) -> tuple[str, ...]:
    if form.unit == "points":
        return ()
    return (
        f"Effects are in {form.unit}, people's differences in points of a questionnaire: compare signs and patterns, not sizes.",
    )
