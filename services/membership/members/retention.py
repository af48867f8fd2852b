"""What is kept about members of a college of persons."""

from __future__ import annotations

from collections.abc import Mapping

from services.membership.base.retention import TEAM, begins
from shared.base.translations import L
from shared.contract import Event
from shared.contract.membership.members import MemberJoined, MemberLeft, MemberRestored
from shared.kernel.views.projection import Evolve
from shared.notions.terms import in_use_again, term_begins
from shared.persons.data_subjects import Purpose

PURPOSES = (
    Purpose(
        code="member",
        whom=L("Membres d’un collège de personnes"),
        what=L("Nom, adresse électronique, adhésion, charte signée"),
        why=L("Tenir le registre des adhérents, convoquer aux assemblées"),
        ground=L("Contrat d’adhésion (RGPD, art. 6.1.b)"),
        begins=L("le départ du membre\u202f; {amount} ans de prescription ({source})"),
        seen_by=TEAM,
        setting="keep_members",
        legal="claims_lapse",
    ),
)

HELD: Mapping[type[Event], Evolve] = {
    MemberJoined: begins("member"),
    MemberLeft: term_begins,
    MemberRestored: in_use_again,
}
