"""Value neurons put to the test: does raising them move choices more than raising as many others does?

Found on training scenes; rule and dose chosen on tuning dilemmas at a bearable price; the test dilemmas are looked at once.

Source: valuelocate
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from axiometer.analyse.chance import Against, against
from axiometer.analyse.effects import Moved, moved
from axiometer.canon import formed
from axiometer.data import shipped_names
from axiometer.errors import BadInput
from axiometer.instruments.contrast import Contrast, open_contrast
from axiometer.locate.neurons import Score, locate_neurons, observe
from axiometer.locate.observing import Observed
from axiometer.steer.dose import affordable
from axiometer.steer.neurons import Neurons, When, matched_random, pushing
from axiometer.studies.choosing import Bench
from axiometer.studies.journal import Journal
from axiometer.subjects.opening import open_model

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


RULES = (
    Rule("frequency", 0.005, True),
    Rule("auroc", 0.005, True),
    Rule("effect", 0.005, True),
    Rule("effect", 0.005, False),
    Rule("effect", 0.05, False),
    Rule("effect", 0.005, False, "reading"),
    Rule("effect", 0.05, False, "reading"),
)


@dataclass(frozen=True)
class Tried:
    """A rule on the tuning dilemmas, at the highest dose that the budget allows."""

    rule: Rule
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
    rules: Sequence[Rule] = RULES,
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


def _row(bench: Bench, contrast: Contrast, rules: Sequence[Rule], draws: int, budget: float) -> Row:
    score: Score = "effect" if any(rule.score == "effect" for rule in rules) else "auroc"
    seen = observe(bench.model, contrast, score=score)
    tried = [one for rule in rules if (one := _tried(bench, contrast, seen, rule, budget)) is not None]
    if not tried:
        raise BadInput(
            f"no neurons of {contrast.value} stay within a perplexity ratio of {budget:g}; allow more."
        )
    chosen = max(tried, key=lambda one: one.moved.shift)
    by, test = _made(bench, contrast, seen, chosen.rule, chosen.gamma), contrast.dilemmas_of("test")
    before = bench.preferred(test)
    shift = moved(before, bench.steered((by,), test))
    others = [matched_random(by, bench.model, seed) for seed in range(draws)]
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


def _tried(bench: Bench, contrast: Contrast, seen: Observed, rule: Rule, budget: float) -> Tried | None:
    at = partial(_made, bench, contrast, seen, rule)
    try:
        gamma = affordable(lambda dose: bench.price((at(dose),), "tune").high, _DOSES, budget).dose
    except BadInput:
        return None
    tune = contrast.dilemmas_of("tune")
    return Tried(rule, gamma, moved(bench.preferred(tune), bench.steered((at(gamma),), tune)))


def _made(bench: Bench, contrast: Contrast, seen: Observed, rule: Rule, gamma: float) -> Neurons:
    many = max(1, round(rule.share * seen.holding.high.size))
    located = locate_neurons(bench.model, contrast, seen, score=rule.score, top=many)
    return pushing(located, gamma, hold=rule.hold, when=rule.when)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The test in words."""
    yield (
        "Shift in nats per token in favour of the value's option, test dilemmas, both orders, 95 % bootstrap interval over "
        "dilemmas; random: mean size of the shifts by as many other units of the same layers, pushed alike, and where "
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
