"""What the observatory keeps about persons: who asked for an identification of actors, where it was a person; what was
written in answers to surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.observatory.identification import retention as askers
from services.observatory.surveys import retention as answerers
from shared.contract.envelope import Recorded
from shared.contract.observatory.surveys import SurveyAnswer
from shared.contract.persons import PersonForgottenByObservatory
from shared.kernel.views.projection import Document, View
from shared.persons.data_subjects import PersonalData
from shared.runtime.faces import Views
from shared.runtime.service import Service


def _keys(event: Recorded) -> Sequence[str]:
    """An answer that several persons gave one after the other is a record about each of them."""
    data = event.data
    if not isinstance(data, SurveyAnswer):
        return (event.entity_id,)
    person = answerers.person_of(data)
    return () if person is None else (f"{event.entity_id}.{person}",)


HELD = View(
    name="held",
    version=1,
    of_log=True,
    on={**askers.ON, **answerers.ON},
    keys=_keys,
    fields=("person",),
    asks="administrator",
)
"""Identifications that a person asked for, by their ids; answers to surveys, by theirs and the person's."""


async def ended(service: Views, records: Sequence[Document]) -> Mapping[str, str | None]:
    """When the terms began: of answers, when their survey closed."""
    closed = await answerers.closed(service, [one for one in records if _of_survey(one)])
    return {one["key"]: closed[one["key"]] if _of_survey(one) else one["since"] for one in records}


def _of_survey(record: Document) -> bool:
    return bool(record["purpose"] == answerers.ANSWERER.code)


def page(record: Document) -> str:
    return answerers.page(record) if _of_survey(record) else askers.page(record)


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByObservatory, purposes=(askers.ASKER, answerers.ANSWERER), held=HELD, ended=ended, page=page
)
"""Nothing follows a forgetting: the study stays, without a name; the answer, without its texts."""
