"""To whom a survey is sent and who has answered: recipients, reminders, links handed over by other ways."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.observatory.event_table.moment import today
from services.observatory.figures.observatory import current
from services.observatory.identification.criteria import ASKED, Actor, Found, criteria_of, identify, named, query_of
from services.observatory.identification.domain import Criteria
from services.observatory.identification.shown import options, picked
from services.observatory.surveys.answering.links import address, links_of
from services.observatory.surveys.domain.survey import MOST_AT_ONCE, SendSurvey
from services.observatory.surveys.recipients.letters import send_to
from services.observatory.surveys.results.answers import places_of
from services.observatory.surveys.results.exports import harmless
from services.observatory.surveys.stage import over, stage_of, survey_of
from services.observatory.surveys.views import SURVEY_RECIPIENTS, recipient_key, structure_of
from shared.contract.fields import mail_address
from shared.contract.observatory.surveys import SendingKind
from shared.kernel.command_handler import Outcome, Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.views.projection import Document, everything
from shared.runtime.faces import Chronicle, Commands, Desk, Office, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.guarded_form import command_id
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

SEND, HAND = "/observatory/surveys/{}/send", "/observatory/surveys/{}/recipients"
STATES = ("answered", "asked", "declined")
FOUND = 25  # structures of a page to choose from


async def recipients_of(service: Views, survey: str, state: str | None = None) -> list[Document]:
    """Everybody who was asked."""
    where = {"survey": survey, **({"state": state} if state else {})}
    return [one async for one in everything(service.store, SURVEY_RECIPIENTS, where)]


def reached(recipient: Document) -> str:
    """How it stands with one who was asked, as the word `recipient.<…>`."""
    if recipient["state"] != "asked":
        return str(recipient["state"])
    letters = set(recipient["letters"].values())
    if "sent" in letters:
        return "sent"
    if "begun" in letters:
        return "doubtful"
    if letters:
        return "refused"
    if recipient["by_hand"]:
        return "by_hand"
    return "unaddressed" if recipient["unaddressed"] else "waiting"


routes = APIRouter(include_in_schema=False)
"""The routes of recipients and of sending."""


@routes.get("/surveys/{key}/recipients")
async def recipients(
    service: Here[Desk], request: Request, key: UUID, state: str = "", page: PageNumber = 1
) -> Response:
    return await recipients_page(service, request, key, state, page)


async def recipients_page(
    service: Desk,
    request: Request,
    key: UUID,
    state: str = "",
    page: int = 1,
    failed: str | None = None,
    status: int = 200,
) -> Response:
    if state and state not in STATES:
        raise HTTPException(404)
    document = await survey_of(service, key)
    every = await recipients_of(service, str(key), state or None)
    places = await places_of(service, [structure_of(one) for one in every])
    rows = [(structure_of(one), places.get(structure_of(one)), one, reached(one)) for one in every]
    rows.sort(key=lambda row: (row[1].name.casefold() if row[1] else "", row[0]))
    counts = await service.store.count_by(SURVEY_RECIPIENTS, "state", {"survey": str(key)})
    return render(
        service,
        request,
        "survey_recipients.html",
        status=status,
        survey=document,
        stage=stage_of(service, document),
        rows=rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages_total=pages_total(page, len(rows)),
        counts=counts,
        state=state,
        states=STATES,
        new_id=new_command_id,
        failed=failed,
    )


@routes.get("/surveys/{key}/links.csv")
@access("editor")
async def links(service: Here[Office], key: UUID) -> Response:
    """Who has not answered, with the link of each, to be handed over by other ways."""
    await survey_of(service, key)
    waiting = [structure_of(one) for one in await recipients_of(service, str(key), "asked")]
    places = await places_of(service, waiting)
    text = io.StringIO()
    text.write("\ufeff")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(["structure", "lien"])
    make = links_of(service)
    for one in sorted(waiting, key=lambda id: (places[id].name.casefold() if id in places else "", id)):
        name = places[one].name if one in places else one
        table.writerow([harmless(name), address(service, make.personal(key, UUID(one)))])
    headers = {
        "Content-Disposition": f'attachment; filename="liens_{str(key)[:8]}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@routes.post("/surveys/{key}/remind")
@access("editor")
async def remind(service: Here[Desk], request: Request, key: UUID) -> Response:
    form = await request.form(max_fields=10, max_files=0)
    sent = {"kind": "reminder"}
    if (before := await done_before(service, request, form, key, sent)) is not None:
        return RedirectResponse(f"{HAND.format(key)}?done={before}&again=1", 303)
    waiting = [UUID(structure_of(one)) for one in await recipients_of(service, str(key), "asked")]
    if not waiting:
        return await recipients_page(
            service, request, key, failed=_refusal(request, Refused("nobody-to-remind")), status=422
        )
    return await _said(service, request, form, key, "reminder", waiting, sent)


@routes.post("/surveys/{key}/hand/{structure}")
@access("editor")
async def hand(service: Here[Office], request: Request, key: UUID, structure: UUID) -> Response:
    """Sends the link of one structure to an address that is typed in, and kept nowhere."""
    document = await survey_of(service, key)
    form = await request.form(max_fields=10, max_files=0)
    sent = {"kind": "by_hand", "structure": structure}
    if (before := await done_before(service, request, form, key, sent)) is not None:
        return RedirectResponse(f"{HAND.format(key)}?done={before}&again=1", 303)
    to = str(form.get("address") or "").strip()
    try:
        if await service.store.get(SURVEY_RECIPIENTS, recipient_key(key, structure)) is None:
            raise Refused("unknown-structure")
        if over(service, document):
            raise Refused("survey-closed")
        to = _reachable(to)
        await send_to(service, document, structure, to)
    except Refused as no:
        return await recipients_page(service, request, key, failed=_refusal(request, no), status=422)
    return await _said(service, request, form, key, "by_hand", [structure], sent)


def _reachable(text: str) -> str:
    """An address that somebody typed, as mails reach it. Raises Refused."""
    try:
        return mail_address(text)
    except PydanticCustomError as no:
        raise Refused(no.type, **(no.context or {})) from None


async def _said(
    service: Desk,
    request: Request,
    form: FormData,
    key: UUID,
    kind: SendingKind,
    some: Sequence[UUID],
    sent: Mapping[str, Any],
) -> Response:
    try:
        outcome = await send(service, request, form, key, kind, some, sent)
    except Refused as no:
        return await recipients_page(service, request, key, failed=_refusal(request, no), status=422)
    return RedirectResponse(f"{HAND.format(key)}?{in_address(outcome)}", 303)


def _refusal(request: Request, no: Refused) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(f"refused.{no.code}", language(request), **no.values)


async def done_before(
    service: Commands, request: Request, form: FormData, key: UUID, sent: Mapping[str, Any]
) -> int | None:
    """The sequence of what this very form came to before: whom it would choose now is another question. Raises Reused,
    400."""
    id, actor = command_id(form), who_of(request).actor
    before = await service.execute.before(SendSurvey, key, id=id, actor=actor, sent=sent)
    return before.seq if before else None


async def send(
    service: Desk,
    request: Request,
    form: FormData,
    key: UUID,
    kind: SendingKind,
    structures: Sequence[UUID],
    sent: Mapping[str, Any],
) -> Outcome:
    """Executes the sending; `sent` is what the form said. Raises Refused, 400, 409."""
    id = command_id(form)
    if not structures:
        raise Refused("nobody-chosen")
    if len(structures) > MOST_AT_ONCE:
        raise Refused("too-many-chosen", most=MOST_AT_ONCE)
    command = SendSurvey(survey=key, kind=kind, structures=list(structures))
    try:
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, sent=sent)
    except (Stale, Conflict):
        raise HTTPException(409) from None
    await service.runner.wait_for(outcome.seq)
    return outcome


async def send_page(
    service: Desk,
    request: Request,
    key: UUID,
    page: int,
    failed: str | None = None,
    status: int = 200,
    form: FormData | None = None,
) -> Response:
    document = await survey_of(service, key)
    pages: Pages = request.app.state.pages
    lang, query = language(request), request.query_params
    criteria, found = await chosen(service, request, page)
    asked = await service.store.get_many(SURVEY_RECIPIENTS, [recipient_key(key, one.key) for one in found.actors])
    facets = {
        name: options(name, found.facets.get(name, {}), picked(criteria, name), pages.lexicon, lang) for name in ASKED
    }
    return render(
        service,
        request,
        "survey_send.html",
        status=status,
        survey=document,
        stage=stage_of(service, document),
        found=found,
        asked={one["key"].partition(".")[2] for one in asked.values()},
        facets=facets,
        asked_as=ASKED,
        chosen={name: picked(criteria, name) for name in ASKED},
        active=len(query_of(criteria)),
        q=query.get("q", "")[:200],
        query=[(name, value) for name, value in query.multi_items() if name not in ("page", "done", "lang")],
        page=page,
        pages_total=pages_total(page, found.total),
        command_id=new_command_id(),
        failed=failed,
        most=MOST_AT_ONCE,
        ticked=set(form.getlist("structure")) if form else (),
        by_hand=form is not None and form.get("by_hand"),
    )


async def chosen(
    service: Chronicle, request: Request, page: int = 1, limit: int | None = FOUND
) -> tuple[Criteria, Found]:
    """The structures that the address asks for: by their names (`q`), or by criteria."""
    observatory, words = await current(service), request.query_params.get("q", "")[:200].strip()
    table = observatory.table
    criteria = criteria_of(request.query_params)
    asked = (criteria, today(), table.position, limit, (page - 1) * FOUND if limit else 0)
    found: Found = await table.work(identify, table, *asked)
    if words:
        some: list[Actor] = await table.work(named, table, words, today(), FOUND)
        return criteria, Found(len(some), found.parts, found.facets, some)
    return criteria, found


@routes.get("/surveys/{key}/send")
@access("editor")
async def choose(service: Here[Desk], request: Request, key: UUID, page: PageNumber = 1) -> Response:
    return await send_page(service, request, key, page)


@routes.post("/surveys/{key}/send")
@access("editor")
async def sent(service: Here[Desk], request: Request, key: UUID, page: PageNumber = 1) -> Response:
    await survey_of(service, key)
    form = await request.form(max_fields=MOST_AT_ONCE + 20, max_files=0)
    kind: SendingKind = "by_hand" if form.get("by_hand") else "invitation"
    everybody = form.get("do") == "all"
    asked = sorted(request.query_params.multi_items()) if everybody else form.getlist("structure")
    sent = {"kind": kind, "all": everybody, "asked": asked}
    try:
        if (before := await done_before(service, request, form, key, sent)) is not None:
            return RedirectResponse(f"{HAND.format(key)}?done={before}&again=1", 303)
        if everybody:
            _, found = await chosen(service, request, limit=None)
            structures = [UUID(one.key) for one in found.actors]
        else:
            structures = await _on_record(service, form)
        known = {structure_of(one) for one in await recipients_of(service, str(key))}
        structures = [one for one in structures if str(one) not in known]
        outcome = await send(service, request, form, key, kind, structures, sent)
    except Refused as no:
        return await send_page(service, request, key, page, _refusal(request, no), 422, form)
    return RedirectResponse(f"{HAND.format(key)}?{in_address(outcome)}", 303)


async def _on_record(service: Chronicle, form: FormData) -> list[UUID]:
    """The structures that are ticked. Raises Refused for one that the log does not know."""
    try:
        ids = list(dict.fromkeys(UUID(str(one)) for one in form.getlist("structure")))
    except ValueError:
        raise Refused("unknown-structure") from None
    known = await places_of(service, map(str, ids))
    if any(str(one) not in known for one in ids):
        raise Refused("unknown-structure")
    return ids
