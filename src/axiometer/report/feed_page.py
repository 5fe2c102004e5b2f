"""The page of a study of feeds."""

from axiometer.report.feed import FeedStudy
from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, share
from axiometer.report.steps import Line, steps


def kind() -> Kind:
    """This kind of study."""
    return Kind(FeedStudy, page)


def page(study: FeedStudy) -> str:
    """The report; the same study gives the same text."""
    parts = []
    for i, (subject, how) in enumerate(dict.fromkeys((c.subject, c.kind) for c in study.curves)):
        own = [c for c in study.curves if (c.subject, c.kind) == (subject, how)]
        curves = [
            Line(
                "adapting" if c.adapting else "the same for all", c.ratio, 0 if c.adapting else 1, c.adapting
            )
            for c in own
        ]
        parts.append(
            (
                subject,
                how,
                steps(
                    curves,
                    f"c{i}",
                    f"Watched by {subject}, {how}",
                    f"share watched, in stretches of {study.stretch} frames",
                ),
            )
        )
    rungs = [Rung(f"{a.kind}: {a.subject}", a.low, a.difference, a.high, 0) for a in study.apart]
    return render(
        "feed.html.j2",
        {
            "study": study,
            "parts": parts,
            "apart": ladder(
                rungs, "a", "Adapting against not", "relative change of what is watched, adapting less not"
            ),
            "verdicts": verdict(study),
            "citations": [cited(key) for key in study.citations],
        },
    )


def verdict(study: FeedStudy) -> list[str]:
    """What a reader should take home, in sentences."""
    found = []
    for a in study.apart:
        told = (
            "tells the feed that adapts from the other"
            if a.low > 0
            else "does not tell the feed that adapts from the other"
        )
        found.append(
            f"{a.subject}, {a.kind}: the index {told} ({share(a.difference)} {interval(a.low, a.high)}, n = {a.watchers} watchers)"
        )
    return found
