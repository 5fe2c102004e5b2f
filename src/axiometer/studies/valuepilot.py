"""The value assessment network: trained on scenes, tested on others, beside a constant and words, and what decisions come of it.

Source: valuepilot2025
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from axiometer.analyse.decisions import labels_exact, less_off, ordered_similarity, readings, same_first
from axiometer.analyse.likeness import names as has
from axiometer.analyse.likeness import stems, words
from axiometer.canon import Spec, draws, key
from axiometer.decide.model import Network, halved, save_network
from axiometer.decide.selection import RULES, Rule, ratings, score
from axiometer.decide.states import PLACES, SHIPPED, Reader, kept_states, open_reader
from axiometer.decide.training import Pairs, Recipe, Trained, assessed, train
from axiometer.errors import BadInput
from axiometer.instruments.scenes import Scene, Scenes
from axiometer.raters.heads import card_text
from axiometer.report.cite import sources
from axiometer.report.numbers import number
from axiometer.report.valuepilot import ByValue, Decided, Margin, Read, ValuePilotStudy
from axiometer.studies.administer import recorded
from axiometer.studies.folder import check_writable, write_kind
from axiometer.values import ValueSystem, open_system

Floats = npt.NDArray[np.float64]
Heard = Callable[[str], Callable[[int, int], None]]
_PREFERENCES = 20
_RESAMPLES = 2000
_COMMON = 4
NETWORK, CONSTANT, WORDS = "network", "constant", "words"


@dataclass(frozen=True, eq=False)
class Laid:
    """Scenes of one split as the network sees them."""

    scenes: tuple[Scene, ...]
    pairs: Pairs
    stake: npt.NDArray[np.bool_]

    @property
    def texts(self) -> list[str]:
        """The actions."""
        return [action.text for scene in self.scenes for action in scene.actions]


def unheard(what: str) -> Callable[[int, int], None]:
    """Where nobody listens."""
    return lambda done, total: None


def valuepilot(
    scenes: Scenes,
    out: Path,
    *,
    recipe: Recipe | None = None,
    layer: int | None = None,
    encoder: str = SHIPPED,
    work: Path | None = None,
    seed: int = 0,
    heard: Heard = unheard,
) -> tuple[ValuePilotStudy, Network]:
    """Trains a network on the train split, tests it on the other, and writes network, record and page.

    Args:
        scenes: with both splits.
        out: the folder; `open_decider` opens it.
        recipe: how it is trained; None for the default.
        layer: of the encoder, whose states are read; None for the fourth of the shipped one, the last of another.
        encoder: `minilm`, or `local:FOLDER`.
        work: where states and training are kept, so that what was stopped goes on; None for a folder in `out`.
        seed: of intervals and drawn preferences.
        heard: makes a listener for each part.

    Raises:
        UnknownName: no such encoder.
        BadInput: one of the splits is empty or tiny, or no such layer.
        Incapable: the encoder is not installed.
    """
    check_writable(out)
    system, how = open_system(scenes.system), recipe or Recipe()
    for split in ("train", "test"):
        if len(scenes.split(split)) < 5:
            raise BadInput(
                f"{scenes.name} has {len(scenes.split(split))} scenes to {split} on; at least 5 are needed in each split."
            )
    reader, kept = open_reader(layer, encoder), work or out / "work"
    learned, tried = (
        _laid(scenes.split(split), split, reader, system, kept, heard) for split in ("train", "test")
    )
    # a training goes on only with the states that it began with
    course = kept / key([reader.key, scenes.key]).removeprefix("b2:")[:12]
    trained = train(learned.pairs, how, work=course, progress=heard("epochs"))
    network = halved(Network(system.name, reader.key, reader.layer, trained, PLACES, reader.name))
    spec = _spec(scenes, how, reader, seed)
    about: dict[str, object] = {
        "name": scenes.name,
        "title": "Scenes and actions",
        "licence": scenes.licence,
        "key": scenes.key,
    }
    shipped = ("minilm",) if reader.name == SHIPPED else ()
    cited = (*system.source, *scenes.source, *shipped, *sources(train))
    found = _tested(network.trained, learned, tried, system)
    study = ValuePilotStudy(
        **recorded(spec, about, system.name, cited),
        scenes=scenes.name,
        trained=(len(learned.scenes), len(learned.texts)),
        tested=(len(tried.scenes), len(tried.texts)),
        left_out=dict(Counter(one.why for one in scenes.left_out).most_common()),
        levels={str(level): n for level, n in sorted(Counter(len(s.values) for s in scenes.scenes).items())},
        curriculum=bool(how.curriculum),
        epochs=len(trained.course),
        exact=labels_exact(tried.pairs.ratings != 0, found.involved),
        reads=tuple(_reads(found, tried)),
        margins=tuple(_margins(found, tried, seed)),
        values=tuple(_by_value(found, tried, system)),
        decisions=tuple(_decided(found, tried, rule, seed) for rule in RULES),
    )
    save_network(out, network, _card(study, network))
    write_kind(out, "valuepilot", study)
    return study, network


def _spec(scenes: Scenes, recipe: Recipe, reader: Reader, seed: int) -> Spec:
    return {
        "study": "valuepilot",
        "scenes": scenes.spec,
        "recipe": vars(recipe),
        "layer": reader.layer,
        "reader": reader.key,
        "seed": seed,
    }


@dataclass(frozen=True, eq=False)
class _Found:
    """What was read of the test actions: way -> [actions, values], and of their scenes by the network."""

    ways: dict[str, Floats]
    involved: Floats
    scenes: Floats


def _laid(
    scenes: Sequence[Scene], split: str, reader: Reader, system: ValueSystem, work: Path, heard: Heard
) -> Laid:
    texts = [action.text for scene in scenes for action in scene.actions]
    wide = kept_states(
        reader,
        [scene.text for scene in scenes],
        2 * PLACES,
        work,
        f"{split}-scenes",
        heard(f"{split} scenes read"),
    )
    acts = kept_states(reader, texts, PLACES, work, f"{split}-actions", heard(f"{split} actions read"))
    of = np.repeat(np.arange(len(scenes)), [len(scene.actions) for scene in scenes])
    rated = np.array(
        [
            [action.ratings.get(name, 0.0) for name in system.names]
            for scene in scenes
            for action in scene.actions
        ],
        np.float32,
    )
    stake = np.array(
        [[name in scene.values for name in system.names] for scene in scenes for _ in scene.actions]
    )
    levels = np.array([len(scene.values) for scene in scenes])
    return Laid(tuple(scenes), Pairs(wide, acts, of, rated, levels), stake)


def _tested(trained: Trained, learned: Laid, tried: Laid, system: ValueSystem) -> _Found:
    """What the network and two baselines read of the test actions; baselines are fitted on the training split."""
    frame, pairs = trained.frame, tried.pairs
    involved, rates = [], []
    for start in range(0, len(pairs.actions), 512):
        rows = slice(start, start + 512)
        one, two = assessed(trained, frame.pair(pairs.scenes[pairs.of[rows]], pairs.actions[rows]))
        involved.append(one)
        rates.append(two)
    sure, rate = (np.concatenate(each).astype(np.float64) for each in (involved, rates))
    alone, scene_rate = (each.astype(np.float64) for each in assessed(trained, frame.scene(pairs.scenes)))
    return _Found(
        {
            NETWORK: rate * sure / sure.max(axis=1, keepdims=True),
            CONSTANT: _lines(np.zeros_like(learned.stake, float), learned, np.zeros_like(tried.stake, float)),
            WORDS: _lines(_counts(learned.texts, system), learned, _counts(tried.texts, system)),
        },
        sure,
        scene_rate * alone / alone.max(axis=1, keepdims=True),
    )


def _lines(feature: Floats, learned: Laid, other: Floats) -> Floats:
    """[actions, values] for each value the line through the training ratings by one feature; a feature that never varies gives their mean."""
    found = np.zeros(other.shape)
    for j in range(other.shape[1]):
        there = learned.stake[:, j]
        x, y = feature[there, j], learned.pairs.ratings[there, j]
        if not len(y):
            continue
        slope = np.cov(x, y)[0, 1] / x.var(ddof=1) if len(y) > 1 and np.ptp(x) else 0.0
        found[:, j] = np.clip(y.mean() + slope * (other[:, j] - x.mean()), -1, 1)
    return found


def _counts(texts: Sequence[str], system: ValueSystem) -> Floats:
    """[actions, values] how many stems of a value's name and definition a text has: a lexicon that needs no training."""
    told = []
    for value in system.values:
        own = {
            w
            for w in words(f"{value.title} {value.definition} {' '.join(value.aliases)}")
            if len(w) > _COMMON
        }
        told.append({stem for word in own for stem in stems(word)})
    return np.array([[sum(has(text, stem) for stem in one) for one in told] for text in texts], float)


