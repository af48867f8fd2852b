"""Pictures that members send, and texts that they write: only what is meant comes through."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from PIL.ExifTags import Base

from services.directory.publications import picture_making
from services.directory.publications.pictures import BIGGEST, GIVES_BACK, LONGEST, MAKER, Pictures, remade
from shared.kernel.decider import Refused
from shared.web.markdown import as_html, as_plain

pytestmark = pytest.mark.slow


def picture(format: str = "JPEG", size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    file = io.BytesIO()
    mode = "RGBA" if format == "PNG" else "RGB"
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)]).save(file, format, **options)
    return file.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[Base.ImageDescription.value] = "Prise chez une personne inventée"
    exif[Base.Orientation.value] = 6
    return picture(exif=exif) + b"<script>alert(1)</script>"


def huge_png() -> bytes:
    """A PNG of some bytes that says it has 50,000 × 50,000 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_of_any_common_format_is_kept_as_webp_of_a_sensible_size(format: str, tmp_path: Path) -> None:
    kept = Pictures(tmp_path).keep(picture(format, (3000, 1000)))
    assert (kept.width, kept.height) == (LONGEST, 533)
    data = Pictures(tmp_path).read(kept.sha256)
    assert data is not None and Image.open(io.BytesIO(data)).format == "WEBP"


def test_nothing_but_the_pixels_is_kept_and_they_stand_upright() -> None:
    sent = with_place()
    made, width, height = remade(sent)
    assert b"invent" in sent and b"script" in sent
    assert b"invent" not in made and b"script" not in made and b"EXIF" not in made and b"Exif" not in made
    assert (width, height) == (200, 300)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "not-a-picture"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not-a-picture"),
        (lambda: b"%PDF-1.7", "not-a-picture"),
        (lambda: picture()[:200], "not-a-picture"),
        (lambda: picture("BMP"), "not-a-picture"),
        (lambda: b"GIF89a<script>alert(1)</script>", "not-a-picture"),
        (lambda: b"\xff\xd8\xff" + b"x" * (5 * 2**20), "picture-too-big"),
        (huge_png, "picture-too-many-pixels"),
        (lambda: picture("PNG", (2, 2)), "picture-too-small"),
    ],
)
def test_what_is_no_picture_or_too_much_is_refused(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Refused) as no:
        remade(make())
    assert no.value.code == code


