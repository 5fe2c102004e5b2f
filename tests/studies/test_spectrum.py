"""Frames and what is liked of them: planted likings come back, personas move who listens, and the store survives what befalls it."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("duckdb", reason="needs the extra `frames`")
from click.testing import CliRunner

from axiometer.analyse.spectrum import differing, dividing, preference, seen_apart, spread
from axiometer.cli import axiometer
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Frame, Only, frame_key, likeness
from axiometer.instruments.spectrum import open_spectrum
from axiometer.measure.spectrum import Ask, look, read_liking
from axiometer.report.spectrum_page import page
from axiometer.studies import folder
from axiometer.studies.embedders import open_embedder
from axiometer.studies.frames import add_frames, export_frames, read_only, search_frames
from axiometer.studies.spectrum import lines, spectrum
from axiometer.subjects import Answer, Card, Missing
from axiometer.subjects.pictures import read_picture

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SPECTRUM = open_spectrum()


class ByHand:
    """Words of a caption as random directions: an embedder of known behaviour."""

    arm, key, width = "caption", "by hand", 64

    def of_words(self, texts):
        found = np.zeros((len(texts), 64), np.float32)
        for i, text in enumerate(texts):
            for word in text.casefold().replace(",", "").split():
                found[i] += np.random.default_rng(abs(hash_of(word))).standard_normal(64)
        return found

    def of_frames(self, frames):
        return self.of_words([frame.caption for frame in frames])


def hash_of(word):
    return int.from_bytes(word.encode()[:8].ljust(8, b"."), "big")


LIKES = dict(zip(SPECTRUM.keywords, (0.9, 0.2, 0.7, 0.5, 0.1, 0.6, 0.3, 0.8, 1.0, 0.4), strict=True))


class Planted:
    """Likes frames by the values that they are tagged with, and more of one that it is told to love."""

    def __init__(self, frames, deaf=False, sees=False):
        self.frames, self.deaf, self.sees = frames, deaf, sees

    @property
    def spec(self):
        return {"subject": "planted", "deaf": self.deaf, "sees": self.sees}

    @property
    def card(self):
        return Card(f"planted{' deaf' if self.deaf else ''}", "planted", batch=64, sees=self.sees)

    def answer(self, prompts, *, seed):
        return [self._say(prompt) for prompt in prompts]

    def _say(self, prompt):
        frame = self.frames[prompt.about.rpartition("/")[2]]
        if "Describe" in prompt.user:
            return Answer(frame.caption)
        if prompt.user.startswith("Why"):
            return Answer("Because.")
        value = frame.tags[0]
        share = LIKES[value] + (0.6 if not self.deaf and f"love {value}" in prompt.system else 0.0)
        number = int(frame.caption.rsplit(" ", 1)[1])
        return Answer("Yes." if number < share * 10 else "No, not at all.")


def frames(each=10):
    found = []
    for value, words in SPECTRUM.keywords.items():
        for word in words:
            for number in range(each):
                caption = f"{word} number {number}"
                found.append(
                    Frame(frame_key(caption, ""), caption, "", "tiktok", date(2024, 8, 1 + number), (value,))
                )
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path, some = tmp_path_factory.mktemp("frames"), frames()
    with FrameStore(path, "caption", ByHand.key, 64) as kept:
        kept.add(some, ByHand().of_frames(some))
    return path


def studied(store, subjects, **more):
    with FrameStore(store) as kept:
        return spectrum(SPECTRUM, kept, ByHand(), subjects, **more)


KNOWN = {frame.id: frame for frame in frames()}


def test_planted_likings_are_recovered(store):
    found = studied(store, [Planted(KNOWN)], each=10).study.viewed[0]
    got = [one.preference for one in found.liked]
    assert np.corrcoef(got, [LIKES[one.value] for one in found.liked])[0, 1] >= 0.95
    assert found.p < 0.01
    assert found.seen > found.mixed


def test_a_persona_moves_who_listens_and_nobody_else(store):
    study = studied(store, [Planted(KNOWN), Planted(KNOWN, deaf=True)], persona="You love power").study
    moved = {(one.subject, one.value): one for one in study.moved}
    assert moved["planted", "power"].low > 20
    assert all(
        abs(one.change) < 1e-9 for (who, value), one in moved.items() if "deaf" in who or value != "power"
    )
    assert any("told the persona" in line for line in lines(study))


def test_the_page_shows_what_divides_and_names_its_arm(store, tmp_path):
    class Contrary(Planted):
        card = Card("contrary", "planted")

        def _say(self, prompt):
            found = super()._say(prompt)
            turned = {"Yes.": "No.", "No, not at all.": "Yes"}
            return Answer(turned.get(found.text, found.text))

    study = studied(store, [Planted(KNOWN), Contrary(KNOWN)]).study
    folder.write_kind(tmp_path, "spectrum", study)
    assert folder.read_kind(tmp_path) == ("spectrum", study)
    assert len(study.dividing) == 12
    text = page(study)
    assert "captions were put instead of pictures" in text
    assert study.dividing[0].caption in text


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yes", True),
        ("no.", False),
        ("**Yes**, I do", True),
        ("My answer is no", False),
        ("Answer: Yes!", True),
    ],
)
def test_liking_is_read_at_the_beginning(said, found):
    assert read_liking(Answer(said)) is found


def test_what_says_neither_is_missing_with_its_reason():
    assert read_liking(Answer("Nobody knows")).why == "unparsed"
    assert read_liking(Answer("I'm sorry, I cannot say")).why == "refused"
    assert read_liking(Missing("filtered", "x")) == Missing("filtered", "x")


def test_a_session_replays_what_was_said():
    seen = []

    class Spy(Planted):
        def answer(self, prompts, *, seed):
            seen.extend(prompts)
            return super().answer(prompts, seed=seed)

    one = next(iter(KNOWN.values()))
    (found,) = look(Spy(KNOWN), SPECTRUM, [Ask(one.tags[0], "k", one.id)], KNOWN, "caption")
    assert (found.likes, found.why, found.seen) == (True, "Because.", one.caption)
    assert [turn.text for turn in seen[2].turns] == [
        seen[0].user,
        "Yes",
        SPECTRUM.texts["why_yes"],
        "Because.",
    ]
    assert one.caption in seen[0].user


def test_the_arms_are_never_mixed(tmp_path):
    one = next(iter(KNOWN.values()))
    with pytest.raises(BadInput, match="has no picture"):
        look(Planted(KNOWN, sees=True), SPECTRUM, [Ask("power", "k", one.id)], KNOWN, "picture")
    bare = {"x": Frame("x", picture=png(0))}
    with pytest.raises(BadInput, match="no caption"):
        look(Planted(bare), SPECTRUM, [Ask("power", "k", "x")], bare, "caption")
    with pytest.raises(Incapable, match="is shown no pictures"):
        look(Planted(bare), SPECTRUM, [Ask("power", "k", "x")], bare, "picture")
    with FrameStore(tmp_path, "caption", "one", 4):
        pass
    with pytest.raises(BadInput, match="never mixed"):
        FrameStore(tmp_path, "picture", "one", 4)


def test_every_value_has_ten_keywords_of_its_own_without_its_name():
    words = [word for some in SPECTRUM.keywords.values() for word in some]
    assert [len(some) for some in SPECTRUM.keywords.values()] == [10] * 10
    assert len(set(words)) == 100
    for value, some in SPECTRUM.keywords.items():
        assert not any(value.split("-")[0][:6] in word.casefold() for word in some)
    with pytest.raises(UnknownName):
        open_spectrum("nothing")


# The store


def png(seed, size=(64, 48)):
    image = pytest.importorskip("PIL.Image")
    # smooth, so that a small copy is nearly the same
    field = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    out = io.BytesIO()
    image.fromarray(field).resize(size, image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


def vectors(n, seed=0, width=8):
    return np.random.default_rng(seed).standard_normal((n, width)).astype(np.float32)


def some(n, start=0, **more):
    return [Frame(f"f{start + i:05d}", f"c{i}", **more) for i in range(n)]


def test_a_frame_is_there_once_and_the_nearest_are_found(tmp_path):
    table = vectors(200)
    with FrameStore(tmp_path, "caption", "e", 8) as store:
        assert store.add(some(150), table[:150]).new == 150
        again = store.add(some(200), table)
        assert (again.new, again.known) == (50, 150)
        found = store.search(table[:20], 5)
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        for i, hits in enumerate(found):
            order = np.argsort(-(unit @ unit[i]))[:5]
            assert [hit.id for hit in hits] == [f"f{j:05d}" for j in order]
            assert hits[0].similarity == pytest.approx(1.0, abs=1e-5)
        assert len(store) == 200


def test_frames_are_filtered_by_platform_and_day(tmp_path):
    with FrameStore(tmp_path, "caption", "e", 8) as store:
        store.add(some(5, platform="tiktok", day=date(2024, 8, 1)), vectors(5))
        store.add(some(5, 5, platform="youtube", day=date(2024, 9, 1)), vectors(5, 1))
        assert {hit.id for hit in store.search(vectors(1), 9, Only(("youtube",)))[0]} == {
            f"f{i:05d}" for i in range(5, 10)
        }
        assert len(store.search(vectors(1), 9, read_only((), "2024-08-15", "2024-09-30"))[0]) == 5
        with pytest.raises(BadInput, match="no frame that fits"):
            store.search(vectors(1), 5, Only(("elsewhere",)))
        with pytest.raises(BadInput, match="do not fit"):
            store.search(vectors(1, width=9), 5)
    with pytest.raises(BadInput, match="write it as"):
        read_only((), "yesterday")


def test_what_was_looked_up_is_found_again_although_frames_were_added(tmp_path):
    words = {f"w{i}": row for i, row in enumerate(vectors(10, 3))}
    with FrameStore(tmp_path, "caption", "e", 8) as store:
        store.add(some(50), vectors(50))
        first = store.retrieve(words, 5)
    with FrameStore(tmp_path) as store:
        store.add(some(50, 50), vectors(50, 9))
        assert store.retrieve(words, 5) == first
        assert store.retrieve(words, 5, Only()) == first
        assert store.stats()["keywords"] == 10


def test_vectors_that_are_none_are_refused_and_nothing_is_added(tmp_path):
    with FrameStore(tmp_path, "caption", "e", 8) as store:
        for bad in (vectors(2, width=7), np.full((2, 8), np.nan, np.float32)):
            with pytest.raises(BadInput, match="do not fit"):
                store.add(some(2), bad)
        assert len(store) == 0
    with pytest.raises(BadInput, match="holds no frames"):
        FrameStore(tmp_path / "nothing")


def test_nearly_the_same_picture_is_the_same_picture_again():
    image = pytest.importorskip("PIL.Image")

    def bits(data):
        return likeness(np.asarray(image.open(io.BytesIO(data)).convert("L").resize((9, 8))))

    one, smaller, other = bits(png(1)), bits(png(1, (52, 40))), bits(png(2))
    assert (one ^ smaller).bit_count() <= 6 < (one ^ other).bit_count()


KILLED = """
import sys, time
import numpy as np
from pathlib import Path
from axiometer.instruments.frame_store import FrameStore
from axiometer.instruments.frames import Frame
with FrameStore(Path(sys.argv[1]), "caption", "e", 8) as store:
    for lot in range(1000):
        table = np.random.default_rng(lot).standard_normal((20, 8)).astype(np.float32)
        store.add([Frame(f"f{lot * 20 + i:05d}", "c") for i in range(20)], table)
        print(lot, flush=True)
