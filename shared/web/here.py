"""What a route's function asks for by its parameters: the service that it answers for, and that service's pages.

A function of a route stands at module level, so that it can be found, imported and tested: what it needs beside what
was asked is given to it. `async def claims(service: ThisService, request: Request) -> Response`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from shared.runtime.service import Service
from shared.web.templating import Pages


async def service_of(request: Request) -> Service:
    """The service whose app was asked."""
    found: Service = request.app.state.service
    return found


async def pages_of(request: Request) -> Pages:
    """The pages of that app."""
    found: Pages = request.app.state.pages
    return found


ThisService = Annotated[Service, Depends(service_of)]
ThesePages = Annotated[Pages, Depends(pages_of)]
