"""Value Portrait: banks of items that people have validated, built, loaded, simulated, and asked.

Source: valueportrait
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from axiometer.analyse.intervals import wilson
from axiometer.analyse.portrait import Structure, correlations, power, structure
from axiometer.canon import draws
from axiometer.errors import BadInput
from axiometer.instruments.bank import Bank, Portrait, Tag, read_portraits
from axiometer.instruments.released import Release
from axiometer.studies.raters import raters_of
from axiometer.values import ValueSystem, open_system

Array = npt.NDArray[np.float64]
# the ring on which the paper counts distances
RING = (
    "universalism",
    "benevolence",
    "conformity",
    "tradition",
    "security",
    "power",
    "achievement",
    "hedonism",
    "stimulation",
    "self-direction",
)


@dataclass(frozen=True)
class BankReport:
    """What is known of a bank.

    Attributes:
        items: how many; `tagged` carry a tag, `positive` a positive one.
        raters: the median number of raters of an item, with the fewest and the most.
        tags: value -> (positive, negative) tags.
        excluded: what was left out, by reason.
        power: probability of finding a true correlation of the threshold significant, with the median number of raters.
        balance: standard deviation over values of each value's share of all tags.
        structure: whether tags of one item lie where the circle says; None for a system without the ring.
        validity: of items with an intended value, how many carry it as a positive tag, with n and a Wilson interval.
    """

    items: int
    tagged: int
    positive: int
    raters: tuple[int, ...]
    tags: dict[str, tuple[int, ...]]
    excluded: dict[str, int]
    power: float
    balance: float
    structure: Structure | None
    validity: "Validity | None" = None


@dataclass(frozen=True)
class Validity:
    """Items whose intended value was found among their positive tags."""

    hits: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Origin:
    """What a bank's head says of where it comes from."""

    name: str = "portraits"
    title: str = "Value portraits"
    version: str = "1"
    licence: str = "not stated"
    origin: str = "built from the user's ratings"
    source: tuple[str, ...] = ("valueportrait",)


def build(
    portraits: Path,
    ratings: Path,
    scores: Path,
    *,
    system: str = "schwartz10",
    key: str = "",
    threshold: float = 0.3,
    alpha: float = 0.05,
    least: int = 10,
    about: Origin | None = None,
    intended: Mapping[str, str] | None = None,
) -> tuple[Bank, BankReport]:
    """A bank from people's ratings of items and their own value scores.

    Args:
        portraits: items.jsonl.
        ratings: CSV with respondent,item,rating; 6 for most similar.
        scores: CSV with a row per respondent: a column per value, or with `key` a column per questionnaire item.
        system: the value system of the scores.
        key: a scoring key, such as pvq21.
        threshold: |rho| above which a significant pair is a tag.
        alpha: significance level.
        least: fewest raters with which an item is tested.
        about: the bank's head.
        intended: item -> the value it was written for, for the check of label validity.

    Raises:
        BadInput: unreadable or unusable data, with line and remedy.
    """
    valued, items = open_system(system), read_portraits(portraits)
    people = raters_of(ratings, scores, [p.id for p in items], valued, key)
    rho, p, n = correlations(people.ratings, people.scores)
    excluded = Counter(people.excluded)
    too_few = n < least
    excluded[f"items with fewer than {least} raters"] += int(too_few.sum())
    excluded["items rated alike by everybody"] += int((np.isnan(rho).all(axis=1) & ~too_few).sum())
    tested = [
        Tag(items[k].id, value, float(rho[k, v]), float(p[k, v]), int(n[k]))
        for k in range(len(items))
        for v, value in enumerate(valued.names)
        if not too_few[k] and not np.isnan(rho[k, v])
    ]
    bank = _bank(about or Origin(), valued, items, tested, threshold, alpha)
    return bank, report_of(bank, {reason: count for reason, count in excluded.items() if count}, intended)


def from_release(release: Release, *, recomputed: bool = False) -> tuple[Bank, BankReport]:
    """The public release as a bank, with its own correlations or with those recomputed from its raw data."""
    scale, system = release.scales["pvq"], open_system("schwartz10")
    rho, p, n = correlations(release.ratings, scale.scores)
    if not recomputed:
        rho, p = scale.rho, scale.p
    names = [system.value(name.replace("_", "-")).name for name in scale.dimensions]
    tested = [
        Tag(portrait.id, name, float(rho[k, v]), float(p[k, v]), int(n[k]))
        for k, portrait in enumerate(release.portraits)
        for v, name in enumerate(names)
    ]
    about = Origin(
        "value-portrait-2025",
        "Value Portrait, public release of 2025",
        "2025-10" + ("-recomputed" if recomputed else ""),
        "MIT (the queries under the licences of their sources)",
        "read from the authors' release; texts stay in this folder",
    )
    bank = _bank(about, system, release.portraits, tested, 0.3, 0.05)
    unused = int(np.isnan(release.ratings).all(axis=1).sum())
    return bank, report_of(bank, {"respondents who rated no item": unused} if unused else {})


def report_of(
    bank: Bank, excluded: Mapping[str, int], intended: Mapping[str, str] | None = None
) -> BankReport:
    """Counts, power, balance and structure of a bank's tags."""
    system, tags = open_system(bank.system), bank.tags()
    raters = sorted({t.item: t.n for t in bank.tested}.values())
    count: dict[str, tuple[int, ...]] = {
        v: (sum(t.value == v and t.rho > 0 for t in tags), sum(t.value == v and t.rho < 0 for t in tags))
        for v in system.names
    }
    shares = np.array([sum(own) for own in count.values()]) / max(len(tags), 1)
    median = raters[len(raters) // 2] if raters else 0
    return BankReport(
        len(bank.portraits),
        len({t.item for t in tags}),
        len({t.item for t in tags if t.rho > 0}),
        (median, raters[0], raters[-1]) if raters else (0, 0, 0),
        count,
        dict(excluded),
        power(median, bank.threshold, bank.alpha),
        float(shares.std(ddof=1)),
        _structure(tags, system),
        _validity(tags, intended) if intended else None,
    )


def _structure(tags: Sequence[Tag], system: ValueSystem) -> Structure | None:
    names = RING if set(RING) == set(system.names) else system.names if system.circle else ()
    items = sorted({t.item for t in tags})
    if not names or not items:
        return None
    signed = np.zeros((len(items), len(names)), dtype=np.int8)
    row = {item: i for i, item in enumerate(items)}
    for tag in tags:
        signed[row[tag.item], names.index(tag.value)] = 1 if tag.rho > 0 else -1
    return structure(signed, np.arange(len(names)), draws(0, "structure"))


def _validity(tags: Sequence[Tag], intended: Mapping[str, str]) -> Validity:
    positive = {(t.item, t.value) for t in tags if t.rho > 0}
    hits = sum(pair in positive for pair in intended.items())
    return Validity(hits, len(intended), *wilson(hits, len(intended)))


def _bank(
    about: Origin,
    system: ValueSystem,
    portraits: Sequence[Portrait],
    tested: Sequence[Tag],
    threshold: float,
    alpha: float,
) -> Bank:
    if not tested:
        raise BadInput(
            "no item could be tested: each needs enough raters with value scores, and ratings that differ."
        )
    return Bank(
        about.name,
        about.title,
        about.version,
        about.licence,
        about.origin,
        system.name,
        about.source,
        threshold,
        alpha,
        tuple(portraits),
        tuple(tested),
    )
