"""The pages of one issue: its items, the form of one of them, previews, approval."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response

from services.newsletter.bulletins.approving import approving
from services.newsletter.bulletins.domain.issue import ApproveIssue, ReviseItem
from services.newsletter.bulletins.leaving import why_in
from services.newsletter.bulletins.queries import bulletin_of, issue_or_404, named
from services.newsletter.bulletins.source_views import GATHERINGS, SOURCES
from services.newsletter.bulletins.source_words import Since, changed_since, said_otherwise
from services.newsletter.bulletins.views import BULLETINS, ISSUES
from services.newsletter.delivery.letters import issue_bodies, sections
from services.newsletter.delivery.queries import in_doubt
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import SENDING
from services.newsletter.subscriptions.queries import readers_of
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused
from shared.kernel.views.projection import Document
from shared.notions.bulletin import bulletin_id
from shared.runtime.faces import Correspondence, Library, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form as Questions
from shared.web.here import Here
from shared.web.lists import render
from shared.web.past.moments import AsOf, KnownAt, Moment, as_it_was, moment_of
from shared.web.security.authorization import access, demand_at, who_of
from shared.web.security.permits import permitted
from shared.web.templating import Pages, language

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of one issue."""


@routes.get("/issues/{key}")
@access("reader", by="approver")
async def issue(
    service: Here[Library], request: Request, key: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    found = await issue_or_404(service, key)
    _readable(request, found)
    moment = moment_of(as_of, known_at, service.now())
    if moment.past:
        return await _issue_then(service, request, found, moment)
    known = await bulletin_of(service, found["bulletin"], language(request))
    entities = sorted({i["source_entity"] for i in found["items"] if i["source_entity"]})
    refused = await service.store.find(DELIVERIES, {"issue": key, "state": "refused"}, sort=["begun"], limit=100)
    return render(
        service,
        request,
        "issue.html",
        issue=found,
        bulletin=known,
        sections=_placed(found),
        sources=await service.store.get_many(SOURCES, entities),
        since=await _since(service, found),
        counts=await service.store.count_by(DELIVERIES, "state", {"issue": key}),
        readers=await readers_of(service, found["bulletin"]),
        doubts=await in_doubt(service, key),
        refused=refused,
        new_id=new_command_id,
        why_in=why_in,
        trouble=service.parts.of(SENDING).trouble,
        url=service.public_url,
    )


async def _issue_then(service: Library, request: Request, now: Document, moment: Moment) -> Response:
    """What stood in it by then; to whom it went is told of today alone."""
    code = now["bulletin"]
    then = await as_it_was(service, ISSUES, "issue", UUID(now["key"]), moment)
    its = await as_it_was(service, BULLETINS, "bulletin", bulletin_id(code), moment)
    return render(
        service,
        request,
        "issue_then.html",
        issue=then,
        numbered=now["number"],
        bulletin=named(code, its, language(request)),
        sections=_placed(then) if then else [],
        then=moment,
        as_of=moment.as_of,
        known_at=moment.known_at,
        key=now["key"],
    )


@routes.get("/issues/{key}/preview")
@access("reader", by="approver")
async def preview(service: Here[Views], request: Request, key: str) -> Response:
    return HTMLResponse((await _bodies(service, request, key))[1])


@routes.get("/issues/{key}/preview.txt")
@access("reader", by="approver")
async def preview_text(service: Here[Views], request: Request, key: str) -> Response:
    return PlainTextResponse((await _bodies(service, request, key))[0])


@routes.get("/issues/{key}/approve")
@access("editor", by="approver")
async def ask_approval(service: Here[Correspondence], request: Request, key: str) -> Response:
    return await _approval(service, request, await issue_or_404(service, key), None, 200)


@routes.post("/issues/{key}/approve")
@access("editor", by="approver")
async def approve(
    service: Here[Correspondence],
    request: Request,
    key: str,
    command_id: Annotated[UUID, Form()],
    version: Annotated[int, Form(ge=0, le=2**53)],
) -> Response:
    found = await issue_or_404(service, key)
    recipients = await readers_of(service, found["bulletin"])
    command = ApproveIssue(issue=UUID(key), recipients=recipients)
    try:
        await permitted(request, command)
        outcome = await service.execute(
            command,
            id=command_id,
            actor=who_of(request).actor,
            version=version,
            sent={},  # how many will read it is counted, not sent
        )
    except Refused as refused:
        pages: Pages = request.app.state.pages
        sentence = pages.lexicon.say(f"refused.{refused.code}", language(request), **refused.values)
        return await _approval(service, request, found, sentence, 422)
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"/newsletter/issues/{key}?{in_address(outcome)}", 303)


