"""Who may open a route. Default-deny: every route of every app passes through `admitted`, which asks the route's level.

`@access("public")` under the router's decorator marks an endpoint. One without a mark asks `reader` of its service for
a GET, `editor` for anything else. A route whose level depends on what is asked calls `demand`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.base.settings import Settings
from shared.contract.directory.capabilities import CapabilityName
from shared.identity.principal import PUBLIC, Who
from shared.identity.sessions import BadToken, Unsure
from shared.kernel.decider import Level, Refused
from shared.runtime.faces import Neighbours, Visitors
from shared.runtime.request_reply import AnswerFailed, NobodyAnswers
from shared.web.security.grave_acts import asks_proof
from shared.web.security.rate_limits import limited

log = structlog.get_logger()
F = TypeVar("F", bound=Callable[..., Any])
SAFE = {"GET", "HEAD", "OPTIONS"}
RENEW = "session.renew"
"""The question to the directory: `{"cookie": …}`, answered by `{"cookie": …}`, or by null for a session that ended."""
RENEWAL = 1.0  # seconds that a page waits for a new cookie; without one the old one goes on
SIGN_IN_REQUIRED, PROVE_AGAIN = "sign-in-required", "prove-again"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="maillage"'}  # RFC 6750


def access(
    level: Level,
    *,
    other_sites: bool = False,
    again: Mapping[str, str] | None = None,
    by: CapabilityName | None = None,
    at: str | None = None,
) -> Callable[[F], F]:
    """Marks an endpoint with the level that it asks. `other_sites`: what it does may be asked by pages of other sites,
    as the one click of RFC 8058 is. `again`: the answers with which it gives a form back as it was sent and changes
    nothing, whatever else is sent (ADR 15). `by`: the capability that opens it as well; `at`: the part of its path
    that names the thing, without which its function asks `demand_at` (ADR 69)."""

    def mark(endpoint: F) -> F:
        endpoint.level, endpoint.other_sites, endpoint.again = level, other_sites, again  # type: ignore[attr-defined]
        endpoint.opened_by = (by, at)  # type: ignore[attr-defined]
        return endpoint

    return mark


def level_of(endpoint: Any, method: str) -> Level:
    """The level that an endpoint asks."""
    marked: Level | None = getattr(endpoint, "level", None)
    return marked or ("reader" if method in {"GET", "HEAD"} else "editor")


class Door(Visitors, Neighbours, Protocol):
    """A service, as whoever asks comes to it: their session, which the directory may renew."""


class NotSignedIn(HTTPException):
    """401: nobody in particular asks for what is not for everybody."""

    def __init__(self, code: str = SIGN_IN_REQUIRED) -> None:
        super().__init__(401, code, CHALLENGE)


class NotProved(NotSignedIn):
    """401: it is grave, and their session has proved too long ago who they are (RFC 9470)."""

    def __init__(self, term: timedelta) -> None:
        super().__init__(PROVE_AGAIN)
        asked = f', error="insufficient_user_authentication", max_age={int(term.total_seconds())}'
        self.headers = {name: f"{value}{asked}" for name, value in CHALLENGE.items()}


class NotYours(HTTPException):
    """403: it asks for a level that they do not have in this service. `withheld`: a role of theirs waits for a second
    factor; `capability`: what they would have to be given instead, where they have it elsewhere or no role is
    enough."""

    def __init__(
        self, level: Level, service: str, *, withheld: bool = False, capability: CapabilityName | None = None
    ) -> None:
        super().__init__(403, "second-factor-required" if withheld else "not-yours")
        self.level, self.service, self.withheld, self.capability = level, service, withheld, capability


async def admitted(request: Request) -> None:
    """The dependency of every app. Raises NotSignedIn, NotYours, NotProved, 403 for a page of another site, Limited."""
    endpoint = request.scope["route"].endpoint
    who = await identified(request)
    await _service(request).ourselves.refresh()
    if request.method not in SAFE and not getattr(endpoint, "other_sites", False) and foreign(request):
        raise HTTPException(403, "other-site")
    if "/api/" in request.url.path and who.kind != "operator":
        limited(request, "api", who.actor if who.signed_in else None)
    level, (by, at) = level_of(endpoint, request.method), getattr(endpoint, "opened_by", (None, None))
    if by is None:
        demand(request, level)
    elif at is not None:
        demand_at(request, level, by, str(request.path_params[at]))
    elif not who.holds_any(by):
        demand(request, level)
    _proved_lately(request)


def _proved_lately(request: Request) -> None:
    """Raises NotProved where it is grave what a session asks for, and it has proved too long ago who they are. A
    program shows its token at each request, and is nobody who could have gone away."""
    who, service = who_of(request), _service(request)
    if who.session is None or not asks_proof(request, service.name, sees_persons=who.sees_persons(service.name)):
        return
    term = timedelta(minutes=service.settings.fresh_minutes)
    if not who.proved_within(term, service.sessions.now()):
        raise NotProved(term)


def demand(request: Request, level: Level) -> Who:
    """Who asks, if they have this level in the service. Raises NotSignedIn, NotYours, and Unsure where they might."""
    who, service = who_of(request), _service(request)
    if who.may(service.name, level):
        return who
    if (unsure := getattr(request.state, "unsure", None)) is not None and not who.signed_in:
        raise unsure
    raise NotYours(level, service.name, withheld=who.withheld) if who.signed_in else NotSignedIn()


def demand_at(request: Request, level: Level, capability: CapabilityName, scope: str) -> Who:
    """Who asks, if they have this level, or this capability at this thing. Raises as `demand` does."""
    who, service = who_of(request), _service(request)
    if not who.holds(capability, scope):
        if not who.may(service.name, level) and who.holds_any(capability):
            raise NotYours(level, service.name, capability=capability)
        return demand(request, level)
    return who


def who_of(request: Request) -> Who:
    """Who asks, as `identified` found it before."""
    return getattr(request.state, "who", PUBLIC)


async def identified(request: Request) -> Who:
    """Who asks: found once a request, kept in `request.state.who`. Raises NotSignedIn for a token that is not good."""
    service = _service(request)
    if getattr(request.state, "judged_by", None) == service.name:
        return who_of(request)
    request.state.who, request.state.judged_by = PUBLIC, service.name
    bearer = bearer_of(request)
    if bearer is not None:
        try:
            request.state.who = await service.sessions.by_token(bearer)
        except BadToken:
            limited(request, "token")
            raise NotSignedIn("bad-token") from None
    elif cookie := request.cookies.get(cookie_name(service.settings)):
        await _by_cookie(request, service, cookie)
    if who_of(request).signed_in and request.method in SAFE:
        await service.sessions.refresh_labels()
    return who_of(request)


async def _by_cookie(request: Request, service: Door, cookie: str) -> None:
    claims = await service.sessions.claims(cookie)
    if claims is None:
        return
    try:
        request.state.who = await service.sessions.holder(claims)
    except Unsure as unsure:
        request.state.unsure = unsure
    if not request.state.who.signed_in or not claims.wants_renewal(service.sessions.now()):
        return
    try:
        answer = await service.asking.ask("directory", RENEW, {"cookie": cookie}, timeout=RENEWAL)
    except (NobodyAnswers, AnswerFailed, Refused) as why:
        log.info("session.not_renewed", why=type(why).__name__)
        return
    if isinstance(answer.get("cookie"), str):
        request.state.new_cookie = answer["cookie"]


def bearer_of(request: Request) -> str | None:
    """The token of an Authorization header (RFC 6750)."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.casefold() == "bearer" else None


