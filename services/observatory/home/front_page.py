"""The front page: the network today, from real figures, and where to go."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.observatory.event_table.moment import Moment, today
from services.observatory.figures.observatory import Answer, current
from services.observatory.journal import lines as journal
from services.observatory.network import Network
from services.observatory.search import event_query
from shared.geo import MAP_CREDIT
from shared.runtime.faces import Chronicle
from shared.runtime.parts import Key
from shared.web.charts.charts import cloth
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.service_pages import Shown, made_of
from shared.web.templating import Pages, language

LAST_EVENTS = 6
DONE = (
    "SELECT count(*) > 0 AS anything FROM events WHERE readable AND NOT starts_with(actor, 'service:') "
    "AND entity NOT IN ('account', 'session', 'signing-key')"
)
"""Whether anybody did anything yet: bulletins that the newsletter opens by itself, and accounts, are no life of a
network"""
COLLEGES = "membership.colleges_by_year.total.values"
SUPPORT = "directory.individual_support_by_year.values"


FRONT: Key[Pages] = Key("observatory.front-page")
"""The pages of the whole installation, which have the observatory's templates and words and belong to no service; from
its opening on."""

home = APIRouter(include_in_schema=False)
"""The route `GET /`, for the root of an installation that has the observatory, which knows all figures."""


async def opening(service: Shown) -> None:
    """Reads the templates of the front page."""
    service.parts.put(FRONT, made_of(service, ""))


@home.get("/")
@access("public")
async def front(service: Here[Chronicle], request: Request) -> Response:
    pages = service.parts.of(FRONT)
    who = who_of(request)
    if not who.may("observatory", "reader"):
        return pages.render(request, "door.html")
    observatory, lang = await current(service), language(request)
    table = observatory.table
    if not (await table.ask(DONE))[0]["anything"]:
        return pages.render(request, "welcome.html", sequence=observatory.read)
    moment = Moment(today(), None, observatory.read)
    joined = f"SELECT max(day) AS day FROM {table.known_now} WHERE entity = 'member' AND day <= $day"
    latest = (await table.ask(joined, {"day": moment.as_of}))[0]["day"]
    answers: dict[str, Answer] = {}
    for name in (
        "structures_total",
        "structures_by_region",
        "structures_by_department",
        "contacts_total",
        "members_by_college",
        "individual_support",
    ):
        answers[name] = await observatory.ask(name, moment)
    rows = await event_query.found(table, event_query.Wanted(), limit=LAST_EVENTS, newest=True)
    return pages.render(
        request,
        "home.html",
        sequence=observatory.read,
        today=moment.as_of,
        credit=MAP_CREDIT,
        lines=await journal.lines(table, rows, lang),
        printed=observatory.network.printed,
        **_figures(answers, observatory.network, latest or moment.as_of, moment.as_of, lang),
    )


def _figures(answers: dict[str, Answer], network: Network, latest: date, day: date, lang: str) -> dict[str, Any]:
    """What the page says. Years go to the last in which members came or went; the one that is not over is partial."""

    def value(indicator: str, path: str) -> int | None:
        found = answers[indicator].get(path, (None, ()))[0]
        return None if found is None else int(found)

    def events(indicator: str, path: str) -> int:
        return len(answers[indicator].get(path, (None, ()))[1])

    years: dict[int, int | None] = {}
    for path in sorted(answers["members_by_college"]):
        if path.startswith(COLLEGES):
            year = int(path.rpartition(".")[2])
            if year <= latest.year:
                years[year] = value("members_by_college", path)
    places = sorted(path.rpartition(".")[2] for path in answers["structures_by_department"])
    departments = {
        code: value("structures_by_department", f"directory.structures_by_department.values.{code}") or 0
        for code in places
    }
    supported = max(
        (int(path.rpartition(".")[2]) for path in answers["individual_support"] if path.startswith(SUPPORT)),
        default=None,
    )
    running = latest.year if latest.year == day.year and (day.month, day.day) != (12, 31) else None
    now = f"{COLLEGES}.{day.year}"
    return {
        "structures": value("structures_total", "directory.structures_total.value"),
        "structures_events": events("structures_total", "directory.structures_total.value"),
        "in_region": value("structures_by_region", "directory.structures_in_region.value"),
        "contacts": value("contacts_total", "directory.contacts_total.value"),
        "contacts_events": events("contacts_total", "directory.contacts_total.value"),
        "members": value("members_by_college", now),
        "members_path": now,
        "members_events": events("members_by_college", now),
        "before": (latest.year - 1, years.get(latest.year - 1)),
        "support_year": supported,
        "support": value("individual_support", f"{SUPPORT}.{supported}"),
        "support_before": value("individual_support", f"{SUPPORT}.{(supported or 0) - 1}"),
        "departments": departments,
        "region": network.region,
        "inhabited": sum(1 for count in departments.values() if count),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "cloth": cloth(departments, years, current_year=running, lang=lang),
    }
