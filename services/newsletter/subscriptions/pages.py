"""The pages for everybody: subscribe, confirm, unsubscribe.

A GET changes nothing, since mail programs and scanners follow links by themselves; the button does, by POST. No page
tells whether an address is known: they answer alike, and in the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, RedirectResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.newsletter.base.fields import Bulletins
from services.newsletter.bulletins.open_bulletins import must_be_open
from services.newsletter.bulletins.queries import opened, titles
from services.newsletter.subscriptions.domain import ConfirmSubscription, RequestSubscription, Unsubscribe
from services.newsletter.subscriptions.links import LINKS, BadLink, Confirming, Leaving, OldLink
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.base.translations import SOURCE, Lang, languages
from shared.contract.fields import MailAddress
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused, derived_id
from shared.runtime.faces import Desk, Library, Office, Premises, Views
from shared.web.forms.forms import Form, parse, sentences
from shared.web.here import Here
from shared.web.security.authorization import access, foreign
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

PUBLIC = "public"  # the actor of what people do by themselves
ANSWER = 0.3  # seconds that an answer takes, whether the address is known or not


class Wish(BaseModel):
    """What the form asks: where to send what."""

    model_config = ConfigDict(extra="forbid")
    email: MailAddress
    bulletins: Bulletins


def _offered(lang: str) -> str:
    if lang not in languages():
        raise ValueError("language-not-offered")
    return lang


class WishByProgram(Wish):
    """The same from a program, with the language of the mails."""

    lang: Annotated[Lang, AfterValidator(_offered)] = SOURCE


class Asked(BaseModel):
    """The wish is heard; a mail asks for a confirmation, where one is needed."""

    asked: bool = True


asking_routes = APIRouter(include_in_schema=False)
"""The routes of asking for bulletins: the form, and what stands for it elsewhere."""


@asking_routes.get("/subscribe")
@access("public")
async def subscribe(service: Here[Views], request: Request) -> Response:
    chosen = request.query_params.getlist("bulletins")
    return await _form_page(service, request, 200, {"bulletins": chosen}, {})


@asking_routes.post("/subscribe")
@access("public")
async def send_wish(service: Here[Office], request: Request) -> Response:
    limited(request, "form")
    data: FormData = await request.form(max_fields=50, max_files=0)
    lang = language(request)
    pages: Pages = request.app.state.pages
    try:
        id = UUID(str(data.get("command_id", "")))
    except ValueError:
        raise HTTPException(400) from None
    try:
        wish = Wish.model_validate(parse(Wish, data))
    except ValidationError as error:
        return await _form_page(service, request, 422, data, sentences(error, Wish, pages.lexicon, lang))
    try:
        await _there(service, wish)
        await asyncio.gather(_asked(service, wish, lang, id), asyncio.sleep(ANSWER))
    except Refused as no:
        field = no.field if no.field in Wish.model_fields else ""
        return await _form_page(service, request, 422, data, {field: pages.lexicon.say(f"refused.{no.code}", lang)})
    return RedirectResponse("/newsletter/subscribe/sent", 303)


@asking_routes.get("/subscribe/sent")
@access("public")
async def sent(request: Request) -> Response:
    return _render(request, "said.html", what="asked")


@asking_routes.get("/do/RequestSubscription")
@access("public")
async def the_form_for_it() -> Response:
    return RedirectResponse("/newsletter/subscribe", 303)


@asking_routes.post("/do/RequestSubscription")
@access("public")
async def not_by_this_form() -> Response:
    raise HTTPException(405)


@asking_routes.post("/api/commands/request-subscription")
@access("public")
async def by_program(service: Here[Office], request: Request, wish: WishByProgram) -> Asked:
    """In place of the command's own route: who is reached at an address is for us to find, not for the asker; and
    whether an address is known is not for everybody to learn, so that all are answered alike."""
    limited(request, "form")
    await _there(service, wish)
    await asyncio.gather(_asked(service, wish, wish.lang, new_command_id()), asyncio.sleep(ANSWER))
    return Asked()


confirming_routes = APIRouter(include_in_schema=False)
"""The routes of the link that confirms."""


@confirming_routes.get("/confirm/{token}")
@access("public")
async def confirm(service: Here[Desk], request: Request, token: str) -> Response:
    link = _confirming(service, request, token)
    if isinstance(link, Response):
        return link
    if await _left(service, link):
        return _render(request, "said.html", 410, what="left")
    wanted = await _wanted(service, link)
    there = await _open_ones(service, wanted)
    if wanted and not there:
        return _render(request, "said.html", 410, what="closed")
    named = await titles(service, language(request))
    return _render(request, "confirm.html", titles=[named[code] for code in there])


@confirming_routes.post("/confirm/{token}")
@access("public")
async def confirmed(service: Here[Desk], request: Request, token: str) -> Response:
    link = _confirming(service, request, token)
    if isinstance(link, Response):
        return link
    wanted = await _wanted(service, link)
    there = await _open_ones(service, wanted)
    without = [code for code in wanted if code not in there]
    command = ConfirmSubscription(subscriber=link.subscriber, request=link.request, without=without)
    try:
        outcome = await service.execute(command, id=derived_id(link.request, "confirm"), actor=PUBLIC, derived=True)
    except Refused as refused:
        return _render(request, "said.html", 410, what=WHY.get(refused.code, "bad"))
    await service.runner.wait_for(outcome.seq)
    if await _left(service, link):
        return _render(request, "said.html", 410, what="left")
    return RedirectResponse("/newsletter/confirmed", 303)


WHY = {"link-expired": "old", "reference-bulletin-closed": "closed"}
"""Why a link confirms nothing → what is said then; else it is no link of ours"""


async def _wanted(service: Views, link: Confirming) -> list[str]:
    """What the wish of this link asks for, as long as it waits."""
    known = await service.store.get(SUBSCRIBERS, str(link.subscriber))
    pending = known["pending"] if known else None
    return list(pending["bulletins"]) if pending and pending["request"] == str(link.request) else []


async def _open_ones(service: Views, codes: Sequence[str]) -> list[str]:
    """Those of these bulletins that the network publishes now."""
    there = {one["code"] for one in await opened(service)}
    return [code for code in codes if code in there]


async def _left(service: Desk, link: Confirming) -> bool:
    """Whether what this link confirmed once was left since, all of it: the link brings none of it back."""
    known = await service.store.get(SUBSCRIBERS, str(link.subscriber))
    said = [one.data for one in (await service.execute.history("subscriber", link.subscriber)).events]
    bulletins = [
        one.bulletins for one in said if isinstance(one, SubscriptionConfirmed) and one.request == link.request
    ]
    return bool(bulletins) and set(bulletins[0]).isdisjoint(known["bulletins"] if known else ())


@confirming_routes.get("/confirmed")
@access("public")
async def thanks(request: Request) -> Response:
    return _render(request, "said.html", what="confirmed")


leaving_routes = APIRouter(include_in_schema=False)
"""The routes of the link in every mail by which one leaves."""


@leaving_routes.get("/unsubscribe/{token}")
@access("public")
async def unsubscribe(service: Here[Views], request: Request, token: str) -> Response:
    link = _leaving(service, request, token)
    if isinstance(link, Response):
        return link
    known = await service.store.get(SUBSCRIBERS, str(link.subscriber))
    current = known["bulletins"] if known else []
    others = [code for code in current if code != link.bulletin]
    named = await titles(service, language(request))
    return _render(
        request,
        "unsubscribe.html",
        title=named[link.bulletin],
        still=link.bulletin in current,
        others=[named[code] for code in others],
    )


@leaving_routes.post("/unsubscribe/{token}")
@access("public", other_sites=True)  # the one click of a mail program (RFC 8058)
async def unsubscribed(service: Here[Desk], request: Request, token: str) -> Response:
    """The button of our page, or the one of a mail program (RFC 8058), which sends `List-Unsubscribe=One-Click`,
    no cookie, and expects no page."""
    link = _leaving(service, request, token)
    if isinstance(link, Response):
        return link
    data = await request.form(max_fields=10, max_files=0)
    one_click = data.get("List-Unsubscribe") == "One-Click"
    if not one_click and foreign(request):
        raise HTTPException(403, "other-site")
    known = await service.store.get(SUBSCRIBERS, str(link.subscriber))
    everything = data.get("everything") == "true" and known is not None and bool(known["bulletins"])
    command = Unsubscribe(
        subscriber=link.subscriber,
        bulletins=known["bulletins"] if everything and known else [link.bulletin],
        means="one-click" if one_click else "page",
    )
    try:
        outcome = await service.execute(command, id=new_command_id(), actor=PUBLIC)
    except Refused:
        return _render(request, "said.html", 404, what="bad")
    await service.runner.wait_for(outcome.seq)
    if one_click:
        return PlainTextResponse("OK")
    return RedirectResponse("/newsletter/unsubscribed", 303)


@leaving_routes.get("/unsubscribed")
@access("public")
async def goodbye(request: Request) -> Response:
    return _render(request, "said.html", what="unsubscribed")


def _render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    pages: Pages = request.app.state.pages
    return pages.render(request, template, status=status, **context)


async def _asked(service: Office, wish: Wish, lang: Lang, id: UUID) -> None:
    person = await asyncio.to_thread(service.keyring.person_at, wish.email.clear)
    command = RequestSubscription(email=wish.email, bulletins=wish.bulletins, lang=lang, person=person)
    await service.execute(command, id=id, actor=PUBLIC)


async def _there(service: Library, wish: Wish) -> None:
    """Returns where the network publishes all bulletins that are wanted, before anything is looked up about an address.
    Raises Refused."""
    there = {one["code"] for one in await opened(service)}
    # One that was opened a moment ago may not show yet.
    await must_be_open(service, [code for code in wish.bulletins if code not in there])


async def _form_page(service: Views, request: Request, status: int, values: Any, errors: dict[str, str]) -> Response:
    pages: Pages = request.app.state.pages
    there = await opened(service, language(request))
    if not there:
        return _render(request, "subscribe.html", status, form=None, bulletins=there)
    form = Form.of(
        Wish,
        pages.lexicon,
        language(request),
        values=values,
        errors=errors,
        choices={"bulletins": [(one["code"], one["title"]) for one in there]},
        hidden={"command_id": new_command_id()},
    )
    return _render(request, "subscribe.html", status, form=form, bulletins=there)


def _confirming(service: Premises, request: Request, token: str) -> Confirming | Response:
    try:
        return service.parts.of(LINKS).read_confirming(token, datetime.now(UTC))
    except OldLink:
        return _render(request, "said.html", 410, what="old")
    except BadLink:
        return _render(request, "said.html", 404, what="bad")


def _leaving(service: Premises, request: Request, token: str) -> Leaving | Response:
    try:
        return service.parts.of(LINKS).read_leaving(token)
    except BadLink:
        return _render(request, "said.html", 404, what="bad")