def _reads(found: _Found, tried: Laid) -> Iterator[Read]:
    true = tried.pairs.ratings.astype(np.float64)
    for way, read in found.ways.items():
        for over, counted in (("stake", tried.stake), ("all", np.ones_like(tried.stake))):
            one = readings(true, read, counted)
            yield Read(way, over, one.within[0.2], one.within[0.05], one.off, one.all_right[0.2], one.n)


def _margins(found: _Found, tried: Laid, seed: int) -> Iterator[Margin]:
    true = tried.pairs.ratings.astype(np.float64)
    errors = {way: np.abs(read - true)[tried.stake] for way, read in found.ways.items()}
    of = np.repeat(tried.pairs.of, tried.stake.sum(axis=1))
    for way in (CONSTANT, WORDS):
        less, low, high = less_off(errors[NETWORK], errors[way], of, seed)
        yield Margin(way, less, low, high, len(tried.scenes))


def _by_value(found: _Found, tried: Laid, system: ValueSystem) -> Iterator[ByValue]:
    true = tried.pairs.ratings.astype(np.float64)
    for j, name in enumerate(system.names):
        there = tried.stake[:, j]
        if not there.any():
            continue
        own, read = true[there, j], found.ways[NETWORK][there, j]
        varies = len(own) > 2 and np.ptp(own) > 0 and np.ptp(read) > 0
        r = float(np.corrcoef(own, read)[0, 1]) if varies else None
        constant = float(np.abs(found.ways[CONSTANT][there, j] - own).mean())
        yield ByValue(name, float(np.abs(read - own).mean()), constant, r, int(there.sum()))


