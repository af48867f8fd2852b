"""What all capabilities of membership say."""

from __future__ import annotations

from services.membership.base.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(name="base", words=WORDS)
