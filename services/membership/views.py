"""What membership's pages read, all of it; each view stands in the file of what it is about."""

from __future__ import annotations

from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.structures_copy import STRUCTURES
from services.membership.members.views import MEMBERS
from services.membership.network.views import CHARTER, COLLEGES, NETWORK, PEER_NETWORKS
from services.membership.team.views import CIVIC_PLACES, CIVIC_SERVICES, POSTS, VOLUNTEERS

VIEWS = (
    MEMBERS,
    STRUCTURES,
    CHARTER,
    COLLEGES,
    NETWORK,
    SEATS,
    GROUPS,
    VOLUNTEERS,
    CIVIC_SERVICES,
    CIVIC_PLACES,
    POSTS,
    PEER_NETWORKS,
)
