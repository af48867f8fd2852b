"""The pages of the bulletins: all on the front page, and each with its issues; as of any day."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.newsletter.bulletins.queries import bulletin_of, bulletins, bulletins_then, named
from services.newsletter.bulletins.views import BULLETINS, ISSUES, NUMBERS, first_open
from services.newsletter.delivery.queries import in_doubt
from services.newsletter.delivery.worker import SENDING
from services.newsletter.subscriptions.queries import readers_among, readers_of, subscribers_then
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.base.translations import languages
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import Document
from shared.notions.bulletin import bulletin_id
from shared.runtime.faces import Library
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.past.moments import AsOf, KnownAt, Moment, as_it_was, moment_of
from shared.web.templating import language

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the bulletins."""

ALL = 10_000  # issues of one network


@routes.get("/")
async def start(service: Here[Library], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    moment = moment_of(as_of, known_at, service.now())
    if moment.past:
        return await _start_then(service, request, moment)
    readers = await service.store.count_by(SUBSCRIBERS, "bulletins")
    there = await bulletins(service, language(request))
    lines = [{**await _line(service, one), "readers": readers.get(one["code"], 0)} for one in there]
    return render(
        service,
        request,
        "bulletins.html",
        lines=[line for line in lines if line["bulletin"]["open"] or not line["bulletin"]["opened"]],
        closed=[line for line in lines if line["bulletin"]["until"]],
        states=await service.store.count_by(SUBSCRIBERS, "state"),
        more=True,
        doubts=len(await in_doubt(service)),
        trouble=service.parts.of(SENDING).trouble,
        then=moment,
    )


async def _line(service: Library, bulletin: Document) -> Document:
    """A bulletin with the issues that are begun or under way, and the last one that was sent."""
    code = bulletin["code"]
    coming = {"bulletin": code, "state": ["draft", "approved"]}
    issues = await service.store.find(ISSUES, coming, sort=["number"], limit=5)
    sent = await service.store.find(ISSUES, {"bulletin": code, "state": "sent"}, sort=["-sent"], limit=1)
    last = sent.documents[0] if sent.documents else None
    return {"bulletin": bulletin, "open": issues.documents, "last": last}


async def _start_then(service: Library, request: Request, moment: Moment) -> Response:
    there = await bulletins_then(service, moment, language(request))
    subscribers = await subscribers_then(service, moment)
    readers = readers_among(subscribers)
    lines: list[Document] = []
    for one in there:
        issues = await _issues_then(service, one["code"], moment)
        under_way = [issue for issue in issues if issue["state"] != "sent"]
        sent = [issue for issue in issues if issue["state"] == "sent"]
        last = max(sent, key=lambda issue: issue["sent"], default=None)
        # How far a draft was is read on its own page: that is asked of the log.
        coming = [await _issue_then(service, issue, moment) for issue in under_way[:5]]
        lines.append({"bulletin": one, "open": coming, "last": last, "readers": readers.get(one["code"], 0)})
    states = [one["state"] for one in subscribers]
    return render(
        service,
        request,
        "bulletins.html",
        lines=[line for line in lines if line["bulletin"]["open"]],
        closed=[line for line in lines if not line["bulletin"]["open"]],
        states={state: states.count(state) for state in ("active", "awaiting", "left")},
        more=False,
        doubts=0,
        trouble=None,
        then=moment,
        as_of=moment.as_of,
        known_at=moment.known_at,
    )


async def _issues_then(service: Library, code: str, moment: Moment) -> list[Document]:
    """The issues of a bulletin as far as they had come, the latest number first; their items are those of now."""
    found = await service.store.find(ISSUES, {"bulletin": code}, sort=["-number"], limit=ALL)
    if moment.known_at is not None:  # the view does not keep when each thing was learnt
        then = [await as_it_was(service, ISSUES, "issue", UUID(one["key"]), moment) for one in found.documents]
        return [one for one in then if one is not None]
    return [{**one, **_state(one, moment)} for one in found.documents if moment.has(one["started"], one["started"])]


def _state(issue: Document, moment: Moment) -> Mapping[str, str | None]:
    """Whether an issue was approved and sent by then. All of that is of the moment when it was said."""
    approved, sent = (
        at if (at := issue[name]) is not None and moment.has(at, at) else None for name in ("approved", "sent")
    )
    return {"state": "sent" if sent else "approved" if approved else "draft", "approved": approved, "sent": sent}


async def _issue_then(service: Library, issue: Document, moment: Moment) -> Document:
    return await as_it_was(service, ISSUES, "issue", UUID(issue["key"]), moment) or issue


@routes.get("/bulletins/{code}")
async def bulletin(
    service: Here[Library],
    request: Request,
    code: str,
    page: PageNumber = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    store, lang = service.store, language(request)
    known = await bulletin_of(service, code, lang)  # what there is not now there never was
    moment = moment_of(as_of, known_at, service.now())
    if moment.past:
        return await _bulletin_then(service, request, known, moment, page)
    issues = await store.find(ISSUES, {"bulletin": code}, sort=["-number"], limit=PAGE, offset=(page - 1) * PAGE)
    draft = await store.find(ISSUES, {"bulletin": code, "state": "draft"}, limit=1)
    return render(
        service,
        request,
        "bulletin.html",
        bulletin=known,
        called=_called(known, lang),
        given=given(known),
        issues=issues,
        readers=await readers_of(service, code),
        page=page,
        pages_total=pages_total(page, issues.total),
        has_draft=draft.total > 0,
        next_number=first_open(await store.get(NUMBERS, code)),
        new_id=new_command_id,
        life=str(bulletin_id(code)) if known["opened"] else None,
        then=moment,
    )


async def _bulletin_then(service: Library, request: Request, now: Document, moment: Moment, page: int) -> Response:
    code, lang = now["code"], language(request)
    then = await as_it_was(service, BULLETINS, "bulletin", bulletin_id(code), moment)
    issues = await _issues_then(service, code, moment)
    if then is None and not issues:
        return render(
            service,
            request,
            "bulletin_not_yet.html",
            bulletin=now,
            then=moment,
            as_of=moment.as_of,
            known_at=moment.known_at,
        )
    known = named(code, then, lang)
    shown = [await _issue_then(service, one, moment) for one in issues[(page - 1) * PAGE : page * PAGE]]
    return render(
        service,
        request,
        "bulletin.html",
        bulletin=known,
        called=_called(known, lang),
        issues={"documents": shown},
        readers=readers_among(await subscribers_then(service, moment)).get(code, 0),
        page=page,
        pages_total=pages_total(page, len(issues)),
        life=str(bulletin_id(code)) if then else None,
        then=moment,
        as_of=moment.as_of,
        known_at=moment.known_at,
    )


def _called(bulletin: Document, lang: str) -> list[tuple[str, str]]:
    """What a bulletin is called in the other languages: (language, title)."""
    titles = bulletin["called"]
    return [(one, titles[one]) for one in languages() if one in titles and one != lang]


def given(bulletin: Document) -> Document:
    """The query with which the forms about a bulletin are filled: `all` of what stands, or its `code` alone."""
    titles = {f"titles.{one}": title for one, title in bulletin["titles"].items()}
    said = {"bulletin": bulletin["code"], "title": bulletin["said"], "purpose": bulletin["purpose"], **titles}
    rank = {"rank": bulletin["rank"]} if bulletin["rank"] else {}
    arrivals = [("arrivals", one) for one in bulletin["arrivals"]]
    code = {"bulletin": bulletin["code"], "version": bulletin["version"]}
    version = {"version": bulletin["version"]}
    return {"all": urlencode([*said.items(), *rank.items(), *arrivals, *version.items()]), "code": urlencode(code)}
