"""The pages of events: gatherings, the door of one, trainings, the Tribune des projets, tandems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from services.events.domain.attending import RegistrationCommand
from services.events.domain.counting import AUDIENCES
from services.events.domain.project import PresentProject, WithdrawPresentation
from services.events.domain.tandem import TandemCommand
from services.events.views import COUNTED, GATHERINGS, PROJECTS, REGISTRATIONS, STRUCTURES, TANDEMS
from shared.contract.events import GatheringKind
from shared.decider import Command
from shared.envelope import Recorded
from shared.execute import Outcome, new_command_id
from shared.geo import DEPARTMENTS
from shared.log import History
from shared.service import Choices, Service
from shared.views import Document, folded
from shared.web.charts import bars
from shared.web.formats import PARIS, countries, day
from shared.web.pages import Pages, language

PAGE = 25  # lines of a list
MOST = 3000  # registrations that a search at the door looks through; their names are sealed, so each is opened
FOUND = 20  # of these, shown
LATEST = 6  # check-ins shown at the door
AT_THE_DOOR = frozenset(
    kind.__name__ for kind in REGISTRATIONS.on
)  # left out of a gathering's history: hundreds, each to be read in the journal
PICKED = {
    "RegisterParticipant": "structure", "PresentProject": "structure", "FormTandem": "association",
    "AddTandemSchool": "school",
}  # fmt: skip
"""Commands about a structure of the directory, and the field that names it."""


def page_of(command: Command, outcome: Outcome) -> str:
    """The record of the gathering or tandem; for what happens at the door, wherever one came from."""
    if isinstance(command, RegistrationCommand):
        return ""
    if isinstance(command, PresentProject | WithdrawPresentation):
        return "/events/projects"
    return f"/events/{'tandems' if isinstance(command, TandemCommand) else 'gatherings'}/{outcome.entity_id}"


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """What the forms offer: places and countries by name, gatherings, tandems, members, schools."""
    fields, store = command.model_fields, service.store
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in fields:
        found["department"] = [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
    if "country" in fields:
        found["country"] = countries(lang)
    if "gathering" in fields:
        agoras = {"kind": "agora"} if command is PresentProject else {}
        some = await store.find(GATHERINGS, agoras, sort=["-day"], limit=1000)
        found["gathering"] = [(d["key"], f"{d['title']}, {day(d['day'])}") for d in some.documents]
    if "tandem" in fields:
        some = await store.find(TANDEMS, sort=["-school_year"], limit=1000)
        found["tandem"] = [(d["key"], f"{d['association_name']}, {d['school_year']}") for d in some.documents]
    for name in ("structure", "association", "school"):
        if name in fields:
            where: dict[str, Any] = {"kind": "school"} if name == "school" else {"member": True}
            some = await store.find(STRUCTURES, {**where, "closed": False}, sort=["name"], limit=1000)
            found[name] = [(d["key"], d["name"]) for d in some.documents]
    return found


def routes(service: Service) -> APIRouter:
    """The routes of the pages of events."""
    router = APIRouter(include_in_schema=False)
    for add in (_gatherings, _door, _others):
        add(router, service)
    return router


def _render(service: Service, request: Request, template: str, **context: Any) -> Response:
    pages: Pages = request.app.state.pages
    return pages.render(request, template, sequence=service.runner.position, **context)


def _newest_first(history: History) -> list[Recorded]:
    """By when it happened; what was learnt later first on the same day."""
    return sorted(history.events, key=lambda event: (event.time, event.seq), reverse=True)


def _replaced(history: History) -> set[int]:
    """The sequences of head counts that a later one of the same public replaced."""
    last: dict[str, int] = {}
    replaced: set[int] = set()
    for event in history.events:
        if event.type in ("HeadsCounted", "HeadCountWithdrawn"):
            audience = str(event.data.audience)  # type: ignore[attr-defined]
            replaced |= {last[audience]} if audience in last else set()
            last[audience] = event.seq
    return replaced


def _pages(page: int, total: int) -> int:
    return max(page, -(-total // PAGE), 1)


PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Chosen = Annotated[list[str] | None, Query()]
Words = Annotated[str, Query(max_length=200)]


async def _gathering(service: Service, key: str) -> Document:
    found = await service.store.get(GATHERINGS, key)
    if found is None:
        raise HTTPException(404)
    return found


async def _present(service: Service) -> Mapping[str, int]:
    """How many were checked in by name, by gathering."""
    return await service.store.count_by(REGISTRATIONS, "gathering", {"standing": "present"})


def _gatherings(router: APIRouter, service: Service) -> None:
    store = service.store

    @router.get("/")
    async def start(request: Request) -> Response:
        planned = (await store.find(GATHERINGS, {"state": "planned"}, sort=["day"], limit=500)).documents
        today = datetime.now(PARIS).date().isoformat()
        by_year = sorted((await store.count_by(GATHERINGS, "year", {"state": "held"})).items())
        pages: Pages = request.app.state.pages
        lang = language(request)
        title = pages.lexicon.say("chart.by-year", lang)
        return _render(
            service, request, "start.html",
            coming=[d for d in planned if d["last_day"] >= today], open=[d for d in planned if d["last_day"] < today],
            by_year=by_year, chart=bars(by_year, title=title, lang=lang) if by_year else "",
            by_kind=await store.count_by(GATHERINGS, "kind", {"state": "held"}), kinds=get_args(GatheringKind),
            projects=(await store.find(PROJECTS, limit=1)).total,
            tandems=(await store.find(TANDEMS, {"state": "on"}, limit=1)).total,
            places=await store.count_by(REGISTRATIONS, "gathering", {"standing": ["registered", "present"]}),
        )  # fmt: skip

    @router.get("/gatherings")
    async def gatherings(
        request: Request, q: Words = "", kind: Chosen = None, year: Chosen = None, state: Chosen = None,
        page: PageNumber = 1,
    ) -> Response:  # fmt: skip
        chosen = {"kind": kind or [], "year": year or [], "state": state or []}
        where = {name: values for name, values in chosen.items() if values}
        found = await store.find(GATHERINGS, where, text=q, sort=["-day"], limit=PAGE, offset=(page - 1) * PAGE)
        # A facet counts what its own choice would give, so each leaves itself out.
        counts = {
            name: await store.count_by(GATHERINGS, name, {k: v for k, v in where.items() if k != name}, text=q)
            for name in chosen
        }
        return _render(
            service, request, "gatherings.html", q=q, found=found, page=page, pages_total=_pages(page, found.total),
            chosen=chosen, counts=counts, kinds=get_args(GatheringKind), present=await _present(service),
        )  # fmt: skip

    @router.get("/gatherings/{key}")
    async def gathering(request: Request, key: str) -> Response:
        found = await _gathering(service, key)
        by_standing = await store.count_by(REGISTRATIONS, "standing", {"gathering": key})
        present = await store.count_by(REGISTRATIONS, "audience", {"gathering": key, "standing": "present"})
        tribune = await store.find(PROJECTS, {"gathering": key}, sort=["title"], limit=100)
        history = await service.execute.history("gathering", UUID(key))
        told = [event for event in _newest_first(history) if event.type not in AT_THE_DOOR]
        return _render(
            service, request, "gathering.html", gathering=found, standing=by_standing, present=present,
            audiences=COUNTED, tribune=tribune, history=told, today=datetime.now(PARIS).date().isoformat(),
            untold=len(history.events) - len(told), replaced=_replaced(history), version=history.version, command_id=new_command_id,
        )  # fmt: skip


def _door(router: APIRouter, service: Service) -> None:
    """Registrations and check-ins of one gathering."""
    store = service.store

    async def named(registrations: Sequence[Document]) -> list[Document]:
        """The same with the name of the structure, as it is called today where the directory knows it."""
        known = await store.get_many(STRUCTURES, sorted({d["structure"] for d in registrations if d["structure"]}))
        return [
            {**d, "from": known[d["structure"]]["name"] if d["structure"] in known else d["structure_name"]}
            for d in registrations
        ]

    @router.get("/gatherings/{key}/registrations")
    async def registrations(request: Request, key: str, standing: Chosen = None, page: PageNumber = 1) -> Response:
        gathering = await _gathering(service, key)
        where = {"gathering": key, **({"standing": standing} if standing else {})}
        found = await store.find(REGISTRATIONS, where, sort=["ticket"], limit=PAGE, offset=(page - 1) * PAGE)
        return _render(
            service, request, "registrations.html", gathering=gathering, found=await named(found.documents),
            total=found.total, page=page, pages_total=_pages(page, found.total), chosen=standing or [],
            counts=await store.count_by(REGISTRATIONS, "standing", {"gathering": key}), command_id=new_command_id,
        )  # fmt: skip

    @router.get("/gatherings/{key}/check-in")
    async def check_in(request: Request, key: str, q: Words = "") -> Response:
        gathering = await _gathering(service, key)
        found = await _searched(key, q.strip())
        there = await store.find(
            REGISTRATIONS, {"gathering": key, "standing": "present"}, sort=["-present_at"], limit=LATEST
        )
        expected = {"gathering": key, "standing": ["registered", "present"]}
        pages: Pages = request.app.state.pages
        today = datetime.now(PARIS).date().isoformat()
        page = _render(
            service, request, "check_in.html", gathering=gathering, q=q, found=found[:FOUND], more=len(found) > FOUND,
            latest=await named(there.documents), total=there.total, audiences=AUDIENCES,
            expected=await store.count_by(REGISTRATIONS, "audience", expected),
            present=await store.count_by(REGISTRATIONS, "audience", {"gathering": key, "standing": "present"}),
            early=today < gathering["day"], late=today > gathering["last_day"], command_id=new_command_id,
            title=pages.lexicon.say("door.agora" if gathering["kind"] == "agora" else "door", language(request)),
        )  # fmt: skip
        page.headers["Cache-Control"] = "no-store"  # a person's name may be on it
        return page

    async def _searched(key: str, q: str) -> list[Document]:
        """Registrations of a gathering by ticket number, structure or person's name."""
        if not q:
            return []
        bare = q.removeprefix("n°").strip().lstrip("0")
        if bare.isascii() and bare.isdigit() and len(bare) < 9:
            ticket = await store.find(REGISTRATIONS, {"gathering": key, "ticket": int(bare)}, limit=1)
            if ticket.documents:
                return [_opened(one) for one in await named(ticket.documents)]
        some = await store.find(REGISTRATIONS, {"gathering": key}, sort=["ticket"], limit=MOST)
        words = folded(q).split()
        people = [_opened(one) for one in await named(some.documents)]
        return [p for p in people if all(w in folded(f"{p['from'] or ''} {p['who'] or ''}") for w in words)]

    def _opened(registration: Document) -> Document:
        return {**registration, "who": service.keyring.reveal(registration["name"])}


