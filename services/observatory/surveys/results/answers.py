"""The answers of a survey as pages and files read them: found, narrowed, opened. And what follows when the directory
forgets whom a link was sent to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.observatory.event_table.moment import Moment
from services.observatory.event_table.table import EventTable
from services.observatory.figures.observatory import current
from services.observatory.surveys.results.results import as_of
from services.observatory.surveys.views import SURVEY_ANSWERS
from shared.contract.envelope import Recorded
from shared.contract.persons import FORGOTTEN
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.kernel.views.projection import Document, everything
from shared.runtime.faces import Chronicle, Keys, Library, Upkeep, Views

NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a structure that answers."""

    name: str
    kind: str | None
    department: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it counts on the day that is looked at."""

    key: str
    structure: str | None
    place: Place | None
    version: Mapping[str, Any]
    versions: int


async def answers_of(service: Views, survey: str) -> list[Document]:
    """All answers of a survey."""
    found = everything(service.store, SURVEY_ANSWERS, {"survey": survey})
    return [one async for one in found if one["versions"]]


async def given_of(
    service: Library,
    survey: str,
    moment: Moment | None = None,
    departments: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> tuple[list[Given], list[Given]]:
    """The answers as of a moment (without one: now), the earliest first: those that fit, and all of them."""
    every_answer = await answers_of(service, survey)
    counting = as_of(every_answer, moment.as_of, moment.known) if moment else as_of(every_answer, None)
    places = await places_of(service, {one["structure"] for one, _ in counting if one["structure"]}, moment)
    every = [
        Given(one["key"], one["structure"], places.get(one["structure"] or ""), version, len(one["versions"]))
        for one, version in sorted(counting, key=lambda pair: pair[0]["versions"][0]["seq"])
    ]

    def fits(one: Given) -> bool:
        department = (one.place.department if one.place else None) or NOBODY
        kind = (one.place.kind if one.place else None) or NOBODY
        return (not departments or department in departments) and (not kinds or kind in kinds)

    return [one for one in every if fits(one)], every


async def places_of(service: Chronicle, structures: Iterable[str], moment: Moment | None = None) -> dict[str, Place]:
    """Structure → its name, kind and department at a moment, without one now; also of one that was closed."""
    keys = sorted(set(structures))
    if not keys:
        return {}
    table = (await current(service)).table
    stands = f"standing(DATE '{moment.as_of}', {moment.known:d})" if moment else table.known_now
    return await asyncio.to_thread(_places, table, keys, stands)


def _places(table: EventTable, keys: Sequence[str], stands: str) -> dict[str, Place]:
    """By what stands; by what was said of those of which nothing does any more, since they may have answered."""
    found = _said(table, keys, stands)
    return _said(table, [key for key in keys if key not in found], "events") | found


def _said(table: EventTable, keys: Sequence[str], source: str) -> dict[str, Place]:
    sql = f"""SELECT entity_id, arg_max(name, turn) AS name, arg_max(kind, turn) AS kind,
      nullif(arg_max(CASE WHEN list_contains(cleared, 'department') THEN '' ELSE department END, turn), '')
        AS department
      FROM {source} WHERE readable AND entity = 'structure' AND list_contains($keys::VARCHAR[], entity_id)
      GROUP BY entity_id"""
    return {
        row["entity_id"]: Place(row["name"] or row["entity_id"][:8], row["kind"], row["department"])
        for row in (table.rows(sql, {"keys": list(keys)}) if keys else ())
    }


def texts_of(service: Keys, version: Mapping[str, Any]) -> dict[str, str] | None:
    """The texts of an answer, question → text; None where the person was forgotten. For those who may see persons."""
    if version["texts"] is None:
        return {}
    clear = service.keyring.reveal(version["texts"])
    if clear is None:
        return None
    found: dict[str, str] = orjson.loads(clear)
    return found


class Forgetting(Keys, Upkeep, Protocol):
    """The observatory, as it forgets somebody."""


@on(FORGOTTEN["directory"], name="forgotten-by-directory")
async def forgotten_by_directory(event: Recorded, service: Forgetting) -> Sequence[Command]:
    """Whoever is forgotten as a contact is forgotten in what they wrote by the link that was sent to them: it is sealed
    under the same person."""
    person = UUID(event.entity_id)
    if service.keyring.has(person):
        await service.persons.forget([person], reason="asked", actor=f"service:{service.name}")
    return []


REACTIONS = (forgotten_by_directory,)
