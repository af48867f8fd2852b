"""A picture made anew, in a process of its own: a program that `pictures.py` starts for each, and that ends with it.

It reads a picture from its standard input and answers on its standard output by a line of JSON, `{"width", "height"}`
or `{"refused", "values"}`, and then the bytes of the picture that it made. What it may hold in memory is limited by the
system (`MOST_MEMORY`), whatever a decoder does with a file that was made to harm; and a decoder that crashes takes
nobody with it. It imports nothing of ours, so that it starts within a fifth of a second and is small."""

from __future__ import annotations

import contextlib
import io
import json
import math
import resource
import sys
import warnings
from typing import Any

from PIL import Image, JpegImagePlugin, UnidentifiedImageError

MOST_MEMORY = 160 * 2**20  # bytes of this whole process
MOST_SECONDS = 60  # of a processor
MEGA = 1_000_000
MOST_OF_JPEG = 66  # million pixels, of which a decoder unfolds no more than is shown
MOST_IN_SCANS = 98 * MEGA  # bytes that a JPEG in several scans unfolds to before the first pixel is there
MOST_OF_WEBP = 6  # million pixels: its decoder holds each four times
MOST_OF_OTHERS = 16  # million pixels
LONGEST = 1600  # pixels of a side that is kept
SMALL = 8  # pixels of a side, at least
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BEST, FASTEST = 4, 0  # methods of the WebP encoder
TILE = 1024  # pixels of a side that are converted at once
ORIENTATION = 0x0112  # in EXIF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Unfit(Exception):
    """A picture that is not taken. `code` and `values` are those of `shared.kernel.decider.Refused`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def made(data: bytes) -> tuple[bytes, int, int]:
    """The picture in `data` as WebP without anything but its pixels, at most LONGEST a side; its width and height.
    Raises Unfit: `not-a-picture`, `picture-too-many-pixels`, `picture-too-small`."""
    most, size = MOST_OF_OTHERS, (0, 0)
    try:
        most, size = _limits(data)
        if size[0] * size[1] > most * MEGA:
            raise Unfit("picture-too-many-pixels", most=most)
        pixels, orientation = _pixels(data, most)
        del data
        pixels.thumbnail((LONGEST, LONGEST))
        if orientation in UPRIGHT:
            pixels = pixels.transpose(UPRIGHT[orientation])
        return _written(pixels), pixels.width, pixels.height
    except Unfit:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise Unfit("picture-too-many-pixels", most=most) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError):
        raise Unfit("not-a-picture") from None
    except Exception:  # Pillow's decoders raise what they like on broken files
        raise Unfit("not-a-picture") from None


def _limits(data: bytes) -> tuple[int, tuple[int, int]]:
    """How many million pixels such a picture may have, and its width and height where its head has to be read before
    Pillow opens it; else 0."""
    if data.startswith(b"\xff\xd8"):
        size, held = _of_jpeg(data)
        most = int(MOST_IN_SCANS * size[0] * size[1] / held / MEGA) if held else MOST_OF_JPEG
        return min(MOST_OF_JPEG, most), size
    if data.startswith(b"RIFF"):
        return MOST_OF_WEBP, _of_webp(data)
    return MOST_OF_OTHERS, (0, 0)


def _of_webp(data: bytes) -> tuple[int, int]:
    """The size of a WebP (RFC 9649), since its decoder takes all of its memory when it is opened; 0 where it has
    none."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


def _of_jpeg(data: bytes) -> tuple[tuple[int, int], int]:
    """The size of a JPEG (ITU-T T.81), and the bytes that the whole of it takes (two for each sample) where it comes in
    several scans, since all of them are needed for one pixel; 0 where it is unfolded as it is read."""
    at, width, height, several = 2, 0, 0, False
    parts: list[tuple[int, int]] = []
    while at + 4 <= len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if mark == 0xFF or 0xD0 <= mark <= 0xD9 or mark <= 0x01:  # a filling byte, or a mark without a body
            at += 1 if mark == 0xFF else 2
            continue
        body = data[at + 4 : at + 2 + length]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
            parts = [(body[7 + 3 * n] >> 4, body[7 + 3 * n] & 15) for n in range(body[5])]
            several = mark not in (0xC0, 0xC1, 0xC9)
        elif mark == 0xDA:
            several = several or body[0] < len(parts)
            break
        at += 2 + length
    if not several or not parts or any(0 in part for part in parts):
        return (width, height), 0
    across, down = max(part[0] for part in parts), max(part[1] for part in parts)
    samples = (64 * math.ceil(width * h / across / 8) * math.ceil(height * v / down / 8) for h, v in parts)
    return (width, height), 2 * sum(samples)


def _pixels(data: bytes, most: int) -> tuple[Image.Image, int]:
    """The picture in a mode that is written, of less than twice LONGEST a side, and its EXIF orientation. What the
    decoder holds is given back when this returns: what follows needs the room."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > most * MEGA:
                raise Unfit("picture-too-many-pixels", most=most)
            if min(width, height) < SMALL:
                raise Unfit("picture-too-small", least=SMALL)
            if isinstance(picture, JpegImagePlugin.JpegImageFile):  # a telephone's with a second picture in it, too
                share = min(1.0, LONGEST / max(width, height))
                # Unfolds no more than is needed.
                picture.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))
            picture.load()
            clear = "A" in picture.getbands() or "transparency" in picture.info
            pixels = _fewer(picture, "RGBA" if clear else "RGB", max(1, max(picture.size) // LONGEST))
            return pixels, picture.getexif().get(ORIENTATION, 1)


def _fewer(picture: Image.Image, mode: str, factor: int) -> Image.Image:
    """The picture in another mode with each side divided by `factor`; tile by tile, so that no second one of its size
    is held."""
    fewer = Image.new(mode, (math.ceil(picture.width / factor), math.ceil(picture.height / factor)))
    side = factor * max(1, TILE // factor)
    for top in range(0, picture.height, side):
        for left in range(0, picture.width, side):
            box = left, top, min(left + side, picture.width), min(top + side, picture.height)
            fewer.paste(picture.crop(box).convert(mode).reduce(factor), (left // factor, top // factor))
    return fewer


def _written(pixels: Image.Image) -> bytes:
    """The pixels as WebP. Where there is no room to look for the best way, which noise takes, in the fastest way."""
    clean = Image.frombytes(
        pixels.mode, pixels.size, pixels.tobytes()
    )  # else the old one's info would be written along
    for method in (BEST, FASTEST):
        file = io.BytesIO()
        with contextlib.suppress(MemoryError, OSError, ValueError):
            clean.save(file, "WEBP", quality=82, method=method)
            return file.getvalue()
    raise MemoryError


def main() -> None:
    """Reads, makes, answers."""
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limits
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: dict[str, Any]
    try:
        picture, width, height = made(sys.stdin.buffer.read())
        answer = {"width": width, "height": height}
    except Unfit as why:
        picture, answer = b"", {"refused": why.code, "values": why.values}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
