"""The dashboard."""

from __future__ import annotations

from services.observatory.dashboard import pages
from services.observatory.dashboard.words import DASHBOARD_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="dashboard",
    words=DASHBOARD_WORDS,
    routes=(pages.routes,),
)