def noise(size: tuple[int, int]) -> Image.Image:
    """What is hard to write down, in few bytes of a PNG."""
    few = Image.effect_noise((size[0] // 16, size[1] // 16), 60)
    return few.resize(size, Image.Resampling.NEAREST)


def file_of(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def worst(size: tuple[int, int], format: str, mode: str, **options: object) -> bytes:
    """A picture of a size and mode that takes much room to unfold, and to write: with noise in its transparency,
    too."""
    grey = noise(size)
    image = Image.merge(mode, [grey] * len(mode)) if mode in ("LA", "RGBA") else grey.convert(mode)
    return file_of(image, format, **options)


def in_its_process(data: bytes) -> tuple[dict[str, object], int]:
    """What the process that makes a picture answers, and its peak of memory in bytes, as the system counts it."""
    count = (
        "import os, resource, runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__'); "
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')); sys.stderr.write(peak)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", count, MAKER[-1]], input=data, capture_output=True, check=True, env=GIVES_BACK
    )
    return json.loads(done.stdout.partition(b"\n")[0]), int(done.stderr.split()[1]) * 1024


TAKEN: dict[str, Callable[[], bytes]] = {
    "a telephone's, 50 million pixels": lambda: worst((8160, 6120), "JPEG", "RGB", quality=40),
    "JPEG, CMYK in scans": lambda: worst((3600, 3300), "JPEG", "CMYK", quality=40, progressive=True),
    "PNG with transparency": lambda: worst((4000, 4000), "PNG", "RGBA", compress_level=1),
    "WebP with transparency": lambda: worst((3000, 2000), "WEBP", "RGBA", lossless=True, quality=0, method=0),
}
TOO_LARGE: dict[str, tuple[Callable[[], bytes], int]] = {
    "PNG": (lambda: file_of(Image.new("RGB", (6300, 6300)), "PNG"), 16),
    "GIF": (lambda: file_of(Image.new("P", (6300, 6300)), "GIF"), 16),
    "WebP": (lambda: file_of(Image.new("RGB", (6300, 6300)), "WEBP", lossless=True, method=0), 6),
    "JPEG": (lambda: file_of(Image.new("L", (8400, 8000)), "JPEG"), 66),
    "JPEG in scans": (lambda: file_of(Image.new("RGB", (7000, 7000)), "JPEG", progressive=True), 32),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", TAKEN)
def test_a_picture_is_made_in_160_mb_whatever_it_takes_to_unfold(what: str) -> None:
    data = TAKEN[what]()
    assert len(data) < BIGGEST
    answer, peak = in_its_process(data)
    assert answer.get("width") == LONGEST and peak <= 160 * 2**20, (answer, peak)


@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_would_unfold_to_more_is_refused_before_it_is_unfolded_and_the_limit_is_said(what: str) -> None:
    make, most = TOO_LARGE[what]
    data = make()
    answer, peak = in_its_process(data)
    assert answer == {"refused": "picture-too-many-pixels", "values": {"most": most}}
    assert peak < 60 * 2**20


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_with(name: bytes, body: bytes) -> bytes:
    """A small PNG with a chunk more, after its head."""
    data = picture("PNG")
    return data[:33] + chunk(name, body) + data[33:]


def unfolding(size: int = 200_000_000) -> bytes:
    return zlib.compress(b"\0" * size, 9)


def too_much_data() -> bytes:
    """A PNG whose data unfold to far more than its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 3000, 3000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", unfolding()) + chunk(b"IEND", b"")


def moving(format: str, frames: int, size: tuple[int, int] = (600, 400)) -> bytes:
    some = [Image.new("RGB", size, (n % 256, n // 256, 0)) for n in range(frames)]
    return file_of(some[0], format, save_all=True, append_images=some[1:])


MADE_TO_HARM: dict[str, Callable[[], bytes]] = {
    "a packed text": lambda: png_with(b"zTXt", b"k\0\0" + unfolding()),
    "a packed text of another kind": lambda: png_with(b"iTXt", b"k\0\1\0\0\0" + unfolding()),
    "a packed profile of colours": lambda: png_with(b"iCCP", b"k\0\0" + unfolding()),
    "an EXIF of 3 MB": lambda: picture("PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\0" * 3_000_000),
    "data beyond its pixels": too_much_data,
    "many heads": lambda: b"\xff\xd8" + b"\xff\xe1\x00\x08Exif\0\0" * 200_000 + picture()[2:],
    "a GIF that moves": lambda: moving("GIF", 1000),
    "a PNG that moves": lambda: moving("PNG", 100),
    "a WebP that moves": lambda: moving("WEBP", 5, (3000, 2000)),
    "TIFF": lambda: picture("TIFF"),
    "AVIF": lambda: b"\0\0\0\x20ftypavif" + b"\0" * 1000,
    "sound": lambda: b"RIFF\x24\0\0\0WAVEfmt ",
}


@pytest.mark.slow
@pytest.mark.parametrize("what", MADE_TO_HARM)
def test_what_is_made_to_harm_is_made_or_refused_in_its_160_mb(what: str) -> None:
    data = MADE_TO_HARM[what]()
    assert len(data) < BIGGEST
    answer, peak = in_its_process(data)
    assert peak <= 160 * 2**20, (answer, peak)
    assert answer.get("refused") in (None, "not-a-picture", "picture-too-many-pixels")


def peak_of() -> int:
    """The largest memory that this process ever had, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


@pytest.mark.slow
def test_our_own_process_unfolds_nothing() -> None:
    data = worst((4000, 2000), "PNG", "RGBA", compress_level=1)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = peak_of()
    assert remade(data)[1:] == (LONGEST, LONGEST // 2)
    assert peak_of() - before < 20 * 2**20


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_as_its_camera_says(orientation: int) -> None:
    image = Image.new("RGB", (64, 32), "white")
    image.paste("red", (0, 0, 32, 16))
    exif = Image.Exif()
    exif[Base.Orientation.value] = orientation
    data = file_of(image, "PNG", exif=exif)
    made, width, height = picture_making.made(data)
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    found = Image.open(io.BytesIO(made))
    assert (width, height) == wanted.size == found.size
    for at in ((8, 8), (width - 8, height - 8), (8, height - 8), (width - 8, 8)):
        assert max(abs(a - b) for a, b in zip(found.getpixel(at), wanted.getpixel(at), strict=True)) < 60  # type: ignore[arg-type]


def test_the_same_picture_is_one_file_and_a_changed_file_is_not_shown(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    one, again = pictures.keep(picture()), pictures.keep(picture())
    assert one == again and pictures.names() == [one.sha256] and pictures.damaged() == []
    (path,) = tmp_path.glob("*/*.webp")
    path.write_bytes(path.read_bytes() + b"x")
    assert pictures.read(one.sha256) is None and pictures.damaged() == [one.sha256]
    assert pictures.read("../../keys/secret") is None and pictures.read("0" * 64) is None
    pictures.erase([one.sha256, "../x"])
    assert pictures.names() == []


def test_markdown_is_shown_and_nothing_that_runs_or_loads() -> None:
    text = "# Titre\n\nUn **mot** et un [lien](https://exemple.invalid/a?b=c&d=e).\n\n- un\n- deux\n\n> cité"
    html = str(as_html(text))
    assert "<h3>Titre</h3>" in html and "<strong>mot</strong>" in html and "<li>deux</li>" in html
    assert '<a href="https://exemple.invalid/a?b=c&amp;d=e" rel="nofollow ugc noopener">lien</a>' in html
    assert as_plain(text) == "Titre Un mot et un lien. un deux cité"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "<img src=x onerror=alert(1)>",
        "![x](https://exemple.invalid/pixel.png)",
        "<a href='javascript:alert(1)' onclick='x()'>x</a>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x]: javascript:alert(1)\n\n[x]",
        "<style>body{display:none}</style><iframe src='//x'></iframe>",
        "`<script>`\n\n    <script>alert(1)</script>",
        '[a](https://x.invalid "onmouseover=alert(1)")',
        "> " * 500 + "deep",
        "*" * 20_000,
        "[" * 20_000,
    ],
)
def test_no_text_becomes_a_script_a_picture_from_elsewhere_or_a_style(text: str) -> None:
    html = str(as_html(text)).lower()
    for bad in (
        "<script",
        "<img",
        "<iframe",
        "<style",
        'javascript:"',
        'href="javascript',
        'href="data',
        'onclick="',
        "<a onmouse",
    ):
        assert bad not in html
