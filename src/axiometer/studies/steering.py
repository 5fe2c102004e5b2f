"""The closed loop: find the values, steer, measure again with the same questions, and say what it cost and whether it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from axiometer.analyse.effects import item_shifts, moved
from axiometer.canon import derived, key
from axiometer.data import shipped_names
from axiometer.errors import BadInput
from axiometer.instruments import Form, Instrument, form_spec
from axiometer.instruments.contrast import open_contrast
from axiometer.instruments.knowledge import FourChoice
from axiometer.measure import Response, plan, run
from axiometer.measure.score import item_means
from axiometer.report.cite import sources
from axiometer.report.steering import Cost, Effect, Held, Null, Push, SteeringStudy
from axiometer.report.steering_page import ROLES, held, null, spent, told, verdict
from axiometer.steer.advice import Advice, advised
from axiometer.steer.dose import Dosed, affordable
from axiometer.steer.gate import Gate, gated, open_gate
from axiometer.steer.methods import at_random, depths
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import Storable, save_steering
from axiometer.steer.steered import SteeredWeigher, steer
from axiometer.studies.administer import describe, note, recorded
from axiometer.studies.choosing import Bench, Chosen, chosen
from axiometer.studies.folder import write_kind
from axiometer.studies.price import price
from axiometer.studies.receipts import told_receipts
from axiometer.subjects.sites import OpenModel
from axiometer.values import Objective, open_system
from axiometer.values.graph import ValueGraph

Heard: TypeAlias = Callable[[str], Callable[[int, int], None]]
NULLS = 5


@dataclass(frozen=True)
class Steering:
    """A finished study, what steers, and the responses behind it as (subject, condition, response)."""

    study: SteeringStudy
    by: tuple[Storable, ...]
    responses: tuple[tuple[str, str, Response], ...]


@dataclass(frozen=True)
class Plan:
    """What is wanted.

    Attributes:
        budget: how much perplexity on neutral passages may rise in all, as a ratio.
        goal: the shift on tune dilemmas to reach, in nats per token; none for as far as the budget allows.
        gate: whether only prompts in which the value is at stake are steered.
        gate_rater, gate_threshold: who says whether it is, from which score; None for the rater's own threshold.
        nulls: how many random directions to compare with.
        instrument, form: what measures before and after; none for dilemmas alone.
        questions: of knowledge; none for our own.
        graph: who moves whom among values: chooses the one value to push; none to push each value that is to move.
    """

    objective: Objective
    method: str = "probe"
    budget: float = 1.1
    goal: float | None = None
    gate: bool = False
    gate_rater: str = "queries"
    gate_threshold: float | None = None
    nulls: int = NULLS
    instrument: Instrument | None = None
    form: Form | None = None
    questions: tuple[FourChoice, ...] = ()
    graph: ValueGraph | None = None
    seed: int = 0

    def opened_gate(self, value: str) -> Gate:
        """The gate of a value."""
        return open_gate(value, self.gate_rater, self.gate_threshold)

    @property
    def pushed(self) -> Mapping[str, int]:
        """The values to push, and which way.

        Raises:
            BadInput: no push that the graph expects to reach the objective.
        """
        return self.objective.moved if self.advice is None else {self.advice.value: self.advice.sign}

    @cached_property
    def advice(self) -> Advice | None:
        """What the graph chose; None without one.

        Raises:
            BadInput: no push that the graph expects to reach the objective.
        """
        return None if self.graph is None else advised(self.graph, self.objective)[0]


def steering(
    model: OpenModel,
    wanted: Plan,
    heard: Heard = lambda what: lambda done, total: None,
) -> Steering:
    """Steers a model towards an objective, and measures what happened.

    Args:
        model: what is steered.
        wanted: see `Plan`.
        heard: makes a listener for each part.

    Raises:
        Incapable: no contrast material for a value that is to move.
        BadInput: no dose stays within the budget, or reaches the goal.
    """
    for value in {**wanted.objective.moved, **wanted.pushed}:
        open_contrast(value)
        if wanted.gate:
            wanted.opened_gate(value)
    bench = Bench(model)
    picked = _picked(bench, wanted, heard("ways to steer"))
    gates = {value: wanted.opened_gate(value) for value in picked} if wanted.gate else {}
    by: tuple[Storable, ...] = tuple(
        gated(one.by, gates[v]) if v in gates else one.by for v, one in picked.items()
    )
    steered = steer(model, *by)
    assert isinstance(steered, SteeredWeigher)  # noqa: S101 - an open model weighs
    receipts = told_receipts(steered, picked)
    effects = _effects(bench, by, wanted.objective, heard("dilemmas of a value"))
    verified, responses, missing = _verified(model, steered, wanted, heard)
    cost = price(steered, questions=wanted.questions, seed=wanted.seed)
    spec = {
        "study": "steering",
        "subject": model.spec,
        "objective": dict(wanted.objective.directions),
        "by": [each.spec for each in by],
        "instrument": wanted.instrument.spec if wanted.instrument else None,
        "form": form_spec(wanted.form) if wanted.form else None,
        "graph": key([wanted.graph.values, wanted.graph.weights.tolist()]) if wanted.graph else None,
        "seed": wanted.seed,
    }
    system = open_system(wanted.objective.system)
    cited = (*system.source, *model.card.source, *sources(*(type(each) for each in by)))
    study = SteeringStudy(
        **recorded(spec, describe(wanted.instrument) if wanted.instrument else {}, system.name, cited),
        subject=note(model),
        objective=dict(wanted.objective.directions),
        budget=wanted.budget,
        pushes=tuple(
            Push(v, wanted.pushed[v], wanted.method, c.dosed.how, c.dose, c.tuned) for v, c in picked.items()
        ),
        gate="; ".join(f"{value}: {gate.told}" for value, gate in gates.items()),
        effects=effects,
        nulls=_nulls(bench, wanted, heard("random directions")),
        held=tuple(_held(bench, by, value, sign) for value, sign in wanted.objective.moved.items()),
        costs=(_perplexity(bench, tuple(one.by for one in picked.values())), *_costs(cost)),
        verified=verified,
        form=wanted.form.name if wanted.form else "",
        unit=wanted.form.unit if wanted.form else "",
        missing=missing,
        notes=(*notes(wanted), *receipts),
    )
    return Steering(study, by, responses)


def _picked(bench: Bench, wanted: Plan, progress: Callable[[int, int], None]) -> dict[str, Chosen]:
    """For each value that is to move, the way and its dose; all doses drawn in together until the whole is affordable."""
    pushed, found = wanted.pushed, {}
    for value, sign in pushed.items():
        found[value] = chosen(
            bench, open_contrast(value), wanted.method, wanted.budget, sign=sign, goal=wanted.goal
        )
        progress(len(found), len(pushed))
    if len(found) == 1:
        return found

    def at(share: float) -> dict[str, Chosen]:
        return {value: replace(one, dose=_part(one.dosed, one.dose, share)) for value, one in found.items()}

    def cost(share: float) -> float:
        return bench.price(tuple(one.by for one in at(share).values()), "tune").high

    return at(affordable(cost, (0.0, 1.0), wanted.budget).dose)


def _part(dosed: Dosed, dose: float, share: float) -> float:
    weakest = dosed.doses[0]
    return weakest * (dose / weakest) ** share if weakest > 0 else weakest + share * (dose - weakest)


def _effects(
    bench: Bench, by: Sequence[Storable], objective: Objective, progress: Callable[[int, int], None]
) -> tuple[Effect, ...]:
    values = [v for v in open_system(objective.system).names if v in shipped_names("contrast")]
    found = []
    for value in values:
        test = open_contrast(value).dilemmas_of("test")
        before, after = bench.preferred(test), bench.steered(by, test)
        shift = moved(before, after)
        shares = float((before > 0).mean()), float((after > 0).mean())
        role = _role(objective, value)
        found.append(Effect(value, role, shift.shift, shift.low, shift.high, shift.n, shares))
        progress(len(found), len(values))
    return tuple(found)


def _role(objective: Objective, value: str) -> str:
    if value in objective.directions:
        return {1: "raised", -1: "lowered", 0: "kept"}[objective.directions[value]]
    system = open_system(objective.system)
    relations = {system.relation(value, other) for other in objective.moved}
    return next((name for name in ("opposite", "neighbour") if name in relations), "free")


def _verified(
    model: OpenModel, steered: SteeredWeigher, wanted: Plan, heard: Heard
) -> tuple[tuple[Effect, ...], tuple[tuple[str, str, Response], ...], int]:
    """The instrument's values before and after, item by item."""
    if wanted.instrument is None or wanted.form is None:
        return (), (), 0
    instrument, system = wanted.instrument, open_system(wanted.objective.system)
    collapse = open_system(instrument.system).collapse_to(system.name)
    asks, both, responses = plan(instrument, wanted.form), [], []
    for condition, subject in (("before", model), ("after", steered)):
        some = run(
            asks,
            subject,
            wanted.form,
            instrument.scale,
            seed=wanted.seed,
            progress=heard(f"items, {condition}"),
        )
        responses += [(model.card.name, condition, response) for response in some]
        both.append(item_means(some))
    items = [
        item for item in instrument.items if item.value in collapse and all(item.id in one for one in both)
    ]
    value = np.array([system.names.index(collapse[item.value]) for item in items], dtype=np.int64)
    if (np.bincount(value, minlength=len(system.names)) < 2).any():
        raise BadInput("a value has fewer than two items answered both before and after; use another --form.")
    change = np.array([both[1][item.id] - both[0][item.id] for item in items])
    shifts, drawn, counts = item_shifts(change, value, len(system.names), derived(wanted.seed, "verified"))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    rows = zip(system.names, shifts, low, high, counts, strict=True)
    effects = tuple(
        Effect(name, _role(wanted.objective, name), float(s), float(a), float(b), int(n))
        for name, s, a, b, n in rows
    )
    return effects, tuple(responses), len(instrument.items) - len(items)


