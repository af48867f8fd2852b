"""What is kept about the persons who answered surveys, and since when its term runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from services.observatory.surveys.views import SURVEYS
from shared.base.paris_days import end_of
from shared.base.translations import L
from shared.contract import Event
from shared.contract.envelope import Recorded
from shared.contract.observatory.surveys import SurveyAnswer, SurveyAnswerChanged, SurveyAnswered
from shared.kernel.views.projection import Document, Evolve
from shared.persons.data_subjects import Purpose
from shared.runtime.faces import Views

ANSWERER = Purpose(
    code="answer",
    whom=L("Personnes qui répondent à une enquête"),
    what=L("Textes libres de la réponse ; nom et adresse électronique, si l’enquête les demande et qu’ils sont donnés"),
    why=L("Faire l’état des lieux des acteurs, revenir vers qui a répondu"),
    ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
    begins=L("la clôture de l’enquête"),
    seen_by=L("L’équipe qui tient l’observatoire"),
    setting="keep_survey_answers",
)


def person_of(data: SurveyAnswer) -> str | None:
    found = next((value for value in (data.texts, data.name, data.email) if value is not None), None)
    return None if found is None else str(found.person)


def _answered(document: Document | None, data: SurveyAnswer, event: Recorded) -> Document | None:
    person = person_of(data)
    if person is None:
        return document
    return {"person": person, "purpose": "answer", "since": None, "survey": str(data.survey)}


ON: Mapping[type[Event], Evolve] = {SurveyAnswered: _answered, SurveyAnswerChanged: _answered}
"""What each event does to what is held: one record an answer and person."""


async def closed(service: Views, records: Sequence[Document]) -> Mapping[str, str | None]:
    """Record → when its survey closed, None while it may be answered."""
    named = sorted({one["survey"] for one in records})
    surveys = await service.store.get_many(SURVEYS, named) if named else {}
    now = service.now()
    over = {key: _over(survey, now) for key, survey in surveys.items()}
    return {one["key"]: over.get(one["survey"]) for one in records}


def _over(survey: Document, now: datetime) -> str | None:
    """When a survey was closed, by hand or by its day; None while it may be answered."""
    until = end_of(date.fromisoformat(survey["until"])) if survey["until"] else None
    found = [datetime.fromisoformat(text) for name in ("closed", "withdrawn") if (text := survey.get(name))]
    found += [until] if until is not None and until <= now else []
    return min(found).astimezone(UTC).isoformat() if found else None


def page(record: Document) -> str:
    return f"/observatory/surveys/{record['survey']}/answers/{record['key'].partition('.')[0]}"
