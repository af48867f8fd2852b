"""Pictures of figures, what their parts are called, and the pages of indicators."""

from __future__ import annotations

from services.observatory.charts import indicator_pages
from services.observatory.charts.words import CHART_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="charts",
    routes=(indicator_pages.routes,),
    words=CHART_WORDS,
)
