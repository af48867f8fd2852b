"""What a request may not do: send too much, or ask under another name than ours. What every answer says to browsers."""

import asyncio
from collections.abc import Collection, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.base.translations import NNBSP, SOURCE, L, languages, translated
from shared.web.static_files import asset
from shared.web.words.messages import KERNEL

__all__ = ["SECURITY_HEADERS", "SUGGESTING", "limit_body", "own_host", "secured", "wants_json"]

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "X-Frame-Options": "DENY",
    }
)
"""On every answer; Content-Security-Policy level 3: no script at all, styles from here (attributes only, for figures),
no frame around us. A route that needs another policy sets its own."""
SUGGESTING = {
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"
}
"""On a page with a form that suggests: our own script file may ask us, still none in the page itself"""
HSTS = "max-age=31536000"  # a year (RFC 6797)


BODY = 1_000_000  # bytes of a request
LARGER: Mapping[str, int] = MappingProxyType(
    {"/directory/imports/new": 20 * 2**20 + 64 * 1024, "/directory/space/": 15 * 2**20}
)
"""Paths (one that ends in a slash stands for all below it) of forms with a file in them → bytes: imports and pictures,
and what a form puts around them. A telephone's photograph is often larger than the 5 MB that are taken: up to here the
form says so at its field, beyond it a page of its own does."""
PATIENCE = 60.0  # seconds from the beginning of a request until its body is whole


MOST_SAID = 20_000
"""Quotation marks, and commas, of a body that is no form: each name and each item of a list that a model does not know
is an error of its own, and 70,000 of them take seconds and a hundred MB. Prose of 1 MB has fewer."""


class _Counted:
    """What a body has of what makes it dear to read, by its kind."""

    def __init__(self, kind: str) -> None:
        self._form = kind.startswith("application/x-www-form-urlencoded")
        self._text = not kind.startswith(("application/x-www-form-urlencoded", "multipart/"))
        self._bytes = self._quotes = self._commas = self._percents = 0

    def too_dear(self, some: bytes) -> bool:
        """Whether it is refused after some more of it. In a form a percent sign has two digits after it (WHATWG,
        URL-encoded forms), which a million of them don't."""
        self._bytes += len(some)
        if self._form:
            self._percents += some.count(b"%")
            return 3 * self._percents > self._bytes + 6 * MOST_SAID
        if self._text:
            self._quotes, self._commas = self._quotes + some.count(b'"'), self._commas + some.count(b",")
            return max(self._quotes, self._commas) > MOST_SAID
        return False


class _TooMuch(Exception):
    """Raised inside the app that reads on; never leaves `limit_body`."""


class Discard:
    """Reads the rest of a body and throws it away: so many `bytes` of it, for so many `seconds`, of so many requests
    `at_once`; others are cut off."""

    def __init__(self, bytes: int = 64 * 2**20, seconds: float = 10.0, at_once: int = 16) -> None:
        self._bytes, self._seconds, self._most = bytes, seconds, at_once
        self._at_once = 0

    async def __call__(self, receive: Receive) -> None:
        if self._at_once >= self._most:
            return
        self._at_once += 1
        left = self._bytes
        try:
            async with asyncio.timeout(self._seconds):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):  # its end, or the connection's
                        return
        except TimeoutError:
            return
        finally:
            self._at_once -= 1


def limit_body(
    app: ASGIApp,
    max_bytes: int = BODY,
    patience: float = PATIENCE,
    larger: Mapping[str, int] = LARGER,
    discard: Discard | None = None,
) -> ASGIApp:
    """The app, answering 413 to a body of more than `max_bytes` (`larger` on some paths), announced or in chunks, 408
    to one that is not whole after `patience` seconds, and 400 to one whose length is said in two ways (RFC 9112 §6.3:
    an attempt to smuggle), or of more parts than anybody sends (`_Counted`).

    The body is counted as the app reads it, so nothing is held back; once the limit is passed the app is cut
    off, whatever it would answer. An app that has already begun to answer keeps its answer.

    What is too much is read and thrown away for a while before the 413. A connection that is closed while bytes are on
    their way is reset, and the answer lost with it (RFC 9112 §9.6): a browser that sends a large file would show its
    own page of a broken connection. Whoever asked first whether to send (Expect: 100-continue) is answered at once.
    """
    discard = discard or Discard()

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        most = _most(scope["path"], larger, max_bytes)
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "")
        if announced and "transfer-encoding" in headers:
            return await _last(_answer(scope, 400, {}))(scope, receive, send)
        if announced.isdigit() and int(announced) > most:
            if headers.get("expect", "").lower() != "100-continue":
                await discard(receive)
            return await _refusal(scope, most)(scope, receive, send)
        seen, whole, answered, cut_off = 0, False, False, False
        marks = _Counted(headers.get("content-type", "").strip().lower())
        until = asyncio.get_running_loop().time() + patience

        async def counted() -> Message:
            nonlocal seen, whole, cut_off
            refusal: Response | None = None
            dear = False
            try:
                async with asyncio.timeout_at(None if whole else until):
                    message = await receive()
            except TimeoutError:
                refusal = _last(_answer(scope, 408, {}))
            else:
                if message["type"] == "http.request":
                    seen += len(message.get("body", b""))
                    whole = not message.get("more_body", False)
                    dear = marks.too_dear(message.get("body", b""))
                if seen <= most and not dear:
                    return message
                refusal = _last(_answer(scope, 400, {}, "too-many-parts")) if seen <= most else _refusal(scope, most)
                if not (cut_off or answered or whole):
                    await discard(receive)
            if not (cut_off or answered):
                await refusal(scope, receive, send)
            cut_off = True
            raise _TooMuch

        async def unless_cut_off(message: Message) -> None:
            nonlocal answered
            if not cut_off:
                answered = True
                await send(message)

        try:
            await app(scope, counted, unless_cut_off)
        except Exception:
            # _TooMuch, or whatever an app made of it while reading: the answer is already given
            if not cut_off:
                raise

    return limited


