"""Value neurons put to the test: does raising them move choices more than raising as many others does?

Found on training scenes; rule and dose chosen on tuning dilemmas at a bearable price; the test dilemmas are looked at once.

Source: valuelocate
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from axiometer.analyse.effects import Moved, moved, ratio
from axiometer.errors import BadInput, Incapable
from axiometer.instruments.contrast import Contrast, Dilemma, open_contrast
from axiometer.locate.neurons import Score, locate_neurons, observe
from axiometer.locate.observing import Heard, Observed
from axiometer.measure.dilemmas import Preference, preferences
from axiometer.measure.fluency import Cost, cost, neutral_passages
from axiometer.steer import steer
from axiometer.steer.neurons import Neurons, matched_random, pushing
from axiometer.studies.neurons import open_model
from axiometer.subjects import Weigher
from axiometer.subjects.sites import OpenModel

_STEPS, _HIGHEST = 5, 64.0


@dataclass(frozen=True)
class Rule:
    """How neurons are chosen and used.

    Attributes:
        score: how units are told apart.
        share: of all units, for each pole.
        hold: whether those of the opposite are held down.
    """

    score: Score
    share: float
    hold: bool


RULES = (
    Rule("frequency", 0.005, True),
    Rule("auroc", 0.005, True),
    Rule("effect", 0.005, True),
    Rule("effect", 0.02, False),
    Rule("effect", 0.05, False),
)


@dataclass(frozen=True)
class Tried:
    """A rule on the tuning dilemmas, at the highest dose that the price allows."""

    rule: Rule
    gamma: float
    moved: Moved


@dataclass(frozen=True)
class Row:
    """One value.

    Attributes:
        tried: every rule that could be paid for.
        chosen: the one that moved the tuning dilemmas most.
        moved: the test dilemmas, in nats per token in favour of the value's option.
        perplexity: after divided by before, on neutral passages.
        random: the mean shifts by as many other units, drawn again and again.
        random_perplexity: what these cost on average.
    """

    value: str
    tried: tuple[Tried, ...]
    chosen: Tried
    moved: Moved
    perplexity: Moved
    random: tuple[float, ...]
    random_perplexity: float

    @property
    def times(self) -> float:
        """The shift over the mean size of the random ones."""
        return self.moved.shift / float(np.mean(np.abs(self.random)))

    @property
    def highest(self) -> float:
        """Where 95 % of further random draws end (t distribution)."""
        n = len(self.random)
        spread = float(np.std(self.random, ddof=1)) * np.sqrt(1 + 1 / n)
        return float(np.mean(self.random) + t.ppf(0.975, n - 1) * spread)

    @property
    def passed(self) -> bool:
        """Whether the shift is three times that of random units, and its interval apart from theirs."""
        return self.times >= 3 and self.moved.low > self.highest


def valuelocate(
    subject: str,
    values: Sequence[str],
    *,
    rules: Sequence[Rule] = RULES,
    draws: int = 20,
    limit: float = 1.1,
    progress: Callable[[str], Heard] = lambda value: lambda done, total: None,
) -> tuple[Row, ...]:
    """Every value's neurons against matched random ones.

    Args:
        subject: what opens a model in memory.
        values: whose material is used.
        rules: what is tried on the tuning dilemmas.
        draws: how many random sets.
        limit: the highest ratio of perplexities on neutral passages.
        progress: for each value, heard after each random set.

    Raises:
        Incapable: a subject whose inside cannot be read, or that cannot pay for any rule.
        BadInput: fewer than two random sets.
    """
    if draws < 2:
        raise BadInput(f"{draws} random sets have no spread; draw at least 2.")
    model = open_model(subject)
    return tuple(_row(model, open_contrast(value), rules, draws, limit, progress(value)) for value in values)


def _row(
    model: OpenModel, contrast: Contrast, rules: Sequence[Rule], draws: int, limit: float, heard: Heard
) -> Row:
    fluent = _Fluency(model)
    score: Score = "effect" if any(rule.score == "effect" for rule in rules) else "auroc"
    seen = observe(model, contrast, score=score)
    tune, test = contrast.dilemmas_of("tune"), contrast.dilemmas_of("test")
    before, tried = _means(model, tune), []
    for rule in rules:
        made = _made(model, contrast, seen, rule)
        gamma = _dose(made, fluent, limit)
        if gamma is not None:
            after = _means(steer(model, replace(made, gamma=gamma)), tune)
            tried.append(Tried(rule, gamma, moved(before, after)))
    if not tried:
        raise Incapable(
            f"no rule leaves the perplexity of {model.card.name} below {limit} times what it was."
        )
    chosen = max(tried, key=lambda one: one.moved.shift)
    made = replace(_made(model, contrast, seen, chosen.rule), gamma=chosen.gamma)
    before = _means(model, test)
    after = _means(steer(model, made), test)
    random, prices = [], []
    for seed in range(draws):
        other = matched_random(made, model, seed)
        random.append(float((_means(steer(model, other), test) - before).mean()))
        prices.append(fluent.price(other).shift)
        heard(seed + 1, draws)
    return Row(
        contrast.value,
        tuple(tried),
        chosen,
        moved(before, after),
        fluent.price(made),
        tuple(random),
        float(np.mean(prices)),
    )


class _Fluency:
    """What neutral passages cost, with and without neurons."""

    def __init__(self, model: OpenModel) -> None:
        self._model, self._passages = model, neutral_passages()
        self._before = cost(model, self._passages)

    def price(self, made: Neurons) -> Moved:
        """The ratio of perplexities."""
        after, before = self._cost(made), self._before
        return ratio(np.array(before.logp), np.array(after.logp), np.array(before.tokens, dtype=np.float64))

    def _cost(self, made: Neurons) -> Cost:
        subject = steer(self._model, made)
        assert isinstance(subject, Weigher)  # noqa: S101 - a steered open model weighs
        return cost(subject, self._passages)


def _made(model: OpenModel, contrast: Contrast, seen: Observed, rule: Rule) -> Neurons:
    many = max(1, round(rule.share * seen.holding.high.size))
    located = locate_neurons(model, contrast, seen, score=rule.score, top=many)
    return pushing(located, 0.0, hold=rule.hold)


def _dose(made: Neurons, fluent: _Fluency, limit: float) -> float | None:
    """The highest gamma at a bearable price, by halving; None if there is none."""
    if fluent.price(made).shift > limit:
        return None
    low, high = 0.0, 1.0
    while high < _HIGHEST and fluent.price(replace(made, gamma=high)).shift <= limit:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        fits = fluent.price(replace(made, gamma=middle)).shift <= limit
        low, high = (middle, high) if fits else (low, middle)
    return low


def _means(subject: object, dilemmas: Sequence[Dilemma]) -> npt.NDArray[np.float64]:
    assert isinstance(subject, Weigher)  # noqa: S101 - an open model, steered or not, weighs
    found = preferences(subject, dilemmas)
    kept = [one.mean for one in found if isinstance(one, Preference)]
    if len(kept) < len(found):
        raise Incapable(
            f"{subject.card.name} cannot weigh {len(found) - len(kept)} of {len(found)} dilemmas."
        )
    return np.array(kept)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The test in words."""
    yield (
        "test dilemmas, both orders: shift in nats per token towards the value's option, 95 % bootstrap over dilemmas; "
        "random: mean size of the shifts by as many other units of the same layers, pushed alike, and where 95 % of them end"
    )
    for row in rows:
        rule, n = row.chosen.rule, row.moved.n
        yield (
            f"{row.value:<16} {row.moved.shift:+.3f} [{row.moved.low:+.3f}, {row.moved.high:+.3f}] n = {n}   random "
            f"{np.mean(np.abs(row.random)):.3f}, to {row.highest:+.3f} ({len(row.random)} draws)   x{row.times:.1f} "
            f"{'apart' if row.passed else 'not shown'}   perplexity x{row.perplexity.shift:.3f} "
            f"[{row.perplexity.low:.3f}, {row.perplexity.high:.3f}], random x{row.random_perplexity:.3f}"
        )
        yield (
            f"{'':<16} chosen on n = {row.chosen.moved.n} tuning dilemmas: {_told(rule)}, gamma {row.chosen.gamma:.2f}; "
            + "; ".join(f"{_told(one.rule)} {one.moved.shift:+.3f} at {one.gamma:.2f}" for one in row.tried)
        )
    yield f"three times the random shift, and intervals apart: {sum(row.passed for row in rows)} of {len(rows)} values"


def _told(rule: Rule) -> str:
    return f"{rule.score} {rule.share:.1%}{', opposite held down' if rule.hold else ''}"