def _decided(found: _Found, tried: Laid, rule: Rule, seed: int) -> Decided:
    """Rankings by what was read against rankings by the ratings, for preferences drawn evenly."""
    rng = draws(seed, "preferences", rule)
    found_each: list[tuple[float, ...]] = []
    for i in range(len(tried.scenes)):
        mine = tried.pairs.of == i
        truth, read = tried.pairs.ratings[mine].astype(np.float64), found.ways[NETWORK][mine]
        rows = []
        for _ in range(_PREFERENCES):
            wanted = rng.random(truth.shape[1])
            right, told = (
                np.argsort(-score(ratings(scene, acts, wanted), wanted, rule), kind="stable")
                for scene, acts in ((tried.pairs.whole[i].astype(np.float64), truth), (found.scenes[i], read))
            )
            drawn = rng.permutation(len(truth))
            rows.append(
                (
                    ordered_similarity(told, right),
                    same_first(told, right),
                    ordered_similarity(drawn, right),
                    same_first(drawn, right),
                )
            )
        found_each.append(tuple(np.mean(rows, axis=0)))
    alike, first, by_chance, chance_first = (list(column) for column in zip(*found_each, strict=True))
    low, high = _interval(alike, seed)
    first_low, first_high = _interval(first, seed)
    return Decided(
        rule, float(np.mean(alike)), low, high, float(np.mean(first)), first_low, first_high, float(np.mean(by_chance)),
        float(np.mean(chance_first)), len(tried.scenes), _PREFERENCES,
    )  # fmt: skip


def _interval(each: Sequence[float], seed: int) -> tuple[float, float]:
    rows = draws(seed, "scenes", len(each)).integers(len(each), size=(_RESAMPLES, len(each)))
    low, high = np.quantile(np.array(each)[rows].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _card(study: ValuePilotStudy, network: Network) -> str:
    stake = {one.way: one for one in study.reads if one.over == "stake"}
    facts = {
        "title": "What actions serve: two heads over states of a sentence encoder",
        "system": network.system,
        "licence": str(study.instrument["licence"]),
        "source": ["valuepilot2025", *(["minilm"] if network.encoder == SHIPPED else [])],
        "encoder": network.encoder,
        "reader": network.reader,
        "layer": network.layer,
        "places": network.places,
        "trained_on": f"{study.scenes}: {study.trained[0]} scenes, {study.trained[1]} actions",
        "tested_on": list(study.tested),
        "command": "axiometer decide train SCENES --out DIR",
        "off": stake[NETWORK].off,
        "off_constant": stake[CONSTANT].off,
        "off_words": stake[WORDS].off,
        "within_02": stake[NETWORK].near,
    }
    return card_text(
        facts, {one.value: {"n": one.n, "off": one.off, "off_constant": one.constant} for one in study.values}
    )


def lines(study: ValuePilotStudy) -> Iterator[str]:
    """The study in words."""
    yield (
        f"{study.scenes}: trained on {study.trained[0]} scenes and {study.trained[1]} actions in {study.epochs} epochs, tested on {study.tested[0]} "
        f"and {study.tested[1]}"
    )
    for one in study.reads:
        where = "values at stake" if one.over == "stake" else "all values, 0 where not at stake"
        yield (
            f"{one.way:<9} over {where}: off by {one.off:.3f}, within .2 {one.near:.1%}, within .05 {one.very_near:.1%}, all within .2 "
            f"{one.all_near:.1%}, n = {one.n}"
        )
    for m in study.margins:
        yield f"the network is off by {m.less:+.3f} [{m.low:+.3f}, {m.high:+.3f}] less than {m.way}, {m.scenes} scenes"
    for v in study.values:
        yield f"{v.value:<12} off by {v.off:.3f}, constant {v.constant:.3f}, r {number(v.r)}, n = {v.n}"
    yield f"every value told to be involved or not, surely and rightly: {study.exact:.1%} of actions"
    for d in study.decisions:
        yield (
            f"{d.rule:<10} OS-Sim {d.similarity:.3f} [{d.low:.3f}, {d.high:.3f}] (constant {d.chance:.3f}), First-Acc "
            f"{d.first:.1%} [{d.first_low:.1%}, {d.first_high:.1%}] (constant {d.chance_first:.1%}), {d.scenes} scenes, {d.preferences} preferences"
        )
    if study.decisions:
        yield "under the constant mean all actions of a scene tie: its ranking is a drawn order"
