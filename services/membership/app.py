"""Membership: its capabilities."""

from __future__ import annotations

from pathlib import Path

from services.membership.base.feature import FEATURE as BASE
from services.membership.governance.feature import FEATURE as GOVERNANCE
from services.membership.members.feature import FEATURE as MEMBERS
from services.membership.network.feature import FEATURE as NETWORK
from services.membership.register.feature import FEATURE as REGISTER
from services.membership.retention import PERSONS
from services.membership.team.feature import FEATURE as TEAM
from services.membership.vocabularies.feature import FEATURE as VOCABULARIES
from shared.runtime.feature import composed

MEMBERSHIP = composed(
    "membership",
    Path(__file__).parent,
    (REGISTER, MEMBERS, GOVERNANCE, TEAM, NETWORK, VOCABULARIES, BASE),
    persons=PERSONS,
)
