"""The agenda, with what all capabilities know of gatherings: the front page with what comes and what was held, the
list, one record, the trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.events.base.days import today
from services.events.gatherings.domain.headcounts import UNSPECIFIED
from services.events.gatherings.queries import gathering_or_404
from services.events.gatherings.views import AT_THE_DOOR, GATHERINGS
from services.events.projects.views import PROJECTS
from services.events.registrations.queries import present_by_gathering
from services.events.registrations.views import REGISTRATIONS
from services.events.tandems.views import TANDEMS
from shared.contract.events.gatherings import HeadsCounted
from shared.kernel.command_handler import new_command_id
from shared.kernel.corrections import corrects
from shared.kernel.corrections import told as read
from shared.kernel.eventlog.event_log import History
from shared.kernel.line import standing
from shared.kernel.views.projection import Document, folded
from shared.notions import gathering as notion
from shared.runtime.faces import Desk, Views
from shared.web.charts.charts import bars
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, amended, newest_first, pages_total, render
from shared.web.templating import Pages, language

UNTOLD = frozenset(kind.type_name() for kind in AT_THE_DOOR)
"""Left out of a gathering's history: hundreds, each to be read in the journal."""


routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the agenda."""


@routes.get("/")
async def start(service: Here[Views], request: Request) -> Response:
    planned = (await service.store.find(GATHERINGS, {"state": "planned"}, sort=["day"], limit=500)).documents
    now = today()
    lists = await service.lists.now()
    by_kind = await service.store.count_by(GATHERINGS, "kind", {"state": "held"})
    by_year = sorted((await service.store.count_by(GATHERINGS, "year", {"state": "held"})).items())
    pages: Pages = request.app.state.pages
    lang = language(request)
    title = pages.lexicon.say("chart.by-year", lang)
    return render(
        service,
        request,
        "start.html",
        coming=[d for d in planned if d["last_day"] >= now],
        open=[d for d in planned if d["last_day"] < now],
        by_year=by_year,
        chart=bars(by_year, title=title, lang=lang) if by_year else "",
        by_kind=by_kind,
        kinds=lists.listed("gathering", by_kind),
        yearly=[code for code in lists.marked("gathering", "yearly") if by_kind.get(code)],
        projects=(await service.store.find(PROJECTS, limit=1)).total,
        tandems=(await service.store.find(TANDEMS, {"state": "on"}, limit=1)).total,
        places=await service.store.count_by(REGISTRATIONS, "gathering", {"standing": ["registered", "present"]}),
    )


@routes.get("/gatherings")
async def gatherings(
    service: Here[Views],
    request: Request,
    q: Words = "",
    kind: Chosen = None,
    year: Chosen = None,
    state: Chosen = None,
    page: PageNumber = 1,
) -> Response:
    chosen = {"kind": kind or [], "year": year or [], "state": state or []}
    where = {name: values for name, values in chosen.items() if values}
    found = await service.store.find(GATHERINGS, where, text=q, sort=["-day"], limit=PAGE, offset=(page - 1) * PAGE)
    # A facet counts what its own choice would give, so each leaves itself out.
    counts = {
        name: await service.store.count_by(GATHERINGS, name, {k: v for k, v in where.items() if k != name}, text=q)
        for name in chosen
    }
    present = await present_by_gathering(service)
    return render(
        service,
        request,
        "gatherings.html",
        q=q,
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=chosen,
        counts=counts,
        kinds=(await service.lists.now()).listed("gathering", [*counts["kind"], *chosen["kind"]]),
        came={d["key"]: _came(d, present) for d in found.documents},
    )


@routes.get("/gatherings/{key}")
async def gathering(service: Here[Desk], request: Request, key: str) -> Response:
    found = await gathering_or_404(service, key)
    by_standing = await service.store.count_by(REGISTRATIONS, "standing", {"gathering": key})
    present = await service.store.count_by(REGISTRATIONS, "audience", {"gathering": key, "standing": "present"})
    tribune = await service.store.find(PROJECTS, {"gathering": key}, sort=["title"], limit=100)
    history = await service.execute.history("gathering", UUID(key))
    told = [event for event in newest_first(history) if event.type not in UNTOLD]
    lists = await service.lists.now()
    term = lists.terms("gathering").get(found["kind"])
    audiences = lists.listed("audience", {*found["heads"], *present} - {UNSPECIFIED})
    return render(
        service,
        request,
        "gathering.html",
        marks=term.marks if term else (),
        gathering=found,
        standing=by_standing,
        present=present,
        came=notion.came(found["people"], by_standing.get("present")),
        audiences=[*audiences, UNSPECIFIED],
        tribune=tribune,
        history=told,
        amended=amended(history),
        today=today(),
        untold=len(history.events) - len(told),
        own_audiences=any(one.said for one in lists.terms("audience").values()),
        replaced=_replaced(history),
        version=history.version,
        command_id=new_command_id,
    )


@routes.get("/trainings")
async def trainings(service: Here[Views], request: Request) -> Response:
    kinds = (await service.lists.now()).marked("gathering", "modules")
    found = (await service.store.find(GATHERINGS, {"kind": kinds}, sort=["-day"], limit=1000)).documents
    present = await present_by_gathering(service)
    held = [{**d, "came": _came(d, present)} for d in found if d["state"] == "held"]
    return render(
        service,
        request,
        "trainings.html",
        trainings=found,
        came={d["key"]: _came(d, present) for d in found},
        by_module=_by_module(held),
        held=held,
        people=sum(d["came"] or 0 for d in held),
    )


def _replaced(history: History) -> set[int]:
    """The sequences of head counts that one of the same public, later in the line, replaced."""
    last: dict[str, int] = {}
    replaced: set[int] = set()
    counts = HeadsCounted.type_name()
    facts, corrections = read(one for one in history.events if one.type == counts or corrects(one.type))
    for fact in standing(facts, corrections):
        if isinstance(fact.event, HeadsCounted):
            audience = str(fact.event.audience)
            replaced |= {last[audience]} if audience in last else set()
            last[audience] = fact.seq
    return replaced


def _came(gathering: Document, present: Mapping[str, int]) -> int | None:
    return notion.came(gathering["people"], present.get(gathering["key"]))


def _by_module(held: Sequence[Document]) -> list[tuple[str, int, int]]:
    """Each module, how often it was held, and how many came, in the order of names."""
    modules: dict[str, list[Document]] = {}
    for one in held:
        modules.setdefault(one["module"] or "", []).append(one)
    return [
        (name, len(some), sum(d["came"] or 0 for d in some))
        for name, some in sorted(modules.items(), key=lambda module: folded(module[0]))
    ]
