"""What a service keeps about persons: the register, which everybody may read; and for administrators the way to find a
person, to give them all that is kept of them (GDPR, art. 15 and 20) and to forget them (art. 17).

An address stands in the body of a request alone, never in an address of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import structlog
from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from starlette.responses import Response

from shared.base.paris_days import day_of
from shared.base.translations import L, Lang, Lexicon, plural, translated
from shared.contract.envelope import Recorded
from shared.contract.labels import sentence
from shared.kernel.decider import Refused
from shared.notions.legal_terms import USUAL, Holding, held
from shared.persons.data_subjects import Purpose, Record
from shared.persons.readings.journal import Wanted
from shared.runtime.faces import Defined, Forms, OpenViews, Upkeep
from shared.runtime.service import TERMS
from shared.web.here import Here, ThesePages
from shared.web.lists import render
from shared.web.security.authorization import access, who_of
from shared.web.security.reading_pages import ROLES, WORDS
from shared.web.templating import language

log = structlog.get_logger()
YEAR, MONTH = 365.25, 30.44  # days
READINGS = 10_000  # that a person is told of, the latest of them


class Register(OpenViews, Forms, Upkeep, Protocol):
    """A service, as whoever answers for the persons in it sees it: what is kept of them, why, and for how long."""


def _person_id(value: Any) -> Any:
    """What is none is not repeated in the answer: it may be an address in the wrong place."""
    try:
        return UUID(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("not-a-person-id") from None


class WantedPerson(BaseModel):
    """Who is meant: everybody who is reached at an address of mail, or one person by the id that sealed values name."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    address: str | None = Field(None, min_length=3, max_length=500, json_schema_extra={"writeOnly": True}, repr=False)
    person: Annotated[UUID, BeforeValidator(_person_id)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> WantedPerson:
        if (self.address is None) == (self.person is None):
            raise ValueError("missing")
        return self


class KeptRecord(BaseModel):
    """A record about a person. `since`: from when its term runs; `ends`: when it is over; both null while it is in
    use."""

    purpose: str
    label: str
    record: str
    page: str
    since: datetime | None
    ends: datetime | None


class FoundPerson(BaseModel):
    """A person, and the records that name them. Nothing here is personal but the fact itself."""

    person: UUID
    forgotten: bool
    records: list[KeptRecord]


class FoundPersons(BaseModel):
    """The persons of one service."""

    service: str
    persons: list[FoundPerson]


class ToldField(BaseModel):
    """What an event says. `value` is null where it is another person's, or can't be opened."""

    field: str
    label: str
    value: Any


class ToldEvent(BaseModel):
    """One event about a person, with what is theirs opened. `struck`: it was noted by mistake; `counts_for`: its day,
    where that was corrected."""

    sequence: int
    event: str
    label: str
    happened: datetime
    recorded: datetime
    of: str
    struck: bool
    counts_for: date | None
    fields: list[ToldField]


class RegisterLine(BaseModel):
    """One line of the register of processing (GDPR, art. 30). `term`: `—` where `begins` says how long."""

    purpose: str
    whom: str
    what: str
    why: str
    ground: str
    term: str
    begins: str
    seen_by: str


class ToldReading(BaseModel):
    """That somebody read what is kept of a person: when, by what, in which role. `account`: only where the network says
    so (MAILLAGE_READINGS_TOLD)."""

    at: datetime
    why: str
    role: str
    account: str | None
    persons: int = Field(description="Of how many persons together.")


class ToldPersons(BaseModel):
    """All that a service keeps about persons, and why it does. `readings`: who read it, the latest first."""

    service: str
    persons: list[UUID]
    purposes: list[RegisterLine]
    events: list[ToldEvent]
    readings: list[ToldReading]


class ForgottenPersons(BaseModel):
    """Who was forgotten. `sequence`: of the last event that says so, 0 where there was nobody to forget. `backup`: what
    became of the keys' own backup."""

    service: str
    persons: list[UUID]
    sequence: int
    backup: str = Field(description="none, replaced or failed")


class DuePerson(BaseModel):
    """A person whose every term is over at `ends`; `purpose` is the one that was over last. `foretold`: since when that
    is noted, null where it was not early enough: where these are many, they wait for an operator."""

    person: UUID
    purpose: str
    ends: datetime
    foretold: datetime | None


class ConfirmedPersons(BaseModel):
    """Persons who are to be forgotten although it was not foretold, by their ids."""

    model_config = ConfigDict(extra="forbid")
    persons: list[UUID] = Field(max_length=100_000)


class ConfirmedNumber(BaseModel):
    """How many of them are due."""

    confirmed: int


class UnreadablePersons(BaseModel):
    """Of the persons whom records name, those who have no key though they were not forgotten. `backup`: of the keys'
    own backup (MAILLAGE_KEYS_BACKUP), what came of the last try."""

    service: str
    persons: int
    named: int
    backup: Literal["none", "failed", "replaced"]


class NamedPerson(BaseModel):
    """Whose value a field of a document is."""

    field: str
    person: UUID


privacy = APIRouter()
"""The routes of a service."""


@privacy.get("/privacy", include_in_schema=False)
@access("public")
async def register(service: Here[Register], request: Request) -> Response:
    return render(service, request, "privacy.html", purposes=register_of(service, language(request)))


@privacy.post("/api/persons/find", tags=["persons"], name="find")
@access("administrator")
async def find_persons(service: Here[Register], pages: ThesePages, wanted: WantedPerson) -> FoundPersons:
    """Whom the service knows under an address or an id, and the records that name them."""
    found = await service.persons.find(address=wanted.address, person=wanted.person)
    records = await service.persons.records(found) if found else []
    known = [
        FoundPerson(
            person=one,
            forgotten=service.keyring.was_forgotten(one),
            records=[_record(service, pages.lexicon, record) for record in records if record.person == one],
        )
        for one in found
    ]
    return FoundPersons(service=service.name, persons=known)


@privacy.post("/api/persons/export", tags=["persons"], name="export")
@access("administrator")
async def export_persons(
    service: Here[Register], pages: ThesePages, request: Request, wanted: WantedPerson
) -> ToldPersons:
    """All that the log holds about them, opened: for the persons themselves, who may ask for it."""
    found = await service.persons.find(address=wanted.address, person=wanted.person)
    told = await service.persons.told(found) if found else []
    log.info("persons.exported", service=service.name, persons=[str(one) for one in found], by=who_of(request).actor)
    say = pages.lexicon.say
    return ToldPersons(
        service=service.name,
        persons=found,
        purposes=register_of(service, "fr") if found else [],
        events=[
            ToldEvent(
                sequence=one.event.seq,
                event=one.event.type,
                label=_called(one.event, pages.lexicon),
                happened=one.event.time,
                recorded=one.event.recorded,
                of=f"{one.event.entity}/{one.event.entity_id}",
                struck=one.struck,
                counts_for=one.day,
                fields=[
                    ToldField(field=name, label=say(f"field.{name}", "fr"), value=value)
                    for name, value in one.said.items()
                ],
            )
            for one in told
        ],
        readings=await _readings_of(service, found),
    )


async def _readings_of(service: Register, persons: Sequence[UUID]) -> list[ToldReading]:
    """Dates and purposes are theirs to know; the names of those who read at work are not, unless the network tells them
    (CJEU, C-579/21)."""
    await service.readings.write()
    found = {
        one.number: one
        for person in persons
        for one in (await asyncio.to_thread(partial(service.readings.find, Wanted(person=person), limit=READINGS)))[0]
    }
    return [
        ToldReading(
            at=one.at,
            why=translated(WORDS[one.why], "fr"),
            role=translated(ROLES.get(one.role, one.role), "fr"),
            account=one.who if service.settings.readings_told == "account" else None,
            persons=len(one.persons),
        )
        for _, one in sorted(found.items(), reverse=True)
    ]


@privacy.post("/api/persons/forget", tags=["persons"], name="forget")
@access("administrator")
async def forget_persons(service: Here[Upkeep], request: Request, wanted: WantedPerson) -> ForgottenPersons:
    """Forget them for ever. What was kept of them can be read by nobody any more; figures stay as they are."""
    found = await service.persons.find(address=wanted.address, person=wanted.person)
    sequence = await service.persons.forget(found, reason="asked", actor=who_of(request).actor)
    return ForgottenPersons(service=service.name, persons=found, sequence=sequence, backup=_backup(service))


def _backup(service: Upkeep) -> Literal["none", "failed", "replaced"]:
    """What became of the keys' own backup at the last try."""
    if service.settings.keys_backup is None:
        return "none"
    return "failed" if service.persons.backup_failed else "replaced"


@privacy.get("/api/persons/due", tags=["persons"], name="due")
@access("administrator")
async def due_persons(
    service: Here[Upkeep],
    within: Annotated[int, Query(ge=0, le=36525, description="Days from now on.")] = 0,
) -> list[DuePerson]:
    """Who will have been forgotten by then, because every term is over. Nothing is done."""
    due = await service.persons.due(service.now() + timedelta(days=within))
    since = await asyncio.to_thread(service.persons.foretold.since, due)
    return [DuePerson(person=one.person, purpose=one.purpose, ends=one.ends, foretold=since[one.person]) for one in due]


@privacy.post("/api/persons/due/confirm", tags=["persons"], name="confirm")
@access("administrator")
async def confirm_due_persons(service: Here[Upkeep], request: Request, wanted: ConfirmedPersons) -> ConfirmedNumber:
    """Answers what is asked where many fall due of whom it was not foretold: these are forgotten, from now on."""
    now = await service.clock.believed()
    if now is None:
        raise Refused("clock-in-doubt")
    some = set(wanted.persons)
    due = [one for one in await service.persons.due(now) if one.person in some]
    await asyncio.to_thread(service.persons.foretold.confirm, due, now)
    log.info("persons.due_confirmed", service=service.name, persons=len(due), by=who_of(request).actor)
    service.jobs.again(TERMS)
    return ConfirmedNumber(confirmed=len(due))


@privacy.get("/api/persons/unreadable", tags=["persons"], name="unreadable")
@access("administrator")
async def unreadable_persons(service: Here[Register]) -> UnreadablePersons:
    """How many persons nobody can read who were not forgotten: none, unless keys were lost."""
    named = {record.person for record in await service.persons.records()}
    lacking = await asyncio.to_thread(service.keyring.lacking, named)
    return UnreadablePersons(service=service.name, persons=len(lacking), named=len(named), backup=_backup(service))


@privacy.get("/api/persons/of/{view}/{key}", tags=["persons"])
@access("administrator")
async def persons_of(service: Here[Forms], view: str, key: str) -> list[NamedPerson]:
    """Whose the sealed values of a document are: the way to a person who has no address."""
    known = next((one for one in service.definition.views if one.name == view), None)
    document = await service.store.get(known, key) if known else None
    if document is None:
        raise HTTPException(404, "not-found")
    return [
        NamedPerson(field=field, person=UUID(value["person"]))
        for field, value in document.items()
        if isinstance(value, dict) and {"person", "sealed"} <= value.keys()
    ]


def _called(event: Recorded, lexicon: Lexicon) -> str:
    """What happened, in the words of the service; of corrections in those that all share."""
    return sentence(event.type, None, "fr") if event.data.anywhere else lexicon.say(f"event.{event.type}", "fr")


def _record(service: Defined, lexicon: Lexicon, record: Record) -> KeptRecord:
    purposes = service.definition.persons.purposes if service.definition.persons else ()
    label = next((translated(one.whom, "fr") for one in purposes if one.code == record.purpose), record.purpose)
    return KeptRecord(
        purpose=record.purpose, label=label, record=record.key, page=record.page, since=record.since, ends=record.ends
    )


def register_of(service: Register, lang: Lang) -> list[RegisterLine]:
    """The register of a service today, in one language."""
    data, terms = service.definition.persons, service.ourselves.legal_terms(day_of(service.now()))
    return [register_line(one, service.persons.term(one.code), lang, terms) for one in (data.purposes if data else ())]


def register_line(
    purpose: Purpose, term: timedelta | None, lang: Lang, terms: Mapping[str, Holding] | None = None
) -> RegisterLine:
    """`terms`: what the law says that the network is under; None: the usual one, by now."""
    legal = (held(USUAL) if terms is None else terms).get(purpose.legal or "")
    values = {"source": legal.said("source", lang), "amount": legal.amount} if legal else {}
    said = {
        name: translated(getattr(purpose, name), lang, **values)
        for name in ("whom", "what", "why", "ground", "begins", "seen_by")
    }
    return RegisterLine(purpose=purpose.code, term=period(term, lang), **said)


def period(term: timedelta | None, lang: Lang) -> str:
    """A term as people say it: in years where it is some, else in months or days."""
    if term is None:
        return "—"
    days = term.days
    for length in (YEAR, MONTH, 1.0):
        number = round(days / length)
        if number and (length == 1.0 or ((number > 1 or length == YEAR) and abs(days - number * length) < 2)):
            words = {
                YEAR: plural(lang, number, "an", "ans"),
                MONTH: plural(lang, number, "mois", "mois"),
                1.0: plural(lang, number, "jour", "jours"),
            }
            return f"{number} {words[length]}"
    return translated(L("{n} jours"), lang, n=days)
