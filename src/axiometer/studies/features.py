"""A value's sparse features against as many others: what steering by either does at the same price."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from axiometer.analyse.chance import Against, against
from axiometer.analyse.effects import Moved, Share, moved, share
from axiometer.canon import formed
from axiometer.data import shipped_names
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast, open_contrast
from axiometer.locate.composing import MANY, Components, at_random, compose
from axiometer.locate.features import locate_features
from axiometer.locate.sparse import SparseCoder, load_coder
from axiometer.measure.drift import neutral_prompts
from axiometer.steer.methods import component_shifts
from axiometer.studies.choosing import Bench
from axiometer.studies.journal import Journal
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_model
from axiometer.subjects.sites import Floats, Site

DRAWS = 20
RULES = ("difference", "composition")


@dataclass(frozen=True)
class Row:
    """One value.

    Attributes:
        rule: how they were chosen: by how differently active they are where the value is held, or because they sum up to its
            vector; the rule that moved the tuning dilemmas more.
        tuned: rule -> what it did there.
        features: the numbers of those that steer.
        area: their mean on scenes they were not chosen on; .5 is chance.
        moved: the shift in nats per token on the test split.
        price: the ratio of perplexities on passages that the dose was not chosen on.
        random: the shift of each draw of random features, each at the strongest dose of the same budget.
    """

    value: str
    rule: str
    tuned: dict[str, float]
    features: tuple[int, ...]
    area: float
    dose: float
    moved: Moved
    before: Share
    after: Share
    price: Moved
    random: tuple[float, ...]


def features(
    subject: str,
    coder: Path,
    *,
    values: Sequence[str] = (),
    many: int = MANY,
    budget: float = 1.1,
    random: int = DRAWS,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every value's features, and as many random ones, on dilemmas that nothing was chosen on.

    Args:
        subject: what opens a model in memory.
        coder: a folder of features of this model.
        values: which; none for all with material.
        many: how many features to look at for each value.
        budget: how much perplexity on neutral passages may rise, as a ratio.
        random: how many draws of random features.
        out: a folder that keeps finished values.
        progress: heard after each value.

    Raises:
        Incapable: features of another model.
    """
    model, code = open_model(subject), load_coder(coder)
    code.check(model)
    bench = Bench(model)
    prompts = [Prompt(text) for text in neutral_prompts()]
    seen = model.capture(prompts, [Site(code.layer)], tokens="each")[Site(code.layer)]
    usual = (code.encode(seen) > 0).mean(axis=0)
    made_for = {
        "study": "features",
        "model": model.spec,
        "coder": str(coder),
        "many": many,
        "budget": budget,
        "random": random,
        "push": "least",
        "rules": RULES,
    }
    journal, wanted = Journal(out, made_for), list(values or shipped_names("contrast"))
    for i, value in enumerate(wanted):
        if value not in journal.parts:
            journal.keep(value, _row(bench, code, open_contrast(value), many, budget, random, usual))
        progress(i + 1, len(wanted))
    return [formed(Row, journal.parts[value]) for value in wanted]


def _row(
    bench: Bench, code: SparseCoder, contrast: Contrast, many: int, budget: float, random: int, usual: Floats
) -> Row:
    ways, tune = _ways(bench, code, contrast, many), contrast.dilemmas_of("tune")
    dosed = {rule: component_shifts(found)[0] for rule, found in ways.items()}
    doses = {rule: bench.strongest(one, budget) for rule, one in dosed.items()}
    tuned = {rule: bench.shift((one.at(doses[rule]),), tune) for rule, one in dosed.items()}
    rule = max(tuned, key=lambda one: tuned[one])
    found, dose, test = ways[rule], doses[rule], contrast.dilemmas_of("test")
    by = (dosed[rule].at(dose),)
    before, after = bench.preferred(test), bench.steered(by, test)
    drawn = []
    for seed in range(random):
        (other,) = component_shifts(at_random(code.decoder, found, seed, usual))
        drawn.append(bench.shift((other.at(bench.strongest(other, budget)),), test))
    return Row(
        contrast.value,
        rule,
        tuned,
        tuple(one.number for one in found.best),
        float(np.mean([one.area for one in found.best])),
        dose,
        moved(before, after),
        share(before > 0),
        share(after > 0),
        bench.price(by, "test"),
        tuple(drawn),
    )


def _ways(bench: Bench, code: SparseCoder, contrast: Contrast, many: int) -> dict[str, Components]:
    """The features by either rule; without the second where none of its features holds up."""
    found = {"difference": locate_features(bench.model, code, contrast, many)}
    with suppress(BadInput):
        found["composition"] = compose(bench.model, contrast, "features", code.layer, code.decoder, many)
    return found


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The study in words."""
    yield (
        "Shift in nats per token in favour of the value's option, test dilemmas, 95 % bootstrap interval over dilemmas; random: "
        "as many features about as often active, each draw at the strongest dose of the same budget"
    )
    compared = {r.value: against(r.moved, r.random) for r in rows if len(r.random) > 1}
    for r in rows:
        yield (
            f"{r.value:<16} {r.moved.shift:+.3f} [{r.moved.low:+.3f}, {r.moved.high:+.3f}]  chosen "
            f"{r.before.hits / r.before.n:.2f} -> {r.after.hits / r.after.n:.2f}  n = {r.moved.n}  price x{r.price.shift:.3f}  "
            f"{len(r.features)} features by {r.rule}, area on new scenes {r.area:.2f}; {_beside(r, compared.get(r.value))}"
        )
    if compared:
        apart = sum(one.apart for one in compared.values())
        yield f"At least three times the random size, and intervals apart: {apart} of {len(compared)} values"


def _beside(row: Row, chance: Against | None) -> str:
    if chance is None:
        return "no random features"
    random = np.array(row.random)
    return (
        f"random {random.mean():+.3f} (sd {random.std(ddof=1):.3f}, most {random.max():+.3f}, n = {len(random)}), 95 % of "
        f"draws to {chance.end:+.3f}; x{chance.times:.1f}, {'apart' if chance.apart else 'not shown'}; "
        f"p = {(1 + (random >= row.moved.shift).sum()) / (1 + len(random)):.3f}"
    )
