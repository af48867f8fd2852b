"""What a request may not do: send too much, or come from another site's page."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.sentences import KERNEL
from shared.words import NNBSP

__all__ = ["limit_body", "own_host", "own_origin"]

SAFE = {"GET", "HEAD", "OPTIONS"}


class _TooMuch(Exception):
    """Raised inside the app that reads on; never leaves `limit_body`."""


def limit_body(app: ASGIApp, max_bytes: int = 1_000_000) -> ASGIApp:
    """The app, answering 413 to a body of more than `max_bytes`, announced or in chunks.

    The body is counted as the app reads it, so nothing is held back; once the limit is passed the app is cut
    off, whatever it would answer. An app that has already begun to answer keeps its answer.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > max_bytes:
            return await _refusal(scope, max_bytes)(scope, receive, send)
        seen, answered, cut_off = 0, False, False

        async def counted() -> Message:
            nonlocal seen, cut_off
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
            if seen > max_bytes:
                if not (cut_off or answered):
                    await _refusal(scope, max_bytes)(scope, receive, send)
                cut_off = True
                raise _TooMuch
            return message

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


def own_origin(app: ASGIApp) -> ASGIApp:
    """The app, answering 403 to a POST that a page of another site sent.

    Browsers say where a request comes from (Fetch metadata `Sec-Fetch-Site`; `Origin`, RFC 6454); a client
    that says neither, such as curl, is no browser and passes. This is what protects an installation without
    sign-in.
    """

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            site, origin = headers.get("sec-fetch-site"), headers.get("origin")
            foreign = site not in (None, "same-origin", "none")
            if site is None and origin is not None:
                foreign = urlsplit(origin).netloc != headers.get("host", "")
            if foreign:
                return await _answer(scope, 403, {})(scope, receive, send)
        return await app(scope, receive, send)

    return checked


def own_host(app: ASGIApp, hosts: Collection[str]) -> ASGIApp:
    """The app, answering 421 to a request for another host than `hosts` (names without a port).

    A foreign name that is made to resolve to 127.0.0.1 (DNS rebinding) is an origin of its own to a browser, so
    `own_origin` lets it pass; only the name gives it away (RFC 9110 §15.5.20).
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
    big = max_bytes >= 1_000_000
    size = f"{max_bytes / (1e6 if big else 1e3):g}{NNBSP}"
    response = _answer(scope, 413, {"fr": size + ("Mo" if big else "ko"), "en": size + ("MB" if big else "kB")})
    response.headers["connection"] = "close"
    return response


def _answer(scope: Scope, status: int, most: Mapping[str, str]) -> Response:
    """Without templates, and in both languages: this stands before any app."""
    said = {
        lang: KERNEL.say(f"problem.{status}", lang) + ". "
        + KERNEL.say(f"problem.{status}.hint", lang, most=most.get(lang, ""))
        for lang in ("fr", "en")
    }  # fmt: skip
    headers = Headers(scope=scope)
    if any("application/json" in headers.get(name, "") for name in ("accept", "content-type")):
        code = "too-large" if status == 413 else "other-site"
        body = {"error": code, "message": said["fr"], "message_en": said["en"], "fields": {}}
        return JSONResponse(body, status)
    page = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{status}</title>'
        f'<p>{said["fr"]}</p><p lang="en">{said["en"]}</p></html>'
    )
    return Response(page, status, {"Content-Security-Policy": "default-src 'none'"}, "text/html; charset=utf-8")
