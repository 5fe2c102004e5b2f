"""The page of a study of frames."""

from axiometer.report.axis import Series
from axiometer.report.figures import circles
from axiometer.report.frame import Kind, cited, render
from axiometer.report.ladder import Rung, ladder
from axiometer.report.numbers import interval, number, probability
from axiometer.report.spectrum import SpectrumStudy, Viewed
from axiometer.values import Estimate, Profile, Signal, open_system

_SURE = 0.05
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
            "circles": circles(
                system,
                [_series(study, one, i) for i, one in enumerate(study.viewed) if any(e.n for e in one.liked)],
                "c",
            ),
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
        sure = one.differ is not None and one.differ < _SURE
        chance = "one value alone" if one.differ is None else probability(one.differ)
        told = f"{chance}, n = {sum(each.n for each in known)} frames"
        if not sure:
            found.append(
                f"{one.subject} likes what was looked up for one value no more than for another ({told})"
            )
        else:
            found.append(
                f"{one.subject} likes values differently ({told}): {titles[best.value]} most ({number(best.preference, 0)} "
                f"{interval(best.low, best.high, 0)}), {titles[worst.value]} least ({number(worst.preference, 0)} {interval(worst.low, worst.high, 0)})"
            )
        if one.p is not None:
            saw = (
                "it described what was there"
                if one.p < 0.05
                else "its descriptions do not show that it saw the frames"
            )
            found.append(f"{one.subject}: {saw} ({probability(one.p)}, n = {one.described})")
    clear = [m for m in study.moved if m.low > 0 or m.high < 0]
    if study.moved:
        told = (
            ", ".join(f"{titles[m.value]} {number(m.change, 0, signed=True)}" for m in clear)
            or "no value further than its interval"
        )
        found.append(f"told the persona, preferences move for {told}")
    return found


def _series(study: SpectrumStudy, viewed: Viewed, slot: int) -> Series:
    """One subject for the circle: each preference less the mean of all of them."""
    known = [
        one
        for one in viewed.liked
        if one.preference is not None and one.low is not None and one.high is not None
    ]
    centre, sure = sum(one.preference or 0.0 for one in known) / len(known), (viewed.differ or 1.0) < _SURE
    values = dict.fromkeys((one.value for one in viewed.liked), Estimate(None, None, None, 0, 0))
    for one in known:
        mean, low, high = ((end or 0.0) - centre for end in (one.preference, one.low, one.high))
        values[one.value] = Estimate(mean, low, high, one.n, one.n)
    unit, signal = (
        "liked of 100",
        Signal("signal" if sure else "none", 0.0, 0.0, 0.0, viewed.differ or 1.0, ""),
    )
    profile = Profile(
        viewed.subject, str(study.instrument.get("name", "")), study.system, study.arm, unit, values, viewed.missing, signal, centre, {}, study.key
    )  # fmt: skip
    return Series(slot, profile)
