"""The member's own space."""

from __future__ import annotations

from services.directory.space import pages, project_pages, publication_pages
from services.directory.space.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="space",
    words=WORDS,
    routes=(pages.record_routes, pages.picture_routes, project_pages.routes, publication_pages.routes),
)
