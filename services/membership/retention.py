"""What membership keeps about persons: members who are persons, the board, volunteers, civic services."""

from __future__ import annotations

from services.membership.governance import retention as governance
from services.membership.members import retention as members
from services.membership.team import retention as team
from shared.contract.persons import PersonForgottenByMembership
from shared.kernel.views.projection import Document, View
from shared.notions.terms import ever_told
from shared.persons.data_subjects import PersonalData
from shared.runtime.service import Service

HELD = View(
    name="held",
    version=3,
    on={**members.HELD, **governance.HELD, **team.HELD},
    fields=("person",),
    asks="administrator",
)
"""Records about persons, by their ids."""
TOLD = ever_told(HELD)

PAGES = {**governance.PAGES, **team.PAGES}


def page(record: Document) -> str:
    return PAGES.get(record["purpose"], f"/membership/members/{record['key']}")


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByMembership,
    purposes=(*members.PURPOSES, *governance.PURPOSES, *team.PURPOSES),
    held=HELD,
    told=TOLD,
    page=page,
)
"""Nothing follows a forgetting: a member without a name is counted as before, until the team notes that it left."""
