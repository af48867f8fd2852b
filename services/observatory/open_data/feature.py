"""Open data: public indicators for everybody."""

from __future__ import annotations

from services.observatory.open_data import pages
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="open-data",
    routes=(pages.routes,),
)
