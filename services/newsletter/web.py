"""The newsletter's pages for the team: bulletins, issues, previews, approval, subscribers, deliveries in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response

from services.newsletter.domain.bulletin import FIVE, OpenBulletin
from services.newsletter.domain.delivery import DeliveryCommand
from services.newsletter.domain.issue import ApproveIssue, IssueCommand, ReviseItem
from services.newsletter.domain.subscriber import SubscriberCommand, subscriber_id
from services.newsletter.mail import issue_bodies, sections
from services.newsletter.public import public_routes
from services.newsletter.sending import SENDING, Sending
from services.newsletter.views import BULLETINS, DELIVERIES, ISSUES, SOURCES, SUBSCRIBERS, first_open
from shared.contract.newsletter import BulletinCode
from shared.decider import Command, Refused
from shared.execute import Outcome, new_command_id
from shared.service import Choices, Service
from shared.views import Document
from shared.web.api import ACTOR
from shared.web.forms import Form as Questions
from shared.web.pages import SECURITY_HEADERS, Pages, language

PAGE = 25  # lines of a list
CODES: tuple[BulletinCode, ...] = get_args(BulletinCode)
BULLETIN_ORDER = tuple(FIVE)


def page_of(command: Command, outcome: Outcome) -> str:
    """The page of the issue, the bulletin, the subscriber or the deliveries that a command was about."""
    if isinstance(command, OpenBulletin):
        return f"/newsletter/bulletins/{command.bulletin}"
    if isinstance(command, IssueCommand):
        return f"/newsletter/issues/{outcome.entity_id}"
    if isinstance(command, SubscriberCommand):
        return f"/newsletter/subscribers/{outcome.entity_id}"
    if isinstance(command, DeliveryCommand):
        return "/newsletter/deliveries"
    return ""


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """The names of what a form is about."""
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "issue" in command.model_fields:
        issues = await service.store.find(ISSUES, {"state": "draft"}, sort=["bulletin", "number"], limit=200)
        found["issue"] = [(d["key"], f"{FIVE[d['bulletin']][0]} n° {d['number']}") for d in issues.documents]
    return found


def sending_of(service: Service) -> Sending:
    """What sends this service's mails."""
    found = service.around.extra[SENDING]
    assert isinstance(found, Sending)
    return found


