"""Least pushes against other ways to steer, each at the strongest dose that costs the same, on dilemmas none was tuned on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.analyse.effects import Floats, Moved, Share, moved, ratio, share
from axiometer.data import shipped_names
from axiometer.errors import BadInput, Incapable, unknown
from axiometer.instruments.contrast import Contrast, Dilemma, open_contrast
from axiometer.locate.vectors import Located, locate_vector
from axiometer.measure.dilemmas import Preference, preferences
from axiometer.measure.fluency import Cost, cost, neutral_passages
from axiometer.steer.dose import Dosed, affordable
from axiometer.steer.methods import (
    activation_additions,
    at_random,
    depths,
    head_shifts,
    mean_differences,
    probes,
)
from axiometer.steer.regard import ValuePrompt
from axiometer.steer.saved import Storable
from axiometer.steer.steered import steer
from axiometer.studies.journal import Journal
from axiometer.subjects import Weigher
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import OpenModel

METHODS = ("probe", "caa", "iti", "actadd", "prefix", "random")


@dataclass(frozen=True)
class Row:
    """One method on one value: what was chosen on the tune split, and what it did on the test split.

    Attributes:
        how: the layer, span or wording that was best on the tune split.
        tuned: the shift there; 0 where there was nothing to choose from.
        moved: the shift in nats per token on the test split, before and after both being weighed.
        price: the ratio of perplexities on passages that the dose was not chosen on.
    """

    value: str
    method: str
    how: str
    dose: float
    tuned: float
    moved: Moved
    before: Share
    after: Share
    price: Moved


class Bench:
    """A model, and what is known of it unsteered."""

    def __init__(self, model: OpenModel) -> None:
        self.model = model
        passages = neutral_passages()
        self.passages = {"tune": passages[0::2], "test": passages[1::2]}
        self._costs = {split: cost(model, some) for split, some in self.passages.items()}
        self._located: dict[str, Located] = {}
        self._preferred: dict[tuple[str, ...], Floats] = {}

    def price(self, by: Storable, split: str) -> Moved:
        """The ratio of perplexities."""
        before, after = self._costs[split], cost(self._steered(by), self.passages[split])
        return ratio(_logp(before), _logp(after), np.array(before.tokens, dtype=np.float64))

    def tuning(self, dosed: Dosed, dose: float) -> float:
        """What a dose may cost at most: the upper limit of its price on the passages that doses are chosen on."""
        return self.price(dosed.at(dose), "tune").high

    def located(self, contrast: Contrast) -> Located:
        """The value at every layer, found once."""
        if contrast.value not in self._located:
            self._located[contrast.value] = locate_vector(self.model, contrast)
        return self._located[contrast.value]

    def preferred(self, dilemmas: Sequence[Dilemma]) -> Floats:
        """[dilemmas] of the unsteered model."""
        names = tuple(dilemma.name for dilemma in dilemmas)
        if names not in self._preferred:
            self._preferred[names] = _means(self.model, dilemmas)
        return self._preferred[names]

    def steered(self, by: Storable, dilemmas: Sequence[Dilemma]) -> Floats:
        """[dilemmas] of the steered model."""
        return _means(self._steered(by), dilemmas)

    def _steered(self, by: Storable) -> Weigher:
        found = steer(self.model, by)
        assert isinstance(found, Weigher)  # noqa: S101 - an open model weighs
        return found


def conva(
    subject: str,
    *,
    values: Sequence[str] = (),
    methods: Sequence[str] = METHODS,
    budget: float = 1.1,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every method on every value.

    Args:
        subject: what opens a model in memory.
        values: which; none for all with material.
        methods: which of `METHODS`.
        budget: how much perplexity on neutral passages may rise, as a ratio.
        out: a folder that keeps every finished row; what is there is not done again.
        progress: heard after each row.

    Raises:
        Incapable: a subject whose inside cannot be read.

    Source:
        conva, caa, iti, actadd
    """
    model = open_subject(subject)
    if not isinstance(model, OpenModel):
        raise Incapable(f"{subject} shows nothing of its inside; name a model in memory, such as smollm2.")
    for method in methods:
        if method not in METHODS:
            raise unknown("method", method, METHODS)
    material = {value: open_contrast(value) for value in values or shipped_names("contrast")}
    wanted = [(value, method) for value in material for method in methods]
    journal = Journal(out, {"study": "conva", "model": model.spec, "budget": budget})
    bench = Bench(model)
    for i, (value, method) in enumerate(wanted):
        part = f"{value}, {method}"
        if part not in journal.parts:
            journal.keep(
                part, _compared(bench, material[value], candidates(bench, material[value], method), budget)
            )
        progress(i + 1, len(wanted))
    return [_row(journal.parts[f"{value}, {method}"]) for value, method in wanted]


