"""The things that events are about: what they are called, where their own page is, and how a value of theirs is
said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.base.translations import TERM, TITLES, L, Lang, Lexicon, translated
from shared.contract import load_all
from shared.contract.labels import coded
from shared.kernel.decider import Level
from shared.web.formatting import country, day, department, moment, number

LONGEST = 300  # characters of a value that are shown
RECORDS: Mapping[str, tuple[str, Level]] = {
    f"{kind.service}.{kind.entity}": (kind.thing.page, kind.thing.level)
    for kind in load_all().values()
    if kind.thing.page is not None
}
"""Where the services show a thing, and the level that this page asks for; the rest is shown on another's page."""
OF_DAYS = {(kind.service, kind.entity) for kind in load_all().values() if not kind.live}
"""What has facts of days, which a page of its service shows and corrects, also where it has no other"""
WITHIN = "/directory/structures/{}"
"""What has no page of its own and names a structure is shown on the structure's."""


@dataclass(frozen=True)
class Record:
    """The page of a thing in its own service. `own`: not on the page of a structure that it belongs to."""

    href: str
    service: str
    level: Level
    own: bool


def record_of(rows: Sequence[Mapping[str, Any]]) -> Record | None:
    """Where the thing of these events is shown; None where it has no page."""
    if not rows:
        return None
    first = rows[0]
    found = RECORDS.get(f"{first['service']}.{first['entity']}")
    if found is not None:
        return Record(found[0].format(first["entity_id"]), first["service"], found[1], True)
    if first["service"] != "directory":
        return None
    structure = next((row["structure"] for row in reversed(rows) if row["structure"]), None)
    return Record(WITHIN.format(structure), "directory", "reader", False) if structure else None


def facts_of(row: Mapping[str, Any]) -> str | None:
    """Where the facts of the thing of an event are corrected; None where they are of now."""
    kind = (row["service"], row["entity"])
    return "/{}/history/{}/{}".format(*kind, row["entity_id"]) if kind in OF_DAYS else None


def id_of(value: Any) -> str | None:
    """The id that a value is, if it is one."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and {"person", "sealed"} <= value.keys()


def said(name: str, value: Any, lang: Lang, lexicon: Lexicon, of: str | None = None) -> str:
    """A value of a field for people. "" for one that is not there. `of`: the list of the network whose term it is."""
    if value is None or value == [] or value == "":
        return ""
    if is_sealed(value):
        return translated(L("scellé"), lang)
    if isinstance(value, bool):
        return lexicon.say("option.yes" if value else "option.no", lang).lower()
    if isinstance(value, list):
        return ", ".join(said(name, one, lang, lexicon, of) for one in value[:20]) + (" …" if len(value) > 20 else "")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {said(key, one, lang, lexicon)}" for key, one in list(value.items())[:8])
    if isinstance(value, int | float):
        return str(value) if name in ("year", "number", "version", "code") else number(value, lang)
    text = str(value)
    if name in ("department", "departments"):
        return f"{department(text)} ({text})"
    if name in ("country", "countries"):
        return country(text, lang)
    if of is not None and (title := TITLES.get()(of, text, lang)) is not None:
        return title
    if lexicon.has(f"value.{name}.{text}"):
        return lexicon.say(f"value.{name}.{text}", lang)
    if (at := _moment(text)) is not None:
        return day(text) if len(text) == 10 else moment(at, lang)
    if of is not None and lexicon.has(f"{TERM}{of}.{text}"):
        return lexicon.say(f"{TERM}{of}.{text}", lang)
    text = coded(text, lang)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _moment(text: str) -> datetime | None:
    if len(text) < 10 or not text[:4].isdigit() or text[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
