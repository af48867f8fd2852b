"""The observatory: its capabilities in order. It reads the whole log and counts; what it says itself is what it has
found.

They open in this order, and close the other way round: the table first, which all read. The first route that matches
wins.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter, Depends, Request

from services.observatory.charts.feature import FEATURE as CHARTS
from services.observatory.dashboard.feature import FEATURE as DASHBOARD
from services.observatory.event_table.feature import FEATURE as EVENT_TABLE
from services.observatory.figures.feature import FEATURE as FIGURES
from services.observatory.home.feature import FEATURE as HOME
from services.observatory.identification.feature import FEATURE as IDENTIFICATION
from services.observatory.journal.feature import FEATURE as JOURNAL
from services.observatory.ledger.feature import FEATURE as LEDGER
from services.observatory.network import whose
from services.observatory.open_data.feature import FEATURE as OPEN_DATA
from services.observatory.printed.feature import FEATURE as PRINTED
from services.observatory.retention import PERSONS
from services.observatory.review.feature import FEATURE as REVIEW
from services.observatory.search.feature import FEATURE as SEARCH
from services.observatory.surveys.feature import FEATURE as SURVEYS
from shared.runtime.feature import composed

FEATURES = (
    EVENT_TABLE,
    FIGURES,
    CHARTS,
    JOURNAL,
    LEDGER,
    SEARCH,
    DASHBOARD,
    IDENTIFICATION,
    REVIEW,
    SURVEYS,
    OPEN_DATA,
    PRINTED,
    HOME,
)


async def tell_what_was_printed(request: Request) -> None:
    """Each page has the printed reviews among its tabs (templates/_parts.html)."""
    request.state.printed = whose(request).reviews


def _told(routes: APIRouter) -> APIRouter:
    found = APIRouter(dependencies=[Depends(tell_what_was_printed)])
    found.include_router(routes)
    return found


OBSERVATORY = composed(
    "observatory",
    Path(__file__).parent,
    [replace(one, routes=[_told(routes) for routes in one.routes]) for one in FEATURES],
    PERSONS,
)
