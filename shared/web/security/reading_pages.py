"""Who read whose personal data: a page, a file and an answer of the API, for auditors. A look at them is a line of the
journal itself (docs/adr/0064)."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.responses import Response

from shared.base.paris_days import PARIS, end_of
from shared.base.translations import L, Lang, translated
from shared.contract.fields import EMPTIED, Day
from shared.kernel.sealing import KeysAway
from shared.persons.readings.journal import WHYS, Journal, Read, Wanted, Why
from shared.persons.readings.noting import looked_up
from shared.runtime.faces import Defined, OpenViews, Upkeep
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.security.authorization import access
from shared.web.templating import language

SHOWN = 12  # persons of a line that the page names; the file and the API have all of them
PIECE = 1000  # lines of the file that are read at once
SIZE = 500  # lines that the API gives at once
WORDS: Mapping[Why, str] = {
    "record": L("Fiche", context="reading"),
    "list": L("Liste", context="reading"),
    "search": L("Recherche", context="reading"),
    "form": L("Formulaire", context="reading"),
    "export": L("Fichier emporté", context="reading"),
    "program": L("Programme", context="reading"),
    "request": L("Droits d’une personne", context="reading"),
    "own": L("Ses propres données", context="reading"),
    "journal": L("Ce journal", context="reading"),
}
"""Why somebody read, in words"""
ROLES: Mapping[str, str] = {
    "administrator": L("administrateur", context="reading"),
    "editor": L("éditeur", context="reading"),
    "auditor": L("auditeur", context="reading"),
    "reader": L("lecteur", context="reading"),
    "contact": L("contact d’une structure", context="reading"),
    "operator": L("opérateur", context="reading"),
    "public": L("par un lien personnel", context="reading"),
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet takes for a formula


class Reviewed(OpenViews, Defined, Upkeep, Protocol):
    """A service, as whoever looks into its readings sees it."""


Id = Annotated[UUID | None, EMPTIED, Query(description="A person: readings of what is kept of them.")]
Whose = Annotated[str, Query(max_length=120, description="Who read, as events name who acts; an account's id alone.")]
Reason = Annotated[Why | None, EMPTIED, Query(description="What it was read by.")]
Since = Annotated[Day | None, EMPTIED, Query(description="On that day in Paris (YYYY-MM-DD) or later.")]
Until = Annotated[Day | None, EMPTIED, Query(description="On that day in Paris or before.")]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of the page."""

    account: str
    person: UUID | None
    why: Why | None
    since: date | None
    until: date | None

    @property
    def wanted(self) -> Wanted:
        since = None if self.since is None else end_of(self.since - timedelta(days=1))
        until = None if self.until is None else end_of(self.until)
        return Wanted(self.account.strip() or None, self.person, self.why, since, until)

    @property
    def query(self) -> str:
        said = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: value for name, value in said.items() if value})


def chosen_by(
    account: Whose = "", person: Id = None, why: Reason = None, since: Since = None, until: Until = None
) -> Chosen:
    return Chosen(account, person, why, since, until)


Filters = Annotated[Chosen, Depends(chosen_by)]


class ReadingOut(BaseModel):
    """Who read whose data, when and why. `persons`: the ids that sealed values name; of somebody who was forgotten it
    tells nothing any more."""

    number: int
    at: datetime
    who: str
    role: str
    why: Why
    route: str
    persons: list[UUID]


class ReadingsOut(BaseModel):
    """The latest first. `kept_days`: for how long a line is kept."""

    service: str
    total: int
    kept_days: int
    readings: list[ReadingOut]


readings_routes = APIRouter()
"""The routes of a service."""


