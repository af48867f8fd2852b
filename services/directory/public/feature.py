"""The public directory."""

from __future__ import annotations

from services.directory.public import pages
from services.directory.public.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="public",
    words=WORDS,
    routes=(
        pages.search_routes,
        pages.record_routes,
        pages.published_routes,
        pages.sitemap_routes,
    ),
)
