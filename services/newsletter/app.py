"""The newsletter: its capabilities."""

from __future__ import annotations

from pathlib import Path

from services.newsletter.base.feature import FEATURE as BASE
from services.newsletter.bulletins.feature import FEATURE as BULLETINS
from services.newsletter.delivery.feature import FEATURE as DELIVERY
from services.newsletter.delivery.retention import PERSONS
from services.newsletter.newsroom.feature import FEATURE as NEWSROOM
from services.newsletter.subscriptions.feature import FEATURE as SUBSCRIPTIONS
from shared.runtime.feature import composed

NEWSLETTER = composed(
    "newsletter", Path(__file__).parent, (NEWSROOM, BULLETINS, SUBSCRIPTIONS, DELIVERY, BASE), persons=PERSONS
)
