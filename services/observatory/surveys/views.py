"""Surveys, their answers with all versions, and who was asked: as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contract.directory.letters import LETTERS, LetterEvent
from shared.contract.envelope import Recorded
from shared.contract.observatory.surveys import (
    SurveyAnswer,
    SurveyAnswerChanged,
    SurveyAnswered,
    SurveyClosed,
    SurveyDeclined,
    SurveyDrafted,
    SurveyExtended,
    SurveyOpened,
    SurveyResultsPublished,
    SurveyResultsWithdrawn,
    SurveyRevised,
    SurveySent,
    SurveyWithdrawn,
)
from shared.kernel.views.projection import Document, Evolve, View, kept


def _drafted(document: Document | None, data: SurveyDrafted, event: Recorded) -> Document:
    return {
        **data.model_dump(mode="json"), "state": "draft", "begins": None, "until": None, "open_link": False,
        "closed": None,
        "published": None, "ever_published": False, "reason": None, "at": event.cloud.time, "sent": False,
        "version": event.version,
    }  # fmt: skip


def _revised(document: Document | None, data: SurveyRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = data.model_dump(mode="json", exclude={"cleared"}, exclude_none=True)
    return {**document, **dict.fromkeys(data.cleared), **changed, "version": event.version}


def _opened(document: Document | None, data: SurveyOpened, event: Recorded) -> Document | None:
    return document and {**document, **data.model_dump(mode="json"), "state": "open", "version": event.version}


def _now(**facts: Any) -> Evolve:
    """A step that says something of a survey."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return document and {**document, **facts, "version": event.version}

    return evolve


def _extended(document: Document | None, data: SurveyExtended, event: Recorded) -> Document | None:
    return document and {**document, "until": data.until.isoformat(), "closed": None, "version": event.version}


def _closed(document: Document | None, data: SurveyClosed, event: Recorded) -> Document | None:
    return document and {**document, "closed": event.begins, "version": event.version}


def _withdrawn(document: Document | None, data: SurveyWithdrawn, event: Recorded) -> Document | None:
    away = {"state": "withdrawn", "reason": data.reason, "published": None, "withdrawn": event.begins}
    return document and {**document, **away, "version": event.version}


def _published(document: Document | None, data: SurveyResultsPublished, event: Recorded) -> Document | None:
    return document and {**document, "published": event.cloud.time, "ever_published": True, "version": event.version}


SURVEYS = View(
    name="surveys",
    version=1,
    on={
        SurveyDrafted: _drafted,
        SurveyRevised: _revised,
        SurveyOpened: _opened,
        SurveyExtended: _extended,
        SurveyClosed: _closed,
        SurveyWithdrawn: _withdrawn,
        SurveySent: _now(sent=True),
        SurveyResultsPublished: _published,
        SurveyResultsWithdrawn: _now(published=None),
    },
    fields=("state", "at", "until"),
    text=lambda d: d["title"],
)
"""`closed`, `published`: when it was; a survey is also over when its day `until` is."""


def _answered(document: Document | None, data: SurveyAnswer, event: Recorded) -> Document:
    plain = data.model_dump(mode="json", include={"choices", "numbers", "flags", "dates", "written"})
    sealed = {name: kept(getattr(data, name), event, name) for name in ("texts", "name", "email")}
    version = {"time": event.cloud.time, "seq": event.seq, **plain, **sealed}
    before = document["versions"] if document else []
    return {
        "survey": str(data.survey),
        "structure": str(data.structure) if data.structure else None,
        "versions": [*before, version],
        "version": event.version,
    }


SURVEY_ANSWERS = View(
    name="survey_answers",
    version=1,
    on={SurveyAnswered: _answered, SurveyAnswerChanged: _answered},
    fields=("survey", "structure"),
    asks="editor",
)
"""Answers by their ids; `versions` from the first to the one that counts."""


def recipient_key(survey: object, structure: object) -> str:
    return f"{survey}.{structure}"


def structure_of(recipient: Document) -> str:
    return str(recipient["key"]).partition(".")[2]


def _asked(event: Recorded) -> Sequence[str]:
    data = event.data
    if isinstance(data, SurveySent):
        return [recipient_key(event.entity_id, one) for one in data.structures]
    if isinstance(data, LetterEvent):
        return [recipient_key(data.about, data.structure)]
    structure = getattr(data, "structure", None)
    return [recipient_key(getattr(data, "survey", ""), structure)] if structure is not None else []


def _recipient(survey: object, event: Recorded) -> Document:
    return {
        "survey": str(survey), "state": "asked", "asked": event.cloud.time, "by_hand": False, "reminders": 0,
        "reminded": None, "letters": {}, "unaddressed": False, "answered": None,
    }  # fmt: skip


def _sent(document: Document | None, data: SurveySent, event: Recorded) -> Document:
    found = document or _recipient(event.entity_id, event)
    if data.kind == "reminder":
        return {**found, "reminders": found["reminders"] + 1, "reminded": event.cloud.time}
    return {**found, "by_hand": found["by_hand"] or data.kind == "by_hand"}


def _has_answered(document: Document | None, data: SurveyAnswer, event: Recorded) -> Document:
    found = document or _recipient(data.survey, event)
    return {**found, "state": "answered", "answered": event.cloud.time}


def _has_declined(document: Document | None, data: SurveyDeclined, event: Recorded) -> Document:
    return {**(document or _recipient(data.survey, event)), "state": "declined"}


def _letter(document: Document | None, data: LetterEvent, event: Recorded) -> Document | None:
    if document is None:  # about something else
        return None
    if data.went == "unaddressed":
        return {**document, "unaddressed": True}
    return {**document, "letters": {**document["letters"], event.entity_id: data.went}, "unaddressed": False}


SURVEY_RECIPIENTS = View(
    name="survey_recipients",
    version=1,
    on={
        SurveySent: _sent,
        SurveyAnswered: _has_answered,
        SurveyAnswerChanged: _has_answered,
        SurveyDeclined: _has_declined,
        **dict.fromkeys(LETTERS, _letter),
    },
    keys=_asked,
    fields=("survey", "state"),
)
"""Who was asked, by survey and structure. `state`: asked, answered, declined; `letters`: how each letter of the
directory went (begun and nothing more: in doubt)."""

SURVEY_VIEWS = (SURVEYS, SURVEY_ANSWERS, SURVEY_RECIPIENTS)
