"""Claims to look after a record."""

from __future__ import annotations

from services.directory.claims import pages
from services.directory.claims.domain import CLAIM
from services.directory.claims.reactions import claimant_becomes_contact
from services.directory.claims.views import CLAIMS
from services.directory.claims.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="claims",
    deciders=(CLAIM,),
    views=(CLAIMS,),
    words=WORDS,
    routes=(
        pages.asking_routes,
        pages.team_routes,
    ),
    reactions=(claimant_becomes_contact,),
)
