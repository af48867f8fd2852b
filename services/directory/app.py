"""The directory, composed of its capabilities."""

from __future__ import annotations

from pathlib import Path

from services.directory.account_pages.feature import FEATURE as ACCOUNT_PAGES
from services.directory.accounts.feature import FEATURE as ACCOUNTS
from services.directory.casework.feature import FEATURE as CASEWORK
from services.directory.claims.feature import FEATURE as CLAIMS
from services.directory.duplicates.feature import FEATURE as DUPLICATES
from services.directory.imports.feature import FEATURE as IMPORTS
from services.directory.letters.feature import FEATURE as LETTERS
from services.directory.listings.feature import FEATURE as LISTINGS
from services.directory.projects.feature import FEATURE as PROJECTS
from services.directory.projects.query import PROJECT_SOURCE, beside
from services.directory.public.feature import FEATURE as PUBLIC
from services.directory.publications.feature import FEATURE as PUBLICATIONS
from services.directory.record.feature import FEATURE as RECORD
from services.directory.retention import PERSONS
from services.directory.search.feature import search
from services.directory.sign_in.feature import FEATURE as SIGN_IN
from services.directory.space.feature import FEATURE as SPACE
from services.directory.structures.feature import FEATURE as STRUCTURES
from shared.runtime.feature import composed

DIRECTORY = composed(
    "directory",
    Path(__file__).parent,
    [
        STRUCTURES,
        CASEWORK,
        PUBLICATIONS,
        PROJECTS,
        SIGN_IN,
        search(PROJECT_SOURCE, beside),
        RECORD,
        ACCOUNT_PAGES,
        SPACE,
        PUBLIC,
        DUPLICATES,
        CLAIMS,
        LISTINGS,
        LETTERS,
        IMPORTS,
        ACCOUNTS,
    ],
    persons=PERSONS,
)
"""Forms look through the views in this order, and capabilities open in it: the way in before the search, which takes
its time."""
