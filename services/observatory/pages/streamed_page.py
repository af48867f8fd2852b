"""A page of which a part takes its time: what is there is sent at once, the rest as soon as it is made. No script: a
line of CSS hides what was said meanwhile (`.frame`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import structlog
from markupsafe import escape
from starlette.responses import HTMLResponse, Response, StreamingResponse

log = structlog.get_logger()
AT_ONCE = 0.7  # seconds within which a page is sent whole
REST = "<!-- rest -->"


async def unfolding(
    whole: HTMLResponse, rest: Coroutine[Any, Any, str], meanwhile: str, failed: str, at_once: float = AT_ONCE
) -> Response:
    """The page `whole` with what `rest` makes in the place of its mark. `meanwhile` and `failed` are sentences."""
    begin, end = bytes(whole.body).decode().split(REST)
    task = asyncio.create_task(rest)
    await asyncio.wait({task}, timeout=at_once)
    headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
    if task.done():
        return Response(begin + task.result() + end, headers=headers)

    async def stream() -> AsyncIterator[str]:
        yield f'{begin}<div class="frame"><p class="soft" role="status">{escape(meanwhile)}</p></div>\n'
        try:
            made = await task
        except Exception:
            log.exception("page.not_whole")
            made = f'<p role="alert">{escape(failed)}</p>'
        yield f'<div class="frame">{made}</div>{end}'

    return StreamingResponse(stream(), headers={**headers, "X-Accel-Buffering": "no"})
