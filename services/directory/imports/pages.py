"""Importing a file by pages: send it, say what its columns are, look at its lines, choose, confirm; then its progress.

Nothing is written before it is confirmed. What was sent is under a page's address of its own
(shared/persons/sealed_files.py), kept for some hours and no longer."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath, PureWindowsPath
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from services.directory.imports.drafts import SHOWS, Checked, Draft, Fate, Show, counted
from services.directory.imports.files.columns import FIELDS, IGNORED, guessed
from services.directory.imports.files.table_reader import BIGGEST, NotRead
from services.directory.imports.jobs import imports_of
from services.directory.imports.plan import in_words, said_of, structure_id
from services.directory.imports.views import IMPORTS
from services.directory.search.exports import DANGEROUS
from services.directory.structures.record_fields import place_of
from services.directory.structures.views import STRUCTURES
from shared.base.translations import L, Lang, translated
from shared.contract.cleaning import mended_line
from shared.kernel.decider import Refused
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises, Views
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.templating import language

HERE = "/directory/imports"
PATIENCE = 2.0  # seconds that a page waits for what may be done at once
REFRESH = 2  # seconds after which a browser asks again how far it is
FATES = get_args(Fate)
Still = Annotated[str, Query(max_length=1)]


class InMemory(MultiPartParser):
    """A form with a file in it, which is never written to disk as it came (the limit of its body is limits.py's)."""

    spool_max_size = BIGGEST + 1024 * 1024


file_routes = APIRouter(prefix="/imports", include_in_schema=False)
"""The list of imports; a file comes, and its columns are chosen."""


@file_routes.get("")
async def list_imports(service: Here[Views], request: Request, page: PageNumber = 1) -> Response:
    found = await service.store.find(IMPORTS, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    keys = [one["key"] for one in found.documents if not one["finished"]]
    running = {key: await imports_of(service).running(key) for key in keys}
    return render(
        service,
        request,
        "imports.html",
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        running=running,
    )


@file_routes.get("/new")
@access("editor")
async def new(service: Here[Views], request: Request) -> Response:
    return _asked(service, request)


@file_routes.post("/new")
async def send(service: Here[Views], request: Request) -> Response:
    form = await sent(request)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _asked(service, request, NotRead("no-file"), 422)
    data = await file.read()
    await form.close()
    sheet = str(form.get("sheet") or "").strip() or None
    try:
        draft = await imports_of(service).drafts.take(_plain_name(file.filename), data, sheet)
    except NotRead as why:
        return _asked(service, request, why, 422)
    return RedirectResponse(f"{HERE}/files/{draft.token}", 303)


@file_routes.get("/files/{token}")
@access("editor")
async def columns(service: Here[Views], request: Request, token: str) -> Response:
    draft = await _draft_of(service, request, token)
    return _asked_columns(service, request, draft, draft.columns or guessed(draft.header))


@file_routes.post("/files/{token}")
async def choose(service: Here[Views], request: Request, token: str) -> Response:
    draft = await _draft_of(service, request, token)
    form = await request.form(max_fields=200, max_files=0)
    drafts = imports_of(service).drafts
    wanted = [str(form.get(f"c{n}", IGNORED)) for n in range(len(draft.header))]
    try:
        if "sheet" in form and str(form["sheet"]) != draft.sheet:
            draft = await drafts.other_sheet(draft, str(form["sheet"]))
            return RedirectResponse(f"{HERE}/files/{token}", 303)
        if form.get("kind") not in {one.code for one in known_lists().offered("structure")}:
            raise NotRead("kind-wrong")
        await drafts.choose(draft, wanted, str(form["kind"]))
    except NotRead as why:
        known = [one if one in FIELDS else IGNORED for one in wanted]
        return _asked_columns(
            service, request, draft, known if "kind" in form else draft.columns or guessed(draft.header), why, 422
        )
    return RedirectResponse(f"{HERE}/files/{token}/lines", 303)


line_routes = APIRouter(prefix="/imports", include_in_schema=False)
"""The lines of a file: shown, chosen, confirmed or dropped."""


@line_routes.get("/files/{token}/lines")
@access("editor")
async def lines(
    service: Here[Views],
    request: Request,
    token: str,
    show: Literal["", "all", "doubtful", "wrong", "good"] = "",
    page: PageNumber = 1,
    still: Still = "",
) -> Response:
    draft = await _draft_of(service, request, token)
    if draft.columns is None:
        return RedirectResponse(f"{HERE}/files/{token}", 303)
    checked = await imports_of(service).drafts.checked(draft, PATIENCE)
    if checked is None:
        return _waiting(service, request, still, checking=draft, progress=imports_of(service).drafts.progress(draft))
    return await _preview_page(service, request, draft, checked, show, page)


@line_routes.post("/files/{token}/lines")
async def choose_lines(service: Here[Premises], request: Request, token: str) -> Response:
    draft = await _draft_of(service, request, token)
    form = await request.form(max_fields=500, max_files=0)
    rest = str(form.get("rest", ""))
    if rest in FATES:  # for all of them: what was chosen for one or the other is forgotten
        draft = draft.model_copy(update={"rest": rest, "choices": {}})
    else:
        choices = dict(draft.choices)
        for name, value in form.multi_items():
            if (line := re.fullmatch(r"line-(\d{1,6})", name)) and isinstance(value, str):
                choices[int(line[1])] = value[:36]
        draft = draft.model_copy(update={"choices": choices})
    await imports_of(service).drafts.save(draft)
    page = re.sub(r"\D", "", str(form.get("page", "")))[:4] or "1"
    show = next((one for one in SHOWS if one == form.get("show")), "doubtful")
    return RedirectResponse(f"{HERE}/files/{token}/lines?show={show}&page={page}", 303)


@line_routes.get("/files/{token}/wrong.csv")
@access("editor")
async def wrong(service: Here[Premises], request: Request, token: str) -> Response:
    draft = await _draft_of(service, request, token)
    drafts = imports_of(service).drafts
    checked = await drafts.checked(draft, PATIENCE) if draft.columns else None
    if checked is None:
        return RedirectResponse(f"{HERE}/files/{token}/lines", 303)
    lang = language(request)
    content = await asyncio.to_thread(_as_csv, draft, await drafts.wrong_lines(draft, checked), lang)
    headers = {"Content-Disposition": 'attachment; filename="lignes-a-corriger.csv"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@line_routes.post("/files/{token}/confirm")
async def confirm(service: Here[Premises], request: Request, token: str) -> Response:
    draft = await _draft_of(service, request, token)
    imports = imports_of(service)
    checked = await imports.drafts.checked(draft, PATIENCE) if draft.columns else None
    if checked is None:
        return RedirectResponse(f"{HERE}/files/{token}/lines", 303)
    form = await request.form(max_fields=20, max_files=0)
    source = mended_line(str(form.get("source", ""))[:1000])[:200].strip() or None
    counts = counted(draft, checked)
    if not counts["register"] + counts["complete"]:
        return RedirectResponse(f"{HERE}/files/{token}/lines", 303)
    actor = who_of(request).actor
    plan = await asyncio.to_thread(imports.drafts.plan, draft, checked, actor, source)
    import_id = await imports.begin(plan, checked)
    await imports.drafts.drop(token)
    return RedirectResponse(f"{HERE}/{import_id}", 303)


@line_routes.post("/files/{token}/drop")
async def drop(service: Here[Premises], request: Request, token: str) -> Response:
    await imports_of(service).drafts.drop(token)
    return RedirectResponse(HERE, 303)


report_routes = APIRouter(prefix="/imports", include_in_schema=False)
"""What became of an import."""


@report_routes.get("/{key}")
async def one_import(
    service: Here[Views], request: Request, key: UUID, page: PageNumber = 1, still: Still = ""
) -> Response:
    imports, id = imports_of(service), str(key)
    await imports.resume()
    await imports.wait(id)
    running, document = await imports.running(id), await service.store.get(IMPORTS, id)
    if running is not None:
        return _waiting(service, request, still, checking=None, progress=running)
    if document is None:
        raise HTTPException(404)
    report = await asyncio.to_thread(imports.report, id)
    registered = report["registered"] if report else []
    shown = registered[(page - 1) * PAGE : page * PAGE]
    ids = {n: str(structure_id(key, n)) for n in shown}
    like = {one for told in (report["told"][:PAGE] if report else []) for one in told[3]}
    completed = dict(list(report["completed"].items())[:PAGE]) if report else {}
    found = await service.store.get_many(STRUCTURES, sorted({*ids.values(), *like, *completed.values()}))
    return render(
        service,
        request,
        "import_report.html",
        done_import=document,
        report=report,
        ids=ids,
        found=found,
        page=page,
        in_words=in_words,
        pages_total=pages_total(page, len(registered)),
        completed=completed,
        most=PAGE,
        days=service.settings.keep_import_reports,
    )


@report_routes.get("/{key}/left-out.csv")
@access("editor")
async def left_out(service: Here[Premises], request: Request, key: UUID) -> Response:
    report = await asyncio.to_thread(imports_of(service).report, str(key))
    if report is None:
        raise HTTPException(404)
    content = _left_out_csv(report, language(request))
    headers = {"Content-Disposition": 'attachment; filename="lignes-laissees-de-cote.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _draft_of(service: Premises, request: Request, token: str) -> Draft:
    request.state.personal = True  # whatever stands in the file
    draft = await imports_of(service).drafts.get(token)
    if draft is None:
        raise Refused("upload-gone", hours=_hours(service))
    return draft


def _asked(service: Views, request: Request, why: NotRead | None = None, status: int = 200) -> Response:
    return render(
        service,
        request,
        "import_new.html",
        status=status,
        hours=_hours(service),
        most=BIGGEST // 2**20,
        failed=said_of(why)[language(request)] if why else None,
        sheet="",
    )


def _asked_columns(
    service: Views,
    request: Request,
    draft: Draft,
    chosen: Sequence[str],
    why: NotRead | None = None,
    status: int = 200,
) -> Response:
    return render(
        service,
        request,
        "import_columns.html",
        status=status,
        draft=draft,
        chosen=chosen,
        fields=(IGNORED, *FIELDS),
        kinds=[one.code for one in known_lists().offered("structure")],
        failed=said_of(why)[language(request)] if why else None,
        hours=_hours(service),
        warnings=[said_of(NotRead(one))[language(request)] for one in draft.warnings],
    )


async def _preview_page(
    service: Views, request: Request, draft: Draft, checked: Sequence[Checked], show: str, page: int, **said: Any
) -> Response:
    counts = counted(draft, checked)
    chosen: Show = next((one for one in SHOWS if one == show), _first_to_see(counts))
    found = [line for line in checked if line.shown_in(chosen)]
    here = found[(page - 1) * PAGE : page * PAGE]
    import_id = imports_of(service).drafts.import_id(draft)
    before = await service.store.get(IMPORTS, str(import_id)) if import_id else None
    told = {"failed": None, "status": 200, **said}
    return render(
        service,
        request,
        "import_lines.html",
        status=told["status"],
        draft=draft,
        counts=counts,
        show=chosen,
        shows=SHOWS,
        lines=here,
        page=page,
        pages_total=pages_total(page, len(found)),
        like=await _names(service, here),
        fates=FATES,
        before=before,
        source=draft.source if draft.source is not None else PurePath(draft.filename).stem[:100],
        becomes={line.number: line.becomes(draft) for line in here},
        hours=_hours(service),
        failed=told["failed"],
        place=place_of,
        in_words=in_words,
    )


def _hours(service: Premises) -> int:
    """How long a file that nobody confirms is kept."""
    return 24 * service.settings.keep_uploads


async def _names(service: Views, lines: Sequence[Checked]) -> dict[str, Document]:
    return await service.store.get_many(STRUCTURES, sorted({key for line in lines for key, _, _ in line.like}))


def _waiting(
    service: Views, request: Request, still: str, *, checking: Draft | None, progress: tuple[int, int]
) -> Response:
    page = render(
        service,
        request,
        "import_waiting.html",
        checking=checking,
        progress=progress,
        still=bool(still),
        every=REFRESH,
    )
    if not still:
        page.headers["Refresh"] = str(REFRESH)  # as <meta http-equiv> (HTML, §4.2.5.3)
    return page


async def sent(request: Request) -> FormData:
    """The form with its file. Raises 400 for what is none."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(400)
    try:
        return await InMemory(request.headers, request.stream(), max_files=1, max_fields=5).parse()
    except MultiPartException:
        raise HTTPException(400) from None


def _plain_name(given: str) -> str:
    """The name of a file, without the folders that some browsers send along."""
    name = PureWindowsPath(PurePath(given).name).name
    return " ".join("".join(c for c in name if c.isprintable()).split())[-120:] or "import"


def _first_to_see(counts: Mapping[str, int]) -> Show:
    """Where somebody's eye is needed first."""
    return "doubtful" if counts["doubtful"] else "wrong" if counts["wrong"] else "all"


def _as_csv(draft: Draft, wrong: Sequence[tuple[Checked, Sequence[str]]], lang: Lang) -> bytes:
    """The lines with errors as they were sent, so that they can be corrected and sent again; what is wrong comes
    last."""
    said = translated(L("Ce qui ne va pas"), lang)
    rows = [[*cells, " ".join(in_words(one[1:], lang) for one in line.problems)] for line, cells in wrong]
    return _excel([[*draft.header, said], *rows])


def _left_out_csv(report: Mapping[str, Any], lang: Lang) -> bytes:
    """The lines that were left out: number, name, why."""
    head = [
        translated(L("Ligne"), lang),
        translated(L("Nom"), lang),
        translated(L("Pourquoi"), lang),
    ]
    alike = translated(L("Ressemble à une fiche ou à une autre ligne"), lang)
    rows = [
        [str(number), name, " ".join(in_words(one, lang) for one in problems) or alike]
        for number, name, problems, _, _ in report["told"]
    ]
    return _excel([head, *rows])


def _excel(rows: Sequence[Sequence[str]]) -> bytes:
    """CSV as Excel opens it in France (UTF-8 with BOM, `;`); no cell is taken for a formula (OWASP, CSV injection)."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(
        [f"'{cell}" if cell.startswith(DANGEROUS) else cell for cell in row] for row in rows
    )
    return file.getvalue().encode("utf-8-sig")
