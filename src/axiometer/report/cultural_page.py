"""The page of a cross-model study."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.analyse.ordinal import Contrast, Findings, GroupFinding, Quantity
from axiometer.report.axis import MANY, Series, axis_of
from axiometer.report.bars import bars
from axiometer.report.circle import SMALL, circle
from axiometer.report.cultural import CulturalStudy, Metric
from axiometer.report.frame import Kind, cited, render
from axiometer.report.heat import heat
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import number
from axiometer.values import Estimate, Profile, Signal, ValueSystem, open_system

UNIT = "logits"


@dataclass(frozen=True)
class Group:
    """A group as the page shows it."""

    slot: int
    name: str
    finding: GroupFinding
    heat: Markup
    bars: Markup


def kind() -> Kind:
    """This kind of study."""
    return Kind(CulturalStudy, page)


def page(study: CulturalStudy) -> str:
    """The report; the same study gives the same text."""
    system, found = open_system(study.system), study.findings
    slots = {n.name: i for i, n in enumerate(study.subjects)}
    base = [g for g in found.groups if not g.condition]
    return render(
        "cultural.html.j2",
        {
            "study": study,
            "system": system,
            "found": found,
            "slots": slots,
            "groups": _groups(found, system, slots),
            "circles": _circles(base, system, slots),
            "subjects_ladder": _contrast_ladder(
                [c for c in found.contrasts if c.higher and c.a[1] == c.b[1] == ""],
                system,
                "c-higher",
                found.rope,
            ),
            "values_ladder": _contrast_ladder(
                [c for c in found.contrasts if not c.higher and c.a[1] == c.b[1] == ""],
                system,
                "c-values",
                found.rope,
            ),
            "remedy_ladder": _remedy_ladder(found, system, slots),
            "norm_ladders": _norm_ladders(study, system, slots),
            "metrics": _metrics(study.metrics),
            "verdicts": verdicts(found, system),
            "convergence": convergence(found),
            "citations": [cited(key) for key in study.citations],
            "title_of_value": lambda name: title_of(name, system),
            "told": told,
        },
    )


def convergence(found: Findings) -> str:
    """Whether the numbers can be believed, in a sentence."""
    d = found.diagnostics
    if found.method == "approximated":
        return (
            f"Fast approximation, not the sampler: {100 * d['efficiency']:.0f} % of its nodes count. Fit for a look; report from "
            "the sampler."
        )
    many = d["divergences"] > 0.01 * d["chains"] * d["draws"]
    return (
        f"The sampler converged: worst R-hat {d['worst_rhat']:.3f} (at most 1.01 is accepted), least effective sample size "
        f"{d['least_ess']:.0f} (at least 400), {d['divergences']:.0f} divergent transitions in {d['chains']:.0f} chains of "
        f"{d['draws']:.0f} draws."
        + (" More than one in a hundred diverged: read the tails with care." if many else "")
    )


def verdicts(found: Findings, system: ValueSystem) -> list[str]:
    """What can be said of differences between subjects as they are, in plain words."""
    between = [c for c in found.contrasts if c.higher and c.a[1] == c.b[1] == "" and c.a[0] != c.b[0]]
    if not between:
        return ["One subject: there is nothing to compare it with but the human norm."]
    clear = [c for c in between if c.quantity.low > found.rope or c.quantity.high < -found.rope]
    same = [c for c in between if c.quantity.low > -found.rope and c.quantity.high < found.rope]
    said = []
    for c in sorted(clear, key=lambda c: -abs(c.quantity.median)):
        more = "more" if c.quantity.median > 0 else "less"
        said.append(
            f"{c.a[0]} holds {more} to {title_of(c.on, system)} than {c.b[0]}: {told(c.quantity)} logits, "
            f"P(direction) = {c.quantity.direction:.3f}."
        )
    said += [f"{c.a[0]} and {c.b[0]} are practically alike on {title_of(c.on, system)}." for c in same]
    rest = [c for c in between if c not in clear and c not in same]
    if rest:
        signed = sum(c.quantity.low > 0 or c.quantity.high < 0 for c in rest)
        said.append(
            f"{len(rest)} of {len(between)} comparisons of higher-order values are open: their intervals reach both practical "
            f"equivalence and beyond it; {signed or 'none'} of these {'is' if signed == 1 else 'are'} clear of zero."
        )
    return said


def told(q: Quantity, digits: int = 2, *, signed: bool = True) -> str:
    """A quantity in a line: median and interval."""
    return f"{number(q.median, digits, signed=signed)} [{number(q.low, digits)}, {number(q.high, digits)}]"


def title_of(name: str, system: ValueSystem) -> str:
    """The title of a value, or of a higher-order one."""
    if name in system.names:
        return system.value(name).title
    return next((g.title for g in system.groups if g.name == name), name.replace("-", " ").title())


def profile_of(finding: GroupFinding, system: ValueSystem) -> Profile:
    """A group's posterior as a profile, so that it is drawn like any other; clear if two intervals do not meet."""
    ends = [(q.low, q.high) for q in finding.values.values()]
    clear = max(low for low, _ in ends) > min(high for _, high in ends)
    per_value = finding.n // max(len(finding.values), 1)
    return Profile(
        _label(finding.subject, finding.condition),
        "",
        system.name,
        "ordinal",
        UNIT,
        {n: Estimate(q.median, q.low, q.high, per_value, 0) for n, q in finding.values.items()},
        finding.missing,
        Signal("signal" if clear else "none", 0.0, 0.0, 0.0, 1.0, ""),
        None,
        {},
        "",
    )


