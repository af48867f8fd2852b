"""A form that was sent after its session had ended: kept, and given back to its writer once signed in (ADR 31).

`ended` answers it: nothing is lost, and here is how to sign in. `GET /<service>/kept/<token>` then shows the page on
which it stood, filled with what was typed, to be sent by whoever typed it: nothing is done by itself. The page is asked
of the app as its reader would ask it, so it shows what they may see, and any form of any page is given back by the same
means.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Scope

from shared.base.services import SERVICES
from shared.base.translations import languages
from shared.identity.principal import Who
from shared.persons.sealed_files import TOKEN
from shared.runtime.faces import Visitors
from shared.runtime.kept_forms import FIELDS, LIFE, LONGEST, SECRET, KeptForm
from shared.web.forms.refilling import Page, best_filling, rewritten, typed
from shared.web.here import Here, ThesePages
from shared.web.security.authorization import CHALLENGE, access, cookie_name, is_https, own_hosts, who_of
from shared.web.security.local_paths import local
from shared.web.security.rate_limits import Limited, limited
from shared.web.templating import Pages, language

WHERE = re.compile(rf"/({'|'.join(SERVICES)})/kept/({TOKEN})")
REMEMBERED = 4  # forms that one browser knows of
LARGEST = 8_000_000  # characters of a page that is filled
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
PASSED_ON = ("content-security-policy", "content-language", "set-cookie", "vary")


def kept_place(address: Any) -> str | None:
    """An address where a form is given back, as it was given; None for any other."""
    text = str(address or "")
    return text if WHERE.fullmatch(text) else None


def remembered(request: Request) -> list[str]:
    """Where the forms are given back that this browser has sent, the newest first: whoever signs in by a link in a mail
    comes back to it, and a form of nobody in particular is shown in this browser alone."""
    said = request.cookies.get(_cookie(request), "")
    places = (f"/{service}/kept/{token}" for service, _, token in (one.partition(":") for one in said.split("|")))
    return [place for place in places if kept_place(place)][:REMEMBERED]


def _remember(request: Request, response: Response, places: list[str]) -> None:
    found = (WHERE.fullmatch(place) for place in places[:REMEMBERED])
    value = "|".join(f"{one[1]}:{one[2]}" for one in found if one)
    secure = is_https(request.app.state.service.settings)
    if value:
        response.set_cookie(
            _cookie(request),
            value,
            max_age=int(LIFE.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    else:
        response.delete_cookie(_cookie(request), path="/", secure=secure, httponly=True, samesite="lax")


def _cookie(request: Request) -> str:
    return "__Host-maillage-kept" if is_https(request.app.state.service.settings) else "maillage-kept"


# a form comes too late


async def ended(request: Request) -> Response:
    """The answer to what somebody sent who is not signed in, or has to prove anew that it is they: 401, with the ways
    to sign in; what they typed is kept."""
    service: Visitors = request.app.state.service
    place, form = None, None
    try:
        form = await _sent(request, service)
        if form is not None:
            limited(request, "kept", str(form.account) if form.account else None)
            token = await service.kept.keep(form)
            place = token and f"/{service.name}/kept/{token}"
    except ClientDisconnect:
        return Response(status_code=400)
    except Limited:
        pass
    request.state.personal = True  # the address of its page opens it
    state = "waits" if place else "no-room" if _kind(request) in FORMS else "none"
    answer = _sign_in(request, 401, state, place, form)
    answer.headers.update(CHALLENGE)
    if place:
        _remember(request, answer, [place, *remembered(request)])
    return answer


def _sign_in(request: Request, status: int, state: str, place: str | None, form: KeptForm | None) -> HTMLResponse:
    pages: Pages = request.app.state.pages
    again: dict[str, Any] = (
        {"here": lambda **changes: f"{place}?{urlencode(changes)}"} if place else {}
    )  # to read it in another language
    return pages.render(
        request,
        "kept.html",
        status=status,
        state=f"again-{state}" if who_of(request).signed_in else state,
        by_code=who_of(request).strong,
        to=place,
        form=form,
        errors=defaultdict(str),
        address="",
        until=form and form.at + LIFE,
        **again,
    )


async def _sent(request: Request, service: Visitors) -> KeptForm | None:
    """What was sent by a form of ours, without files and secrets; None where it is no form, or too much. Raises
    ClientDisconnect."""
    kind, path = _kind(request), request.url.path
    if kind not in FORMS:
        return None
    if not path.startswith(f"/{service.name}/") or local(path) is None or set(path) & {"?", "#"}:
        return None
    try:
        if kind == "multipart/form-data":
            data = await _Texts(request.headers, request.stream(), max_files=20, max_fields=FIELDS).parse()
        else:
            data = await request.form(max_fields=FIELDS, max_files=0)
    except (HTTPException, MultiPartException, RuntimeError):  # no form that can be read, or read before
        return None
    return await _form(request, service, data, multipart=kind == "multipart/form-data")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _form(request: Request, service: Visitors, data: FormData, *, multipart: bool) -> KeptForm | None:
    texts = [(_text(name), _text(value)) for name, value in data.multi_items() if isinstance(value, str)]
    files = [_text(name) for name, value in data.multi_items() if isinstance(value, UploadFile) and value.filename]
    await data.close()
    kept = tuple((name, value) for name, value in texts if not SECRET(name))
    if len(texts) > FIELDS or sum(len(name) + len(value) for name, value in kept) > LONGEST:
        return None
    cookie = request.cookies.get(cookie_name(service.settings), "")
    claims = await service.sessions.claims(cookie) if cookie else None
    return KeptForm(
        path=request.url.path,
        query=request.url.query,
        page=await stood_on(request, service),
        fields=kept,
        at=service.sessions.now(),
        account=claims.account if claims else None,
        again=getattr(request.scope["route"].endpoint, "again", None),
        files=tuple(dict.fromkeys(files)),
        without=len(kept) < len(texts),
        multipart=multipart,
    )


class _Texts(MultiPartParser):
    """A form whose files are passed over as they come: they are neither in memory nor on disk."""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            super().on_part_data(data, start, end)


def _text(value: str) -> str:
    return value.encode(errors="replace").decode()


async def stood_on(request: Request, service: Visitors) -> str | None:
    """The page of this service from which a form was sent, as its browser says (our pages ask it to say so to us
    alone)."""
    referer = urlsplit(request.headers.get("referer", ""))
    if referer.netloc not in own_hosts(request):
        return None
    page = local(referer.path + (f"?{referer.query}" if referer.query else ""))
    if (found := WHERE.fullmatch(referer.path)) and found[1] == service.name:
        before = await service.kept.get(found[2])  # it ended again, while the form was read once more
        page = before.page if before else None
    return page if page and page.startswith(f"/{service.name}/") and "/api/" not in page else None


# and is given back


kept_forms = APIRouter(include_in_schema=False)
"""The route under which a service gives back what it kept."""


@kept_forms.get("/kept/{token}")
@access("public")  # whose form it is, it says itself
async def kept(service: Here[Visitors], pages: ThesePages, request: Request, token: str) -> Response:
    request.state.personal = True
    form, who = await service.kept.get(token), who_of(request)
    if form is None:
        return pages.render(request, "kept.html", status=404, state="gone", to=None, form=None)
    place = f"/{service.name}/kept/{token}"
    if not who.signed_in:
        if (unsure := getattr(request.state, "unsure", None)) is not None:
            raise unsure
        return _sign_in(request, 401, "waits", place, form)
    form, why_not = await _theirs(service, request, token, form, who)
    if why_not:
        return pages.render(request, "kept.html", status=403, state=why_not, to=None, form=form, until=form.at + LIFE)
    answer = await _filled(request, pages, form, place)
    if place in (known := remembered(request)):
        _remember(request, answer, [one for one in known if one != place])
    return answer


async def _theirs(
    service: Visitors, request: Request, token: str, form: KeptForm, who: Who
) -> tuple[KeptForm, str | None]:
    """The form, and why it is not for who asks. That of nobody in particular is theirs who first come with its
    browser."""
    if who.account is None or who.session is None:
        return form, "not-yours"
    if form.account is not None:
        return form, None if form.account == who.account else "not-yours"
    if f"/{service.name}/kept/{token}" not in remembered(request):
        return form, "other-browser"
    return await service.kept.give(token, form, who.account), None


async def _filled(request: Request, pages: Pages, form: KeptForm, place: str) -> Response:
    """The page on which the form stood, or one that has it, with what was typed; else a plain page with all of it."""
    target = form.path + (f"?{form.query}" if form.query else "")
    best = None
    async for address, found in _candidates(request, form, target):
        page = Page(found.text)
        made = best_filling(page, address, target, form.fields)
        if made is not None and (best is None or len(made.rest) < len(best[1].rest)):
            best = (page, made, found)
            if not made.rest:
                break
    if best is None:
        plain = pages.render(request, "kept_plain.html", target=target, form=form)
        page = Page(bytes(plain.body).decode())
        made = best_filling(page, place, target, form.fields)
        assert made is not None, "the page is nothing but that form"
        best = (page, made, _Found(page.text, dict(plain.headers)))
    page, made, found = best

    def part(template: str, **context: Any) -> str:
        return bytes(pages.render(request, template, **context).body).decode()

    def notice(anchor: str | None) -> str:
        written = any(typed(name, value) for name, value in form.fields)
        return part("kept_notice.html", form=form, anchor=anchor, written=written)

    rest = [(name, _label(pages, request, name), value, typed(name, value)) for name, value in made.rest]
    elsewhere = {lang: f"{place}?lang={lang}" for lang in languages()}
    text = rewritten(page, made, part("kept_rest.html", rest=rest) if rest else "", notice, elsewhere)
    answer = HTMLResponse(text, headers={n: v for n, v in found.headers.items() if n in PASSED_ON})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _label(pages: Pages, request: Request, name: str) -> str:
    code = f"field.{name}"
    return pages.lexicon.say(code, language(request)) if pages.lexicon.has(code) else name


@dataclass
class _Found:
    """A page that was asked for."""

    text: str
    headers: dict[str, str]


async def _candidates(request: Request, form: KeptForm, target: str) -> AsyncIterator[tuple[str, _Found]]:
    """Pages on which the form may stand, the likeliest first, each with its address."""
    if form.again is not None:  # it grows: its own route gives it back (ADR 15)
        fields = [(name, value) for name, value in form.fields if name not in form.again]
        body = urlencode([*fields, *form.again.items()]).encode()
        if (found := await _asked(request, target, body)) is not None:
            yield target, found
    asked_with = urlencode([(name, value) for name, value in form.fields if name != "page"])
    above = form.path.rsplit("/", 1)[0]
    joined = "&".join(part for part in (form.query, asked_with) if part)
    for address in dict.fromkeys(
        filter(None, (form.page, f"{form.path}?{joined}", target, above, above.rsplit("/", 1)[0]))
    ):
        if address.count("/") > 1 and (found := await _asked(request, address)) is not None:
            yield address, found


async def _asked(request: Request, address: str, body: bytes | None = None) -> _Found | None:
    """What the app answers whoever asks, at an address of this service: a page, or None for anything else. A `body` is
    a form's, sent to a route that said that it changes nothing then."""
    parts = urlsplit(address)
    lang = request.query_params.get("lang")
    query = "&".join(part for part in (parts.query, lang and urlencode({"lang": lang})) if part)
    dropped = {b"content-type", b"content-length", b"sec-fetch-site", b"origin", b"referer", b"accept"}
    headers = [(name, value) for name, value in request.scope["headers"] if name not in dropped]
    headers += [(b"accept", b"text/html"), (b"sec-fetch-site", b"same-origin")]
    if body is not None:
        headers += [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
    known = ("type", "asgi", "http_version", "server", "client", "scheme", "root_path", "app_root_path", "extensions")
    state = {name: value for name, value in request.scope.get("state", {}).items() if name != "new_cookie"}
    scope: Scope = {
        **{name: request.scope[name] for name in known if name in request.scope},
        "method": "GET" if body is None else "POST",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "state": state,
    }
    answer = _Answer(body or b"")
    try:
        await request.app(scope, answer.receive, answer.send)
    except Exception:  # the app has logged it, as of any request
        return None
    return answer.page()


class _Answer:
    """Takes what the app answers."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status, self._headers, self._said = 0, dict[str, str](), bytearray()

    async def receive(self) -> Message:
        if self._body is None:
            await asyncio.Event().wait()  # whoever asks stays until the answer is whole
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
        elif self._is_page() and len(self._said) <= LARGEST:
            self._said += message.get("body", b"")

    def _is_page(self) -> bool:
        return self._status == 200 and self._headers.get("content-type", "").startswith("text/html")

    def page(self) -> _Found | None:
        return _Found(self._said.decode(), self._headers) if self._is_page() and len(self._said) <= LARGEST else None
