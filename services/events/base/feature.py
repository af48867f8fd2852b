"""What all capabilities of events say."""

from __future__ import annotations

from services.events.base.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(name="base", words=WORDS)
