"""The directory, wired."""

from __future__ import annotations

from pathlib import Path

from services.directory.account_views import ACCOUNT_VIEWS
from services.directory.domain.account import ACCOUNT
from services.directory.domain.claim import CLAIM
from services.directory.domain.contact import CONTACT
from services.directory.domain.cooperation import PROJECT
from services.directory.domain.coverage import COVERAGE
from services.directory.domain.namesakes import NAMESAKES
from services.directory.domain.publication import PUBLICATION
from services.directory.domain.request import REQUEST
from services.directory.domain.signing_key import SIGNING_KEY
from services.directory.domain.structure import STRUCTURE
from services.directory.domain.structure_import import IMPORT
from services.directory.domain.support import SUPPORT
from services.directory.entry import closing, opening
from services.directory.retention import PERSONS
from services.directory.views import VIEWS
from services.directory.web import choices, page_of, routes
from services.directory.words import WORDS
from shared.service import Definition

DIRECTORY = Definition(
    name="directory",
    folder=Path(__file__).parent,
    deciders=(
        STRUCTURE,
        CONTACT,
        SUPPORT,
        COVERAGE,
        REQUEST,
        PUBLICATION,
        PROJECT,
        NAMESAKES,
        CLAIM,
        IMPORT,
        ACCOUNT,
        SIGNING_KEY,
    ),
    views=(*VIEWS, *ACCOUNT_VIEWS),
    words=WORDS,
    routes=routes,
    page_of=page_of,
    choices=choices,
    opening=opening,
    closing=closing,
    persons=PERSONS,
)