def foreign(request: Request) -> bool:
    """Whether a request that changes something may come from a page of another site.

    Browsers say where it comes from (Fetch metadata `Sec-Fetch-Site`; `Origin`, RFC 6454). Who says neither and shows
    a cookie can't be told from a forgery; who shows none is no browser, or changes nothing in anybody's name. A token
    is never sent by a browser of itself.
    """
    if bearer_of(request) is not None:
        return False
    settings = _service(request).settings
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    if origin is not None:
        return urlsplit(origin).netloc not in own_hosts(request)
    return cookie_name(settings) in request.cookies


def own_hosts(request: Request) -> set[str]:
    """The hosts, with their ports, under which our own pages are."""
    return {request.headers.get("host", ""), urlsplit(_service(request).settings.public_url or "").netloc} - {""}


def is_https(settings: Settings) -> bool:
    return urlsplit(settings.public_url or "").scheme == "https"


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds a cookie to this very host and to TLS (RFC 6265bis §4.1.3)."""
    return "__Host-maillage-session" if is_https(settings) else "maillage-session"


def set_session(response: Response, cookie: str, settings: Settings) -> None:
    """Hands out a session's cookie. It has no date: the browser drops it when it is closed."""
    response.set_cookie(
        cookie_name(settings), cookie, path="/", secure=is_https(settings), httponly=True, samesite="lax"
    )


def clear_session(response: Response, settings: Settings) -> None:
    """Takes it back."""
    response.delete_cookie(cookie_name(settings), path="/", secure=is_https(settings), httponly=True, samesite="lax")


class Renewing:
    """The app, handing out the renewed cookie that `identified` got, with whatever it answers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        state = scope.setdefault("state", {})

        async def renewing(message: Message) -> None:
            new = state.pop("new_cookie", None) if message["type"] == "http.response.start" else None
            if new is not None:
                headers = MutableHeaders(scope=message)
                if not any(cookie_name(self._settings) in one for one in headers.getlist("set-cookie")):
                    answer = Response()
                    set_session(answer, new, self._settings)
                    headers.append("set-cookie", answer.headers["set-cookie"])
            await send(message)

        return await self._app(scope, receive, renewing)


def _service(request: Request) -> Door:
    found: Door = request.app.state.service
    return found