def _most(path: str, larger: Mapping[str, int], otherwise: int) -> int:
    """How many bytes a request to a path may have."""
    below = (size for start, size in larger.items() if start.endswith("/") and path.startswith(start))
    return larger.get(path) or max(below, default=otherwise)


def secured(app: ASGIApp, *, https: bool = False) -> ASGIApp:
    """The app, with SECURITY_HEADERS on whatever it answers; behind TLS with Strict-Transport-Security too."""

    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        if https and scope["type"] == "http":
            scope = {**scope, "scheme": "https"}  # so that no redirect leads out of TLS

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")  # where nothing else was said: the API, redirects
                if https:
                    headers.setdefault("Strict-Transport-Security", HSTS)
            await send(message)

        await app(scope, receive, say)

    return with_headers


def wants_json(request: Request) -> bool:
    """Whether a program asks: under /api, or anybody who says that they read JSON and no pages."""
    accepted = request.headers.get("accept", "")
    return "/api/" in request.url.path or ("application/json" in accepted and "text/html" not in accepted)


def own_host(app: ASGIApp, hosts: Collection[str]) -> ASGIApp:
    """The app, answering 421 to a request for another host than `hosts` (names without a port).

    A foreign name that is made to resolve to our address (DNS rebinding) is an origin of its own to a browser; only
    the name gives it away (RFC 9110 §15.5.20).
    """

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _name(Headers(scope=scope).get("host", "")) not in hosts:
            return await _answer(scope, 421, {})(scope, receive, send)
        return await app(scope, receive, send)

    return checked


def _name(host: str) -> str | None:
    """The name in a Host header, None where there is none to be read."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _refusal(scope: Scope, max_bytes: int) -> Response:
    megabytes = max_bytes // 2**20 or max_bytes // 10**6  # as the forms with files say them
    size = f"{megabytes or max_bytes // 1000}{NNBSP}"
    units = {lang: translated(L("Mo"), lang) if megabytes else translated(L("ko"), lang) for lang in languages()}
    response = _answer(scope, 413, {lang: size + unit for lang, unit in units.items()})
    return _last(response)


def _last(response: Response) -> Response:
    """The same, as the last on its connection."""
    response.headers["connection"] = "close"
    return response


CODES = {400: "bad-length", 408: "too-slow", 413: "too-large", 421: "other-host"}


def _answer(scope: Scope, status: int, most: Mapping[str, str], code: str = "") -> Response:
    """Without templates, and in all languages: this stands before any app."""
    title = {lang: KERNEL.say(f"problem.{status}", lang) for lang in languages()}
    hint = {lang: KERNEL.say(f"problem.{status}.hint", lang, most=most.get(lang, "")) for lang in languages()}
    headers = Headers(scope=scope)
    named = headers.get("accept", "") + headers.get("content-type", "")
    if "/api/" in scope["path"] or "application/json" in named:
        said = {lang: f"{title[lang]}. {hint[lang]}" for lang in title}
        body = {
            "error": code or CODES[status],
            "message": said["fr"],
            "message_en": said.get("en", said["fr"]),
            "fields": {},
        }
        return JSONResponse(body, status)
    others = (f'<p lang="{lang}">{title[lang]}. {hint[lang]}</p>' for lang in languages() if lang != SOURCE)
    page = (
        '<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title["fr"]}</title><link rel="stylesheet" href="{asset("maillage.css")}"></head>\n'
        f'<body><main class="wrap"><div class="head"><div><h1>{title["fr"]}</h1><p>{hint["fr"]}</p></div></div>'
        f"{''.join(others)}</main></body>\n</html>\n"
    )
    return Response(page, status, media_type="text/html; charset=utf-8")
