"""The first page of the observatory. (That of the whole installation is the root's: `front_page.py`.)"""

from __future__ import annotations

from services.observatory.home import front_page, pages
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="home",
    routes=(pages.routes,),
    opening=front_page.opening,
)
