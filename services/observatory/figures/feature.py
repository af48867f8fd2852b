"""Figures at a moment, remembered: as JSON, and the pages of indicators."""

from __future__ import annotations

from services.observatory.figures import api, observatory
from services.observatory.figures.words import FIGURE_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="figures",
    words=FIGURE_WORDS,
    routes=(api.api,),
    opening=observatory.opening,
    closing=observatory.closing,
)
