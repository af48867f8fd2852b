"""The pages of cooperation projects: searching them, where in the world they are, one of them, exports of a search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from services.directory.projects.domain import PARTNER_KINDS, PROJECT_FACTS
from services.directory.projects.exports import PROJECT_FORMATS, ProjectExporter
from services.directory.projects.query import ProjectSearch
from services.directory.projects.views import PROJECTS
from services.directory.search.exports import FORMATS, file_name
from services.directory.search.finder import Finder, Work, finder_of
from services.directory.structures.views import STRUCTURES
from shared.base.translations import L, Lang, Lexicon, translated
from shared.contract.directory.cooperation import CooperationProjectRevised, ProjectStage
from shared.contract.envelope import Recorded
from shared.geo import MAP_CREDIT
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import Store
from shared.runtime.faces import Desk, Views
from shared.web.charts.charts import shares
from shared.web.charts.department_map import department_map, drawn_departments
from shared.web.formatting import country, department
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, amended, newest_first, pages_total, render
from shared.web.markdown import as_html
from shared.web.templating import Pages, language

NAMED = 8  # structures and partners that the answer to a search names
CHARTED = 12  # countries that the chart of the world shows
AT_ONCE = 250  # projects that an export reads at once
STATES = ("draft", "withdrawn")
Asked = Annotated[ProjectSearch, Depends()]


routes = APIRouter(prefix="/projects", include_in_schema=False)
"""The routes of the projects' pages; what changes them has routes of its own (project_form.py)."""


@routes.get("")
async def projects(service: Here[Views], request: Request, asked: Asked, page: PageNumber = 1) -> Response:
    found = await asked.page(finder_of(service), PAGE, (page - 1) * PAGE)
    actors = [(key, n) for key, n in most(found.facets["structures"])][:NAMED]
    names = await service.store.get_many(STRUCTURES, [key for key, _ in actors])
    return render(
        service,
        request,
        "projects.html",
        asked=asked,
        found=found,
        page=page,
        works=await finder_of(service).with_structures(found.documents),
        pages_total=pages_total(page, found.total),
        stages=get_args(ProjectStage),
        states=STATES,
        partner_kinds=PARTNER_KINDS,
        most=most,
        formats=PROJECT_FORMATS,
        actors=[(names[key]["name"], key, n) for key, n in actors if key in names],
        partners=most(found.facets["partners"])[:NAMED],
        names=await _chosen_names(service, asked),
    )


@routes.get("/world")
async def world(service: Here[Views], request: Request, asked: Asked) -> Response:
    """By country: how many projects, and how many structures from here say that they act there."""
    lang = language(request)
    found = await asked.page(finder_of(service), 0, count=("countries", "departments", "themes", "sdgs", "stage"))
    acting = await finder_of(service).find(limit=0, count=("countries",))
    rows = sorted(
        ((country(code, lang), code, n) for code, n in found.facets["countries"].items()),
        key=lambda row: (-row[2], row[0]),
    )
    pages: Pages = request.app.state.pages
    chart = shares(
        [(name, n) for name, _, n in rows[:CHARTED]],
        title=pages.lexicon.say("projects.by-country", lang),
        lang=lang,
    )
    region = drawn_departments(service.ourselves.region(), found.facets["departments"])
    counts = {code: found.facets["departments"].get(code, 0) for code in region}
    outline = department_map(
        counts,
        lambda code: f"/directory/projects?{urlencode({'departments': code})}",
        pages.lexicon.say("projects.by-department", lang),
        region,
        current=asked.chosen["departments"],
        unit=(translated(L("projet"), lang), translated(L("projets"), lang)),
        lang=lang,
    )
    return render(
        service,
        request,
        "projects_world.html",
        asked=asked,
        found=found,
        rows=rows,
        chart=chart,
        charted=CHARTED,
        acting=acting.facets["countries"],
        map=outline,
        credit=MAP_CREDIT,
        names=await _chosen_names(service, asked),
        departments=[(code, department(code), n) for code, n in counts.items()],
        stages=get_args(ProjectStage),
        states=STATES,
        most=most,
    )


@routes.get("/export")
async def export(
    service: Here[Views], request: Request, asked: Asked, format: Literal["csv", "xlsx", "json"] = "csv"
) -> Response:
    pages: Pages = request.app.state.pages
    root = service.public_url.rstrip("/")
    how = ProjectExporter(pages.lexicon, language(request), lambda key: f"{root}/directory/projects/{key}")
    keys = await finder_of(service).project_keys(asked.q, asked.where, order=asked.order)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(format, ("projets",))}"'}
    return StreamingResponse(
        how.write(format, told(service.store, finder_of(service), keys)),
        media_type=FORMATS[format].media_type,
        headers=headers,
    )


@routes.get("/{key}")
async def project(service: Here[Desk], request: Request, key: UUID) -> Response:
    document = await service.store.get(PROJECTS, str(key))
    if document is None:
        raise HTTPException(404)
    await finder_of(service).current()
    (work,) = await finder_of(service).with_structures([document])
    history = await service.execute.history("project", key)
    return render(
        service,
        request,
        "project.html",
        work=work,
        project=document,
        history=newest_first(history),
        amended=amended(history),
        version=history.version,
        partner_kinds=PARTNER_KINDS,
        command_id=new_command_id,
        html=as_html,
        changes={one.id: changed(one, request.app.state.pages.lexicon, language(request)) for one in history.events},
    )


async def _chosen_names(service: Views, asked: ProjectSearch) -> dict[str, str]:
    """The names of the structures that a search is narrowed to."""
    found = await service.store.get_many(STRUCTURES, list(asked.chosen["structures"]))
    return {key: document["name"] for key, document in found.items()}


def changed(event: Recorded, lexicon: Lexicon, lang: Lang) -> str:
    """Which answers a revision changed, in words; "" for any other event."""
    if event.type != CooperationProjectRevised.__name__:
        return ""
    names = [n for n in PROJECT_FACTS if getattr(event.data, n) is not None or n in getattr(event.data, "cleared", ())]
    return ", ".join(lexicon.say(f"field.{name}", lang).lower() for name in names)


def most(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Values by how many have them, the most first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


async def told(store: Store, finder: Finder, keys: Sequence[str]) -> AsyncIterator[Work]:
    """The projects with these keys, in this order, each with its structures from here."""
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = await store.get_many(PROJECTS, some)
        for work in await finder.with_structures([found[key] for key in some if key in found]):
            yield work
