"""One instrument put to one or more subjects, in one or more forms: the plain measurement."""

import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from axiometer.analyse import METHOD, profile_of, tagged_profile
from axiometer.canon import Spec, key
from axiometer.errors import BadInput
from axiometer.instruments import Form, Instrument, form_spec, open_form
from axiometer.measure import Progress, Response, default_forms, plan, run, score
from axiometer.measure.plan import check_able
from axiometer.report.cite import sources
from axiometer.report.study import Example, Study, SubjectNote
from axiometer.studies.portrait_asking import portrait_findings
from axiometer.subjects import Missing, Subject, as_sent
from axiometer.values import Profile, ValueSystem, open_system

SHOWN_VERSIONS = ("axiometer", "numpy", "scipy", "torch", "transformers", "inspect-ai")
EXAMPLES = 2


@dataclass(frozen=True)
class Measured:
    """A study and the responses behind it, as (subject name, response)."""

    study: Study
    responses: tuple[tuple[str, Response], ...]


def administer(
    instrument: Instrument,
    subjects: Sequence[Subject],
    *,
    forms: Sequence[str] = (),
    system: str = "",
    repeats: int = 1,
    seed: int = 0,
    progress: Callable[[str, str], Progress] = lambda subject, form: lambda done, total: None,
) -> Measured:
    """Measures every subject with the instrument.

    Args:
        instrument: what is asked.
        subjects: who is asked; names must differ.
        forms: forms of asking; none given: what fits each subject.
        system: a coarser value system to score on; empty: the instrument's own.
        repeats: how often each ask is put, with different seeds.
        seed: of answers, bootstrap and permutations.
        progress: makes a listener for each subject and form.
    """
    _named_once(subjects)
    chosen = [
        [open_form(name, instrument) for name in (dict.fromkeys(forms) or default_forms(s, instrument))]
        for s in subjects
    ]
    for subject, own in zip(subjects, chosen, strict=True):
        check_able(subject, own)
    profiles: list[Profile] = []
    responses: list[tuple[str, Response]] = []
    for subject, own in zip(subjects, chosen, strict=True):
        for form in own:
            heard = progress(subject.card.name, form.name)
            profile, got = measure(
                instrument, subject, form, system=system, repeats=repeats, seed=seed, progress=heard
            )
            profiles.append(profile)
            responses += [(subject.card.name, response) for response in got]
    used = list(dict.fromkeys(form for own in chosen for form in own))
    scored = open_system(system or instrument.system)
    spec = {
        "study": "administer",
        "instrument": instrument.spec,
        "system": {"system": scored.name, "key": key(scored)},
        "forms": [form_spec(form) for form in used],
        "subjects": [subject.spec for subject in subjects],
        "repeats": repeats,
        "seed": seed,
    }
    study = Study(
        **recorded(spec, describe(instrument), scored.name, citations(instrument, scored, subjects, used)),
        subjects=tuple(note(subject) for subject in subjects),
        profiles=tuple(profiles),
        examples=tuple(examples(responses, {s.card.name: s for s in subjects})),
        method=dict(METHOD),
        portrait=portrait_findings(instrument, scored.names, responses) if instrument.tagged else None,
    )
    return Measured(study, tuple(responses))


def recorded(spec: Spec, instrument: dict[str, object], system: str, cited: Sequence[str]) -> dict[str, Any]:
    """The fields of a `Record`."""
    return {
        "key": key(spec),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "spec": spec,
        "versions": versions(),
        "instrument": instrument,
        "system": system,
        "citations": tuple(dict.fromkeys(cited)),
    }


def _named_once(subjects: Sequence[Subject]) -> None:
    names = [subject.card.name for subject in subjects]
    if not names:
        raise BadInput("no subject was named; give at least one.")
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadInput(f"{twice[0]!r} is named twice; name each subject once.")