def _nulls(bench: Bench, wanted: Plan, progress: Callable[[int, int], None]) -> tuple[Null, ...]:
    """Random directions at the middle layer, each at the strongest dose of the same budget, on the test dilemmas."""
    found: list[Null] = []
    for value, sign in wanted.objective.moved.items():
        contrast, layers = open_contrast(value), depths(bench.model)
        shifts = []
        for i in range(wanted.nulls):
            dosed = at_random(
                bench.located(contrast), layers[len(layers) // 2], derived(wanted.seed, "null", i)
            )
            dose = affordable(partial(bench.tuning, dosed), dosed.doses, wanted.budget).dose
            shifts.append(bench.shift((dosed.at(dose),), contrast.dilemmas_of("test"), sign))
            progress(len(shifts), wanted.nulls)
        found.append(Null(value, tuple(shifts)))
    return tuple(found)


def _held(bench: Bench, by: Sequence[Storable], value: str, sign: int) -> Held:
    test = open_contrast(value).dilemmas_of("test")
    opposed = ValuePrompt(value, -sign, 3)
    plain = sign * bench.preferred(test)
    told, both = (sign * bench.steered(some, test) for some in ((opposed,), (*by, opposed)))
    over = [moved(before, both) for before in (plain, told)]
    intervals = [(one.shift, one.low, one.high) for one in over]
    means = [float(some.mean()) for some in (plain, told, both)]
    return Held(value, means[0], means[1], means[2], intervals[0], intervals[1], len(test))


def _perplexity(bench: Bench, by: Sequence[Storable]) -> Cost:
    found = bench.price(by, "test")
    return Cost(
        "perplexity of neutral passages, gate open", "ratio", None, None, found.shift, found.low, found.high, found.n,
        "passages",
    )  # fmt: skip


def _costs(found: Any) -> list[Cost]:
    rows = []
    if found.knowledge is not None:
        k = found.knowledge
        d = k.difference
        shares = k.before.hits / k.before.n, k.after.hits / k.after.n
        rows.append(
            Cost("knowledge, right answers", "share", *shares, d.shift, d.low, d.high, d.n, "questions")
        )
    if found.drift is not None:
        d = found.drift
        rows.append(
            Cost(
                "drift on neutral requests",
                "nats per token",
                None,
                None,
                d.shift,
                d.low,
                d.high,
                d.n,
                "answers",
            )
        )
    for sign in found.wording:
        s = sign.shift
        rows.append(
            Cost(sign.name, "", sign.before.shift, sign.after.shift, s.shift, s.low, s.high, s.n, "answers")
        )
    return rows


def notes(wanted: Plan) -> tuple[str, ...]:
    """What is to be known before the work: what the graph chose, and goals that hold each other back."""
    expected: tuple[str, ...] = ()
    if (best := wanted.advice) is not None:
        goes = ", ".join(f"{name} {best.expected[name]:+.2f}" for name in wanted.objective.directions)
        expected = (
            f"The graph chose to push {best.value}: by it, one standard deviation of {best.value} moves {goes} standard deviations.",
        )
    return expected + tuple(
        f"{a} and {b} are opposites in the theory and are both to move the same way: expect each to hold the other back."
        for a, b in wanted.objective.strained
    )


def saved(target: Path, subject: str, found: Steering) -> None:
    """Writes the report, and the steered subject beside it.

    Raises:
        StorageFailure: the folder cannot be written.
    """
    evidence = {
        "study": found.study.key,
        "material": {push.value: open_contrast(push.value).key for push in found.study.pushes},
        "doses": {push.value: push.dose for push in found.study.pushes},
    }
    save_steering(target, subject, found.by, evidence)
    write_kind(target, "steering", found.study, found.responses)


def lines(study: SteeringStudy) -> Iterator[str]:
    """The study in words."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    yield from verdict(study, titles)
    for e in study.effects:
        yield f"{e.value:<16} {told(e):<26} {ROLES[e.role]:<18} n = {e.n} dilemmas"
    for e in study.verified:
        yield f"{e.value:<16} {told(e):<26} {ROLES[e.role]:<18} n = {e.n} items, {study.unit}"
    for h in study.held:
        yield held(h, titles)
    for n in study.nulls:
        yield f"{titles[n.value]}: {null(n)}"
    for c in study.costs:
        yield f"{c.name:<42} {spent(c)} {c.unit}, n = {c.n} {c.what}"