@readings_routes.get("/readings", include_in_schema=False)
@access("auditor")
async def readings(service: Here[Reviewed], request: Request, chosen: Filters, page: PageNumber = 1) -> Response:
    await _look(service.readings, chosen)
    found, total = await asyncio.to_thread(
        lambda: service.readings.find(chosen.wanted, limit=PAGE, offset=(page - 1) * PAGE)
    )
    person, lang = chosen.person, language(request)
    purposes = service.definition.persons.purposes if service.definition.persons else ()
    whom = {one.code: translated(one.whom, lang) for one in purposes}
    return render(
        service,
        request,
        "readings.html",
        found=found,
        total=total,
        page=page,
        pages_total=pages_total(page, total),
        chosen=chosen,
        words={code: translated(text, lang) for code, text in WORDS.items()},
        roles={code: translated(text, lang) for code, text in ROLES.items()},
        whys=WHYS,
        readers=await asyncio.to_thread(service.readings.readers),
        shown=SHOWN,
        records=[
            (whom.get(one.purpose, one.purpose), one.page)
            for one in (await service.persons.records([person]) if person else ())
        ],
        forgotten=person is not None and service.keyring.was_forgotten(person),
        unusual=service.readings.unusual,
        most=service.settings.readings_alarm,
        kept=service.settings.keep_readings,
        broken=service.readings.broken,
    )


@readings_routes.get("/readings.csv", include_in_schema=False)
@access("auditor")
async def readings_file(service: Here[Reviewed], request: Request, chosen: Filters) -> Response:
    await _look(service.readings, chosen)
    headers = {
        "Content-Disposition": f'attachment; filename="consultations_{service.name}.csv"',
        "Cache-Control": "no-store",
    }
    lines = _csv(service.readings, chosen.wanted, language(request))  # asked for in a thread, since it blocks
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@readings_routes.get("/api/readings", tags=["persons"], name="readings")
@access("auditor")
async def readings_data(
    service: Here[Reviewed], chosen: Filters, page: PageNumber = 1, size: Annotated[int, Query(ge=1, le=SIZE)] = 100
) -> ReadingsOut:
    """Who read whose personal data in this service. The question is a line of the answer next time."""
    await _look(service.readings, chosen)
    found, total = await asyncio.to_thread(
        lambda: service.readings.find(chosen.wanted, limit=size, offset=(page - 1) * size)
    )
    return ReadingsOut(
        service=service.name,
        total=total,
        kept_days=service.settings.keep_readings,
        readings=[
            ReadingOut(
                number=one.number,
                at=one.at,
                who=one.who,
                role=one.role,
                why=one.why,
                route=one.route,
                persons=list(one.persons),
            )
            for one in found
        ],
    )


async def _look(journal: Journal, chosen: Chosen) -> None:
    """Notes the look, and has what waits written, so that the answer is of now."""
    looked_up(() if chosen.person is None else (chosen.person,))
    with suppress(KeysAway):
        await journal.write()


def _csv(journal: Journal, wanted: Wanted, lang: Lang) -> Iterator[bytes]:
    """UTF-8 with its mark, `;`, CRLF (RFC 4180): a line for each reading, times of Paris. Blocks."""
    heads = (
        L("Numéro", context="reading"),
        L("Quand", context="reading"),
        L("Qui", context="reading"),
        L("Rôle", context="reading"),
        L("Pourquoi", context="reading"),
        L("Adresse de la page", context="reading"),
        L("Nombre de personnes", context="reading"),
        L("Personnes", context="reading"),
    )
    yield "\ufeff".encode() + _lines([[translated(one, lang) for one in heads]])
    before: int | None = None
    while some := journal.find(wanted, limit=PIECE, before=before)[0]:
        yield _lines(_row(one, lang) for one in some)
        before = some[-1].number


def _row(one: Read, lang: Lang) -> Sequence[Any]:
    at = one.at.astimezone(PARIS).isoformat(timespec="seconds")
    role = translated(ROLES.get(one.role, one.role), lang)
    why = translated(WORDS[one.why], lang)
    return one.number, at, one.who, role, why, one.route, len(one.persons), " ".join(map(str, one.persons))


def _lines(rows: Any) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        table.writerow([f"'{cell}" if str(cell).startswith(DANGEROUS) else cell for cell in row])
    return text.getvalue().encode()
