"""Importing structures from a file."""

from __future__ import annotations

from services.directory.imports import pages
from services.directory.imports.domain import IMPORT
from services.directory.imports.jobs import IMPORTING, ROUNDS, closing, opening
from services.directory.imports.views import IMPORTS
from services.directory.imports.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="imports",
    deciders=(IMPORT,),
    views=(IMPORTS,),
    words=WORDS,
    routes=(
        pages.file_routes,
        pages.line_routes,
        pages.report_routes,
    ),
    opening=opening,
    closing=closing,
    jobs=(ROUNDS,),
    processes=(IMPORTING,),
)