def candidates(bench: Bench, contrast: Contrast, method: str) -> list[Dosed]:
    """What a method may choose from on the tune split."""
    value, model, layers = contrast.value, bench.model, depths(bench.model)
    if method == "iti":
        return head_shifts(model, contrast)
    if method == "actadd":
        return activation_additions(model, value, layers)
    if method == "prefix":
        wordings = [(s, partial(_worded, value)) for s in (1, 2, 3)]
        return [Dosed("prefix", f"wording {s}", value, at, (s, s)) for s, at in wordings]
    located = bench.located(contrast)
    if method == "random":
        return [at_random(located, layers[len(layers) // 2], 0)]
    return (probes if method == "probe" else mean_differences)(located, layers)


def _worded(value: str, strength: float) -> ValuePrompt:
    return ValuePrompt(value, 1, round(strength))


def _compared(bench: Bench, contrast: Contrast, among: Sequence[Dosed], budget: float) -> Row:
    tune, test = contrast.dilemmas_of("tune"), contrast.dilemmas_of("test")
    best: tuple[float, Dosed, float] | None = None
    for dosed in among:
        try:
            dose = affordable(partial(bench.tuning, dosed), dosed.doses, budget).dose
        except BadInput:
            continue
        shift = 0.0
        if len(among) > 1:
            shift = float((bench.steered(dosed.at(dose), tune) - bench.preferred(tune)).mean())
        if best is None or shift > best[0]:
            best = shift, dosed, dose
    if best is None:
        raise BadInput(
            f"no dose of {among[0].method} stays within a perplexity ratio of {budget:g}; allow more."
        )
    tuned, dosed, dose = best
    by, before = dosed.at(dose), bench.preferred(test)
    after = bench.steered(by, test)
    return Row(
        contrast.value,
        dosed.method,
        dosed.how,
        dose,
        tuned,
        moved(before, after),
        share(before > 0),
        share(after > 0),
        bench.price(by, "test"),
    )


def _means(subject: Weigher, dilemmas: Sequence[Dilemma]) -> Floats:
    found = preferences(subject, dilemmas)
    lost = [one for one in found if not isinstance(one, Preference)]
    if lost:
        raise BadInput(f"{len(lost)} of {len(dilemmas)} dilemmas cannot be weighed: {lost[0].detail}")
    return np.array([one.mean for one in found if isinstance(one, Preference)])


def _logp(found: Cost) -> Floats:
    return np.array(found.logp)


def _row(row: dict[str, Any]) -> Row:
    parts: dict[str, Callable[..., Any]] = {"moved": Moved, "price": Moved, "before": Share, "after": Share}
    fields: dict[str, Any] = {
        name: parts[name](**value) if name in parts else value for name, value in row.items()
    }
    return Row(**fields)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The comparison in words."""
    yield (
        "Shift in nats per token in favour of the value's option, test dilemmas, both orders, 95 % bootstrap interval over "
        "dilemmas; chosen: share; price: perplexity ratio on other passages than the dose was chosen on"
    )
    for r in rows:
        yield (
            f"{r.value:<16} {r.method:<8} {_told(r.moved)}  chosen {r.before.hits / r.before.n:.2f} -> "
            f"{r.after.hits / r.after.n:.2f}  n = {r.moved.n}  price x{r.price.shift:.3f} [{r.price.low:.3f}, "
            f"{r.price.high:.3f}]  {r.how}, dose {r.dose:.3g}"
        )
    first = {r.value: r for r in rows if r.method == "probe"}
    for method in dict.fromkeys(r.method for r in rows if r.method != "probe"):
        others = [r for r in rows if r.method == method and r.value in first]
        if not others:
            continue
        gaps = np.array([first[r.value].moved.shift - r.moved.shift for r in others])
        apart = sum(first[r.value].moved.low > r.moved.high for r in others)
        over = moved(np.zeros(len(gaps)), gaps)
        yield (
            f"probe minus {method}: {_told(over)} over n = {len(gaps)} values; above in {(gaps > 0).sum()}, intervals apart "
            f"in {apart}"
        )


def _told(one: Moved) -> str:
    return f"{one.shift:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
