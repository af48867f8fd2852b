"""The journal: the log as people read it. Events newest first, one event whole, what is void."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt
from services.observatory.figures.observatory import Observatory, current
from services.observatory.journal.causation import MAILS
from services.observatory.journal.lines import called_things, lines
from services.observatory.journal.parked_reactions import parked_everywhere
from services.observatory.ledger.notary import notary_of
from services.observatory.pages.labels import facts_of, record_of
from services.observatory.pages.time_travel import asked as asked_moment
from services.observatory.pages.time_travel import in_the_head
from services.observatory.search.event_query import (
    COLUMNS,
    OF_ACCOUNTS,
    Wanted,
    counts,
    found,
    page,
    wanted,
    with_sequences,
)
from shared.contract import EVENTS
from shared.contract.envelope import Void, opened
from shared.notions.sayings import sentence
from shared.runtime.faces import Chronicle, Neighbours, Premises
from shared.web.api import without_persons
from shared.web.here import Here
from shared.web.security.authorization import demand, who_of
from shared.web.templating import Pages, language

VOIDS = "SELECT seq, subject, reason, bytes FROM voids WHERE seq <= $known ORDER BY seq DESC LIMIT 500"
UNREADABLE = "SELECT seq, type FROM events WHERE NOT readable AND seq <= $known ORDER BY seq DESC LIMIT 500"


def sees_accounts(request: Request) -> bool:
    """Whether they are shown who signed in when, who may do what, and what each person did."""
    return who_of(request).may("observatory", "auditor")


def asked(
    request: Request,
    service_name: Annotated[str, Query(alias="service", max_length=40, description="One of the five.")] = "",
    type: Annotated[str, Query(max_length=80, description="A type of event.")] = "",
    entity: Annotated[str, Query(max_length=80, description="The id of an entity: its own events.")] = "",
    about: Annotated[str, Query(max_length=80, description="An id: the events of it, and those that name it.")] = "",
    actor: Annotated[str, Query(max_length=120, description="Who did it; for auditors.")] = "",
    chain: Annotated[str, Query(max_length=80, description="A correlation id: one chain of cause and effect.")] = "",
    q: Annotated[
        str, Query(max_length=120, description="Words that must all occur in what is not sealed; or an id.")
    ] = "",
    since: Annotated[str, Query(max_length=40, description="It speaks of that day or a later one.")] = "",
    until: Annotated[str, Query(max_length=40, description="It speaks of that day or an earlier one.")] = "",
    known_since: Annotated[str, Query(max_length=40, description="It was recorded on that day or later.")] = "",
    known_until: Annotated[str, Query(max_length=40, description="It was recorded on that day or before.")] = "",
    as_of: Annotated[str, Query(max_length=40, description="As elsewhere: the same as `until`.")] = "",
    known_at: Annotated[str, Query(max_length=40, description="As elsewhere: the same as `known_until`.")] = "",
) -> Wanted:
    """Which events an address asks for. Raises NotYours for an actor where one is no auditor."""
    if actor.strip():
        demand(request, "auditor")
    return wanted(
        service_name,
        type,
        entity,
        about=about,
        actor=actor,
        chain=chain,
        q=q,
        since=since,
        until=until or as_of,
        known_since=known_since,
        known_until=known_until or known_at,
        accounts=sees_accounts(request),
    )


Asked = Annotated[Wanted, Depends(asked)]


async def opened_event(service: Chronicle, observatory: Observatory, seq: int) -> dict[str, Any] | None:
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


routes = APIRouter(prefix="/journal", include_in_schema=False)
"""The pages of the journal."""


@routes.get("")
async def journal(
    service: Here[Chronicle],
    request: Request,
    which: Asked,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:
    observatory, lang = await current(service), language(request)
    table = observatory.table
    shown, counted = await page(table, which, before=before, after=after), await counts(table, which)
    void = (await table.ask("SELECT count(*) AS n FROM voids"))[0]["n"]
    travels = request.query_params.get("as_of") or request.query_params.get("known_at")
    called = await called_things(table, [one for one in (which.entity, which.about) if one], lang)
    types = sorted((sentence(code, None, lang), code, n) for code, n in counted.types.items())
    return render(
        request,
        "journal.html",
        observatory,
        lines=await lines(table, shown.rows, lang),
        total=counted.total,
        newer=shown.newer,
        older=shown.older,
        chosen=which,
        counts=counted,
        types=types,
        called=called,
        void=void,
        damage=table.damage or notary_of(service).alarm,
        auditor=which.accounts,
        as_of=which.until if travels else None,
        known_at=which.known_until if travels else None,
    )


class Inquiry(Chronicle, Neighbours, Protocol):
    """The observatory, as it asks the others what they could not read."""


@routes.get("/void")
async def void(service: Here[Inquiry], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory, moment = await current(service), await asked_moment(service, as_of, known_at)
    table = observatory.table
    upto = {"known": table.position if moment is None else moment.known}
    return render(
        request,
        "void.html",
        observatory,
        voids=await table.ask(VOIDS, upto),
        unreadable=await table.ask(UNREADABLE, upto),
        parked=await parked_everywhere(service),
        damage=table.damage or notary_of(service).alarm,
        **in_the_head(moment),
    )


@routes.get("/{seq}")
async def event(service: Here[Chronicle], request: Request, seq: str) -> Response:
    if not (seq.isascii() and seq.isdigit() and len(seq) < 16):
        raise HTTPException(404)
    observatory, lang, at = await current(service), language(request), int(seq)
    table = observatory.table
    message = await opened_event(service, observatory, at)
    if message is None:
        raise HTTPException(404)
    proof = proof_state(service, at)
    if reserved(message) and not sees_accounts(request):
        return render(
            request, "event.html", observatory, seq=at, reserved=True, message=message, line=None, proof=proof
        )
    shown = orjson.dumps(message, option=orjson.OPT_INDENT_2).decode()
    if "void" in message:
        return render(
            request,
            "event.html",
            observatory,
            seq=at,
            reserved=False,
            message=message,
            line=None,
            shown=shown,
            proof=proof,
        )
    row = (await with_sequences(table, [at]))[0]
    auditor = sees_accounts(request)
    seen = "true" if auditor else f"entity NOT IN {OF_ACCOUNTS}"
    cause = await table.ask(f"SELECT {COLUMNS} FROM events WHERE id = $id AND {seen}", {"id": row["cause"] or ""})
    effects = await table.ask(
        f"SELECT {COLUMNS} FROM events WHERE cause = $id AND {seen} ORDER BY seq LIMIT 50", {"id": row["id"]}
    )
    chain = await found(table, Wanted(chain=row["correlation"] or row["command"], accounts=auditor), limit=51)
    apart = {at, *(one["seq"] for one in (*cause, *effects))}
    history = await found(table, Wanted(entity=row["entity_id"], accounts=auditor), limit=8, newest=True)
    return render(
        request,
        "event.html",
        observatory,
        seq=at,
        reserved=False,
        message=message,
        line=(await lines(table, [row], lang))[0],
        row=row,
        shown=shown,
        cause=await lines(table, cause, lang),
        effects=await lines(table, effects, lang),
        chain=await lines(table, [one for one in chain if one["seq"] not in apart], lang),
        chained=len(chain),
        history=await lines(table, history, lang),
        proof=proof,
        record=record_of([row]),
        facts=facts_of(row),
        auditor=auditor,
        mailed=MAILS,
    )


def render(request: Request, template: str, observatory: Observatory, **context: Any) -> Response:
    """A page as current as the table is."""
    pages: Pages = request.app.state.pages
    return pages.render(request, template, sequence=observatory.read, **context)


def reserved(message: Mapping[str, Any]) -> bool:
    """Whether a message of the log is about an account, or a session of one."""
    return str(message.get("subject", "")).partition("/")[0] in OF_ACCOUNTS


def proof_state(service: Premises, seq: int) -> dict[str, Any]:
    """Whether an event is in what was signed: `state` (signed, waiting, stopped), and among how many events."""
    notary = notary_of(service)
    head = notary.head
    signed = head is not None and seq <= head.size
    state = "stopped" if notary.alarm else "signed" if signed else "waiting"
    return {
        "state": state,
        "size": head.size if head else 0,
        "compared": seq <= notary.compared or bool(notary.compared_at),
    }
