"""Stands for a service behind the gateway: says to whoever asks from which address it counts that request.

`python -m tests.compose.who_asks PORT PROXIES`, with the product's own count (shared/web/security/rate_limits.py).
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.web.security.rate_limits import Rates, networks


def app(proxies: str) -> Starlette:
    rates = Rates(proxies=networks(proxies))

    async def counted(request: Request) -> PlainTextResponse:
        return PlainTextResponse(rates.address(request))

    return Starlette(routes=[Route("/{path:path}", counted)])


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), host="0.0.0.0", port=int(sys.argv[1]), log_level="warning", proxy_headers=False)
