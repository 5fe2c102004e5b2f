"""Tables for spreadsheets and for people to fill in."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@")


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as comma-separated text, in which no text is taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row])
    return out.getvalue()
