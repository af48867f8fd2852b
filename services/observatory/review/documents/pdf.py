"""A review on paper: the page that is laid out, and the process that does it (`pdf_process.py`), one at a time."""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.observatory.charts.files import bare
from services.observatory.indicators import LISTED
from services.observatory.review.documents.chapters import Chapter, Head, Line, Picture, Reader, dates
from services.observatory.review.documents.pdf_process import Order
from shared.geo import MAP_CREDIT
from shared.kernel.eventlog.event_log import Unavailable

log = structlog.get_logger()
PATIENCE = 90.0  # seconds that a document may take; the process is ended then
AT_ONCE = 1
WAITING = 4  # that may stand in line
HERE = Path(__file__).parent
CSS = (HERE / "print.css").read_text(encoding="utf-8")
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE.parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is printed: the network's name, the head, the chapters, the day it was made, how many figures were
    masked."""

    network: str
    head: Head
    chapters: Sequence[Chapter]
    made: date
    masked: int = 0


def keys(chapters: Sequence[Chapter], head: Head) -> list[Line]:
    """The lines that stand first: those of the dashboard's key figures."""
    wanted = {one.name: (one.key or "").replace("{year}", str(head.day.year)) for one in LISTED if one.key}
    return [
        line for one in chapters for line in one.lines if wanted.get(line.leaf.spec.indicator) == line.leaf.spec.path
    ]


def order(sheets: Sheets, who: Reader) -> Order:
    """What the process is told to make."""
    pictures, alts = {}, {}
    for chapter in sheets.chapters:
        for picture in chapter.pictures:
            svg = picture.drawn.svg
            if svg is not None and picture.drawn.measured:
                pictures[picture.indicator.name] = b64encode(bare(svg).encode()).decode()
                alts[picture.indicator.name] = _said(picture, svg)
    page = TEMPLATES.get_template("review_print.html").render(
        network=sheets.network,
        head=sheets.head,
        chapters=sheets.chapters,
        made=sheets.made,
        masked=sheets.masked,
        who=who,
        dates=dates(sheets.head, who, sheets.made),
        keys=keys(sheets.chapters, sheets.head),
        css=CSS,
        alts=alts,
        pictures=pictures,
        titles={one.service: who.lexicon.say(f"service.{one.service}", who.lang) for one in sheets.chapters},
        foot=who.L("Source : journal des événements") + f", {sheets.network}. {MAP_CREDIT}.",
    )
    return Order(str(page), sha256(page.encode()).hexdigest()[:32])


def _said(picture: Picture, svg: Markup) -> str:
    """What a chart says to who does not see it: its own title, or that of the map with its rows."""
    found = ElementTree.fromstring(f"<div>{svg}</div>").find("svg/title")
    if found is not None and found.text and not picture.drawn.is_map:
        return found.text
    rows = ", ".join(f"{row[0]} {'—' if row[1] is None else f'{row[1]:g}'}" for row in picture.drawn.rows)
    return f"{picture.title} : {rows}"


class Press:
    """Makes one document at a time; a few wait, more are sent away."""

    def __init__(self, waiting: int = WAITING) -> None:
        self.waiting = waiting
        self._free = asyncio.Semaphore(AT_ONCE)
        self._asked = 0

    async def pdf(self, wanted: Order) -> bytes:
        """The document. Raises Unavailable where too many wait, or where it can't be made in time."""
        if self._asked >= AT_ONCE + self.waiting:
            raise Unavailable("too many reviews are being printed")
        self._asked += 1
        try:
            async with self._free:
                return await _made(wanted)
        finally:
            self._asked -= 1


async def _made(wanted: Order) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.observatory.review.documents.pdf_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            made, wrong = await child.communicate(msgspec.json.encode(wanted))
    except TimeoutError:
        raise Unavailable("a review took too long to print") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not made.startswith(b"%PDF-"):
        log.error("review.not_printed", code=child.returncode, error=wrong.decode(errors="replace")[-2000:])
        raise Unavailable("a review could not be printed")
    return made
