"""The ways to steer towards a value that are compared with each other, each at any strength."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from axiometer.canon import draws
from axiometer.instruments.contrast import Contrast
from axiometer.locate.composing import Components
from axiometer.locate.heads import locate_heads
from axiometer.locate.reading import Reading
from axiometer.locate.vectors import Located
from axiometer.steer.dose import Dosed
from axiometer.steer.edits import Add, AddAtStart, Reach
from axiometer.steer.vectors import LONGEST, Scope, Vector, adding, reaching
from axiometer.subjects import Prompt
from axiometer.subjects.sites import OpenModel, Site, Span

_SPANS: tuple[Span, ...] = ("prompt", "text")
_DEPTHS = (0.4, 0.5, 0.6)
_HEADS = (0.05, 0.15)


def depths(model: OpenModel) -> tuple[int, ...]:
    """The layers in the middle at which every method is tried."""
    return tuple(sorted({round(depth * (model.n_layers - 1)) for depth in _DEPTHS}))


def probes(
    located: Located, layers: Sequence[int], scopes: Iterable[Scope] = ("prompt",), *, sign: int = 1
) -> list[Dosed]:
    """Least pushes, one for each layer and scope; the dose is in log-odds.

    Source:
        conva
    """
    return [
        Dosed(
            "probe",
            f"layer {layer}, {scope}",
            located.value,
            partial(reaching, replace(located, chosen=(layer,)), scope=scope, sign=sign),
            (-10.0, 60.0),
        )
        for layer in layers
        for scope in scopes
    ]


def mean_differences(
    located: Located, layers: Sequence[int], spans: Iterable[Span] = _SPANS, *, sign: int = 1
) -> list[Dosed]:
    """Constant pushes, one for each layer and span; the dose is how many mean differences.

    Source:
        caa
    """
    return [
        Dosed(
            "caa",
            f"layer {layer}, {span}",
            located.value,
            partial(_adding, replace(located, chosen=(layer,)), span, sign),
            (0.05, 30.0),
        )
        for layer in layers
        for span in spans
    ]


def _adding(located: Located, span: Span, sign: int, many: float) -> Vector:
    return adding(located, sign * many, scope=span)


def at_random(located: Located, layer: int, seed: int, span: Span = "prompt") -> Dosed:
    """A direction drawn at random, as long as the mean difference: what any push of this size does."""
    drawn = draws(seed, "direction", layer).normal(size=len(located.at(layer).difference))
    drawn *= np.linalg.norm(located.at(layer).difference) / np.linalg.norm(drawn)

    def at(many: float) -> Vector:
        push = Add(Site(layer), (many * drawn).astype(np.float32), span)
        return Vector(located.value, "random", located.fingerprint, (push,), span)

    return Dosed("random", f"layer {layer}, {span}, draw {seed}", located.value, at, (0.05, 30.0))


def component_shifts(found: Components, spans: Iterable[Span] = ("prompt",), *, sign: int = 1) -> list[Dosed]:
    """Least pushes along what a value's units write, or along its sparse features; the dose is how far along them a token must be.

    Why: a token that is there already is spared, as with a probe; a constant push of the same features did less
    at the same price. The way is ours, and nothing but the weights says which way is towards the value.

    Units:
        standard deviations above the mean of the states that the parts were chosen on.

    Source:
        valuecausal, valuelocate, conva
    """
    return [
        Dosed(
            found.kind,
            f"{len(found.best)} {found.kind} of layer {found.layer}, {span}",
            found.value,
            partial(_along, found, span, sign),
            (-3.0, 100.0),
        )
        for span in spans
    ]


def _along(found: Components, span: Span, sign: int, far: float) -> Vector:
    along = sign * found.direction / np.linalg.norm(found.direction)
    usual = found.seen @ along
    spread = float(usual.std())
    push = Reach(
        Site(found.layer),
        (along / spread).astype(np.float32),
        -float(usual.mean()) / spread,
        far,
        span=span,
        limit=LONGEST * float(np.linalg.norm(found.seen, axis=1).max()),
    )
    return Vector(found.value, found.kind, found.fingerprint, (push,), span)


def activation_additions(
    model: OpenModel, value: str, layers: Sequence[int], *, sign: int = 1
) -> list[Dosed]:
    """The difference of one pair of plain prompts, added to the first tokens; the dose is the coefficient.

    Source:
        actadd
    """
    name = value.replace("-", " ")
    sides = [Prompt(f"I care about {name}", chat=False), Prompt(f"I ignore {name}", chat=False)]
    sites = [Site(layer) for layer in layers]
    one, other = (model.capture([side], sites, tokens="each") for side in sides)
    many = min(len(one[sites[0]]), len(other[sites[0]]))

    def dosed(site: Site) -> Dosed:
        vectors = sign * (one[site][:many] - other[site][:many])

        def at(coefficient: float) -> Vector:
            push = AddAtStart(site, (coefficient * vectors).astype(np.float32))
            return Vector(value, "actadd", model.fingerprint, (push,), "text")

        return Dosed("actadd", f"layer {site.layer}", value, at, (0.2, 50.0))

    return [dosed(site) for site in sites]


def head_shifts(
    model: OpenModel,
    contrast: Contrast,
    spans: Iterable[Span] = _SPANS,
    *,
    reading: Reading = "answer",
    sign: int = 1,
) -> list[Dosed]:
    """The best heads shifted along what they tell; the dose is in standard deviations.

    Source:
        iti
    """
    whole = model.n_heads * model.n_layers
    found = locate_heads(model, contrast, whole, reading=reading)

    def dosed(share: float, span: Span) -> Dosed:
        some = found.best_of(max(1, round(share * whole)))

        def at(spreads: float) -> Vector:
            pushes = tuple(
                Add(Site(layer, "heads"), (sign * spreads * shift).astype(np.float32), span)
                for layer, shift in sorted(some.at.items())
            )
            return Vector(contrast.value, "iti", some.fingerprint, pushes, span)

        return Dosed("iti", f"{len(some.best)} heads, {span}", contrast.value, at, (0.1, 60.0))

    return [dosed(share, span) for share in _HEADS for span in spans]
