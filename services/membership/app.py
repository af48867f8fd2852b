"""Membership, wired."""

from __future__ import annotations

from pathlib import Path

from services.membership.domain.charter import CHARTER
from services.membership.domain.civic_place import CIVIC_PLACE
from services.membership.domain.civic_service import CIVIC_SERVICE
from services.membership.domain.college import COLLEGE
from services.membership.domain.group import GROUP
from services.membership.domain.member import MEMBER
from services.membership.domain.network import NETWORK
from services.membership.domain.peer_network import PEER_NETWORK
from services.membership.domain.post import POST
from services.membership.domain.seat import SEAT
from services.membership.domain.volunteer import VOLUNTEER
from services.membership.retention import PERSONS
from services.membership.views import VIEWS
from services.membership.web import choices, page_of, routes
from services.membership.words import WORDS
from shared.service import Definition

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
