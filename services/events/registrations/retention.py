"""What events keep about persons: who registered for a gathering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from services.events.gatherings.domain.registrations import CancelRegistration
from services.events.gatherings.views import GATHERINGS
from services.events.registrations.views import REGISTRATIONS
from shared.base.paris_days import end_of
from shared.base.translations import L
from shared.contract.corrections import EventStruck
from shared.contract.envelope import Recorded, instant
from shared.contract.events.gatherings import GatheringPlanned, ParticipantRegistered
from shared.contract.persons import PersonForgottenByEvents
from shared.kernel.decider import Command
from shared.kernel.views.projection import Document, View
from shared.persons.data_subjects import PersonalData, Purpose
from shared.runtime.faces import Views
from shared.runtime.service import Service

PURPOSES = (
    Purpose(
        code="registration",
        whom=L("Personnes inscrites à un événement"),
        what=L("Nom, adresse électronique, structure, présence"),
        why=L("Préparer l’accueil, compter les présents pour l’État et la Région"),
        ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
        begins=L("le dernier jour de l’événement"),
        seen_by=L("L’équipe qui prépare les événements"),
        setting="keep_registrations",
    ),
)


def _registered(document: Document | None, data: ParticipantRegistered, event: Recorded) -> Document:
    return {"person": str(data.name.person), "purpose": "registration", "since": None, "of": event.entity_id}


def _struck(document: Document | None, data: EventStruck, event: Recorded) -> Document | None:
    if (event.service, data.kind) != ("events", GatheringPlanned.type_name()):
        return document
    return {"person": None, "purpose": "gathering", "since": event.begins, "of": event.entity_id}


def _keys(event: Recorded) -> Sequence[str]:
    data = event.data
    return (str(data.registration) if isinstance(data, ParticipantRegistered) else event.entity_id,)


HELD = View(
    name="held",
    version=2,
    of_log=True,
    on={ParticipantRegistered: _registered, EventStruck: _struck},
    keys=_keys,
    fields=("person",),
    asks="administrator",
)
"""Registrations, by their ids; and the gatherings that were planned by mistake once, with when that was said."""


async def ended(service: Views, records: Sequence[Document]) -> Mapping[str, str | None]:
    """The end of the last day of a registration's gathering, if that is over; when it was said that there was none."""
    now, wanted = service.now(), sorted({record["of"] for record in records})
    gatherings = await service.store.get_many(GATHERINGS, wanted)
    struck = await service.store.get_many(HELD, [key for key in wanted if key not in gatherings])
    over = {key: datetime.fromisoformat(one["since"]) for key, one in struck.items()}
    over |= {key: _end(one["last_day"]) for key, one in gatherings.items()}
    return {
        record["key"]: instant(end) if (end := over.get(record["of"])) is not None and end <= now else None
        for record in records
    }


def _end(day: str) -> datetime:
    return end_of(date.fromisoformat(day))


async def follows(service: Views, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
    """A place at a gathering to come goes to whoever waits: nobody can be told of it, or called at the door."""
    open_ends = await ended(service, records)
    coming = [record for record in records if open_ends[record["key"]] is None]
    known = await service.store.get_many(REGISTRATIONS, [record["key"] for record in coming])
    return [
        CancelRegistration(gathering=UUID(record["of"]), registration=UUID(record["key"]))
        for record in coming
        if record["key"] in known and known[record["key"]]["standing"] in ("registered", "waiting")
    ]


def page(record: Document) -> str:
    return f"/events/gatherings/{record['of']}/registrations"


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByEvents,
    purposes=PURPOSES,
    held=HELD,
    ended=ended,
    follows=follows,
    page=page,
    parts={"gathering": "registration"},
)
