"""What the newsletter's pages, its reactions and the sending read; each view stands in the file of what it is about."""

from __future__ import annotations

from services.newsletter.bulletins.source_views import SOURCES
from services.newsletter.bulletins.views import BULLETINS, ISSUES, ITEMS
from services.newsletter.delivery.after_restore import RESTORES
from services.newsletter.subscriptions.views import DELIVERIES, SUBSCRIBERS

VIEWS = (BULLETINS, ISSUES, ITEMS, SOURCES, SUBSCRIBERS, DELIVERIES, RESTORES)
