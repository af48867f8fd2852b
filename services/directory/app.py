"""The directory, wired."""

from __future__ import annotations

from pathlib import Path

from services.directory.account_views import ACCOUNT_VIEWS
from services.directory.domain.account import ACCOUNT
from services.directory.domain.claim import CLAIM
from services.directory.domain.contact import CONTACT
from services.directory.domain.cooperation import PROJECT
from services.directory.domain.coverage import COVERAGE
from services.directory.domain.letter import LETTER
from services.directory.domain.namesakes import NAMESAKES
from services.directory.domain.publication import PUBLICATION
from services.directory.domain.request import REQUEST
from services.directory.domain.signing_key import SIGNING_KEY
from services.directory.domain.structure import STRUCTURE
from services.directory.domain.structure_import import IMPORT
from services.directory.domain.support import SUPPORT
from services.directory.entry import closing as close_entry
from services.directory.entry import opening as open_entry
from services.directory.finding import closing as close_finder
from services.directory.finding import opening as open_finder
from services.directory.import_jobs import closing as close_imports
from services.directory.import_jobs import opening as open_imports
from services.directory.picture_terms import closing as close_pictures
from services.directory.picture_terms import opening as open_pictures
from services.directory.reactions import REACTIONS
from services.directory.record import commune_named
from services.directory.retention import PERSONS
from services.directory.views import VIEWS
from services.directory.web import choices, page_of, routes
from services.directory.words import WORDS
from shared.service import Definition, Service
from shared.web.questions import Suggestion


async def opening(service: Service) -> None:
    """The way in; and the search's index, so that nobody's first search waits for it."""
    await open_entry(service)
    await open_finder(service)
    await open_imports(service)
    await open_pictures(service)


async def closing(service: Service) -> None:
    """Imports under way go on at the next start."""
    await close_pictures(service)
    await close_imports(service)
    await close_finder(service)
    await close_entry(service)


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
        LETTER,
        IMPORT,
        ACCOUNT,
        SIGNING_KEY,
    ),
    views=(*VIEWS, *ACCOUNT_VIEWS),
    words=WORDS,
    routes=routes,
    page_of=page_of,
    reactions=REACTIONS,
    choices=choices,
    suggestions={"commune": Suggestion("/directory/communes", commune_named)},
    opening=opening,
    closing=closing,
    persons=PERSONS,
)
