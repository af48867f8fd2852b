"""Pictures that members send, and texts that they write: only what is meant comes through."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from services.directory.pictures import LONGEST, Pictures, remade
from shared.decider import Refused
from shared.web.markdown import as_html, as_plain


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
        "[a](https://x.invalid \"onmouseover=alert(1)\")",
        "> " * 500 + "deep",
        "*" * 20_000,
        "[" * 20_000,
    ],
)  # fmt: skip
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
