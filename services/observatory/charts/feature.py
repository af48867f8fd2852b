"""Pictures of figures: what their parts are called."""

from __future__ import annotations

from services.observatory.charts.words import CHART_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="charts",
    words=CHART_WORDS,
)
