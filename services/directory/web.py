"""The directory's pages, put together: publications here, the others in their modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.directory.accounts import api as account_api
from services.directory.accounts import pages as account_pages
from services.directory.accounts import profile_pages as my_pages
from services.directory.accounts import sign_in_pages
from services.directory.accounts.domain.account_state import AccountCommand
from services.directory.casework import pages as note_pages
from services.directory.casework import request_pages
from services.directory.casework.domain.request import (
    AnswerIdentification,
    RequestIdentification,
    WithdrawIdentificationRequest,
)
from services.directory.claims import pages as claim_pages
from services.directory.duplicates import pages as duplicate_pages
from services.directory.imports import pages as import_pages
from services.directory.projects import form_pages as project_form
from services.directory.projects import pages as project_pages
from services.directory.projects.domain import ProjectCommand
from services.directory.public import listing_pages
from services.directory.public import pages as public_pages
from services.directory.search import pages as search_pages
from services.directory.search.finder import finder_of
from services.directory.search.words import SEARCH_WORDS
from services.directory.space import pages as space_pages
from services.directory.space import project_pages as space_project_pages
from services.directory.space import publication_pages
from services.directory.structures import record_pages
from services.directory.structures.domain.structure import StructureCommand
from services.directory.structures.record_fields import goal
from services.directory.views import PUBLICATIONS
from shared.base.translations import Lexicon
from shared.contract.directory import PublicationSort
from shared.geo import DEPARTMENTS, plain
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.service import Choices, Service
from shared.web.formatting import countries
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.markdown import as_plain

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
