"""The journal: the log as people read it. Events newest first, one event whole, what is void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.notary import notary_of
from services.observatory.reading import Observatory, current
from services.observatory.sentences import sentence, valued
from services.observatory.table import EventTable
from shared.contract import EVENTS, SERVICES
from shared.decider import Refused
from shared.envelope import Void, opened
from shared.service import Service
from shared.web.api import without_persons
from shared.web.formats import as_date, clock, day
from shared.web.pages import Pages, language

PAGE = 50  # events of a page
COLUMNS = "seq, id, network, service, entity, entity_id, version, type, time, recorded, actor, command, correlation, cause, readable, data, structure"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of a service, of a type, of one entity (by its id)."""

    service: str | None = None
    type: str | None = None
    entity: str | None = None

    @property
    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL, and its values."""
        given = {"service": self.service, "type": self.type, "entity_id": self.entity}
        values = {name: value for name, value in given.items() if value}
        return " AND ".join(["true", *(f"{name} = ${name}" for name in values)]), values


def wanted(service: str | None, type: str | None, entity: str | None) -> Wanted:
    """Raises Refused for a service or type that is none."""
    if service and service not in SERVICES:
        raise Refused("unknown-service", value=service)
    if type and type not in EVENTS:
        raise Refused("unknown-type", value=type)
    return Wanted(service or None, type or None, (entity or "").strip() or None)


async def found(
    table: EventTable, which: Wanted, *, after: int = 0, limit: int = PAGE, offset: int = 0, newest: bool = False
) -> list[dict[str, Any]]:
    """Rows of the table in the order of the log, or newest first."""
    where, values = which.where
    order = "DESC" if newest else "ASC"
    sql = (
        f"SELECT {COLUMNS} FROM events WHERE {where} AND seq > $after ORDER BY seq {order} LIMIT $limit OFFSET $offset"
    )
    return await table.ask(sql, {**values, "after": after, "limit": limit, "offset": offset})


async def with_sequences(table: EventTable, sequences: Sequence[int]) -> list[dict[str, Any]]:
    """The events with these sequences, in their order."""
    return await table.ask(
        f"SELECT {COLUMNS} FROM events WHERE list_contains($sequences, seq) ORDER BY seq",
        {"sequences": list(sequences)},
    )


async def names(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """How the entities and structures that these events are about were called last. Persons have no name here."""
    ids = sorted({row["entity_id"] for row in rows} | {row["structure"] for row in rows if row["structure"]})
    answer = await table.ask(
        "SELECT entity_id, arg_max(coalesce(name, title, bulletin), (time, seq)) AS name FROM events "
        "WHERE list_contains($ids, entity_id) AND readable AND type NOT IN ('WorkshopHeld', 'ItemAdded', 'ItemRevised') "
        "GROUP BY entity_id",
        {"ids": ids},
    )
    return {row["entity_id"]: valued(row["name"], lang) for row in answer if row["name"]}


async def lines(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """These events as lines of the journal."""
    called = await names(table, rows, lang)
    return [
        {
            "seq": row["seq"],
            "service": row["service"],
            "type": row["type"],
            "text": sentence(row["type"], orjson.loads(row["data"]) if row["data"] else None, lang),
            "about": called.get(row["entity_id"]) or called.get(row["structure"] or "") or "",
            "entity": row["entity_id"],
            "happened": f"{day(row['time'])} {clock(row['time'])}" if row["time"] else "",
            "known": _known(row, lang),
            "actor": row["actor"],
            "readable": row["readable"],
        }
        for row in rows
    ]


def _known(row: Mapping[str, Any], lang: str) -> str:
    """How long after it happened it was learnt, in words."""
    if row["time"] is None or row["recorded"] is None:
        return ""
    days = (as_date(row["recorded"]) - as_date(row["time"])).days
    if days == 0:
        return "the same day" if lang == "en" else "même jour"
    if days < 0 or days > 60:
        return day(row["recorded"])
    if lang == "en":
        return f"{days} day{'s' if days > 1 else ''} later"
    return f"{days} jour{'s' if days > 1 else ''} après"


async def opened_event(service: Service, observatory: Observatory, seq: int) -> dict[str, Any] | None:
    """One message of the log as it lies there, opened; what is sealed is left out. None beyond its end."""
    if not 0 < seq <= observatory.table.position:
        return None
    message = await service.log.at(seq)
    if message is None:
        return None
    found = await observatory.table.ask("SELECT reason FROM voids WHERE seq = $seq", {"seq": seq})
    if found:
        return {"seq": seq, "subject": message.subject, "void": found[0]["reason"], "bytes": len(message.body)}
    try:
        opened(message)
    except Void as void:
        return {"seq": seq, "subject": message.subject, "void": void.reason, "bytes": len(message.body)}
    body: dict[str, Any] = orjson.loads(message.body)
    body["data"] = without_persons(_kept(body["type"], body["data"]))
    return {"seq": seq, **body}


def _kept(kind: str, data: Any) -> Any:
    """The data, without fields that the contract knows for personal and that are not sealed as they should be."""
    known = EVENTS.get(kind)
    if known is None or not isinstance(data, dict):
        return data
    personal = {name for name, one in known.model_fields.items() if "Personal" in str(one.annotation)}
    return {
        key: value if key not in personal or isinstance(value, dict) else {"sealed": False}
        for key, value in data.items()
    }


def routes(service: Service) -> APIRouter:
    """The pages of the journal."""
    router = APIRouter(prefix="/journal", include_in_schema=False)

    def render(request: Request, template: str, observatory: Observatory, **context: Any) -> Response:
        pages: Pages = request.app.state.pages
        return pages.render(request, template, sequence=observatory.table.position, **context)

    @router.get("")
    async def journal(
        request: Request,
        service_name: Annotated[str, Query(alias="service", max_length=40)] = "",
        type: Annotated[str, Query(max_length=80)] = "",
        entity: Annotated[str, Query(max_length=80)] = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        observatory, lang = await current(service), language(request)
        table = observatory.table
        which = wanted(service_name, type, entity)
        where, values = which.where
        total = (await table.ask(f"SELECT count(*) AS n FROM events WHERE {where}", values))[0]["n"]
        rows = await found(table, which, limit=PAGE, offset=(page - 1) * PAGE, newest=True)
        types = await table.ask("SELECT service, type, count(*) AS n FROM events GROUP BY ALL ORDER BY service, type")
        void = (await table.ask("SELECT count(*) AS n FROM voids"))[0]["n"]
        return render(
            request, "journal.html", observatory, lines=await lines(table, rows, lang), total=total, page=page,
            pages_total=max(1, -(-total // PAGE)), chosen=which, void=void, damage=table.damage or notary_of(service).alarm,
            types=[(t["type"], sentence(t["type"], None, lang), t["n"]) for t in types if not which.service or t["service"] == which.service],
        )  # fmt: skip

    @router.get("/void")
    async def void(request: Request) -> Response:
        observatory = await current(service)
        table = observatory.table
        return render(
            request, "void.html", observatory,
            voids=await table.ask("SELECT seq, subject, reason, bytes FROM voids ORDER BY seq DESC LIMIT 500"),
            unreadable=await table.ask("SELECT seq, type FROM events WHERE NOT readable ORDER BY seq DESC LIMIT 500"),
            parked=await service.store.parked(), damage=table.damage or notary_of(service).alarm,
        )  # fmt: skip

    @router.get("/{seq}")
    async def event(request: Request, seq: str) -> Response:
        if not (seq.isascii() and seq.isdigit() and len(seq) < 16):
            raise HTTPException(404)
        observatory, lang = await current(service), language(request)
        table = observatory.table
        message = await opened_event(service, observatory, int(seq))
        if message is None:
            raise HTTPException(404)
        shown = orjson.dumps(message, option=orjson.OPT_INDENT_2).decode()
        if "void" in message:
            return render(request, "event.html", observatory, seq=int(seq), message=message, line=None, shown=shown)
        rows = await with_sequences(table, [int(seq)])
        row = rows[0]
        cause = await table.ask(f"SELECT {COLUMNS} FROM events WHERE id = $id", {"id": row["cause"] or ""})
        effects = await table.ask(
            f"SELECT {COLUMNS} FROM events WHERE cause = $id ORDER BY seq LIMIT 50", {"id": row["id"]}
        )
        chain = await table.ask(
            f"SELECT {COLUMNS} FROM events WHERE coalesce(correlation, command) = $chain AND seq <> $seq ORDER BY seq LIMIT 50",
            {"chain": row["correlation"] or row["command"], "seq": row["seq"]},
        )
        apart = {one["seq"] for one in (*cause, *effects)}
        history = await found(table, Wanted(entity=row["entity_id"]), limit=8, newest=True)
        return render(
            request, "event.html", observatory, seq=row["seq"], message=message, line=(await lines(table, rows, lang))[0],
            row=row, shown=shown, cause=await lines(table, cause, lang), effects=await lines(table, effects, lang),
            chain=await lines(table, [one for one in chain if one["seq"] not in apart], lang),
            history=await lines(table, history, lang),
        )  # fmt: skip

    return router