def measure(
    instrument: Instrument,
    subject: Subject,
    form: Form,
    *,
    system: str = "",
    repeats: int = 1,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> tuple[Profile, list[Response]]:
    """One subject in one form: plan, run, score, profile."""
    scored = open_system(system or instrument.system)
    collapse = open_system(instrument.system).collapse_to(scored.name)
    strange = sorted(set(collapse.values()) - set(scored.names))
    if strange:
        raise BadInput(
            f"{instrument.system} collapses to {strange[0]!r}, which is no value of {scored.name}; there are: "
            f"{', '.join(scored.names)}."
        )
    asks = plan(instrument, form, repeats=repeats)
    responses = run(asks, subject, form, instrument.scale, seed=seed, progress=progress)
    found = score(responses, scored.names, collapse)
    facts = {
        "subject": subject.card.name,
        "instrument": instrument.name,
        "system": scored.name,
        "form": form.name,
        "unit": form.unit,
        "key": key([instrument.key, subject.spec, form_spec(form), scored, repeats, seed]),
    }
    if instrument.tagged:
        tags = {
            # several values may become one: the strongest tag, which stands last, is kept
            item: {collapse[v]: r for v, r in sorted(own.items(), key=lambda t: t[1]) if v in collapse}
            for item, own in instrument.tags().items()
        }
        return tagged_profile(found, tags, responses, **facts, seed=seed), responses
    profile = profile_of(found, responses, **facts, seed=seed)
    return profile, responses


def study_folder(instrument: Instrument, subjects: Sequence[str]) -> Path:
    """The folder that a study gets when the user names none; others of the same look get another."""
    shown = re.sub(r"[^A-Za-z0-9._=,-]+", "_", "-".join([instrument.name, *subjects]))[:60]
    return Path("studies") / f"{shown}-{key([instrument.key, list(subjects)])[3:11]}"


def describe(instrument: Instrument) -> dict[str, object]:
    """What a reader should know of the instrument."""
    return {
        "name": instrument.name,
        "title": instrument.title,
        "version": instrument.version,
        "licence": instrument.licence,
        "origin": instrument.origin,
        "items": len(instrument.items),
        "key": instrument.key,
    }


def note(subject: Subject) -> SubjectNote:
    """What a reader should know of the subject."""
    card = subject.card
    return SubjectNote(card.name, card.kind, card.parameters, subject.spec, card.source, dict(card.details))


def versions() -> dict[str, str]:
    """Python and the packages that matter, where they are installed."""
    found = {"python": platform.python_version()}
    for name in SHOWN_VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def examples(responses: Sequence[tuple[str, Response]], subjects: Mapping[str, Subject]) -> list[Example]:
    """For each subject and form, the first asks under different conditions, as they were sent."""
    found: list[Example] = []
    seen: dict[tuple[str, str], set[object]] = {}
    for subject, response in responses:
        ask = response.ask
        conditions = seen.setdefault((subject, ask.form), set())
        if ask.condition in conditions or len(conditions) >= EXAMPLES:
            continue
        conditions.add(ask.condition)
        sent = as_sent(subjects[subject], ask.questions[0].prompt)
        found.append(
            Example(
                subject=subject,
                form=ask.form,
                wording=ask.condition.wording,
                order=ask.condition.order,
                item=ask.item,
                system=sent.system,
                user=sent.user,
                options=ask.questions[0].options,
                reply=_told(response),
            )
        )
    return found


def citations(
    instrument: Instrument, system: ValueSystem, subjects: Sequence[Subject], forms: Sequence[Form]
) -> tuple[str, ...]:
    """Every reference that this study rests on, in order of first use."""
    from axiometer.analyse import intervals, reliability, variance
    from axiometer.measure.score import centred

    return tuple(
        dict.fromkeys(
            [
                *system.source,
                *instrument.source,
                *(key for subject in subjects for key in subject.card.source),
                *sources(
                    *(type(form) for form in forms), centred, intervals, variance, reliability.cronbach_alpha
                ),
            ]
        )
    )


def _told(response: Response) -> str:
    rating = response.rating
    if isinstance(rating, Missing):
        return f"missing: {rating.why}" + (f" ({rating.detail})" if rating.detail else "")
    shown = f"{rating:.3f}" if response.reading.logp else f"{rating:g}"
    logs = ", ".join(f"{x:.2f}" for x in response.reading.logp)
    return response.reading.text or f"rating {shown} from log-probabilities {logs}"
