"""What the observatory keeps about persons: who asked for an identification of actors, where it was a person; what was
written in answers to surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from services.observatory.surveys.views import SURVEYS
from shared.base.paris_days import end_of
from shared.contract.envelope import Recorded
from shared.contract.identification import IdentificationRepeated, IdentificationSaved
from shared.contract.persons import PersonForgottenByObservatory
from shared.contract.surveys import SurveyAnswer, SurveyAnswerChanged, SurveyAnswered
from shared.kernel.projection import Document, View
from shared.persons.data_subjects import PersonalData, Purpose
from shared.runtime.service import Service

PURPOSES = (
    Purpose(
        code="asker",
        whom=(
            "Personnes qui ont demandé une identification d’acteurs",
            "Persons who asked for an identification of actors",
        ),
        what=("Nom", "Name"),
        why=("Savoir à qui la réponse a été donnée", "To know whom the answer was given to"),
        ground=(
            "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
            "Legitimate interest of the network (GDPR, art. 6.1.f)",
        ),
        begins=("la dernière réponse gardée", "the last answer that was kept"),
        seen_by=("L’équipe qui tient l’observatoire", "The team that keeps the observatory"),
        setting="keep_askers",
    ),
    Purpose(
        code="answer",
        whom=("Personnes qui répondent à une enquête", "Persons who answer a survey"),
        what=(
            "Textes libres de la réponse ; nom et adresse électronique, si l’enquête les demande et qu’ils sont donnés",
            "Free texts of the answer; name and mail address, if the survey asks for them and they are given",
        ),
        why=(
            "Faire l’état des lieux des acteurs, revenir vers qui a répondu",
            "To take stock of the actors, to come back to who answered",
        ),
        ground=(
            "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
            "Legitimate interest of the network (GDPR, art. 6.1.f)",
        ),
        begins=("la clôture de l’enquête", "the survey is closed"),
        seen_by=("L’équipe qui tient l’observatoire", "The team that keeps the observatory"),
        setting="keep_survey_answers",
    ),
)


def _saved(document: Document | None, data: IdentificationSaved, event: Recorded) -> Document | None:
    if data.person is None:
        return None
    return {"person": str(data.person.person), "purpose": "asker", "since": event.cloud.time}


def _repeated(document: Document | None, data: IdentificationRepeated, event: Recorded) -> Document | None:
    return None if document is None else {**document, "since": max(document["since"], event.cloud.time)}


def _person_of(data: SurveyAnswer) -> str | None:
    found = next((value for value in (data.texts, data.name, data.email) if value is not None), None)
    return None if found is None else str(found.person)


def _answered(document: Document | None, data: SurveyAnswer, event: Recorded) -> Document | None:
    person = _person_of(data)
    if person is None:
        return document
    return {"person": person, "purpose": "answer", "since": None, "survey": str(data.survey)}


def _keys(event: Recorded) -> Sequence[str]:
    """An answer that several persons gave one after the other is a record about each of them."""
    data = event.data
    if not isinstance(data, SurveyAnswer):
        return (event.entity_id,)
    person = _person_of(data)
    return () if person is None else (f"{event.entity_id}.{person}",)


HELD = View(
    name="held",
    version=1,
    on={
        IdentificationSaved: _saved, IdentificationRepeated: _repeated, SurveyAnswered: _answered,
        SurveyAnswerChanged: _answered,
    },
    keys=_keys,
    fields=("person",),
    asks="administrator",
)  # fmt: skip
"""Identifications that a person asked for, by their ids; answers to surveys, by theirs and the person's."""


async def ended(service: Service, records: Sequence[Document]) -> Mapping[str, str | None]:
    """When the terms began: of answers, when their survey closed."""
    named = sorted({one["survey"] for one in records if one["purpose"] == "answer"})
    surveys = await service.store.get_many(SURVEYS, named) if named else {}
    now = service.around.clock()
    over = {key: _over(survey, now) for key, survey in surveys.items()}
    return {one["key"]: over.get(one["survey"]) if one["purpose"] == "answer" else one["since"] for one in records}


def _over(survey: Document, now: datetime) -> str | None:
    """When a survey was closed, by hand or by its day; None while it may be answered."""
    until = end_of(date.fromisoformat(survey["until"])) if survey["until"] else None
    found = [datetime.fromisoformat(text) for name in ("closed", "withdrawn") if (text := survey.get(name))]
    found += [until] if until is not None and until <= now else []
    return min(found).astimezone(UTC).isoformat() if found else None


def page(record: Document) -> str:
    if record["purpose"] == "answer":
        return f"/observatory/surveys/{record['survey']}/answers/{record['key'].partition('.')[0]}"
    return f"/observatory/identification/saved/{record['key']}"


PERSONS = PersonalData(event=PersonForgottenByObservatory, purposes=PURPOSES, held=HELD, ended=ended, page=page)
"""Nothing follows a forgetting: the study stays, without a name; the answer, without its texts."""
