"""The journal and the audit: events, lives, causes, actors."""

from __future__ import annotations

from services.observatory.journal import audit_api, audit_pages, pages
from services.observatory.journal.words import AUDIT_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="journal",
    words=AUDIT_WORDS,
    routes=(audit_api.api, pages.routes, audit_pages.routes),
)
