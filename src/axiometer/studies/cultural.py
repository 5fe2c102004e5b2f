"""Cross-model study of values: repeated administrations, the ordinal model, human norms, and three remedies.

The published study (PVQ-40 put to three models, a Bayesian ordinal regression, three remedies named) is public only as an
abstract. What is done here is our own specification of it.

Source: culturalpvq
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from axiometer.analyse.ordinal import METHODS, Findings, Method, Row, table_of
from axiometer.analyse.ordinal.finding import found_and_drawn
from axiometer.canon import Spec, key
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.instruments import Form, Instrument, form_spec, open_form
from axiometer.measure import Progress, Response
from axiometer.measure.plan import check_able
from axiometer.measure.repeated import administer_runs
from axiometer.report.cite import sources
from axiometer.report.cultural import CulturalStudy
from axiometer.report.study import Example
from axiometer.steer import steer
from axiometer.steer.remedies import remedy
from axiometer.studies.administer import citations, describe, examples, note, recorded
from axiometer.studies.cultural_metrics import metrics_of, norm_note, norm_rows
from axiometer.subjects import Missing, Subject, Weigher
from axiometer.values import ValueSystem, open_system
from axiometer.values.norms import Norm, open_norm

BASELINE = ""
Listener = Callable[[str, str], Progress]


@dataclass(frozen=True)
class Cultural:
    """A study and the responses behind it, as (subject, condition, response)."""

    study: CulturalStudy
    responses: tuple[tuple[str, str, Response], ...]


def cultural(
    instrument: Instrument,
    subjects: Sequence[Subject],
    *,
    runs: int = 30,
    system: str = "schwartz10",
    session: bool = False,
    remedies: Sequence[str] = (),
    norm: str = "pvq21-value-portrait",
    method: Method = "sampled",
    discrimination: bool = False,
    seed: int = 0,
    progress: Listener = lambda subject, form: lambda done, total: None,
) -> Cultural:
    """Administers the instrument `runs` times to every subject, as it is and under each remedy, and fits the answers.

    Args:
        instrument: what is asked; each item has one value.
        subjects: who is asked; names must differ.
        runs: administrations of each subject under each condition.
        system: the value system that is fitted.
        session: whether a run is one conversation; its answers then share an effect.
        remedies: names as in `steer.remedies.remedy`.
        norm: a human norm to set beside the findings; empty: none.
        method: the sampler, or the fast approximation.
        discrimination: whether each subject has a discrimination of its own.
        seed: of everything.
        progress: makes a listener for each subject and what is done to it.

    Raises:
        NotConverged: nothing can be reported; what was answered stays in the ledger.
    """
    _check(instrument, subjects, remedies, method)
    scored, held = open_system(system), open_norm(norm) if norm else None
    collapse = open_system(instrument.system).collapse_to(system)
    forms = [_form(subject, instrument) for subject in subjects]
    how = _How(instrument, runs, seed, session, progress)
    profile = partial(profile_text, system=scored, collapse=collapse)
    told, responses = how.administer_all(subjects, forms, remedies, profile)
    rows = [
        Row(w, c, r.ask.item, collapse.get(r.ask.value, ""), r.ask.repeat, r.rating) for w, c, r in responses
    ]
    table = table_of(rows, scored, instrument.scale.labels, instrument.scale.low)
    several, heard = len(subjects) > 1, progress("ordinal model", method)
    findings, drawn = found_and_drawn(
        table, method, runs=session, discrimination=discrimination, compare=several, seed=seed, progress=heard
    )
    spec = {
        **how.spec,
        "system": {"system": scored.name, "key": key(scored)},
        "subjects": [subject.spec for subject in (*subjects, *told)],
        "forms": [form_spec(form) for form in dict.fromkeys(forms)],
        "remedies": list(remedies),
        "norm": norm,
        "method": method,
        "discrimination": discrimination,
    }
    study = CulturalStudy(
        **recorded(
            spec, describe(instrument), scored.name, _citations(instrument, scored, subjects, forms, held)
        ),
        subjects=tuple(note(subject) for subject in subjects),
        runs=runs,
        context=how.context,
        remedies=tuple(remedies),
        findings=findings,
        norm=norm_note(held) if held else None,
        norm_rows=norm_rows(table, drawn, held, method) if held else (),
        metrics=metrics_of(table, drawn, responses, method),
        notes=tuple(notes_on(subjects, forms, responses, findings, runs)),
        examples=_examples(responses, subjects),
    )
    return Cultural(study, tuple(responses))


@dataclass(frozen=True)
class _How:
    """How every subject is asked."""

    instrument: Instrument
    runs: int
    seed: int
    session: bool
    progress: Listener

    @property
    def context(self) -> str:
        """What an item is asked in."""
        return "session" if self.session else "item"

    @property
    def spec(self) -> Spec:
        """Everything but who and what follows."""
        return {
            "study": "cultural",
            "instrument": self.instrument.spec,
            "runs": self.runs,
            "session": self.session,
            "seed": self.seed,
        }

    def administer_all(
        self,
        subjects: Sequence[Subject],
        forms: Sequence[Form],
        remedies: Sequence[str],
        profile: Callable[[Sequence[tuple[str, str, Response]]], str],
    ) -> tuple[list[Subject], list[tuple[str, str, Response]]]:
        """The steered subjects, and the responses of everybody under every condition."""
        told: list[Subject] = []
        responses: list[tuple[str, str, Response]] = []
        for subject, form in zip(subjects, forms, strict=True):
            own = self.administer(subject, form, subject.card.name, BASELINE)
            responses += own
            for name in remedies:
                told.append(steer(subject, remedy(name, profile(own))))
                responses += self.administer(told[-1], form, subject.card.name, name)
        return told, responses

    def administer(
        self, subject: Subject, form: Form, name: str, condition: str
    ) -> list[tuple[str, str, Response]]:
        """The responses of all runs, as (name, condition, response)."""
        found = administer_runs(
            self.instrument,
            subject,
            form,
            runs=self.runs,
            seed=self.seed,
            session=self.session,
            progress=self.progress(name, condition or form.name),
        )
        return [(name, condition, response) for response in found]


def _examples(
    responses: Sequence[tuple[str, str, Response]], subjects: Sequence[Subject]
) -> tuple[Example, ...]:
    """The first asks of each subject as it is."""
    by_name = {subject.card.name: subject for subject in subjects}
    return tuple(examples([(who, r) for who, c, r in responses if not c], by_name))


def _check(instrument: Instrument, subjects: Sequence[Subject], remedies: Sequence[str], method: str) -> None:
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if instrument.tagged:
        raise BadInput(
            "a bank of portraits cannot be fitted: its items bear on several values; use a questionnaire."
        )
    names = [subject.card.name for subject in subjects]
    if not names or len(set(names)) < len(names):
        raise BadInput("name each subject once, and at least one.")
    for name in remedies:
        remedy(name, "")


def profile_text(
    own: Sequence[tuple[str, str, Response]], system: ValueSystem, collapse: dict[str, str]
) -> str:
    """A subject's scored answers in words: its values from most to least important, in points from its own mean."""
    by_value: dict[str, list[float]] = {}
    for _, _, response in own:
        value = collapse.get(response.ask.value)
        if value and not isinstance(response.rating, Missing):
            by_value.setdefault(value, []).append(response.rating)
    everything = [x for found in by_value.values() for x in found]
    if not everything:
        return "None of your answers could be read."
    centre = sum(everything) / len(everything)
    scores = {value: sum(found) / len(found) - centre for value, found in by_value.items()}
    ranked = sorted(scores, key=lambda value: -scores[value])
    told = ", ".join(f"{system.value(v).title} ({scores[v]:+.1f})" for v in ranked)
    return f"From most to least important to you, in points above or below your average answer: {told}."


