"""The directory, wired."""

from __future__ import annotations

from pathlib import Path

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.signing_key import SIGNING_KEY
from services.directory.accounts.sign_in import closing as close_entry
from services.directory.accounts.sign_in import opening as open_entry
from services.directory.accounts.views import ACCOUNT_VIEWS
from services.directory.casework.domain.coverage import COVERAGE
from services.directory.casework.domain.request import REQUEST
from services.directory.casework.domain.support import SUPPORT
from services.directory.claims.domain import CLAIM
from services.directory.duplicates.domain import NAMESAKES
from services.directory.imports.domain import IMPORT
from services.directory.imports.jobs import closing as close_imports
from services.directory.imports.jobs import opening as open_imports
from services.directory.letters.domain import LETTER
from services.directory.projects.domain import PROJECT
from services.directory.publications.domain import PUBLICATION
from services.directory.publications.picture_retention import closing as close_pictures
from services.directory.publications.picture_retention import opening as open_pictures
from services.directory.reactions import REACTIONS
from services.directory.retention import PERSONS
from services.directory.search.finder import closing as close_finder
from services.directory.search.finder import opening as open_finder
from services.directory.structures.domain.contact import CONTACT
from services.directory.structures.domain.structure import STRUCTURE
from services.directory.structures.record_fields import commune_named
from services.directory.views import VIEWS
from services.directory.web import choices, page_of, routes
from services.directory.words import WORDS
from shared.runtime.service import Definition, Service, Suggestion


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
