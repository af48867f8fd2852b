"""What is kept about the persons who asked for an identification of actors."""

from __future__ import annotations

from collections.abc import Mapping

from shared.base.translations import L
from shared.contract import Event
from shared.contract.envelope import Recorded
from shared.contract.observatory.identification import IdentificationRepeated, IdentificationSaved
from shared.kernel.views.projection import Document, Evolve
from shared.persons.data_subjects import Purpose

ASKER = Purpose(
    code="asker",
    whom=L("Personnes qui ont demandé une identification d’acteurs"),
    what=L("Nom"),
    why=L("Savoir à qui la réponse a été donnée"),
    ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
    begins=L("la dernière réponse gardée"),
    seen_by=L("L’équipe qui tient l’observatoire"),
    setting="keep_askers",
)


def _saved(document: Document | None, data: IdentificationSaved, event: Recorded) -> Document | None:
    if data.person is None:
        return None
    return {"person": str(data.person.person), "purpose": "asker", "since": event.begins}


def _repeated(document: Document | None, data: IdentificationRepeated, event: Recorded) -> Document | None:
    return None if document is None else {**document, "since": max(document["since"], event.begins)}


ON: Mapping[type[Event], Evolve] = {IdentificationSaved: _saved, IdentificationRepeated: _repeated}
"""What each event does to what is held: one record an identification that a person asked for."""


def page(record: Document) -> str:
    return f"/observatory/identification/saved/{record['key']}"
