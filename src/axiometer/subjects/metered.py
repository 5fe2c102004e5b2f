"""A subject whose calls are counted against a limit: what was agreed is never overspent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from axiometer.errors import BadInput
from axiometer.subjects.exchange import Answer, Missing, Prompt
from axiometer.subjects.through import Through

LETTERS_A_TOKEN = 4  # of English, about


class Spent(Exception):
    """The next call would go beyond the budget; nothing of it was put."""


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, read and written; any currency."""

    read: float = 0.0
    written: float = 0.0


FREE = Price()


@dataclass
class Meter:
    """What was put so far, and what may be put at most; an answer that the ledger knows counts like any other.

    Why so: a run that was stopped and goes on takes the same course and stops at the same place.

    Attributes:
        limit: most calls.
        money: most that may be spent; None for no limit.
        tokens: most that may be put and answered together; None for no limit.
        calls: calls so far.
        read: tokens put, about: four letters make one.
        written: tokens answered, about.
        spent: what these cost.
        longest: the longest answer so far, in tokens; every call is expected to bring one like it, so that money and tokens hold.
    """

    limit: int
    money: float | None = None
    tokens: int | None = None
    calls: int = 0
    read: int = 0
    written: int = 0
    spent: float = 0.0
    longest: int = 200

    def __post_init__(self) -> None:
        """Refuses a budget that buys nothing."""
        if any(most is not None and most <= 0 for most in (self.limit, self.money, self.tokens)):
            raise BadInput(
                f"the budget is {self.most()}; allow at least one call, and some of whatever is limited."
            )

    def most(self) -> str:
        """The budget in words."""
        parts = [f"{self.limit} calls"]
        parts += [f"{self.tokens} tokens"] if self.tokens is not None else []
        parts += [f"{self.money:g} in money"] if self.money is not None else []
        return ", ".join(parts)

    def holds(self, calls: int, tokens: int, money: float) -> bool:
        """Whether so much more may be put."""
        return (
            self.calls + calls <= self.limit
            and (self.tokens is None or self.read + self.written + tokens <= self.tokens)
            and (self.money is None or self.spent + money <= self.money)
        )


@dataclass(frozen=True)
class Metered(Through):
    """The base, counted."""

    meter: Meter = field(compare=False)
    price: Price = field(default=FREE, compare=False)

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """The base's answers, counted.

        Raises:
            Spent: the budget does not hold so many calls, or their tokens or money; none of them was put.
        """
        meter = self.meter
        read = sum(_tokens(f"{p.system}{p.user}{''.join(t.text for t in p.turns)}") for p in prompts)
        answers = len(prompts) * meter.longest
        costs = read * self.price.read / 1e6
        if not meter.holds(len(prompts), read + answers, costs + answers * self.price.written / 1e6):
            raise Spent
        found = self.base.answer(prompts, seed=seed)
        lengths = [_tokens(one.text) for one in found if isinstance(one, Answer)]
        written = sum(lengths)
        meter.longest = max([meter.longest, *lengths])
        meter.calls += len(prompts)
        meter.read += read
        meter.written += written
        meter.spent += costs + written * self.price.written / 1e6
        return found


def _tokens(text: str) -> int:
    return -(-len(text) // LETTERS_A_TOKEN)