"""


@pytest.mark.slow
def test_what_was_reported_is_there_after_a_kill_and_nothing_twice(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    seen = -1
    assert child.stdout is not None
    for line in child.stdout:
        seen = int(line)
        if seen >= 12:
            child.send_signal(signal.SIGKILL)
            break
    child.wait()
    child.stdout.close()
    time.sleep(0.1)
    with FrameStore(tmp_path) as store:
        there = len(store)
        assert there % 20 == 0
        assert there >= 20 * (seen + 1)
        again = store.add(some(there), vectors(there))
        assert (again.new, again.known) == (0, there)


# Adding


def test_tables_folders_and_broken_files_are_added_as_far_as_they_go(tmp_path, monkeypatch):
    monkeypatch.setattr("axiometer.studies.frames.open_embedder", lambda name: ByHand())
    (tmp_path / "in").mkdir()
    for i in range(3):
        (tmp_path / "in" / f"p{i}.png").write_bytes(png(i))
    (tmp_path / "in" / "bad.png").write_bytes(b"<svg><script>1</script></svg>")
    rows = [
        {
            "caption": "a red boat",
            "file": "p0.png",
            "link": "l",
            "platform": "tiktok",
            "date": "2024-08-01",
            "tags": "power; tradition",
        },
        {"caption": "a blue bird"},
        {"caption": "", "file": ""},
        {"caption": "broken", "file": "bad.png"},
        {"caption": "later", "date": "soon"},
    ]
    with (tmp_path / "in" / "frames.csv").open("w", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    report = add_frames(tmp_path / "store", [tmp_path / "in" / "frames.csv"])
    assert (report.new, report.known) == (2, 0)
    assert sum(report.left_out.values()) == 3
    assert add_frames(tmp_path / "store", [tmp_path / "in" / "frames.csv"]).known == 2
    found = search_frames(tmp_path / "store", ["a blue bird"], 1)
    assert found["a blue bird"][0][1].caption == "a blue bird"
    # pictures without captions cannot join a store of captions
    with pytest.raises(BadInput, match="nothing could be added"):
        add_frames(tmp_path / "other", [tmp_path / "in"])
    assert export_frames(tmp_path / "store", tmp_path / "out.csv") == 2
    assert export_frames(tmp_path / "store", tmp_path / "out.parquet") == 2
    assert "power;tradition" in (tmp_path / "out.csv").read_text()
    with pytest.raises(BadInput, match="neither a folder nor"):
        add_frames(tmp_path / "store", [tmp_path / "x.doc"])


class BySize:
    arm, key, width = "picture", "by size", 4

    def of_frames(self, frames):
        return np.stack([np.full(4, 1 + len(frame.picture) % 7, np.float32) for frame in frames])


def test_frames_of_a_video_are_taken_every_so_often(tmp_path, monkeypatch):
    av = pytest.importorskip("av", reason="needs the extra `frames`")
    image = pytest.importorskip("PIL.Image")
    monkeypatch.setattr("axiometer.studies.frames.open_embedder", lambda name: BySize())
    with av.open(str(tmp_path / "v.mp4"), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(40):
            shot = av.VideoFrame.from_image(image.open(io.BytesIO(png(i // 10))))
            for packet in stream.encode(shot):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    report = add_frames(tmp_path / "store", [tmp_path / "v.mp4"], every=1.0)
    assert report.new == 4
    assert add_frames(tmp_path / "store", [tmp_path / "v.mp4"], every=1.0).new == 0
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    with pytest.raises(BadInput, match="nothing could be added"):
        add_frames(tmp_path / "two", [tmp_path / "broken.mp4"])


def test_pictures_and_words_of_a_tiny_clip_are_in_one_space(tmp_path):
    transformers = pytest.importorskip("transformers", reason="needs the extra `local`")
    torch = pytest.importorskip("torch", reason="needs the extra `local`")
    sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
    from tiny_models import make_tokenizer

    tokenizer = make_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    torch.manual_seed(0)
    config = transformers.CLIPConfig(
        text_config={"vocab_size": len(tokenizer), "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
                     "eos_token_id": tokenizer.eos_token_id, "max_position_embeddings": 32},
        vision_config={"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        projection_dim=12,
    )  # fmt: skip
    transformers.CLIPModel(config).save_pretrained(tmp_path / "clip")
    seen = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    transformers.CLIPProcessor(image_processor=seen, tokenizer=tokenizer).save_pretrained(tmp_path / "clip")
    how = open_embedder(f"clip:{tmp_path / 'clip'}")
    assert (how.arm, how.width) == ("picture", 12)
    (tmp_path / "in").mkdir()
    for i in range(3):
        (tmp_path / "in" / f"{i}.png").write_bytes(png(i))
    assert add_frames(tmp_path / "store", [tmp_path / "in"], embedder=f"clip:{tmp_path / 'clip'}").new == 3
    found = search_frames(tmp_path / "store", ["power"], 2, f"clip:{tmp_path / 'clip'}")
    assert len(found["power"]) == 2
    with FrameStore(tmp_path / "store") as kept:
        assert all(
            read_picture(frame.picture)
            for frame in kept.frames([hit.id for hit, _ in found["power"]]).values()
        )


def test_the_commands_work_through(tmp_path, monkeypatch):
    monkeypatch.setattr("axiometer.studies.frames.open_embedder", lambda name: ByHand())
    monkeypatch.setattr("axiometer.studies.embedders.open_embedder", lambda name="captions": ByHand())
    with (tmp_path / "frames.csv").open("w", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["caption"])
        table.writerows([[frame.caption] for frame in frames(2)])

    def run(*args):
        found = CliRunner().invoke(axiometer, [str(one) for one in args])
        assert found.exit_code == 0, found.output
        return found.output

    assert "200 frames added" in run("frames", "add", tmp_path / "s", tmp_path / "frames.csv")
    assert "frames: 200" in run("frames", "stats", tmp_path / "s")
    assert "a lion above its pride" in run("frames", "search", tmp_path / "s", "a lion above its pride")
    said = run(
        "measure",
        "spectrum",
        "--frames",
        tmp_path / "s",
        "-s",
        "scripted:random",
        "--out",
        tmp_path / "o",
        "--each",
        2,
        "--ledger",
        tmp_path / "l",
    )
    assert "the caption arm" in said
    assert len((tmp_path / "o" / "looks.jsonl").read_text().splitlines()) >= 190
    told = json.loads((tmp_path / "o" / "study.json").read_text())
    assert told["arm"] == "caption"


# The published table

TABLE = {
    "GPT-4o": ((78, 90, 88, 56, 80, 86, 76, 86, 68, 78), 10.3),
    "DeepSeek-VL2": ((66, 68, 82, 68, 76, 62, 72, 78, 80, 64), 7.04),
    "Claude 3.5 Sonnet": ((70, 70, 68, 34, 50, 60, 66, 58, 66, 58), 11.2),
    "Gemini 2.0 Flash": ((84, 90, 86, 92, 94, 92, 82, 86, 92, 90), 4.02),
    "BLIP-2": ((72, 78, 68, 48, 28, 48, 52, 64, 74, 40), 16.5),
    "Qwen2.5-VL-Plus": ((70, 56, 70, 40, 62, 58, 60, 56, 70, 52), 9.43),
    "CogVLM2": ((80, 80, 80, 74, 90, 72, 78, 68, 78, 76), 6.99),
    "InternVL2": ((44, 54, 44, 28, 32, 38, 48, 54, 54, 26), 10.8),
}
MEANS = (70.5, 73.3, 73.3, 55.0, 64.0, 64.5, 66.8, 68.8, 72.8, 60.5)  # in the order of the table


def test_the_published_spreads_are_sample_standard_deviations_but_for_one():
    wrong = [name for name, (scores, printed) in TABLE.items() if abs(spread(scores) - printed) > 0.051]
    assert wrong == ["CogVLM2"]
    assert spread(TABLE["CogVLM2"][0]) == pytest.approx(5.87, abs=0.01)


def test_the_published_means_are_those_of_the_table():
    assert np.mean([scores for scores, _ in TABLE.values()], axis=0) == pytest.approx(MEANS, abs=0.051)


def test_a_score_of_fifty_frames_is_known_to_about_thirteen_points():
    score, low, high = preference(30, 50)
    assert score == 60
    assert 12 < (high - low) / 2 < 14


def test_values_that_are_all_the_same_are_told_apart_one_time_in_twenty():
    rng = np.random.default_rng(0)
    found = [differing(rng.binomial(50, 0.6, 10).tolist(), [50] * 10, seed) for seed in range(60)]
    assert np.mean(np.array(found) < 0.05) < 0.15
    assert differing([45, 20, 30], [50, 50, 50]) < 0.01
    assert np.isnan(differing([3, 0], [5, 0]))


def test_dividing_frames_come_first_and_unjudged_ones_last():
    liked = np.array([[1, 1, np.nan, 0], [1, 0, 1, 0]])
    assert dividing(liked).tolist()[0] == 1
    assert dividing(liked).tolist()[-1] == 2


def test_descriptions_of_other_frames_are_no_sight():
    rng = np.random.default_rng(0)
    captions = rng.standard_normal((30, 16))
    captions /= np.linalg.norm(captions, axis=1, keepdims=True)
    assert seen_apart(captions, captions)[2] < 0.01
    assert seen_apart(captions[rng.permutation(30)], captions)[2] > 0.05
