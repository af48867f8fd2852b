"""The observatory, wired. It reads the whole log and counts; what it says itself is what it has found."""

from __future__ import annotations

from pathlib import Path

from services.observatory.event_table import queries as reading
from services.observatory.event_table import search_text as texts
from services.observatory.identification.domain import IDENTIFICATION
from services.observatory.ledger import notary
from services.observatory.ledger.metrics import measuring
from services.observatory.retention import PERSONS
from services.observatory.review.domain import REVIEW
from services.observatory.surveys import letters as survey_letters
from services.observatory.surveys.answers import REACTIONS
from services.observatory.surveys.domain.survey import SURVEY
from services.observatory.views import VIEWS
from services.observatory.web import routes
from services.observatory.words import WORDS
from shared.runtime.service import Definition, Service


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
