"""A structure's record: its fields and where each value comes from, its history, what is attached to it; its cards; any
past day.

What other parts know of a structure stands in blocks of their own (`BLOCKS`): a template, and what it reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from services.directory.casework.views import COVERAGES, SUPPORTS
from services.directory.duplicates.record_block import merged_records
from services.directory.projects.record_block import projects_here
from services.directory.publications.views import PUBLICATIONS
from services.directory.record.vcards import cards
from services.directory.search.exports import FORMATS, as_jsonld, exporter
from services.directory.search.finder import finder_of
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.history import end_of, field_history, folded_from, in_order, known, timeline
from services.directory.structures.kept_records import kept_record, known_as
from services.directory.structures.record_fields import facts_of, to_be_checked, told
from services.directory.structures.views import STRUCTURES
from shared.base.paris_days import day_of
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Desk, Office, OpenViews, Views
from shared.web.here import Here
from shared.web.lists import amended, counted_on, newest_first, render
from shared.web.markdown import as_html
from shared.web.past.moments import AsOf, KnownAt, Moment, moment_of
from shared.web.security.authorization import who_of
from shared.web.security.redaction import revealed
from shared.web.templating import Pages, language

Block = tuple[str, Callable[[Views, Document], Awaitable[Mapping[str, Any]]]]
BLOCKS: tuple[Block, ...] = (("merged_records.html", merged_records), ("structure_projects.html", projects_here))
"""Templates that stand on the record of a structure, in order, with what each reads of it: its names must be its own"""


routes = APIRouter(include_in_schema=False)
"""`/directory/structures/<id>`, and the same as `.vcf` and `.jsonld`."""


@routes.get("/structures/{key}.vcf")
async def vcard(service: Here[OpenViews], request: Request, key: str) -> Response:
    structure = await _current(service, key)
    how = exporter(service, request.app.state.pages, language(request), finder_of(service).college)
    sees = who_of(request).sees_persons(service.name)
    text = cards(how, structure, await _contacts_of(service, request, structure) if sees else [])
    headers = {
        "Content-Disposition": 'attachment; filename="structure.vcf"',
        "Cache-Control": "no-store" if sees else "private, no-cache",
    }
    return Response(text, headers=headers, media_type=FORMATS["vcard"].media_type)


@routes.get("/structures/{key}.jsonld")
async def jsonld(service: Here[Views], request: Request, key: str) -> Response:
    how = exporter(service, request.app.state.pages, language(request), finder_of(service).college)
    said = orjson.dumps(as_jsonld(how, await _current(service, key)), option=orjson.OPT_INDENT_2)
    return Response(said, media_type=FORMATS["jsonld"].media_type)


@routes.get("/structures/{key}")
async def record(
    service: Here[Office], request: Request, key: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    moment = moment_of(as_of, known_at, service.now())
    if moment.past:
        return await _then(service, request, key, moment)
    structure = await _current(service, key)
    if structure["key"] != key:
        return RedirectResponse(f"/directory/structures/{structure['key']}?merged={key}", 303)

    async def about(view: View) -> list[Document]:
        return (await service.store.find(view, {"structure": known_as(structure)}, sort=["-at"], limit=200)).documents

    finder = finder_of(service)
    await finder.current()
    history = await service.execute.history("structure", UUID(key))
    blocks = {name: await read(service, structure) for name, read in BLOCKS}
    return render(
        service,
        request,
        "structure.html",
        structure=structure,
        **_facts(request, structure, await timeline(service.store, key)),
        stale_record=to_be_checked(structure, service.now()),
        college=finder.college(key),
        contacts=await _contacts_of(service, request, structure),
        supports=await about(SUPPORTS),
        coverages=await about(COVERAGES),
        publications=await about(PUBLICATIONS),
        history=newest_first(history),
        amended=amended(history),
        version=history.version,
        blocks=list(blocks),
        **{name: value for each in blocks.values() for name, value in each.items()},
    )


async def _current(service: Views, key: str) -> Document:
    """The record, or the one that it was merged into."""
    found = await kept_record(service, key)
    if found is None:
        raise HTTPException(404)
    return found


async def _contacts_of(service: OpenViews, request: Request, structure: Document) -> list[Document]:
    found = await service.store.find(CONTACTS, {"structure": known_as(structure)}, sort=["since"], limit=200)
    return [
        {**one, **{name: revealed(request, service, one[name]) for name in ("name", "email", "phone")}}
        for one in found.documents
    ]


async def _then(service: Desk, request: Request, key: str, moment: Moment) -> Response:
    """The record as it was at the end of a day: what was known of it, and no way to change it."""
    day = moment.as_of or day_of(service.now())
    head = {"then": moment, "as_of": moment.as_of, "known_at": moment.known_at}
    events = known(await timeline(service.store, key), moment.known_at)
    structure = folded_from(key, in_order(events, day))
    if structure is None:
        now = await service.store.get(STRUCTURES, key)
        if now is None:
            raise HTTPException(404)
        return render(service, request, "structure_not_yet.html", structure=now, **head)
    history = await service.execute.history("structure", UUID(key))
    if moment.known_at is not None:
        said = [one for one in history.events if day_of(one.recorded) <= moment.known_at]
        history = replace(history, events=said)
    corrected = amended(history)
    told = [one for one in newest_first(history) if counted_on(one, corrected) <= day]
    kept = await service.store.get(STRUCTURES, structure["merged_into"]) if structure["merged_into"] else None
    return render(
        service,
        request,
        "structure_then.html",
        structure=structure,
        **_facts(request, structure, events, day),
        **head,
        history=told,
        amended=corrected,
        kept=kept,
        stale_record=to_be_checked(structure, datetime.fromisoformat(end_of(moment.day or day))),
    )


def _facts(request: Request, structure: Document, events: Any, day: Any = None) -> dict[str, Any]:
    pages: Pages = request.app.state.pages
    return {
        "facts": facts_of(structure, field_history(events, day), pages.lexicon, language(request)),
        "html": as_html,
        "changes": lambda event: told(event, pages.lexicon, language(request)),
    }
