"""The page of a service's clock: whether it is believed, what doubts it and why, what waits meanwhile, what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.persons.foretelling import PATIENCE
from shared.runtime.faces import Upkeep, Views
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access


class Timepiece(Views, Upkeep, Protocol):
    """A service, as whoever asks for its time sees it."""


def apart(span: timedelta) -> tuple[int, str]:
    """How long something is, in whole units of the size that people would say it in: minutes, hours, days."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 120:
        return minutes, "minutes"
    return (minutes // 60, "hours") if minutes < 2880 else (minutes // 1440, "days")


clock_pages = APIRouter(include_in_schema=False)
"""Its route under `/<service>`."""


@clock_pages.get("/clock")
@access("reader")
async def clock_page(service: Here[Timepiece], request: Request) -> Response:
    standing = await service.clock.judge()
    asked = await asyncio.to_thread(lambda: service.persons.foretold.question)
    return render(
        service,
        request,
        "clock.html",
        kept_time=standing,
        apart=apart,
        asked=asked,
        late=asked is not None and service.clock.surely() - asked.since > PATIENCE,
    )
