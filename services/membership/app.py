"""Membership, wired."""

from __future__ import annotations

from pathlib import Path

from services.membership.governance.domain.board_seat import SEAT
from services.membership.governance.domain.working_group import GROUP
from services.membership.members.domain.charter import CHARTER
from services.membership.members.domain.college import COLLEGE
from services.membership.members.domain.member import MEMBER
from services.membership.network.domain.network import NETWORK
from services.membership.network.domain.peer_network import PEER_NETWORK
from services.membership.retention import PERSONS
from services.membership.team.domain.civic_place import CIVIC_PLACE
from services.membership.team.domain.civic_service import CIVIC_SERVICE
from services.membership.team.domain.staff_post import POST
from services.membership.team.domain.volunteer import VOLUNTEER
from services.membership.views import VIEWS
from services.membership.web import choices, page_of, routes
from services.membership.words import WORDS
from shared.runtime.service import Definition

MEMBERSHIP = Definition(
    name="membership",
    folder=Path(__file__).parent,
    deciders=(
        MEMBER,
        CHARTER,
        COLLEGE,
        SEAT,
        GROUP,
        VOLUNTEER,
        CIVIC_SERVICE,
        CIVIC_PLACE,
        POST,
        PEER_NETWORK,
        NETWORK,
    ),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    page_of=page_of,
    choices=choices,
    persons=PERSONS,
)
