"""The directory's pages, put together: publications here, the others in their modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.directory import (
    account_api,
    account_pages,
    claim_pages,
    duplicate_pages,
    import_pages,
    listing_pages,
    my_pages,
    note_pages,
    project_form,
    project_pages,
    public_pages,
    publication_pages,
    record_pages,
    request_pages,
    search_pages,
    sign_in_pages,
    space_pages,
    space_project_pages,
)  # fmt: skip
from services.directory.domain.account_state import AccountCommand
from services.directory.domain.cooperation import ProjectCommand
from services.directory.domain.request import (
    AnswerIdentification,
    RequestIdentification,
    WithdrawIdentificationRequest,
)  # fmt: skip
from services.directory.domain.structure import StructureCommand
from services.directory.finding import finder_of
from services.directory.record import goal
from services.directory.search_words import SEARCH_WORDS
from services.directory.views import PUBLICATIONS
from shared.contract.directory import PublicationSort
from shared.decider import Command
from shared.execute import Outcome
from shared.geo import DEPARTMENTS, plain
from shared.service import Choices, Service
from shared.web.formats import countries
from shared.web.markdown import as_plain
from shared.web.rendering import PAGE, PageNumber, pages_total, render
from shared.words import Lexicon

LEXICON = Lexicon(SEARCH_WORDS)
IDENTIFYING = (RequestIdentification, AnswerIdentification, WithdrawIdentificationRequest)


def page_of(command: Command, outcome: Outcome) -> str:
    """A record's page for what concerns a structure; the list it stands in for the rest."""
    if isinstance(command, AccountCommand):
        return f"/directory/accounts/{outcome.entity_id}"
    if isinstance(command, StructureCommand):
        return f"/directory/structures/{outcome.entity_id}"
    if isinstance(command, ProjectCommand):
        return f"/directory/projects/{outcome.entity_id}"
    structure = getattr(command, "structure", None)
    if structure is not None:
        return f"/directory/structures/{structure}"
    if isinstance(command, IDENTIFYING):
        return f"/directory/requests/{outcome.entity_id}"
    return ""


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """Departments and countries by name, the seventeen goals; what is looked for is one of the themes that records name."""
    departments = [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in command.model_fields:
        found["department"] = departments
    if "departments" in command.model_fields:
        region = service.settings.departments
        found["departments"] = [d for d in departments if not region or d[0] in region]
    for name in {"country", "countries"} & command.model_fields.keys():
        found[name] = countries(lang)
    if command is RequestIdentification:
        themes = (await finder_of(service).find(limit=0, count=("themes",))).facets["themes"]
        found["themes"] = [(name, name) for name in sorted(themes, key=plain)]
    if "sdgs" in command.model_fields:
        found["sdgs"] = [(str(n), goal(n, LEXICON, "en" if lang == "en" else "fr")) for n in range(1, 18)]
    return found


def routes(service: Service) -> APIRouter:
    """The routes of the directory's own pages."""
    router = APIRouter(include_in_schema=False)
    store = service.store

    @router.get("/publications")
    async def publications(request: Request, sort: str = "", page: PageNumber = 1) -> Response:
        where = {"sort": sort} if sort in get_args(PublicationSort) else {}
        found = await store.find(PUBLICATIONS, where, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
        return render(
            service, request, "publications.html", found=found, page=page, pages_total=pages_total(page, found.total),
            chosen=sort, words=as_plain,
        )  # fmt: skip

    for part in (
        project_form, project_pages, note_pages, request_pages, search_pages, record_pages, sign_in_pages, my_pages, account_pages, account_api, space_pages, space_project_pages, publication_pages, public_pages, claim_pages, listing_pages, import_pages, duplicate_pages,
    ):  # fmt: skip
        router.include_router(part.routes(service))
    return router
