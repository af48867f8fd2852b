"""The audit as JSON, and selections of the log as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from services.observatory.event_table.moment import AsOf, KnownAt
from services.observatory.figures.observatory import current
from services.observatory.journal import actor_activity as acting
from services.observatory.journal import causation as chains
from services.observatory.journal.audit_pages import life
from services.observatory.journal.entity_history import Change, Known, Told
from services.observatory.journal.exports import MEDIA, Format, Taken
from services.observatory.journal.pages import Asked, opened_event, proof_state, reserved, sees_accounts
from services.observatory.ledger.notary import notary_of
from services.observatory.pages.labels import record_of
from services.observatory.pages.time_travel import asked
from services.observatory.search.event_query import Wanted, counts, found
from shared.runtime.faces import Chronicle
from shared.web.api import PROBLEMS, without_persons
from shared.web.here import Here
from shared.web.security.authorization import NotYours, access

Key = Annotated[UUID, Path(description="The id of an entity.")]


class EventsOut(BaseModel):
    """Events in the order of the log. `sequence`: how far the observatory has read it."""

    events: list[dict[str, Any]]
    sequence: int


class CountsOut(BaseModel):
    """How many events answer. `services` and `types`: what another service or type would bring."""

    total: int
    services: dict[str, int]
    types: dict[str, int]
    sequence: int


class ChangeOut(BaseModel):
    """What an event changed. `part`: of which part of the thing; `overtaken`: nothing, since a later word is known."""

    part: str | None
    field: str
    before: Any
    after: Any
    overtaken: bool


class ToldOut(BaseModel):
    """An event of a life. `undone`: the sequence of the event that took it back; `late`: it speaks of a time before
    that of an event which was recorded earlier."""

    event: dict[str, Any]
    changes: list[ChangeOut]
    undone: int | None
    undoes: list[int]
    late: bool


class FactOut(BaseModel):
    """A fact as it is known now, and the event that says so; `before`: its values before, the latest first."""

    part: str | None
    field: str
    value: Any
    event: int
    since: str
    before: list[dict[str, Any]]


class LifeOut(BaseModel):
    """All that happened to one thing. `page`: where its own service shows it."""

    entity: str
    page: str | None
    facts: list[FactOut]
    events: list[ToldOut]
    sequence: int


class EffectOut(BaseModel):
    """An event and what it caused. `alike`: how many more of its type have the same cause; `mails`: what became of the
    mails that it led to."""

    event: dict[str, Any]
    alike: int
    mails: dict[str, int] | None
    effects: list[EffectOut]


class ChainOut(BaseModel):
    """A chain of cause and effect. `total`: its events; `shown`: how many of them were looked at."""

    chain: str
    total: int
    shown: int
    roots: list[EffectOut]


class ActorOut(BaseModel):
    """Who did something: how many events, of them by their programs, recorded first and last."""

    actor: str
    events: int
    by_tokens: int
    first: str
    last: str
    latest: int = Field(description="The sequence of the latest of them.")


api = APIRouter(prefix="/api", responses=PROBLEMS)
"""Routes under `/observatory/api`."""


@api.get("/events", tags=["events"], operation_id="observatory_events")
async def events(
    service: Here[Chronicle],
    which: Asked,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only what stands later in the log.")] = 0,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Only what stands earlier in the log.")] = None,
    order: Annotated[Literal["log", "newest"], Query(description="In the order of the log, or newest first.")] = "log",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> EventsOut:
    """Events as the log holds them; what is sealed is left out. For the next page give the sequence of the last as
    `after`, or as `before` where the newest come first. Events of accounts are for auditors."""
    table = (await current(service)).table
    upto = table.position  # what comes while it is asked may be missing
    rows = await found(table, which, after=after, before=before, newest=order == "newest", limit=limit)
    return EventsOut(events=[event_of(row) for row in rows], sequence=upto)


@api.get("/counts/events", tags=["events"], operation_id="observatory_events_count")
async def how_many(service: Here[Chronicle], which: Asked) -> CountsOut:
    """How many events answer, by service and by type."""
    table = (await current(service)).table
    upto = table.position
    counted = await counts(table, which)
    return CountsOut(total=counted.total, services=dict(counted.services), types=dict(counted.types), sequence=upto)


@api.get("/events/{seq}", tags=["events"], operation_id="observatory_event")
async def event(service: Here[Chronicle], request: Request, seq: int) -> dict[str, Any]:
    """One message of the log, opened: an event, or why it is void. `proof`: whether it is in what was signed."""
    answer = await opened_event(service, await current(service), seq)
    if answer is None:
        raise HTTPException(404, "not-found")
    if reserved(answer) and not sees_accounts(request):
        raise NotYours("auditor", "observatory")
    return {**answer, "proof": proof_state(service, seq)["state"]}


@api.get("/life/{key}", tags=["audit"], operation_id="observatory_life")
async def one_life(
    service: Here[Chronicle], request: Request, key: Key, as_of: AsOf = None, known_at: KnownAt = None
) -> LifeOut:
    """All that happened to one thing, what each event changed, and which event stands behind each fact."""
    observatory, moment = await current(service), await asked(service, as_of, known_at)
    upto = observatory.table.position
    whole = await life(observatory.table, str(key), accounts=sees_accounts(request), moment=moment)
    if whole is None:
        raise HTTPException(404, "not-found")
    rows = [one.row for one in whole.told]
    record = record_of(rows)
    return LifeOut(
        entity=f"{rows[0]['service']}.{rows[0]['entity']}",
        page=record.href if record else None,
        facts=[_fact(one) for one in whole.facts],
        events=[_told(one) for one in whole.told],
        sequence=upto,
    )


@api.get("/chains/{key}", tags=["audit"], operation_id="observatory_chain")
async def one_chain(
    service: Here[Chronicle],
    request: Request,
    key: Annotated[UUID, Path(description="A correlation id: the chain's first command.")],
) -> ChainOut:
    """What followed from one command, across services, as a tree."""
    tree = await chains.chain((await current(service)).table, str(key), sees_accounts(request))
    if tree is None:
        raise HTTPException(404, "not-found")
    return ChainOut(chain=tree.id, total=tree.total, shown=tree.shown, roots=[_effect(node) for node in tree.roots])


@api.get("/actors", tags=["audit"], operation_id="observatory_actors")
@access("auditor")
async def all_actors(service: Here[Chronicle]) -> list[ActorOut]:
    """Who did how much, the busiest first. What programs did with a token stands with its account."""
    return [
        ActorOut(
            actor=one["who"],
            events=one["n"],
            by_tokens=one["by_tokens"],
            first=_instant(one["first"]),
            last=_instant(one["last"]),
            latest=one["latest"],
        )
        for one in await acting.actors((await current(service)).table, Wanted(accounts=True))
    ]


@api.get(
    "/files/events.{format}",
    tags=["events"],
    operation_id="observatory_events_file",
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: {} for media in MEDIA.values()}}},
)
@access("auditor")
async def events_file(service: Here[Chronicle], which: Asked, format: Format) -> StreamingResponse:
    """A selection as a file, in the order of the log, with the hash of each event's leaf: what `maillage audit prove`
    and the ledger's public proofs give for it. What is sealed is left out."""
    notary_of(service)  # a file without hashes is none: rather none at all
    table = (await current(service)).table
    name = f"{service.network}-{table.position}.{format}"
    return StreamingResponse(
        Taken(service, table, which, table.position).write(format),
        media_type=MEDIA[format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def event_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table as the event it is."""
    return {
        "seq": row["seq"],
        "id": row["id"],
        "source": f"/{row['network']}/{row['service']}",
        "type": row["type"],
        "subject": f"{row['entity']}/{row['entity_id']}",
        "time": _instant(row["time"]),
        "recordedtime": _instant(row["recorded"]),
        "actor": row["actor"],
        "commandid": row["command"],
        "correlationid": row["correlation"] or row["command"],
        "causationid": row["cause"],
        "entityversion": row["version"],
        "readable": row["readable"],
        "data": without_persons(orjson.loads(row["data"])) if row["data"] else None,
    }


def _fact(one: Known) -> FactOut:
    return FactOut(
        part=one.part or None,
        field=one.name,
        value=without_persons(one.now.value),
        event=one.now.seq,
        since=_instant(one.now.time),
        before=[
            {"value": without_persons(old.value), "event": old.seq, "since": _instant(old.time)} for old in one.before
        ],
    )


def _told(one: Told) -> ToldOut:
    return ToldOut(
        event=event_of(one.row),
        changes=[_change(change) for change in one.changes],
        undone=one.undone,
        undoes=one.undoes,
        late=one.late,
    )


def _change(one: Change) -> ChangeOut:
    return ChangeOut(
        part=one.part or None,
        field=one.name,
        before=without_persons(one.before),
        after=without_persons(one.after),
        overtaken=one.overtaken,
    )


def _effect(node: chains.Node) -> EffectOut:
    return EffectOut(
        event=event_of(node.row),
        alike=node.alike,
        mails=dict(node.mails) if node.mails is not None else None,
        effects=[_effect(one) for one in node.effects],
    )


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