def notes_on(
    subjects: Sequence[Subject],
    forms: Sequence[Form],
    responses: Sequence[tuple[str, str, Response]],
    findings: Findings,
    runs: int,
) -> list[str]:
    """What a reader must know before believing the numbers."""
    told = []
    for subject, form in zip(subjects, forms, strict=True):
        name = subject.card.name
        own = [r for who, c, r in responses if who == name and not c and not isinstance(r.rating, Missing)]
        cells: dict[tuple[str, str, str], set[float]] = {}
        number: dict[tuple[str, str, str], int] = {}
        for r in own:
            at = (r.ask.item, r.ask.condition.wording, r.ask.condition.order)
            cells.setdefault(at, set()).add(float(r.rating))  # type: ignore[arg-type]
            number[at] = number.get(at, 0) + 1
        again = [at for at, n in number.items() if n > 1]
        if again and all(len(cells[at]) == 1 for at in again):
            told.append(
                f"{name} gave the same answer whenever an item was asked again in the same words (n = {len(again)} repeated "
                "asks): its runs differ by wording and label order alone and replicate nothing else."
            )
        if form.weighs:
            told.append(
                f"{name}: each rating is a label drawn from the probabilities of the letters, as sampling at temperature 1 "
                "among them would; its runs say how uncertain it is, and cost no further questions."
            )
    if findings.method == "approximated":
        told.append("All intervals come from the fast approximation, not from the sampler.")
    if runs < 10:
        told.append(f"{runs} runs are few: intervals are wide, and rare answers go unseen.")
    return told


def _form(subject: Subject, instrument: Instrument) -> Form:
    """Labels weighed where weights are at hand, else answered in words."""
    if subject.card.kind == "data":
        raise Incapable(
            f"{subject.card.name} is recorded data and cannot be asked again; `axiometer study people` reads people's answers."
        )
    weighs = subject.card.kind == "open" and isinstance(subject, Weigher)
    form = open_form("options" if weighs else "text", instrument)
    check_able(subject, [form])
    return form


def _citations(
    instrument: Instrument,
    system: ValueSystem,
    subjects: Sequence[Subject],
    forms: Sequence[Form],
    norm: Norm | None,
) -> tuple[str, ...]:
    from axiometer.analyse.ordinal import approximate, design, laplace, loo, sampler, summary
    from axiometer.steer import remedies

    used = sources(design, laplace, approximate, sampler, summary, loo, remedies)
    own = citations(instrument, system, subjects, list(dict.fromkeys(forms)))
    return tuple(dict.fromkeys(["culturalpvq", *own, *used, *(norm.source if norm else ())]))
