"""The page of a study of frames."""

from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number
from axiometer.report.spectrum import SpectrumStudy
from axiometer.values import open_system

ARMS = {"picture": "pictures were shown", "caption": "captions were put instead of pictures"}


def kind() -> Kind:
    """This kind of study."""
    return Kind(SpectrumStudy, page)


def page(study: SpectrumStudy) -> str:
    """The report; the same study gives the same text."""
    system = open_system(study.system)
    titles = {value.name: value.title for value in system.values}
    figures = [
        ladder(
            [Rung(titles[one.value], one.low, one.preference, one.high, 0) for one in viewed.liked],
            f"v{i}",
            f"Preferences of {viewed.subject}",
            "liked, of a hundred frames",
        )
        for i, viewed in enumerate(study.viewed)
    ]
    return render(
        "spectrum.html.j2",
        {
            "study": study,
            "titles": titles,
            "arm": ARMS[study.arm],
            "parts": list(zip(study.viewed, figures, strict=True)),
            "verdicts": verdict(study),
            "citations": [cited(key) for key in study.citations],
        },
    )


def verdict(study: SpectrumStudy) -> list[str]:
    """What a reader should take home, in sentences."""
    titles = {value.name: value.title for value in open_system(study.system).values}
    found = []
    for one in study.viewed:
        known = [each for each in one.liked if each.preference is not None]
        if not known:
            found.append(f"{one.subject} said of no frame whether it likes it")
            continue
        best, worst = max(known, key=lambda e: e.preference or 0), min(known, key=lambda e: e.preference or 0)
        apart = (best.low or 0) > (worst.high or 100)
        found.append(
            f"{one.subject} likes {titles[best.value]} most ({number(best.preference, 0)} {interval(best.low, best.high, 0)}) and {titles[worst.value]} "
            f"least ({number(worst.preference, 0)} {interval(worst.low, worst.high, 0)}); the two are {'apart' if apart else 'not told apart'}"
        )
        if one.p is not None:
            saw = (
                "it described what was there"
                if one.p < 0.05
                else "its descriptions do not show that it saw the frames"
            )
            found.append(f"{one.subject}: {saw} (p = {number(one.p, 3)}, n = {one.described})")
    clear = [m for m in study.moved if m.low > 0 or m.high < 0]
    if study.moved:
        told = (
            ", ".join(f"{titles[m.value]} {number(m.change, 0, signed=True)}" for m in clear)
            or "no value further than its interval"
        )
        found.append(f"told the persona, preferences move for {told}")
    return found
