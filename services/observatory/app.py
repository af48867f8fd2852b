"""The observatory, wired. It decides nothing: it reads the whole log and counts."""

from __future__ import annotations

from pathlib import Path

from services.observatory import notary, reading, texts
from services.observatory.measures import measuring
from services.observatory.views import VIEWS
from services.observatory.web import routes
from services.observatory.words import WORDS
from shared.service import Definition, Service


async def opening(service: Service) -> None:
    await reading.opening(service)
    await notary.opening(service)
    texts.opening(service)


async def closing(service: Service) -> None:
    await texts.closing(service)
    await notary.closing(service)
    await reading.closing(service)


OBSERVATORY = Definition(
    name="observatory",
    folder=Path(__file__).parent,
    deciders=(),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    opening=opening,
    closing=closing,
    measuring=measuring,
)
