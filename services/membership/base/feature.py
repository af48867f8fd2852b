"""What all capabilities of membership say."""

from __future__ import annotations

from services.membership.base.words import WORDS
from shared.notions.published_reviews import PUBLISHED
from shared.runtime.feature import Feature

FEATURE = Feature(name="base", views=(PUBLISHED,), words=WORDS)
