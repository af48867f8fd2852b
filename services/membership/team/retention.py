"""What is kept about volunteers and about those in civic service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.membership.base.retention import TEAM, begins
from shared.base.paris_days import day_of, end_of
from shared.base.translations import L
from shared.contract import Event
from shared.contract.envelope import Recorded, instant
from shared.contract.membership.team import (
    CivicServiceEnded,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    VolunteerContributed,
)
from shared.kernel.views.projection import Document, Evolve
from shared.notions.terms import in_use_again, term_begins
from shared.persons.data_subjects import Purpose

PURPOSES = (
    Purpose(
        code="volunteer",
        whom=L("Bénévoles"),
        what=L("Nom, adresse électronique, tâche"),
        why=L("Organiser le bénévolat et le compter dans le bilan"),
        ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
        begins=L("la fin de l’année"),
        seen_by=TEAM,
        setting="keep_volunteers",
    ),
    Purpose(
        code="civic_service",
        whom=L("Jeunes en service civique"),
        what=L("Nom, adresse électronique, mission"),
        why=L("Suivre les missions et en rendre compte"),
        ground=L("Contrat d’engagement de service civique (RGPD, art. 6.1.b)"),
        begins=L("la fin de la mission"),
        seen_by=TEAM,
        setting="keep_civic_services",
    ),
)


def _volunteer(document: Document | None, data: VolunteerContributed, event: Recorded) -> Document | None:
    who = data.person or data.email
    if who is None:
        return None
    over = end_of(date(day_of(event.time).year, 12, 31))  # of its day, which may have been corrected
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