def _circles(groups: Sequence[GroupFinding], system: ValueSystem, slots: dict[str, int]) -> list[Markup]:
    if not system.circle:
        return []
    series = [Series(slots[g.subject], profile_of(g, system)) for g in groups]
    axis = axis_of([s.profile for s in series])
    if len(series) <= MANY:
        return [circle(system, series, axis, "circle")]
    return [circle(system, [one], axis, f"circle{i}", SMALL) for i, one in enumerate(series)]


def _groups(found: Findings, system: ValueSystem, slots: dict[str, int]) -> list[Group]:
    rows = []
    for i, g in enumerate(found.groups):
        name, slot = _label(g.subject, g.condition), slots[g.subject]
        ranks = {title_of(v, system): share for v, share in g.ranks.items()}
        ratings = list(range(1, len(found.labels) + 1))
        rows.append(
            Group(
                slot,
                name,
                g,
                heat(ranks, f"h{i}", f"Ranks of values: {name}", slot),
                bars(g.bars, ratings, f"b{i}", f"Ratings given and expected: {name}", slot),
            )
        )
    return rows


def _contrast_ladder(rows: Sequence[Contrast], system: ValueSystem, ident: str, rope: float) -> Markup | None:
    if not rows:
        return None
    pairs = list(dict.fromkeys((c.a, c.b) for c in rows))
    rungs = []
    for on in dict.fromkeys(c.on for c in rows):
        own = sorted((c for c in rows if c.on == on), key=lambda c: -c.quantity.median)
        for k, c in enumerate(own):
            head = title_of(on, system) if len(pairs) == 1 else f"{_short(c.a[0], 12)} – {_short(c.b[0], 12)}"
            if len(pairs) > 1 and k == 0:
                rungs.append(Rung(title_of(on, system), None, None, None, strong=True))
            q = c.quantity
            rungs.append(
                Rung(
                    head,
                    q.low,
                    q.median,
                    q.high,
                    pairs.index((c.a, c.b)),
                    f"{q.direction:.3f}",
                    strong=len(pairs) == 1,
                )
            )
    return ladder(
        rungs, ident, "Differences between subjects", "difference in logits", band=rope, aside="P(direction)"
    )


def _remedy_ladder(found: Findings, system: ValueSystem, slots: dict[str, int]) -> Markup | None:
    rows = [c for c in found.contrasts if c.higher and c.a[0] == c.b[0]]
    if not rows:
        return None
    rungs, before = [], None
    for c in sorted(rows, key=lambda c: (c.a[1], slots[c.a[0]])):
        if (c.a[1], c.a[0]) != before:
            rungs.append(Rung(f"{_short(c.a[0], 18)}, {_short(c.a[1], 12)}", None, None, None, strong=True))
            before = (c.a[1], c.a[0])
        q = c.quantity
        rungs.append(
            Rung(title_of(c.on, system), q.low, q.median, q.high, slots[c.a[0]], f"{q.direction:.3f}")
        )
    return ladder(
        rungs,
        "remedies",
        "What each remedy changed",
        "change in logits, with the remedy less without",
        band=found.rope,
        aside="P(direction)",
    )


def _norm_ladders(
    study: CulturalStudy, system: ValueSystem, slots: dict[str, int]
) -> list[tuple[GroupFinding, Markup]]:
    if study.norm is None:
        return []
    drawn = []
    for i, g in enumerate(group for group in study.findings.groups if not group.condition):
        rungs = [
            Rung(
                title_of(name, system),
                q.low,
                q.median,
                q.high,
                slots[g.subject],
                reference=study.norm.means[name],
                spread=study.norm.deviations[name],
            )
            for name, q in sorted(g.points.items(), key=lambda pair: -study.norm.means.get(pair[0], 0.0))  # type: ignore[union-attr]
            if name in study.norm.means
        ]
        drawn.append(
            (g, ladder(rungs, f"n{i}", f"{g.subject} and people", "points of the scale, from the own mean"))
        )
    return drawn


def _metrics(metrics: Sequence[Metric]) -> list[tuple[str, list[Metric]]]:
    names = dict.fromkeys(m.name for m in metrics)
    return [(name, [m for m in metrics if m.name == name]) for name in names]


def _label(subject: str, condition: str) -> str:
    return f"{subject}, {condition}" if condition else subject


def _short(name: str, limit: int = 14) -> str:
    """A subject's name in few characters: a path by its end, a planted one by its kind."""
    tail = name.rstrip("/").split("/")[-1] if "/" in name else name
    return tail if len(tail) <= limit else tail[: limit - 1] + "…"
