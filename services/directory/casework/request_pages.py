"""The pages of identification requests: their list, one with its criteria and answers, answering it, an answer
again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response, StreamingResponse

from services.directory.casework.domain.request import AnswerIdentification
from services.directory.casework.lists import by_year_chart, whole_years
from services.directory.casework.requests import MOST, answers_of, candidates, criteria_now, given_in
from services.directory.casework.views import REQUESTS
from services.directory.search.exports import FORMATS, exporter, file_name
from services.directory.search.finder import finder_of
from services.directory.structures.history import as_given
from services.directory.structures.record_fields import place_of
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.views.projection import Document
from shared.runtime.faces import Desk, Views
from shared.web.facts.of_days import BadDay, happened_on
from shared.web.facts.outcomes import after, in_address
from shared.web.formatting import number
from shared.web.forms.forms import id_after, refusal, sentences
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, amended, newest_first, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

SHOWN = 100  # structures that an answer in the making lists, each to be left out or not
LISTED = 50  # structures of an answer that the request's page names
STATES = ("open", "answered", "withdrawn")
COUNTED = ("open", "answered")  # what was noted by mistake is in no list, unless it is asked for
OFFERED = ("csv", "xlsx", "geojson", "json", "vcard")
FIELDS = 500  # of the form of an answer


reading_routes = APIRouter(prefix="/requests", include_in_schema=False)
"""The list of requests, one of them, an answer as it was given."""


@reading_routes.get("")
async def requests(
    service: Here[Views],
    request: Request,
    q: Words = "",
    state: Chosen = None,
    year: Chosen = None,
    page: PageNumber = 1,
) -> Response:
    chosen = {"state": [one for one in state or [] if one in STATES], "year": year or []}

    def where(*without: str) -> dict[str, Any]:
        kept = {name: values for name, values in chosen.items() if values and name not in without}
        return {"state": list(COUNTED), **kept}

    found = await service.store.find(REQUESTS, where(), text=q, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    by_year = await service.store.count_by(REQUESTS, "year", where("year"), text=q)
    by_state = {"year": year} if year else {}
    return render(
        service,
        request,
        "requests.html",
        q=q,
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=chosen,
        by_state=await service.store.count_by(REQUESTS, "state", by_state, text=q),
        by_year=by_year,
        states=STATES,
        years=whole_years(by_year),
        chart=by_year_chart(service, request, "requests.by-year", by_year),
    )


@reading_routes.get("/{key}")
async def one(service: Here[Desk], request: Request, key: UUID) -> Response:
    document = await _known(service, key)
    history = await service.execute.history("request", key)
    answers = []
    for answer in answers_of(history):
        keys, upto = given_in(answer)
        records = [record async for record in as_given(service.store, keys[:LISTED], upto)]
        answers.append({"event": answer, "records": records, "given": len(keys)})
    return render(
        service,
        request,
        "request.html",
        asked=document,
        answers=answers,
        history=newest_first(history),
        amended=amended(history),
        criteria=await criteria_now(finder_of(service), document),
        offered=OFFERED,
        command_id=new_command_id,
        place=place_of,
    )


@reading_routes.get("/{key}/export")
async def again(
    service: Here[Desk],
    request: Request,
    key: UUID,
    answer: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    format: Annotated[str, Query(max_length=10)] = "csv",
) -> Response:
    """An answer as it was given: the latest, or that of the event `answer`."""
    await _known(service, key)
    told = answers_of(await service.execute.history("request", key))
    wanted = next((one for one in told if answer in (None, one.seq)), None)
    keys, upto = given_in(wanted) if wanted else ([], 0)
    if not keys or format not in OFFERED:
        raise HTTPException(404)
    how = exporter(service, request.app.state.pages, language(request), None)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(format, ("reponse", str(key)[:8]))}"',
        "Cache-Control": "private, no-cache",
    }
    return StreamingResponse(
        how.write(format, as_given(service.store, keys, upto)), media_type=FORMATS[format].media_type, headers=headers
    )


answering_routes = APIRouter(prefix="/requests", include_in_schema=False)
"""Answering a request."""


@answering_routes.get("/{key}/answer")
@access("editor")
async def answer(service: Here[Views], request: Request, key: UUID, q: Words = "") -> Response:
    return await _answering(service, request, await _known(service, key), q)


@answering_routes.post("/{key}/answer")
@access("editor")
async def answered(service: Here[Desk], request: Request, key: UUID) -> Response:
    document = await _known(service, key)
    form = await request.form(max_fields=FIELDS, max_files=0)
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    text = {name: str(form.get(name) or "") for name in ("q", "mark", "answer", "happened_on", "command_id", "version")}
    left_out = [str(one) for one in form.getlist("left_out")]
    try:
        id, version = UUID(text["command_id"]), int(text["version"])
    except ValueError:
        raise HTTPException(400) from None
    q = text["q"][:200]
    criteria = await criteria_now(finder_of(service), document, q)
    found = await candidates(finder_of(service), criteria, 0) if criteria.asks else None
    kept = [one for one in found.keys if one not in set(left_out)] if found else []
    errors: dict[str, str] = {}
    status = 422
    try:
        at = happened_on(text["happened_on"])
        # What was read and what was said to it; whom the search finds now, and where the log is, are no part of it.
        sent = {"q": q, "mark": text["mark"], "left_out": set(left_out), "answer": text["answer"]}
        asks: dict[str, Any] = {"id": id, "actor": who_of(request).actor, "sent": sent, "at": at}
        if (before := await service.execute.before(AnswerIdentification, key, **asks)) is not None:
            return RedirectResponse(f"/directory/requests/{key}?{in_address(before)}", 303)
        if found is not None and found.mark != text["mark"]:
            raise Refused("search-changed")
        if len(kept) > MOST:
            raise Refused("too-many-found", most=number(MOST, lang))
        command = AnswerIdentification.model_validate(
            {
                "request": key,
                "structures": len(kept),
                "found": kept,
                "shown_upto": service.runner.position,
                "answer": text["answer"] or None,
            }
        )
        outcome = await service.execute(command, version=version, **asks)
    except ValidationError as error:
        errors = sentences(error, AnswerIdentification, pages.lexicon, lang)
    except BadDay:
        errors = {"happened_on": say("invalid.date", lang, value=text["happened_on"])}
    except Refused as no:
        errors = refusal(no, pages.lexicon, lang)
        id = id_after(no, id)
    except (Stale, Conflict):
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        return await after(service, f"/directory/requests/{key}", command, outcome, at)
    return await _answering(
        service,
        request,
        document,
        q,
        status=status,
        id=id,
        errors=errors,
        answer=text["answer"],
        happened=text["happened_on"],
        left_out=left_out,
    )


async def _known(service: Views, key: UUID) -> Document:
    document = await service.store.get(REQUESTS, str(key))
    if document is None:
        raise HTTPException(404)
    return document


async def _answering(
    service: Views,
    request: Request,
    document: Document,
    q: str,
    *,
    status: int = 200,
    id: UUID | None = None,
    **more: Any,
) -> Response:
    """The answer in the making: who is found, each to be left out or not."""
    if document["state"] == "withdrawn":
        raise Refused("request-withdrawn")
    criteria = await criteria_now(finder_of(service), document, q)
    found = await candidates(finder_of(service), criteria, SHOWN) if criteria.asks else None
    given = {"errors": {}, "answer": "", "happened": "", "left_out": [], **more}
    return render(
        service,
        request,
        "request_answer.html",
        status=status,
        asked=document,
        q=q,
        criteria=criteria,
        found=found,
        shown=SHOWN,
        command_id=id or new_command_id(),
        today=service.now(),
        **given,
    )