def routes(service: Service) -> APIRouter:
    """The routes of the newsletter's own pages."""
    router = APIRouter(include_in_schema=False)
    store = service.store

    def render(request: Request, template: str, **context: Any) -> Response:
        pages: Pages = request.app.state.pages
        return pages.render(request, template, sequence=service.runner.position, **context)

    async def issue_or_404(key: str) -> Document:
        found = await store.get(ISSUES, key)
        if found is None:
            raise HTTPException(404)
        return found

    async def bulletin_of(code: str) -> Document:
        if code not in CODES:
            raise HTTPException(404)
        fresh: Document = {
            "key": code,
            "title": FIVE[code][0],
            "purpose": FIVE[code][1],
            "opened": None,
            "last": 0,
            "closed": [],
        }
        known = await store.get(BULLETINS, code) or fresh
        return {**known, "title": known["title"] or fresh["title"], "purpose": known["purpose"] or fresh["purpose"]}

    async def in_doubt(issue: str | None = None) -> list[Document]:
        """Deliveries that began and have no outcome, without the one that is on its way right now."""
        where = {"state": "begun", **({"issue": issue} if issue else {})}
        found = await store.find(DELIVERIES, where, sort=["begun"], limit=500)
        now = str(sending_of(service).under_way)
        return [d for d in found.documents if d["key"] != now]

    @router.get("/")
    async def start(request: Request) -> Response:
        readers = await store.count_by(SUBSCRIBERS, "bulletins")
        lines = []
        for code in BULLETIN_ORDER:
            bulletin = await bulletin_of(code)
            issues = await store.find(
                ISSUES, {"bulletin": code, "state": ["draft", "approved"]}, sort=["number"], limit=5
            )
            sent = await store.find(ISSUES, {"bulletin": code, "state": "sent"}, sort=["-sent"], limit=1)
            lines.append({
                "bulletin": bulletin, "open": issues.documents, "last": sent.documents[0] if sent.documents else None,
                "readers": readers.get(code, 0),
            })  # fmt: skip
        states = await store.count_by(SUBSCRIBERS, "state")
        return render(
            request, "bulletins.html", lines=lines, states=states, doubts=len(await in_doubt()),
            trouble=sending_of(service).trouble,
        )  # fmt: skip

    @router.get("/bulletins/{code}")
    async def bulletin(request: Request, code: str, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
        known = await bulletin_of(code)
        issues = await store.find(ISSUES, {"bulletin": code}, sort=["-number"], limit=PAGE, offset=(page - 1) * PAGE)
        readers = (await store.count_by(SUBSCRIBERS, "bulletins")).get(code, 0)
        draft = await store.find(ISSUES, {"bulletin": code, "state": "draft"}, limit=1)
        return render(
            request, "bulletin.html", bulletin=known, issues=issues, readers=readers, page=page,
            pages_total=max(page, -(-issues.total // PAGE), 1), has_draft=draft.total > 0, next_number=first_open(known),
            new_id=new_command_id,
        )  # fmt: skip

    @router.get("/issues/{key}")
    async def issue(request: Request, key: str) -> Response:
        found = await issue_or_404(key)
        known = await bulletin_of(found["bulletin"])
        sources = await store.get_many(
            SOURCES, sorted({i["source_entity"] for i in found["items"] if i["source_entity"]})
        )
        counts = await store.count_by(DELIVERIES, "state", {"issue": key})
        readers = (await store.count_by(SUBSCRIBERS, "bulletins")).get(found["bulletin"], 0)
        refused = await store.find(DELIVERIES, {"issue": key, "state": "refused"}, sort=["begun"], limit=100)
        return render(
            request, "issue.html", issue=found, bulletin=known, sections=_placed(found), sources=sources, counts=counts,
            readers=readers, doubts=await in_doubt(key), refused=refused, new_id=new_command_id,
            trouble=sending_of(service).trouble, url=service.around.public_url,
        )  # fmt: skip

    @router.get("/issues/{key}/preview")
    async def preview(request: Request, key: str) -> Response:
        return HTMLResponse((await bodies(request, key))[1], headers=dict(SECURITY_HEADERS))

    @router.get("/issues/{key}/preview.txt")
    async def preview_text(request: Request, key: str) -> Response:
        return PlainTextResponse((await bodies(request, key))[0], headers=dict(SECURITY_HEADERS))

    async def bodies(request: Request, key: str) -> tuple[str, str]:
        found = await issue_or_404(key)
        when = datetime.fromisoformat(found["approved"]) if found["approved"] else datetime.now(UTC)
        known = await bulletin_of(found["bulletin"])
        return issue_bodies(sending_of(service).sender, known, found, language(request), when, None)

    @router.get("/issues/{key}/approve")
    async def ask_approval(request: Request, key: str) -> Response:
        return await approval(request, await issue_or_404(key), None, 200)

    async def approval(request: Request, found: Document, problem: str | None, status: int) -> Response:
        readers = (await store.count_by(SUBSCRIBERS, "bulletins")).get(found["bulletin"], 0)
        return render(
            request, "approve.html", status=status, issue=found, bulletin=await bulletin_of(found["bulletin"]),
            readers=readers, problem=problem, command_id=new_command_id(), smtp=service.settings.smtp_host,
            sections=sections(found),
        )  # fmt: skip

    @router.post("/issues/{key}/approve")
    async def approve(
        request: Request, key: str, command_id: Annotated[UUID, Form()], version: Annotated[int, Form(ge=0, le=2**53)]
    ) -> Response:
        found = await issue_or_404(key)
        recipients = (await store.count_by(SUBSCRIBERS, "bulletins")).get(found["bulletin"], 0)
        try:
            outcome = await service.execute(
                ApproveIssue(issue=UUID(key), recipients=recipients), id=command_id, actor=ACTOR, version=version
            )
        except Refused as refused:
            pages: Pages = request.app.state.pages
            sentence = pages.lexicon.say(f"refused.{refused.code}", language(request), **refused.values)
            return await approval(request, found, sentence, 422)
        await service.runner.wait_for(outcome.seq)
        return RedirectResponse(f"/newsletter/issues/{key}?done={outcome.seq}", 303)

    @router.get("/issues/{key}/items/{item}")
    async def item(request: Request, key: str, item: str) -> Response:
        found = await issue_or_404(key)
        known = next((i for i in found["items"] if i["item"] == item), None)
        if known is None or found["state"] != "draft":
            raise HTTPException(404)
        pages: Pages = request.app.state.pages
        hidden = {
            "issue": key, "item": item, "revision": known["revision"], "command_id": new_command_id(),
            "back": f"/newsletter/issues/{key}",
        }  # fmt: skip
        form = Questions.of(ReviseItem, pages.lexicon, language(request), values=known, hidden=hidden)
        return render(
            request, "item.html", issue=found, item=known, bulletin=await bulletin_of(found["bulletin"]), form=form
        )

    @router.get("/subscribers")
    async def subscribers(
        request: Request,
        bulletin: Annotated[str, Query(max_length=20)] = "",
        state: Annotated[str, Query(max_length=20)] = "",
        unknown: bool = False,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> Response:
        where = {**({"bulletins": bulletin} if bulletin in CODES else {}), **({"state": state} if state else {})}
        found = await store.find(SUBSCRIBERS, where, sort=["-asked"], limit=PAGE, offset=(page - 1) * PAGE)
        return render(
            request, "subscribers.html", found=found, page=page, pages_total=max(page, -(-found.total // PAGE), 1),
            readers=await store.count_by(SUBSCRIBERS, "bulletins"), states=await store.count_by(SUBSCRIBERS, "state"),
            codes=BULLETIN_ORDER, chosen=bulletin, state=state, unknown=unknown,
        )  # fmt: skip

    @router.post("/subscribers/find")
    async def find_subscriber(address: Annotated[str, Form(max_length=500)] = "") -> Response:
        """By POST, so that no address stands in an address."""
        person = service.keyring.find(address)
        key = str(subscriber_id(person)) if person else ""
        if not person or await store.get(SUBSCRIBERS, key) is None:
            return RedirectResponse("/newsletter/subscribers?unknown=true", 303)
        return RedirectResponse(f"/newsletter/subscribers/{key}", 303)

    @router.get("/subscribers/{key}")
    async def subscriber(request: Request, key: str) -> Response:
        known = await store.get(SUBSCRIBERS, key)
        if known is None:
            raise HTTPException(404)
        sent = await store.find(DELIVERIES, {"subscriber": key}, sort=["-begun"], limit=50)
        issues = await store.get_many(ISSUES, sorted({d["issue"] for d in sent.documents if d["issue"]}))
        history = await service.execute.history("subscriber", UUID(key))
        return render(
            request, "subscriber.html", subscriber=known, address=service.keyring.reveal(known["email"]), sent=sent, new_id=new_command_id,
            issues=issues, history=list(reversed(history.events)),
        )  # fmt: skip

    @router.get("/deliveries")
    async def deliveries(request: Request) -> Response:
        found = await in_doubt()
        people = await store.get_many(SUBSCRIBERS, sorted({d["subscriber"] for d in found}))
        issues = await store.get_many(ISSUES, sorted({d["issue"] for d in found if d["issue"]}))
        # Opened here: whether it arrived is found out in the mail server's log, or by asking the person.
        addresses = {key: service.keyring.reveal(person["email"]) for key, person in people.items()}
        return render(request, "deliveries.html", found=found, issues=issues, addresses=addresses)

    router.include_router(public_routes(service))
    return router


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
