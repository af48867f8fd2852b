"""What of the directory is for everybody: listed structures, published things. And how an answer about them is kept.

Nothing personal is in any of it: contacts and claims are never read here. What was shown once and is no more answers
410, so that search engines forget it; what nobody was ever shown answers 404.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from fastapi import HTTPException, Request
from starlette.responses import Response

from services.directory.projects.views import PROJECTS
from services.directory.publications.views import PUBLICATIONS
from services.directory.search.finder import finder_of
from services.directory.structures.kept_records import kept_record, known_as
from services.directory.structures.views import STRUCTURES, TIMELINES
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views
from shared.web.security.authorization import who_of
from shared.web.templating import TEMPLATES, language

PUBLIC = "/directory/public"
LISTED = {"listed": ["yes"]}
FRESH = 60  # seconds that a copy of a page may be shown unasked


class Elsewhere(Exception):
    """The record was merged into another, which is listed: its key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


async def listed_structure(service: Views, key: str) -> Document:
    """A record of the public directory. Raises Elsewhere, 410 for one that was listed, 404 for any other."""
    document = await service.store.get(STRUCTURES, key)
    if document is None:
        raise HTTPException(404)
    if document["merged_into"]:
        kept = await kept_record(service, key)
        if kept is not None and is_public(kept):
            raise Elsewhere(kept["key"])
    if not is_public(document):
        _gone_or_never(await service.store.get(TIMELINES, key))
    return document


def is_public(document: Document) -> bool:
    """Whether a record stands in the public directory."""
    return bool(document["listed"]) and not document["closed"] and not document["merged_into"]


def _gone_or_never(timeline: Document | None) -> NoReturn:
    listed = timeline is not None and any(one["type"] == "StructureListed" for one in timeline["events"])
    raise HTTPException(410 if listed else 404)


async def published(service: Views, key: str) -> Document:
    """What a member published. Raises 410 for what was withdrawn, 404 for a draft or nothing."""
    document = await service.store.get(PUBLICATIONS, key)
    if document is None:
        raise HTTPException(404)
    if document["withdrawn"]:
        raise HTTPException(410)
    return document


async def published_project(service: Views, key: str) -> Document:
    """A cooperation project that is shown to everybody. Raises 410 for one withdrawn, 404 for a draft or nothing."""
    document = await service.store.get(PROJECTS, key)
    if document is None or not (document["published"] or document["withdrawn"]):
        raise HTTPException(404)
    if not document["published"]:  # a draft that was dropped says the same: it is never linked
        raise HTTPException(410)
    return document


async def of_structure(service: Views, structure: Document) -> tuple[list[Document], list[Document]]:
    """What a structure has published, newest first, and the cooperation projects in which it takes part."""
    keys = list(known_as(structure))
    said = await service.store.find(PUBLICATIONS, {"structure": keys, "withdrawn": False}, sort=["-at"], limit=20)
    projects = await finder_of(service).find_projects("", {"structures": [structure["key"]]}, limit=50, count=())
    return said.documents, projects.documents


async def listed_among(service: Views, keys: set[str]) -> dict[str, Document]:
    """id → the record that stands for it, of those that are in the public directory."""
    found = {key: await kept_record(service, key) for key in sorted(keys)}
    return {key: one for key, one in found.items() if one is not None and is_public(one)}


# how answers are kept


def _release() -> str:
    """Changes with every template and style of a page, so that no copy outlives a release."""
    digest = sha256()
    for folder in (Path(__file__).parents[1] / "templates", TEMPLATES, TEMPLATES.parent / "static"):
        for path in sorted(folder.glob("*.*")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


RELEASE = _release()


def tag_of(service: Views, request: Request) -> str:
    """The entity tag of a page: the event up to which it shows the log, its language, our release (RFC 9110 §8.8.3)."""
    return f'W/"{service.runner.position}-{language(request)}-{RELEASE}"'


def unchanged(service: Views, request: Request) -> Response | None:
    """304 for whoever has this very page already; made before anything is read."""
    if not _for_everybody(request) or request.headers.get("if-none-match", "") != (tag := tag_of(service, request)):
        return None
    return kept_by_all(Response(status_code=304), tag)


def shown(request: Request, page: Response, tag: str) -> Response:
    """The page, which may be kept for a minute, then asked for by its tag; not where it says who is signed in."""
    return kept_by_all(page, tag) if _for_everybody(request) else page


def kept_by_all(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = f"public, max-age={FRESH}, stale-while-revalidate=600"
    answer.headers["Vary"] = "Cookie"
    return answer


def _for_everybody(request: Request) -> bool:
    return not who_of(request).signed_in and "lang" not in request.query_params
