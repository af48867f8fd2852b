"""What membership keeps about persons: members of the fourth college, the board, volunteers, civic services."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.base.paris_days import end_of
from shared.contract.envelope import Recorded, instant
from shared.contract.membership import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    CivicServiceEnded,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    VolunteerContributed,
)  # fmt: skip
from shared.contract.personal import Personal
from shared.contract.persons import PersonForgottenByMembership
from shared.kernel.projection import Document, Evolve, View
from shared.persons.data_subjects import PersonalData, Purpose, in_use_again, term_begins
from shared.runtime.service import Service

TEAM = ("L’équipe qui suit les adhésions", "The team that follows membership")
PURPOSES = (
    Purpose(
        code="member",
        whom=("Membres du collège des personnes qualifiées", "Members of the college of qualified persons"),
        what=("Nom, adresse électronique, adhésion, charte signée", "Name, mail address, membership, charter signed"),
        why=(
            "Tenir le registre des adhérents, convoquer aux assemblées",
            "To keep the register of members, to call them to meetings",
        ),
        ground=("Contrat d’adhésion (RGPD, art. 6.1.b)", "Contract of membership (GDPR, art. 6.1.b)"),
        begins=(
            "le départ du membre\u202f; cinq ans de prescription (Code civil, art. 2224)",
            "the member leaves; five years of limitation (Code civil, art. 2224)",
        ),
        seen_by=TEAM,
        setting="keep_members",
    ),
    Purpose(
        code="seat",
        whom=("Membres du conseil d’administration", "Members of the board"),
        what=("Nom, adresse électronique, fonction", "Name, mail address, function"),
        why=("Savoir et déclarer qui dirige l’association", "To know and declare who runs the association"),
        ground=(
            "Obligation légale\u00a0: loi du 1er juillet 1901, art. 5 (RGPD, art. 6.1.c)",
            "Legal obligation: law of 1 July 1901, art. 5 (GDPR, art. 6.1.c)",
        ),
        begins=("la fin du mandat", "the seat is given up"),
        seen_by=TEAM,
        setting="keep_seats",
    ),
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


def _begins(purpose: str, field: str = "person") -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        value = getattr(data, field) or data.email
        if not isinstance(value, Personal):
            return document  # a structure, or nobody was named
        return {"person": str(value.person), "purpose": purpose, "since": None}

    return evolve


def _volunteer(document: Document | None, data: VolunteerContributed, event: Recorded) -> Document | None:
    who = data.person or data.email
    if who is None:
        return None
    over = end_of(date(data.year, 12, 31))
    return {"person": str(who.person), "purpose": "volunteer", "since": instant(over)}


HELD = View(
    name="held",
    version=1,
    on={
        MemberJoined: _begins("member"),
        MemberLeft: term_begins,
        MemberRestored: in_use_again,
        BoardSeatTaken: _begins("seat", "holder"),
        BoardSeatVacated: term_begins,
        BoardSeatRestored: in_use_again,
        VolunteerContributed: _volunteer,
        CivicServiceRecruited: _begins("civic_service"),
        CivicServiceSeconded: _begins("civic_service"),
        CivicServiceEnded: term_begins,
        CivicServiceWithdrawn: term_begins,
        CivicServiceRestored: in_use_again,
    },
    fields=("person",),
    asks="administrator",
)
"""Records about persons, by their ids."""

PAGES = {
    "seat": "/membership/board",
    "volunteer": "/membership/volunteers",
    "civic_service": "/membership/civic-service",
}


def page(record: Document) -> str:
    return PAGES.get(record["purpose"], f"/membership/members/{record['key']}")


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByMembership, purposes=PURPOSES, held=HELD, page=page
)
"""Nothing follows a forgetting: a member without a name is counted as before, until the team notes that it left."""
