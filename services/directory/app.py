"""The directory, wired."""

from __future__ import annotations

from pathlib import Path

from services.directory.domain.contact import CONTACT
from services.directory.domain.coverage import COVERAGE
from services.directory.domain.publication import PUBLICATION
from services.directory.domain.request import REQUEST
from services.directory.domain.structure import STRUCTURE
from services.directory.domain.support import SUPPORT
from services.directory.views import VIEWS
from services.directory.web import choices, page_of, routes
from services.directory.words import WORDS
from shared.service import Definition

DIRECTORY = Definition(
    name="directory",
    folder=Path(__file__).parent,
    deciders=(STRUCTURE, CONTACT, SUPPORT, COVERAGE, REQUEST, PUBLICATION),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    page_of=page_of,
    choices=choices,
)
