"""What an item says of its source: when it arrives, and once that was corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.base.translations import L, Lang, languages, translated
from shared.contract.cleaning import mended_line, mended_text
from shared.kernel.views.projection import Document
from shared.runtime.faces import Premises
from shared.web.formatting import clock, long_day


@dataclass(frozen=True, slots=True)
class Said:
    """A title and a text, as they may stand in an item."""

    title: str
    text: str


async def written_in(service: Premises) -> Lang:
    """The language that we write drafts in, the network's first: several readers share them, and what goes out."""
    await service.ourselves.refresh()
    return service.ourselves.languages[0]


def one_line(text: str) -> str:
    """What another service allowed may be longer or wilder than a line of ours."""
    return mended_line(text)[:200].strip()


def fitting(title: str, text: str, lang: Lang) -> Said:
    """What a source says, as an item may say it."""
    return Said(one_line(title) or translated(L("Sans titre"), lang), mended_text(text)[:5000].strip() or "…")


def when_and_where(starts: datetime, place: str | None, lang: Lang) -> str:
    """The line that says when something is, and where."""
    when = translated(L("{day} à {clock}"), lang, day=long_day(starts, lang), clock=clock(starts))
    when = when[:1].upper() + when[1:]
    return f"{when}, {place}." if place else f"{when}."


def announced(title: str, starts: datetime, town: str | None, summary: str | None, lang: Lang) -> Said:
    """What the item of an announced gathering says."""
    said = when_and_where(starts, town, lang)
    return fitting(title, f"{said}\n{summary}" if summary else said, lang)


def said_now(gathering: Document | None, announcement: str | None, lang: Lang) -> Said | None:
    """What an announcement (the id of its event) would say now in a language, None where nothing is known of it."""
    if gathering is None or gathering["starts"] is None or announcement not in gathering["summaries"]:
        return None
    starts = datetime.fromisoformat(gathering["starts"])
    return announced(gathering["title"] or "", starts, gathering["town"], gathering["summaries"][announcement], lang)


def said_otherwise(gathering: Document | None, item: Mapping[str, Any], lang: Lang) -> Said | None:
    """What the source of an item says now, None where nothing is known of it, or where that is what the item was told:
    in whichever language, since one that was written before the network chose another first is not wrong."""
    now = said_now(gathering, item["source_event"], lang)
    was = Said(item["said"]["title"], item["said"]["text"])
    if now is None or any(said_now(gathering, item["source_event"], one) == was for one in languages()):
        return None
    return now


@dataclass(frozen=True, slots=True)
class Since:
    """What a source says otherwise since an item was written by hand: `title` and `line` (when and where), None where
    that is as it was; `taken_over`: the item's title and text with them."""

    title: str | None
    line: str | None
    taken_over: Said


def changed_since(item: Mapping[str, Any], now: Said | None) -> Since | None:
    """What an editor of the item is told, None where there is nothing to tell. In a text of the editor's own the line
    of before is replaced; where it is no more, the source's whole text is offered."""
    if now is None:
        return None
    said = item["said"]
    title = now.title if now.title not in (said["title"], item["title"]) else None
    before, line = said["text"].splitlines()[0], now.text.splitlines()[0]
    lines = item["text"].splitlines()
    moved = now.text != said["text"] and line not in lines
    if title is None and not moved:
        return None
    text = "\n".join(line if one == before else one for one in lines) if before in lines else now.text
    return Since(title, line if moved else None, Said(title or item["title"], text if moved else item["text"]))
