"""Value neurons put to the test: does raising them move choices more than raising as many others does?

Found on training scenes; rule and dose chosen on tuning dilemmas at a bearable price; the test dilemmas are looked at once.

Source: valuelocate
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from axiometer.analyse.chance import Against, against
from axiometer.analyse.effects import Moved, moved
from axiometer.canon import formed
from axiometer.data import shipped_names
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.contrast import Contrast, open_contrast
from axiometer.locate.composing import at_random, compose
from axiometer.locate.neurons import Score, locate_neurons, observe
from axiometer.locate.observing import Observed
from axiometer.steer.dose import Dosed
from axiometer.steer.methods import component_shifts
from axiometer.steer.neurons import When, matched_random, pushing
from axiometer.steer.saved import Storable
from axiometer.studies.choosing import Bench
from axiometer.studies.journal import Journal
from axiometer.subjects.opening import open_model
from axiometer.subjects.sites import OpenModel

_DOSES = (0.05, 64.0)


@dataclass(frozen=True)
class Rule:
    """How neurons are chosen and used.

    Attributes:
        score: how units are told apart.
        share: of all units, for each pole.
        hold: whether those of the opposite are held down.
        when: see `Neurons`.
    """

    score: Score
    share: float
    hold: bool
    when: When = "always"

    def __str__(self) -> str:
        return f"{self.score} {self.share:.1%}, {self.when}{', opposite held down' if self.hold else ''}"


@dataclass(frozen=True)
class Writing:
    """Units chosen because what they write sums up to the value's vector, raised while the prompt is read, as far as each token needs; ours.

    Attributes:
        depth: of the layer, from 0 to 1.
        share: of all units of the model.
    """

    depth: float
    share: float

    def __str__(self) -> str:
        return f"writing {self.share:.2%} at {self.depth:.0%} of the depth, reading"


RULES: tuple[Rule | Writing, ...] = (
    Rule("frequency", 0.005, True),
    Rule("auroc", 0.005, True),
    Rule("effect", 0.005, True),
    Rule("effect", 0.005, False),
    Rule("effect", 0.05, False),
    Rule("effect", 0.005, False, "reading"),
    Rule("effect", 0.05, False, "reading"),
    Writing(0.4, 0.0015),
    Writing(0.5, 0.0015),
    Writing(0.6, 0.0015),
)


@dataclass(frozen=True)
class Tried:
    """A rule on the tuning dilemmas, at the highest dose that the budget allows."""

    rule: str
    gamma: float
    moved: Moved


@dataclass(frozen=True)
class Row:
    """One value.

    Attributes:
        tried: every rule that the budget allows at some dose.
        chosen: the one that moved the tuning dilemmas most.
        moved: the test dilemmas, in nats per token in favour of the value's option.
        chance: the same by as many other units.
        price: the ratio of perplexities on passages that the dose was not chosen on.
        random_price: that of the other units, on average.
    """

    value: str
    tried: tuple[Tried, ...]
    chosen: Tried
    moved: Moved
    chance: Against
    price: Moved
    random_price: float


def valuelocate(
    subject: str,
    *,
    values: Sequence[str] = (),
    material: Path | None = None,
    rules: Sequence[Rule | Writing] = RULES,
    draws: int = 20,
    budget: float = 1.1,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every value's neurons against matched random ones.

    Args:
        subject: what opens a model in memory.
        values: which; none for all of ours.
        material: a folder of the user's own material.
        rules: what is tried on the tuning dilemmas.
        draws: how many random sets.
        budget: how much perplexity on neutral passages may rise, as a ratio.
        out: a folder that keeps every finished value; what is there is not done again.
        progress: heard after each value.

    Raises:
        Incapable: a subject whose inside cannot be read.
        BadInput: a budget that allows no rule, or fewer than two draws.
    """
    bench = Bench(open_model(subject))
    wanted = values or shipped_names("contrast")
    settings = {
        "model": bench.model.spec,
        "rules": [str(rule) for rule in rules],
        "draws": draws,
        "budget": budget,
    }
    journal = Journal(out, {"study": "valuelocate", **settings})
    for i, value in enumerate(wanted):
        if value not in journal.parts:
            journal.keep(value, _row(bench, open_contrast(value, material), rules, draws, budget))
        progress(i + 1, len(wanted))
    return [formed(Row, journal.parts[value]) for value in wanted]


