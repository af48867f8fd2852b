"""Letters that the directory sends for other services."""

from __future__ import annotations

from services.directory.letters.domain import LETTER
from services.directory.letters.sending import survey_letters
from shared.runtime.feature import Feature

FEATURE = Feature(name="letters", deciders=(LETTER,), reactions=(survey_letters,))
