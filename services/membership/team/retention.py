"""What is kept about volunteers and about those in civic service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.membership.base.retention import TEAM, begins
from shared.base.paris_days import end_of
from shared.contract import Event
from shared.contract.envelope import Recorded, instant
from shared.contract.membership import (
    CivicServiceEnded,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    VolunteerContributed,
)
from shared.kernel.projection import Document, Evolve
from shared.persons.data_subjects import Purpose, in_use_again, term_begins

PURPOSES = (
    Purpose(
        code="volunteer",
        whom=("Bénévoles", "Volunteers"),
        what=("Nom, adresse électronique, tâche", "Name, mail address, task"),
        why=(
            "Organiser le bénévolat et le compter dans le bilan",
            "To organise volunteering and count it in the review",
        ),
        ground=(
            "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
            "Legitimate interest of the network (GDPR, art. 6.1.f)",
        ),
        begins=("la fin de l’année", "the year ends"),
        seen_by=TEAM,
        setting="keep_volunteers",
    ),
    Purpose(
        code="civic_service",
        whom=("Jeunes en service civique", "Young persons in civic service"),
        what=("Nom, adresse électronique, mission", "Name, mail address, mission"),
        why=("Suivre les missions et en rendre compte", "To follow the missions and report on them"),
        ground=(
            "Contrat d’engagement de service civique (RGPD, art. 6.1.b)",
            "Contract of civic service (GDPR, art. 6.1.b)",
        ),
        begins=("la fin de la mission", "the mission ends"),
        seen_by=TEAM,
        setting="keep_civic_services",
    ),
)


def _volunteer(document: Document | None, data: VolunteerContributed, event: Recorded) -> Document | None:
    who = data.person or data.email
    if who is None:
        return None
    over = end_of(date(data.year, 12, 31))
    return {"person": str(who.person), "purpose": "volunteer", "since": instant(over)}


HELD: Mapping[type[Event], Evolve] = {
    VolunteerContributed: _volunteer,
    CivicServiceRecruited: begins("civic_service"),
    CivicServiceSeconded: begins("civic_service"),
    CivicServiceEnded: term_begins,
    CivicServiceWithdrawn: term_begins,
    CivicServiceRestored: in_use_again,
}
PAGES = {"volunteer": "/membership/volunteers", "civic_service": "/membership/civic-service"}