def _row(bench: Bench, contrast: Contrast, rules: Sequence[Rule | Writing], draws: int, budget: float) -> Row:
    ways = _ways(bench, contrast, rules, budget)
    tried = [
        one for name, way in ways.items() if (one := _tried(bench, contrast, name, way, budget)) is not None
    ]
    if not tried:
        raise BadInput(
            f"no neurons of {contrast.value} stay within a perplexity ratio of {budget:g}; allow more."
        )
    chosen = max(tried, key=lambda one: one.moved.shift)
    way, test = ways[chosen.rule], contrast.dilemmas_of("test")
    by, before = way.dosed.at(chosen.gamma), bench.preferred(test)
    shift = moved(before, bench.steered((by,), test))
    others = [way.other(seed, chosen.gamma) for seed in range(draws)]
    shifts = tuple(float((bench.steered((other,), test) - before).mean()) for other in others)
    prices = [bench.price((other,), "test").shift for other in others]
    return Row(
        contrast.value,
        tuple(tried),
        chosen,
        shift,
        against(shift, shifts),
        bench.price((by,), "test"),
        float(np.mean(prices)),
    )


@dataclass(frozen=True)
class _Way:
    """A rule with the units that it chose.

    Attributes:
        dosed: what pushes them.
        other: from a seed and the dose that was chosen, as many other units: pushed alike, or, where the amount depends on what is there
            already, at the strongest dose of the same budget.
    """

    dosed: Dosed
    other: Callable[[int, float], Storable]


def _ways(
    bench: Bench, contrast: Contrast, rules: Sequence[Rule | Writing], budget: float
) -> dict[str, _Way]:
    """Rule -> its units; without the rules that find none, or none in such a model."""
    needed = {rule.score for rule in rules if isinstance(rule, Rule)}
    seen = (
        observe(bench.model, contrast, score="effect" if "effect" in needed else "auroc") if needed else None
    )
    found = {}
    for rule in rules:
        if isinstance(rule, Writing):
            with suppress(BadInput, Incapable):
                found[str(rule)] = _writing(bench, contrast, rule, budget)
        elif seen is not None:
            found[str(rule)] = _firing(bench.model, contrast, seen, rule)
    return found


def _firing(model: OpenModel, contrast: Contrast, seen: Observed, rule: Rule) -> _Way:
    many = max(1, round(rule.share * seen.holding.high.size))
    located = locate_neurons(model, contrast, seen, score=rule.score, top=many)
    at = partial(pushing, located, hold=rule.hold, when=rule.when)

    return _Way(
        Dosed(rule.score, str(rule), contrast.value, at, _DOSES),
        lambda seed, gamma: matched_random(at(gamma), model, seed),
    )


def _writing(bench: Bench, contrast: Contrast, rule: Writing, budget: float) -> _Way:
    model = bench.model
    layer = round(rule.depth * (model.n_layers - 1))
    written = model.writers(layer)
    many = max(1, round(rule.share * model.n_layers * len(written)))
    found = compose(model, contrast, "neurons", layer, written, many)

    def other(seed: int, gamma: float) -> Storable:
        (dosed,) = component_shifts(at_random(written, found, seed))
        return dosed.at(bench.strongest(dosed, budget))

    return _Way(component_shifts(found)[0], other)


def _tried(bench: Bench, contrast: Contrast, name: str, way: _Way, budget: float) -> Tried | None:
    try:
        gamma = bench.strongest(way.dosed, budget)
    except BadInput:
        return None
    tune = contrast.dilemmas_of("tune")
    return Tried(name, gamma, moved(bench.preferred(tune), bench.steered((way.dosed.at(gamma),), tune)))


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The test in words."""
    yield (
        "Shift in nats per token in favour of the value's option, test dilemmas, both orders, 95 % bootstrap interval over "
        "dilemmas; random: mean size of the shifts by as many other units of the same layers, pushed alike or, where each token is pushed as far as it needs, at the strongest dose of the same budget, and where "
        "95 % of them end; price: perplexity ratio on other passages than the dose was chosen on"
    )
    for r in rows:
        verdict = "apart" if r.chance.apart else "not shown"
        yield (
            f"{r.value:<16} {_told(r.moved)}  n = {r.moved.n}  random {r.chance.size:.3f}, to {r.chance.end:+.3f}, "
            f"{len(r.chance.draws)} draws  x{r.chance.times:.1f}, {verdict}  price x{r.price.shift:.3f} "
            f"[{r.price.low:.3f}, {r.price.high:.3f}], random x{r.random_price:.3f}"
        )
        tried = "; ".join(f"{one.rule}: {one.moved.shift:+.3f} at gamma {one.gamma:.2f}" for one in r.tried)
        yield f"{'':<16} on {r.chosen.moved.n} tuning dilemmas {tried}; chosen: {r.chosen.rule}"
    apart = sum(r.chance.apart for r in rows)
    yield f"At least three times the random size, and intervals apart: {apart} of {len(rows)} values"


def _told(one: Moved) -> str:
    return f"{one.shift:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
