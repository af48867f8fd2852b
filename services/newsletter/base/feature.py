"""What all capabilities of the newsletter say."""

from __future__ import annotations

from services.newsletter.base.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(name="base", words=WORDS)
