"""Watching feeds: the index tells a feed that adapts from one that does not, and a page in a browser is a feed like the simulated one."""

import csv
import io
import json
import shutil

import numpy as np
import pytest

pytest.importorskip("duckdb", reason="needs the extra `frames`")
from click.testing import CliRunner

from axiometer.analyse.spectrum import adaptation
from axiometer.cli import axiometer
from axiometer.errors import BadInput
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Frame
from axiometer.measure.bots import ITEMS, KINDS, bot_prompt, decide, open_traits, percentage, stay
from axiometer.measure.feed import Feed, Manner
from axiometer.report.feed_page import page
from axiometer.serve.browser import BrowserFeed
from axiometer.serve.feed_page import FeedServer
from axiometer.studies import folder
from axiometer.studies.feed import Wish, feeds, lines, table
from axiometer.subjects import Answer, Card

TOPICS = ("mountain", "kitchen", "office")
PERSONAS = {topic: (f"I love the {topic}.",) for topic in TOPICS}


def made(each=120, width=12):
    """Frames of three topics, and vectors that are near within a topic."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((3, width)) * 2
    frames, vectors = [], []
    for i in range(3 * each):
        topic = i % 3
        frames.append(Frame(f"f{i:04d}", f"a {TOPICS[topic]} scene {i}"))
        vectors.append(centres[topic] + rng.standard_normal(width) * 0.6)
    table = np.array(vectors)
    return frames, (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path, (frames, vectors) = tmp_path_factory.mktemp("feed"), made()
    with FrameStore(path, "caption", "by hand", 12) as kept:
        kept.add(frames, vectors)
    return path


class Bot:
    """Likes frames of the topic that its persona loves, in whatever form it is asked."""

    def __init__(self, garbled=False):
        self.garbled = garbled

    spec = property(lambda self: {"subject": "bot", "garbled": self.garbled})
    card = Card("bot", "planted", batch=64)

    def answer(self, prompts, *, seed):
        return [self._say(prompt) for prompt in prompts]

    def _say(self, prompt):
        loved = next((topic for topic in TOPICS if f"love the {topic}" in prompt.system), "mountain")
        likes = f"a {loved} scene" in prompt.user
        if self.garbled:
            return Answer("Well, who knows?")
        if "appeal" in prompt.user:
            return Answer(json.dumps({name: most * (0.9 if likes else 0.3) for name, most in ITEMS.items()}))
        if "decision" in prompt.user:
            return Answer(
                "```json\n"
                + json.dumps(
                    {"decision": "yes" if likes else "no", "reason": "so", "trait": 1 if likes else None}
                )
                + "\n```"
            )
        return Answer("Yes" if likes else "No")


def watched(store, bot=None, **more):
    with FrameStore(store) as kept:
        return feeds(kept, [bot or Bot()], PERSONAS, Wish(**{"shown": 100, "window": 30, **more}))


@pytest.fixture(scope="module")
def whole(store):
    return watched(store)


def test_the_index_tells_a_feed_that_adapts_from_one_that_does_not(whole):
    for kind in ("simple", "questionnaire"):
        (apart,) = [one for one in whole.study.apart if one.kind == kind]
        assert apart.low > 0.2
        curves = {one.adapting: one for one in whole.study.curves if one.kind == kind}
        assert curves[True].low > 0
        assert curves[False].low < 0 < curves[False].high
        assert curves[True].ratio[-1] > 0.7
        assert curves[False].ratio[-1] < 0.55


def test_a_bot_that_stays_any_time_at_all_adapts_nothing(whole):
    (apart,) = [one for one in whole.study.apart if one.kind == "plain"]
    assert apart.low < 0.3


def test_the_same_frames_come_to_everybody_where_the_feed_does_not_adapt(whole):
    shown = {}
    for one in whole.seen:
        if not one.adapting and one.kind == "simple":
            shown.setdefault((one.persona, one.trial), []).append(one.frame)
    assert len(shown) == 9
    assert len({tuple(frames) for frames in shown.values()}) == 3  # one for each trial
    assert len(set(next(iter(shown.values())))) == 100


def test_every_frame_is_a_row_of_the_table(whole):
    rows = list(csv.DictReader(io.StringIO(table(whole))))
    assert len(rows) == 3 * 2 * 3 * 100 * 3
    assert {row["decision"] for row in rows} == {"yes", "no"}
    rated = next(row for row in rows if row["kind"] == "questionnaire")
    assert set(json.loads(rated["scores"])) == set(ITEMS)
    assert float(rated["percent"]) in (pytest.approx(90.0), pytest.approx(30.0))
    assert {row["trait"] for row in rows if row["kind"] == "simple"} == {"1", "NA"}


def test_what_cannot_be_read_counts_as_skipped_and_is_counted(store):
    study = watched(store, Bot(garbled=True), shown=20, window=5).study
    assert all(sum(one.missing.values()) == 180 and one.ratio == (0.0, 0.0) for one in study.curves)
    assert any("unparsed 180" in line for line in lines(study))


def test_the_record_is_read_again_and_shown(whole, tmp_path):
    folder.write_kind(tmp_path, "feed", whole.study)
    assert folder.read_kind(tmp_path) == ("feed", whole.study)
    text = page(whole.study)
    assert "tells the feed that adapts from the other" in text
    assert "I love the kitchen." in text


def test_six_items_come_to_the_published_percentage():
    scores = {"appeal": 7, "wonder": 8, "feeling": 6, "worth": 9, "match": 0, "action": 0}
    assert percentage(scores) == pytest.approx(
        50.0
    )  # the published example prints 49.583, by a further term that is not explained
    assert percentage(dict.fromkeys(ITEMS, 0) | dict(ITEMS)) == 100.0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{"decision": "perhaps"}', "the decision is"),
        ("yes", "no JSON object"),
        ('{"decision": ', "no JSON object"),
        ("[1]", "no JSON object"),
    ],
)
def test_simple_bots_are_read_strictly(said, why):
    class Says(Bot):
        def _say(self, prompt):
            return Answer(said)

    (found,) = decide(Says(), "simple", [(("I am.",), Frame("x", "a cat"))], "caption")
    assert why in found.watches.detail


def test_scores_out_of_range_are_no_rating():
    class Says(Bot):
        def _say(self, prompt):
            return Answer(json.dumps(dict.fromkeys(ITEMS, 5)))

    (found,) = decide(Says(), "questionnaire", [((), Frame("x", "a cat"))], "caption")
    assert "match is 5" in found.watches.detail


def test_personas_are_told_to_all_but_the_plain_bot():
    frame, traits = Frame("x", "a cat"), open_traits()["climber"]
    assert len(open_traits()) == 6
    for kind in KINDS:
        prompt = bot_prompt(kind, traits, frame, "caption")
        assert (traits[0] in prompt.system) == (kind != "plain")
        assert "a cat" in prompt.user
        assert "{shown}" not in prompt.user


def test_how_long_is_watched_follows_the_decision():
    yes, no = decide(
        Bot(),
        "simple",
        [((), Frame("x", "a mountain scene")), ((), Frame("y", "an office scene"))],
        "caption",
    )
    assert (stay(yes, "simple", "x", 15, 0), stay(no, "simple", "y", 15, 0)) == (15, 0)
    assert 0 < stay(yes, "plain", "x", 15, 0) < 15


def test_the_index_is_the_relative_change_and_its_interval_holds_nothing_where_nothing_changes():
    rng = np.random.default_rng(0)
    flat = (rng.random((12, 100)) < 0.4).astype(float)
    index, low, high = adaptation(flat, 50)
    slow = np.mean([(row[-50:].mean() - row[:50].mean()) / row[:50].mean() for row in flat])
    assert index == pytest.approx(slow)
    assert low < 0 < high
    rising = (rng.random((12, 100)) < np.linspace(0.2, 0.9, 100)).astype(float)
    assert adaptation(rising, 50)[1] > 0.3


def test_feeds_refuse_what_they_cannot_do(store):
    frames, vectors = made(2)
    feed = Feed(tuple(frame.id for frame in frames), vectors.astype(float), Manner())
    with pytest.raises(BadInput, match="must be on show"):
        feed.watched(1, 15)
    for _ in frames:
        feed.show()
        feed.watched(0, 15)
    with pytest.raises(BadInput, match="were shown"):
        feed.show()
    with pytest.raises(BadInput, match="twice as many"):
        Wish(shown=20, window=50)
    with pytest.raises(BadInput, match="holds 360 frames"):
        watched(store, shown=400)


def test_the_command_writes_a_study(store, tmp_path):
    args = ["study", "feed", "--frames", store, "-s", "scripted:random", "--shown", 8, "--persona", "climber", "-k", "plain", "--out", tmp_path / "o",
            "--ledger", tmp_path / "l"]  # fmt: skip
    found = CliRunner().invoke(axiometer, [str(one) for one in args])
    assert found.exit_code == 0, found.output
    assert "8 of 360 frames" in found.output
    assert len((tmp_path / "o" / "feed.csv").read_text().splitlines()) == 49


def test_a_page_tells_the_feed_what_was_watched_and_nothing_else_gets_in():
    import urllib.error
    import urllib.request

    frames, vectors = made(4)
    known = {frame.id: frame for frame in frames}
    feed = Feed(tuple(known), vectors.astype(float), Manner())
    with FeedServer(feed, known) as server:
        first = json.load(urllib.request.urlopen(server.url + "now"))
        ask = urllib.request.Request(server.url + "next", data=b'{"seconds": 99}')
        second = json.load(urllib.request.urlopen(ask))
        assert first["id"] != second["id"]
        for path, data in (("next", b"no"), ("next", b'{"seconds": "x"}'), ("etc/passwd", None)):
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(server.url + path, data=data))
        for _ in range(20):
            last = json.load(
                urllib.request.urlopen(urllib.request.Request(server.url + "next", data=b'{"seconds": 1}'))
            )
        assert last == {"end": "That was all."}
    with pytest.raises(BadInput, match="not on this machine"):
        BrowserFeed("https://example.com/")


@pytest.mark.slow
def test_a_session_in_a_browser_is_the_simulated_one_frame_by_frame():
    pytest.importorskip("playwright", reason="needs the extra `browser`")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no browser is installed")
    frames, vectors = made(30)
    known, ids = {frame.id: frame for frame in frames}, tuple(frame.id for frame in frames)

    def session(feed):
        shown = []
        for _ in range(12):
            frame = feed.show()
            (one,) = decide(Bot(), "simple", [(PERSONAS["kitchen"], known[frame])], "caption")
            feed.watched(stay(one, "simple", frame, 15.0, 0), 15.0)
            shown.append((frame, one.watches))
        return shown

    simulated = session(Feed(ids, vectors.astype(float), Manner(seed=3)))
    with (
        FeedServer(Feed(ids, vectors.astype(float), Manner(seed=3)), known) as server,
        BrowserFeed(server.url) as browser,
    ):
        live = session(browser)
        picture = browser.picture()
    assert live == simulated
    assert picture.startswith(b"\x89PNG")
    with (
        FeedServer(Feed(ids, vectors.astype(float), Manner(seed=3)), known) as server,
        BrowserFeed(server.url, waits=True) as browser,
    ):
        first = browser.show()
        browser.watched(0.05, 15.0)
        assert browser.show() != first
