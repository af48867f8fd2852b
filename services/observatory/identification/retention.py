"""What is kept about the persons who asked for an identification of actors."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contract import Event
from shared.contract.envelope import Recorded
from shared.contract.identification import IdentificationRepeated, IdentificationSaved
from shared.kernel.projection import Document, Evolve
from shared.persons.data_subjects import Purpose

ASKER = Purpose(
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
