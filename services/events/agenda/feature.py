"""The agenda: gatherings with who registered and came, and the projects shown there."""

from __future__ import annotations

from services.events.agenda.pages import routes
from services.events.agenda.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(name="agenda", words=WORDS, routes=(routes,))
