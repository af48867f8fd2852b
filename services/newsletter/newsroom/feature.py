"""The newsroom, where the team sees all together: bulletins, their readers, mails on their way."""

from __future__ import annotations

from services.newsletter.newsroom import begin_pages, bulletin_pages, issue_pages, subscriber_pages
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="newsroom",
    routes=(begin_pages.routes, bulletin_pages.routes, issue_pages.routes, subscriber_pages.routes),
)
