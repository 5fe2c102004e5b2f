"""A cross-model study on the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table

from axiometer.report.cultural import CulturalStudy
from axiometer.report.cultural_page import convergence, title_of, told, verdicts
from axiometer.report.escaping import shortened, visible
from axiometer.values import open_system


def show(study: CulturalStudy, console: Console) -> None:
    """Verdicts, notes, profiles and contrasts, with n and intervals."""
    system, found = open_system(study.system), study.findings
    numbers = {note.name: f"[{i + 1}]" for i, note in enumerate(study.subjects)}

    def said(line: str) -> None:
        console.print(visible(line), markup=False, highlight=False)

    for name, mark in numbers.items():
        said(f"{mark} {shortened(name, 100)}")
    said(convergence(found))
    for line in (*verdicts(found, system), *study.notes):
        said(f"- {line}")
    for group in found.groups:
        name = f"{numbers[group.subject]} {shortened(group.subject, 70)}"
        name += f", {group.condition}" if group.condition else ""
        missing = ", ".join(f"{why} {n}" for why, n in group.missing.items()) or "none"
        said(
            f"\n{name}: n = {group.n} ratings in {group.runs} runs; missing: {missing}\nimportance in logits "
            "from the own mean, median [95 % interval]; probability of being first"
        )
        table = _table("value", "importance", "first")
        for value, q in sorted(group.values.items(), key=lambda pair: -pair[1].median):
            table.add_row(title_of(value, system), told(q), f"{group.ranks[value][0]:.2f}")
        console.print(table)
    contrasts = [c for c in found.contrasts if c.higher]
    if contrasts:
        table = _table("first", "second", "value", "difference, logits", "P(direction)")
        for c in contrasts:
            names = [" ".join(filter(None, (numbers[who], condition))) for who, condition in (c.a, c.b)]
            table.add_row(*names, title_of(c.on, system), told(c.quantity), f"{c.quantity.direction:.3f}")
        console.print(table)
    for row in study.norm_rows:
        name = f"{numbers[row.subject]} {row.condition}".rstrip()
        said(
            f"{name} and people ({study.norm.title if study.norm else ''}): Spearman {told(row.correlation)}, "
            f"distance {told(row.distance, signed=False)} points over {row.values} values"
        )


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table
