"""Least pushes against other ways to steer, each at the strongest dose that costs the same, on dilemmas none was tuned on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from axiometer.analyse.effects import Moved, Share, moved, share
from axiometer.canon import Spec, formed
from axiometer.data import shipped_names
from axiometer.errors import BadInput, unknown
from axiometer.instruments.contrast import Contrast, open_contrast
from axiometer.raters import Rater
from axiometer.steer.saved import Storable
from axiometer.studies.choosing import METHODS, Bench, chosen
from axiometer.studies.journal import Journal
from axiometer.subjects.opening import open_model


@dataclass(frozen=True)
class Written:
    """What the model writes about the test dilemmas, as a rater reads it.

    Attributes:
        moved: the rating of the value, 0 to 1, before and after.
        missing: dilemmas without a reply or a rating before or after.
        told: in how many of the dilemmas the rater reads more of the value in the answer that expresses it than in the other.
    """

    moved: Moved
    missing: int
    told: Share


@dataclass(frozen=True)
class Row:
    """One method on one value: what was chosen on the tune split, and what it did on the test split.

    Attributes:
        how: the layer, span or wording that was best on the tune split.
        tuned: the shift there; 0 where there was nothing to choose from.
        moved: the shift in nats per token on the test split, before and after both being weighed.
        price: the ratio of perplexities on passages that the dose was not chosen on.
        written: what replies show, if a rater was given and replies can be rated.
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
    written: Written | None = None


def conva(
    subject: str,
    *,
    values: Sequence[str] = (),
    methods: Sequence[str] = METHODS,
    budget: float = 1.1,
    rater: Rater | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every method on every value.

    Args:
        subject: what opens a model in memory.
        values: which; none for all with material.
        methods: which of `METHODS`.
        budget: how much perplexity on neutral passages may rise, as a ratio.
        rater: who reads what the model writes; None to look at preferences alone.
        out: a folder that keeps every finished row; what is there is not done again.
        progress: heard after each row.

    Raises:
        Incapable: a subject whose inside cannot be read.
        BadInput: a rater of another system than the material's.

    Source:
        conva, caa, iti, actadd
    """
    model = open_model(subject)
    for method in methods:
        if method not in METHODS:
            raise unknown("method", method, METHODS)
    material = {value: open_contrast(value) for value in values or shipped_names("contrast")}
    for contrast in material.values():
        if rater is not None and rater.system != contrast.system:
            raise BadInput(
                f"{rater.spec['rater']} reads values of {rater.system}, the dilemmas are of {contrast.system}; give collapsed:{contrast.system}:RATER."
            )
    wanted = [(value, method) for value in material for method in methods]
    journal = Journal(out, _made_for(model.spec, budget, rater))
    bench = Bench(model)
    for i, (value, method) in enumerate(wanted):
        part = f"{value}, {method}"
        if part not in journal.parts:
            journal.keep(part, _compared(bench, material[value], method, budget, rater))
        progress(i + 1, len(wanted))
    return [formed(Row, journal.parts[f"{value}, {method}"]) for value, method in wanted]


def _made_for(model: Spec, budget: float, rater: Rater | None) -> Spec:
    spec: Spec = {"study": "conva", "model": model, "budget": budget}
    return spec if rater is None else {**spec, "rater": rater.spec}


def _compared(bench: Bench, contrast: Contrast, method: str, budget: float, rater: Rater | None) -> Row:
    best, test = chosen(bench, contrast, method, budget), contrast.dilemmas_of("test")
    before, after = bench.preferred(test), bench.steered((best.by,), test)
    return Row(
        contrast.value,
        method,
        best.dosed.how,
        best.dose,
        best.tuned,
        moved(before, after),
        share(before > 0),
        share(after > 0),
        bench.price((best.by,), "test"),
        None if rater is None else _written(bench, contrast, best.by, rater),
    )


def _written(bench: Bench, contrast: Contrast, by: Storable, rater: Rater) -> Written | None:
    before, after = bench.rated((), contrast, rater), bench.rated((by,), contrast, rater)
    there = ~np.isnan(before + after)
    if not there.any():
        return None
    return Written(
        moved(before[there], after[there]), int((~there).sum()), share(bench.told_apart(contrast, rater))
    )


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
        if r.written is not None:
            w = r.written
            yield (
                f"{'':<16} replies rated {_told(w.moved)}  n = {w.moved.n}, missing {w.missing}  (the rater tells "
                f"{w.told.hits} of {w.told.n} answers apart)"
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
