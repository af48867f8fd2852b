"""A picture that comes with a form: read no further than it may be, made anew beside the event loop, one at a time over
all requests. Who may send it, and whether its form is stale, is asked before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.directory.publications.pictures import BIGGEST, FILE, MEDIA_TYPE, pictures_of
from shared.runtime.faces import Premises
from shared.runtime.parts import Key
from shared.web.security.authorization import who_of
from shared.web.security.rate_limits import limited

KEPT, REMOVE = "picture", "picture_remove"
TURN: Key[asyncio.Lock] = Key("pictures-turn")  # what makes a picture may hold 160 MB (picture_making): one at a time
RUNS_NOTHING: Mapping[str, str] = {"Content-Security-Policy": "default-src 'none'; sandbox"}


async def picture_of(
    service: Premises, request: Request, form: FormData, worth: Callable[[], Awaitable[None]]
) -> str | None:
    """The hash of the picture that a form says: sent with it, or kept when it was sent before; None for none. `worth`
    raises what stands against the form; it is asked when its turn has come, since others may have written meanwhile.

    Raises Refused for what is no picture or too much, Limited where one account sends very many.
    """
    sent = form.get(FILE)
    if isinstance(sent, UploadFile) and sent.filename:
        limited(request, "picture", who_of(request).actor)
        async with one_at_a_time(service):
            await worth()
            data = await sent.read(BIGGEST + 1)  # not before: those that wait hold theirs on disk
            return (await asyncio.to_thread(pictures_of(service).keep, data)).sha256
    name = str(form.get(KEPT) or "")
    if form.get(REMOVE) or not name:
        return None
    pictures = pictures_of(service)
    if await asyncio.to_thread(pictures.read, name) is None:
        return None
    return name if await asyncio.to_thread(pictures.renew, name) else None


def one_at_a_time(service: Premises) -> asyncio.Lock:
    """The turn of whoever makes a picture, or erases some."""
    return service.parts.get(TURN) or service.parts.put(TURN, asyncio.Lock())


async def picture_answer(service: Premises, name: str, *, public: int | None = None) -> Response:
    """A picture as it is kept. `public`: the seconds for which anybody may keep it; it may then stand in mails and on
    other sites. It runs nothing wherever it is opened. Raises 404."""
    data = await asyncio.to_thread(pictures_of(service).read, name)
    if data is None:
        raise HTTPException(404)
    headers = {
        **RUNS_NOTHING,
        "Content-Disposition": f'inline; filename="{name[:12]}.webp"',
        "Cache-Control": "private, no-cache",
    }
    if public is not None:
        headers |= {"Cache-Control": f"public, max-age={public}", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(data, media_type=MEDIA_TYPE, headers=headers)
