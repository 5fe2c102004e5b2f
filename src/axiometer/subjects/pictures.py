"""Pictures that subjects are shown: checked, made small, put into one plain form, and known by their content.

Nothing of a file but its pixels goes on: no metadata, no name, no script. A picture is kept by its key; its bytes are in no record.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.canon import text_key
from axiometer.errors import BadInput, Incapable

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
LARGEST_FILE, LARGEST_PIXELS, SIDE = 40_000_000, 100_000_000, 1024
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_THUMBNAIL = 160


@dataclass(frozen=True)
class Picture:
    """A picture in red, green and blue, its longer side at most so many pixels.

    Attributes:
        key: content key of size and pixels.
        data: PNG; not part of any record, and empty in one that was read from a record.
        frames: how many the file had; the first is shown.
    """

    key: str
    width: int
    height: int
    data: bytes = field(default=b"", repr=False, compare=False, metadata={"plain": False})
    frames: int = field(default=1, compare=False, metadata={"plain": False})

    def thumbnail(self, side: int = _THUMBNAIL) -> bytes:
        """A small JPEG for people."""
        image = _pil().Image.open(io.BytesIO(self.data)).convert("RGB")
        image.thumbnail((side, side))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=80)
        return out.getvalue()


@dataclass(frozen=True)
class Unseen:
    """A file that is no picture, and why."""

    name: str
    why: str


def read_picture(source: Path | bytes, side: int = SIDE) -> Picture:
    """The picture in a file, or in the bytes of one; of an animated one, the first frame.

    Args:
        source: a file, or its content.
        side: pixels that the longer side has at most.

    Raises:
        BadInput: no picture, a broken or cut one, or one that is too large to be opened safely.
        Incapable: Pillow is not installed.
    """
    pil = _pil()
    name = "the picture" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else _content(source)
    if len(data) > LARGEST_FILE:
        raise BadInput(
            f"{name} has {len(data) / 1e6:.0f} MB; give one of at most {LARGEST_FILE / 1e6:.0f} MB."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is refused below
            image = pil.Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(name, *image.size)
            frames = int(getattr(image, "n_frames", 1))
            image.seek(0)
            image.draft("RGB", (2 * side, 2 * side))
            image = _flat(pil, pil.ImageOps.exif_transpose(image))
            image.thumbnail((side, side))
    except BadInput:
        raise
    except pil.UnidentifiedImageError:
        raise BadInput(
            f"{name} is no picture that is read here ({_kind(data)}); give PNG, JPEG, WebP, GIF, BMP or TIFF."
        ) from None
    except pil.Image.DecompressionBombError:
        raise BadInput(
            f"{name} unpacks into more pixels than can be opened safely; give a smaller one."
        ) from None
    except Exception as error:  # a broken file can raise nearly anything
        raise BadInput(
            f"{name} is broken or cut off ({type(error).__name__}: {str(error)[:80]}); save it again."
        ) from None
    out = io.BytesIO()
    image.save(out, "PNG")
    pixels = text_key(f"{image.size}:{image.tobytes().hex()}")
    return Picture(pixels, image.size[0], image.size[1], out.getvalue(), frames)


def read_pictures(paths: Sequence[Path], side: int = SIDE) -> Iterator[tuple[Path, Picture | Unseen]]:
    """Each file's picture, or why there is none; the rest goes on.

    Raises:
        BadInput: no file at all.
    """
    if not paths:
        raise BadInput("there is no picture; give files, or a folder that holds some.")
    for path in paths:
        try:
            yield path, read_picture(path, side)
        except BadInput as error:
            yield path, Unseen(path.name, str(error))


def picture_files(folder: Path) -> list[Path]:
    """The files below a folder whose ending is that of a picture, in order.

    Raises:
        BadInput: no folder, or none in it.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; give one that holds pictures.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.casefold() in ENDINGS and path.is_file())
    if not found:
        raise BadInput(f"{folder} holds no picture; files must end in {', '.join(ENDINGS)}.")
    return found


def _check_size(name: str, wide: int, high: int) -> None:
    if wide * high > LARGEST_PIXELS or not wide or not high:
        raise BadInput(
            f"{name} says it has {wide} x {high} pixels; give one of at most {LARGEST_PIXELS / 1e6:.0f} million."
        )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(
                f"{path} has {path.stat().st_size / 1e6:.0f} MB; give one of at most {LARGEST_FILE / 1e6:.0f} MB."
            )
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror or error}; give a readable file.") from None


def _flat(pil: Any, image: Any) -> Any:
    """In red, green and blue; what is see-through lies on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = pil.Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    return image.convert("RGB")


def _kind(data: bytes) -> str:
    head = data[:400].lstrip().lower()
    for sign, kind in (
        (b"<svg", "SVG"),
        (b"<?xml", "XML or SVG"),
        (b"<", "a page or SVG"),
        (b"%pdf", "PDF"),
        (b"pk", "an archive"),
    ):
        if head.startswith(sign):
            return kind
    return "nothing" if not data else "unknown content"


def _pil() -> Any:
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise Incapable("pictures need Pillow: pip install 'axiometer[pictures]'.") from None
    return _Pil(Image, ImageOps, UnidentifiedImageError)


@dataclass(frozen=True)
class _Pil:
    """The parts of Pillow that are used."""

    Image: Any
    ImageOps: Any
    UnidentifiedImageError: Any
