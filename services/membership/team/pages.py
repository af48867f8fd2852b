"""The pages of the team: posts, volunteers, civic service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.base.queries import CURRENT, count, everything
from services.membership.base.rendering import render
from services.membership.members.queries import members_named
from services.membership.team.views import CIVIC_PLACES, CIVIC_SERVICES, POSTS, VOLUNTEERS
from shared.base.paris_days import PARIS, day_of
from shared.kernel.views.projection import Document
from shared.notions.legal_terms import Holding, last_day
from shared.notions.structure_on_record import member_of
from shared.runtime.faces import OpenViews
from shared.web.charts.charts import bars
from shared.web.here import Here
from shared.web.lists import PAGE, Numbers, PageNumber, pages_total
from shared.web.templating import Pages, language

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the team."""


@routes.get("/team")
async def team(service: Here[OpenViews], request: Request) -> Response:
    posts = await everything(service, POSTS, sort="since")
    present = [one for one in posts if one["status"] == "current"]
    volunteers = await service.store.count_by(VOLUNTEERS, "year", CURRENT)
    services = {"status": ["current", "former"]}
    recruited = await service.store.count_by(CIVIC_SERVICES, "year", {**services, "kind": "CivicServiceRecruited"})
    seconded = await service.store.count_by(CIVIC_SERVICES, "year", {**services, "kind": "CivicServiceSeconded"})
    years = _years(volunteers, recruited, seconded)
    return render(
        service,
        request,
        "team.html",
        posts=posts,
        fte=round(sum(one["fte"] for one in present), 2),
        present=len(present),
        chart=_chart(request, years, volunteers),
        years=years,
        volunteers=volunteers,
        recruited=recruited,
        seconded=seconded,
        places=await count(service, CIVIC_PLACES, CURRENT),
    )


@routes.get("/volunteers")
async def volunteers(
    service: Here[OpenViews], request: Request, year: Numbers = None, page: PageNumber = 1
) -> Response:
    noted = {"status": ["current", "withdrawn"]}
    where = {**noted, **({"year": year} if year else {})}
    found = await service.store.find(VOLUNTEERS, where, sort=["-since"], limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        service,
        request,
        "volunteers.html",
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=year or [],
        counts=await service.store.count_by(VOLUNTEERS, "year", noted),
    )


@routes.get("/civic-service")
async def civic_service(service: Here[OpenViews], request: Request) -> Response:
    found = await everything(service, CIVIC_SERVICES, sort="-since")
    hosts = await members_named(service, (str(member_of(UUID(one["host"]))) for one in found if one.get("host")))
    await service.ourselves.refresh()
    today = day_of(service.now())
    term = service.ourselves.legal_terms(today).get("civic_service")
    return render(
        service,
        request,
        "civic_service.html",
        civic_services=found,
        places=await everything(service, CIVIC_PLACES, sort="-since"),
        longest=term.amount if term else None,
        too_long={one["key"] for one in found if term is not None and _over(one, term, today)},
        source=term.said("source", language(request)) if term else "",
        hosts={one["structure"]: one for one in hosts.values()},
    )


def _over(one: Document, term: Holding, today: date) -> bool:
    """Whether a civic service is, or was, longer than the law has it. On the day that it ended it is over."""
    if one["status"] == "withdrawn" or term.amount is None or not one.get("since"):
        return False
    last = day_of(datetime.fromisoformat(one["until"])) - timedelta(1) if one.get("until") else today
    return last > last_day(day_of(datetime.fromisoformat(one["since"])), term.amount)


def _years(*counted: Mapping[str, int]) -> list[str]:
    """Every year from the first to the last in which anything was counted."""
    noted = [int(year) for one in counted for year in one]
    return [str(year) for year in range(min(noted), max(noted) + 1)] if noted else []


def _chart(request: Request, years: Sequence[str], volunteers: Mapping[str, int]) -> str:
    """The volunteers year by year; the present one is not over."""
    pages: Pages = request.app.state.pages
    lang = language(request)
    now = str(datetime.now(PARIS).year)
    return bars(
        [(year, volunteers.get(year)) for year in years],
        title=pages.lexicon.say("chart.volunteers", lang),
        partial={now: pages.lexicon.say("chart.under-way", lang)} if now in years else {},
        lang=lang,
    )