@routes.get("/issues/{key}/items/{item}")
@access("editor")
async def item(service: Here[Views], request: Request, key: str, item: str) -> Response:
    found = await issue_or_404(service, key)
    known = next((i for i in found["items"] if i["item"] == item), None)
    if known is None or found["state"] != "draft":
        raise HTTPException(404)
    pages: Pages = request.app.state.pages
    hidden = {
        "issue": key,
        "item": item,
        "revision": known["revision"],
        "command_id": new_command_id(),
        "back": f"/newsletter/issues/{key}",
    }
    form = Questions.of(ReviseItem, pages.lexicon, language(request), values=known, hidden=hidden)
    bulletin = await bulletin_of(service, found["bulletin"], language(request))
    since = (await _since(service, found)).get(item)
    return render(service, request, "item.html", issue=found, item=known, bulletin=bulletin, form=form, since=since)


async def _bodies(service: Views, request: Request, key: str) -> tuple[str, str]:
    """The text and the HTML of an issue as its mails will have them, in the reader's language."""
    found = await issue_or_404(service, key)
    _readable(request, found)
    when = datetime.fromisoformat(found["approved"]) if found["approved"] else datetime.now(UTC)
    known = await bulletin_of(service, found["bulletin"], language(request))
    return issue_bodies(service.parts.of(SENDING).sender, known, found, language(request), when, None)


def _readable(request: Request, found: Document) -> None:
    """Raises NotYours where who asks neither reads here nor approves this bulletin."""
    demand_at(request, "reader", "approver", str(bulletin_id(found["bulletin"])))


async def _approval(
    service: Correspondence, request: Request, found: Document, problem: str | None, status: int
) -> Response:
    """The question whether an issue is to go out, with why it was refused where it was."""
    demand_at(request, "editor", "approver", str(bulletin_id(found["bulletin"])))
    door = request.app.state.service
    return render(
        service,
        request,
        "approve.html",
        status=status,
        issue=found,
        bulletin=await bulletin_of(service, found["bulletin"], language(request)),
        readers=await readers_of(service, found["bulletin"]),
        problem=problem,
        command_id=new_command_id(),
        smtp=service.settings.smtp_host,
        sections=sections(found),
        approving=await approving(service, door, UUID(found["key"]), found["bulletin"], who_of(request)),
        since=await _since(service, found),
    )


async def _since(service: Views, issue: Document) -> dict[str, Since]:
    """By item of a draft: what its source says otherwise since an editor wrote it."""
    if issue["state"] != "draft":
        return {}
    items = [item for item in issue["items"] if item["source_entity"] and not item["dropped"]]
    gatherings = await service.store.get_many(GATHERINGS, sorted({item["source_entity"] for item in items}))
    lang = service.ourselves.languages[0]  # it is what drafts are written in
    said = {one["item"]: said_otherwise(gatherings.get(one["source_entity"]), one, lang) for one in items}
    found = {one["item"]: changed_since(one, said[one["item"]]) for one in items}
    return {key: one for key, one in found.items() if one is not None}


def _placed(issue: Document) -> list[tuple[str, list[Document]]]:
    """The items by section with what their buttons say: to which place up and down lead within the section."""
    found: dict[str, list[Document]] = {}
    for position, item in enumerate(issue["items"]):
        found.setdefault(item["section"], []).append({**item, "position": position})
    for items in found.values():
        shown = [item for item in items if not item["dropped"]]
        for above, below in pairwise(shown):
            above["down"], below["up"] = below["position"], above["position"]
    return list(found.items())
