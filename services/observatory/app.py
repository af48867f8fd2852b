"""The observatory, wired. It reads the whole log and counts; what it says itself is what it has found."""

from __future__ import annotations

from pathlib import Path

from services.observatory import notary, reading, survey_letters, texts
from services.observatory.domain.identification import IDENTIFICATION
from services.observatory.domain.review import REVIEW
from services.observatory.domain.survey import SURVEY
from services.observatory.measures import measuring
from services.observatory.retention import PERSONS
from services.observatory.survey_answers import REACTIONS
from services.observatory.views import VIEWS
from services.observatory.web import routes
from services.observatory.words import WORDS
from shared.service import Definition, Service


async def opening(service: Service) -> None:
    await reading.opening(service)
    await notary.opening(service)
    texts.opening(service)
    await survey_letters.opening(service)


async def closing(service: Service) -> None:
    await texts.closing(service)
    await notary.closing(service)
    await reading.closing(service)


OBSERVATORY = Definition(
    name="observatory",
    folder=Path(__file__).parent,
    deciders=(IDENTIFICATION, REVIEW, SURVEY),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    reactions=REACTIONS,
    opening=opening,
    closing=closing,
    measuring=measuring,
    persons=PERSONS,
)
