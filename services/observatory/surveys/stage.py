"""A survey as its view has it: found, on which day it stands where, its questions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from fastapi import HTTPException

from services.observatory.event_table.moment import Moment, today
from services.observatory.pages.time_travel import document_then
from services.observatory.surveys.views import SURVEYS
from shared.base.paris_days import end_of
from shared.contract.observatory.surveys import SurveyQuestion
from shared.kernel.views.projection import Document
from shared.runtime.faces import Desk, Premises


def questions_of(survey: Document) -> list[SurveyQuestion]:
    """The questions of a survey, as its view has them."""
    return [SurveyQuestion(**one) for one in survey["questions"]]


def over(service: Premises, survey: Document, at: datetime | None = None) -> bool:
    """Whether a survey may not be answered any more, without `at` by the clock."""
    if survey["state"] != "open" or survey["closed"]:
        return True
    return (at or service.now()) >= end_of(date.fromisoformat(survey["until"]))


def stage_of(service: Premises, survey: Document, moment: Moment | None = None) -> str:
    """Where a survey stands at a moment, without one today: draft, waiting, open, closed, withdrawn."""
    if survey["state"] != "open":
        return str(survey["state"])
    if moment is None and over(service, survey):
        return "closed"
    day = (moment.as_of if moment else today()).isoformat()
    if survey["closed"] or survey["until"] < day:
        return "closed"
    return "waiting" if survey["begins"] > day else "open"


async def survey_of(service: Desk, key: UUID, moment: Moment | None = None) -> Document:
    """A survey at a moment, without one now. Raises 404."""
    document = await service.store.get(SURVEYS, str(key))
    if document is not None and moment is not None:
        document = await document_then(service, SURVEYS, "survey", str(key), moment)
    if document is None:
        raise HTTPException(404)
    return document
