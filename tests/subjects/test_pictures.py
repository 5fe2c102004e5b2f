"""Pictures: read into one plain form and known by their pixels; whatever is no picture is refused in one sentence, the rest goes on."""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="needs the extra `pictures`")
from PIL import Image

from axiometer.canon import canonical, formed, key, plain
from axiometer.errors import BadInput, Incapable
from axiometer.steer import Told, steer
from axiometer.subjects import Answer, Card, Prompt
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.pictures import Picture, Unseen, picture_files, read_picture, read_pictures
from axiometer.subjects.protocol import check_sees
from axiometer.subjects.scripted import Scripted

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "images_small"


def image(seed=0, size=(60, 40), mode="RGB"):
    return Image.fromarray(
        np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    ).convert(mode)


def saved(picture, form="PNG", **more):
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def test_the_same_pixels_are_the_same_picture_in_any_file():
    one = read_picture(saved(image()))
    for other in (saved(image(), "BMP"), saved(image(), "TIFF"), saved(image(), "PNG", optimize=True)):
        assert read_picture(other).key == one.key
    assert read_picture(saved(image(1))).key != one.key
    assert (one.width, one.height) == (60, 40)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(one.data))), np.asarray(image()))


def test_large_pictures_are_made_small_and_what_is_see_through_lies_on_white():
    assert (
        read_picture(saved(image(size=(600, 300))), side=100).width,
        read_picture(saved(image(size=(600, 300))), side=100).height,
    ) == (100, 50)
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert Image.open(io.BytesIO(read_picture(saved(clear)).data)).getpixel((0, 0)) == (255, 255, 255)
    for mode in ("L", "1", "P", "CMYK"):
        form = "TIFF" if mode == "CMYK" else "PNG"
        assert read_picture(saved(image(mode=mode), form)).width == 60


def test_metadata_does_not_go_on_and_orientation_is_kept():
    exif = Image.Exif()
    exif[0x0110] = "SECRET CAMERA"
    exif[0x0112] = 6  # turned by a quarter
    found = read_picture(saved(image(), "JPEG", exif=exif))
    assert (found.width, found.height) == (40, 60)
    assert b"SECRET" not in found.data
    assert b"SECRET" not in found.thumbnail()


def test_of_an_animated_picture_the_first_frame_is_shown():
    found = read_picture(saved(image(), "GIF", save_all=True, append_images=[image(1), image(2)]))
    assert found.frames == 3
    assert found.key == read_picture(saved(image(), "GIF")).key


def test_the_ending_of_a_name_does_not_matter_the_content_does(tmp_path):
    (tmp_path / "a.png").write_bytes(saved(image(), "JPEG"))
    assert read_picture(tmp_path / "a.png").width == 60


def png_of(wide, high):
    """A file that says it has so many pixels, in a hundred bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


HOSTILE = {
    "bomb": (png_of(60_000, 60_000), "more pixels than can be opened safely"),
    "large": (png_of(12_000, 10_000), "12000 x 10000 pixels"),
    "cut off": (saved(image())[:200], "broken or cut off"),
    "broken": (saved(image(), "JPEG")[:300] + b"\0" * 30, "broken or cut off"),
    "script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
    "page": (b"<html><img src=x onerror=alert(1)></html>", "a page or SVG"),
    "document": (b"%PDF-1.7 ...", "PDF"),
    "archive": (b"PK\x03\x04....", "an archive"),
    "words": (b"just words", "unknown content"),
    "nothing": (b"", "nothing"),
    "postscript": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
        "no picture that is read here",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_picture_is_refused_and_nothing_is_run(kind):
    data, match = HOSTILE[kind]
    with pytest.raises(BadInput, match=match):
        read_picture(data)


def test_huge_files_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(BadInput, match="50 MB"):
        read_picture(path)


def test_the_rest_of_a_folder_goes_on(tmp_path):
    for name, (data, _) in HOSTILE.items():
        (tmp_path / f"{name}.png").write_bytes(data)
    (tmp_path / "good.jpg").write_bytes(saved(image(), "JPEG"))
    (tmp_path / "notes.txt").write_text("no picture")
    found = dict(read_pictures(picture_files(tmp_path)))
    assert [path.name for path, one in found.items() if isinstance(one, Picture)] == ["good.jpg"]
    assert sum(isinstance(one, Unseen) for one in found.values()) == len(HOSTILE)


def test_folders_without_pictures_and_lists_of_none_are_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no picture"):
        picture_files(tmp_path)
    with pytest.raises(BadInput, match="is no folder"):
        picture_files(tmp_path / "none")
    with pytest.raises(BadInput, match="there is no picture"):
        list(read_pictures([]))


def test_real_photographs_are_read():
    if not SHARED.exists():
        pytest.skip("shared data are not here")
    found = [one for _, one in read_pictures(picture_files(SHARED))]
    assert all(isinstance(one, Picture) for one in found)
    assert len({one.key for one in found}) == 15
    assert max(max(one.width, one.height) for one in found) <= 1024


def test_a_prompt_without_pictures_is_written_as_before_and_one_with_them_by_their_keys():
    plain_one = Prompt("q", about="a")
    assert "pictures" not in canonical(plain_one)
    seen = Prompt("q", about="a", pictures=(read_picture(saved(image())),))
    assert key(seen) != key(plain_one)
    assert seen.pictures[0].key in canonical(seen)
    assert len(canonical(seen)) < 300
    again = formed(Prompt, json.loads(json.dumps(plain(seen))))
    assert again == seen
    assert again.pictures[0].data == b""


class Sees:
    """Says how many pictures it was shown."""

    spec = property(lambda self: {"subject": "sees"})
    card = Card("sees", "planted", sees=True)

    def answer(self, prompts, *, seed):
        return [Answer(f"{len(prompt.pictures)}") for prompt in prompts]


def test_wrappers_pass_pictures_on_and_the_ledger_keeps_none_of_their_bytes(tmp_path):
    picture = read_picture(saved(image(size=(300, 300))))
    prompt = Prompt("how many?", pictures=(picture,))
    with Ledger(tmp_path / "l.sqlite") as ledger:
        who = steer(remember(Sees(), ledger), Told("You see."))
        assert who.answer([prompt], seed=0) == [Answer("1")]
        assert who.answer([Prompt("how many?")], seed=0) == [Answer("0")]
        assert who.card.sees
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert picture.key.encode() in kept
    assert picture.data[60:120] not in kept


def test_who_is_shown_no_pictures_is_not_asked_about_any():
    prompt = Prompt("q", pictures=(read_picture(saved(image())),))
    with pytest.raises(Incapable, match="is shown no pictures"):
        check_sees(Scripted("random", (), "").card, [prompt])
    check_sees(Scripted("random", (), "").card, [Prompt("q")])
