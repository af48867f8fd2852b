"""Surveys: forms, recipients, answers, results."""

from __future__ import annotations

from services.observatory.surveys import pages
from services.observatory.surveys.answering import pages as answer_pages
from services.observatory.surveys.answering.links import links_of
from services.observatory.surveys.domain.answer import ANSWER
from services.observatory.surveys.domain.survey import SURVEY
from services.observatory.surveys.recipients import letters
from services.observatory.surveys.recipients import pages as recipient_pages
from services.observatory.surveys.results import pages as result_pages
from services.observatory.surveys.results.answers import REACTIONS
from services.observatory.surveys.views import SURVEY_VIEWS
from services.observatory.surveys.words import SURVEY_WORDS
from shared.notions.one_kind import together
from shared.runtime.faces import Correspondence
from shared.runtime.feature import Feature


async def opening(service: Correspondence) -> None:
    """From now on links can be made, and the directory may ask for letters."""
    links_of(service)  # their key is there from the beginning: whoever backs keys up finds it
    await letters.opening(service)


FEATURE = Feature(
    name="surveys",
    deciders=(together(SURVEY, ANSWER),),
    views=SURVEY_VIEWS,
    words=SURVEY_WORDS,
    routes=(result_pages.routes, pages.routes, recipient_pages.routes, answer_pages.routes),
    reactions=REACTIONS,
    opening=opening,
)