def _others(router: APIRouter, service: Service) -> None:
    """Trainings, the Tribune, tandems, and the choice of a structure for a form."""
    store = service.store

    @router.get("/trainings")
    async def trainings(request: Request) -> Response:
        found = (await store.find(GATHERINGS, {"kind": "training"}, sort=["-day"], limit=1000)).documents
        present = await _present(service)
        held = [{**d, "came": _came(d, present)} for d in found if d["state"] == "held"]
        modules: dict[str, list[Document]] = {}
        for one in held:
            modules.setdefault(one["module"] or "", []).append(one)
        by_module = [
            (name, len(some), sum(d["came"] or 0 for d in some))
            for name, some in sorted(modules.items(), key=lambda m: folded(m[0]))
        ]
        return _render(
            service, request, "trainings.html", trainings=found, present=present, by_module=by_module, held=held,
            people=sum(d["came"] or 0 for d in held),
        )  # fmt: skip

    @router.get("/projects")
    async def projects(request: Request, q: Words = "", year: Chosen = None, page: PageNumber = 1) -> Response:
        where = {"year": year} if year else {}
        found = await store.find(PROJECTS, where, text=q, sort=["-year", "title"], limit=PAGE, offset=(page - 1) * PAGE)
        agoras = await store.get_many(GATHERINGS, sorted({d["gathering"] for d in found.documents if d["gathering"]}))
        return _render(
            service, request, "projects.html", q=q, found=found, page=page, pages_total=_pages(page, found.total),
            chosen=year or [], years=await store.count_by(PROJECTS, "year", text=q), agoras=agoras,
        )  # fmt: skip

    @router.get("/tandems")
    async def tandems(request: Request, year: Chosen = None) -> Response:
        found = (await store.find(TANDEMS, sort=["-school_year", "association_name"], limit=1000)).documents
        shown = [d for d in found if not year or d["school_year"] in year]
        on = [d for d in shown if d["state"] == "on"]
        return _render(
            service, request, "tandems.html", tandems=shown, chosen=year or [], on=on,
            years=Counter(d["school_year"] for d in found),
            schools=len({s["school"] for d in on for s in d["schools"]}),
            associations=len({d["association"] or folded(d["association_name"]) for d in on}),
            pupils=sum(d["pupils"] or 0 for d in on),
        )  # fmt: skip

    @router.get("/tandems/{key}")
    async def tandem(request: Request, key: str) -> Response:
        found = await store.get(TANDEMS, key)
        if found is None:
            raise HTTPException(404)
        history = await service.execute.history("tandem", UUID(key))
        return _render(
            service, request, "tandem.html", tandem=found, history=_newest_first(history),
            version=history.version, command_id=new_command_id,
        )  # fmt: skip

    @router.get("/choose/{command}")
    async def choose(request: Request, command: str, q: Words = "") -> Response:
        field = PICKED.get(command)
        if field is None:
            raise HTTPException(404)
        model = service.execute.commands[command]
        kept = {
            n: v
            for n, v in request.query_params.items()
            if n in model.model_fields or n in ("version", "back", "happened_on")
        }
        kept = {n: v for n, v in kept.items() if n not in (field, f"{field}_name")}
        where = {"kind": "school"} if field == "school" else {} if q else {"member": True}
        found = await store.find(STRUCTURES, {**where, "closed": False}, text=q, sort=["name"], limit=PAGE)
        return _render(service, request, "choose.html", command=command, field=field, q=q, found=found, kept=kept)


def _came(gathering: Document, present: Mapping[str, int]) -> int | None:
    """Who came: counted and checked in by name; None where neither was done."""
    named = present.get(gathering["key"])
    if gathering["people"] is None and named is None:
        return None
    return (gathering["people"] or 0) + (named or 0)
