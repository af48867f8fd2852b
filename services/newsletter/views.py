"""What the newsletter's pages, its reactions and the sending read; each view stands in the file of what it is about."""

from __future__ import annotations

from services.newsletter.issue_views import BULLETINS, ISSUES, ITEMS
from services.newsletter.restored import RESTORES
from services.newsletter.source_views import SOURCES
from services.newsletter.subscriber_views import DELIVERIES, SUBSCRIBERS

VIEWS = (BULLETINS, ISSUES, ITEMS, SOURCES, SUBSCRIBERS, DELIVERIES, RESTORES)
