"""Likely duplicates: the work list, two records side by side, merging them field by field, and telling namesakes apart.

Everything can be undone: a merge from the record and from the list of merges, namesakes from theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from services.directory.duplicates.matching import Pair, named
from services.directory.duplicates.views import MERGES, NAMESAKES
from services.directory.duplicates.worklist import (
    REASONS,
    SURE,
    better_kept,
    chosen,
    duplicates_of,
    side_by_side,
    standing,
    sure,
    takeable,
)
from services.directory.structures.both_members import both_members
from services.directory.structures.domain.structure import MergeStructures
from services.directory.structures.record_fields import in_words, place_of
from services.directory.structures.views import STRUCTURES
from shared.base.translations import SOURCE, Lang, Lexicon
from shared.contract.cleaning import WHITE
from shared.contract.directory.structure_facts import FACTS, LISTS
from shared.contract.directory.structures import StructuresMerged
from shared.kernel.command_handler import Outcome, Stale, new_command_id, told_of
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.runtime.faces import Desk, Library, Premises, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import sentences
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, pages_total, render
from shared.web.markdown import as_plain
from shared.web.security.authorization import who_of
from shared.web.security.local_paths import local
from shared.web.templating import Pages, language

HERE = "/directory/duplicates"
TABS = Literal["", "merged", "apart"]
FILTERS = ("q", "sure", "reason")
Place = Annotated[int, Query(ge=0, le=10**6)]
C = TypeVar("C", bound=Command)


list_routes = APIRouter(prefix="/duplicates", include_in_schema=False)
"""The list of likely duplicates, and two of them side by side."""


@list_routes.get("")
async def work_list(
    service: Here[Views],
    request: Request,
    tab: TABS = "",
    q: Words = "",
    sure_: Annotated[Chosen, Query(alias="sure")] = None,
    reason: Chosen = None,
    page: PageNumber = 1,
) -> Response:
    duplicates = duplicates_of(service)
    every = await duplicates.pairs()
    counts = {
        "": len(every),
        "merged": (await service.store.find(MERGES, {}, limit=1)).total,
        "apart": (await service.store.find(NAMESAKES, {"apart": True}, limit=1)).total,
    }
    start = (page - 1) * PAGE
    context: dict[str, Any] = {"tab": tab, "q": q, "counts": counts, "page": page}
    if tab == "merged":
        found = await service.store.find(MERGES, {}, sort=["-at"], limit=PAGE, offset=start)
        keys = {key for one in found.documents for key in (one["key"], one["kept"])}
        context |= {"merges": found.documents, "pages_total": pages_total(page, found.total)}
    elif tab == "apart":
        found = await service.store.find(NAMESAKES, {"apart": True}, sort=["key"], limit=PAGE, offset=start)
        keys = {key for one in found.documents for key in one["structures"]}
        context |= {"apart": found.documents, "pages_total": pages_total(page, found.total)}
    else:
        sures, reasons = sure_ or [], reason or []
        by_words = chosen(duplicates, every, q)
        pairs = chosen(duplicates, by_words, "", sures, reasons)
        shown = pairs[start : start + PAGE]
        keys = {key for pair in shown for key in (pair.first, pair.second)}
        context |= {
            "pairs": [(n, pair, sure(pair)) for n, pair in enumerate(shown, start)],
            "total": len(pairs),
            "chosen": {"sure": sures, "reason": reasons},
            "pages_total": pages_total(page, len(pairs)),
            # A facet counts what its own choice would give, so each leaves itself out.
            "facets": {
                "sure": Counter(sure(pair) for pair in chosen(duplicates, by_words, "", (), reasons)),
                "reason": Counter(pair.reason for pair in chosen(duplicates, by_words, "", sures)),
            },
            "sures": SURE,
            "reasons": REASONS,
            "query": _filters({"q": q, "sure": sures, "reason": reasons}),
        }
    found_names = await service.store.get_many(STRUCTURES, sorted(keys))
    page_ = render(
        service,
        request,
        "duplicates.html",
        names=found_names,
        command_ids=new_command_id,
        ready=duplicates.ready,
        comparing=duplicates.ready and duplicates.comparing,
        place=place_of,
        **context,
    )
    if not duplicates.ready:
        page_.headers["Refresh"] = "5"
    return page_


@list_routes.get("/compare")
async def compare(
    service: Here[Library], request: Request, first: UUID, second: UUID, kept: UUID | None = None, at: Place = 0
) -> Response:
    return await _compared(service, request, str(first), str(second), str(kept) if kept else None, at, _query(request))


answer_routes = APIRouter(prefix="/duplicates", include_in_schema=False)
"""What is said of two records: merged, told apart, and both taken back."""


@answer_routes.post("/merge")
async def merge(service: Here[Desk], request: Request) -> Response:
    form = await request.form(max_fields=100, max_files=0)
    query, at = _query_of(form), _number(form, "at")
    fields = [name for name in FACTS if form.get(f"take-{name}") == "other"]
    command = _made(MergeStructures, structure=form.get("kept"), merged=form.get("merged"), taken=fields)
    try:
        other = await service.store.get(STRUCTURES, str(command.merged))
        again = other is not None and other["merged_into"] == str(command.structure)
        if other is not None and not again and form.get("other_version") != str(other["version"]):
            raise Stale(other["version"])
        outcome = await _do(service, request, form, command, None if again else _number(form, "version"))
    except (Refused, Stale, Conflict) as no:
        status = 422 if isinstance(no, Refused) else 409
        first, second = str(command.structure), str(command.merged)
        return await _compared(
            service,
            request,
            first,
            second,
            first,
            at,
            query,
            failed=_sentence(service, request, no),
            status=status,
            taken=fields,
        )
    return await _next_one(service, outcome.seq, at, query, f"merged={command.merged}")


@answer_routes.post("/apart")
async def tell_apart(service: Here[Desk], request: Request) -> Response:
    form = await request.form(max_fields=100, max_files=0)
    query, at = _query_of(form), _number(form, "at")
    first, second, reason = (str(form.get(name, "")) for name in ("first", "second", "reason"))
    try:
        command = TellNamesakesApart.model_validate(
            {"first": first, "second": second, "reason": reason.strip(WHITE) or None}
        )
    except ValidationError as wrong:
        pages: Pages = request.app.state.pages
        lang = language(request)
        said = sentences(wrong, TellNamesakesApart, pages.lexicon, lang)
        if "reason" not in said:
            raise HTTPException(422) from None
        short = 0 < len(reason.strip()) < 3
        failed = pages.lexicon.say("duplicates.reason-too-short", lang) if short else said["reason"]
        return await _compared(
            service, request, first, second, None, at, query, failed=failed, status=422, reason=reason
        )
    try:
        outcome = await _do(service, request, form, command)
    except (Refused, Stale, Conflict) as no:
        return await _compared(
            service,
            request,
            first,
            second,
            None,
            at,
            query,
            failed=_sentence(service, request, no),
            status=422,
            reason=reason,
        )
    return await _next_one(service, outcome.seq, at, query, "apart=1")


@answer_routes.post("/undo")
async def undo(service: Here[Desk], request: Request) -> Response:
    form = await request.form(max_fields=20, max_files=0)
    kept, merged = (_id(form.get(name)) for name in ("kept", "merged"))
    told = told_of(await service.execute.history("structure", kept))
    # Merged and parted more than once: what stands is undone; where nothing does, the last says since when.
    every = [*told.facts, *told.line]
    made = [f for f in every if isinstance(f.event, StructuresMerged) and f.event.merged == merged]
    if not made:
        raise Refused("not-merged", field="merged")
    pages: Pages = request.app.state.pages
    why = pages.lexicon.say("duplicates.undone", SOURCE)
    command = _made(StrikeEvents, kind="structure", about=kept, events=[made[-1].id], reason=why)
    return await _undone(service, request, form, command)


def _id(text: object) -> UUID:
    """Raises 422 for what is none."""
    try:
        return UUID(str(text))
    except ValueError:
        raise HTTPException(422) from None


@answer_routes.post("/doubt")
async def doubt(service: Here[Desk], request: Request) -> Response:
    form = await request.form(max_fields=20, max_files=0)
    command = _made(DoubtNamesakes, first=form.get("first"), second=form.get("second"))
    return await _undone(service, request, form, command)


async def _listed(service: Views, query: Mapping[str, Any]) -> list[Pair]:
    duplicates = duplicates_of(service)
    pairs = await duplicates.pairs()
    return chosen(duplicates, pairs, query.get("q", ""), query.get("sure", ()), query.get("reason", ()))


async def _compared(
    service: Library,
    request: Request,
    first: str,
    second: str,
    kept: str | None,
    at: int,
    query: Mapping[str, Any],
    *,
    failed: str | None = None,
    status: int = 200,
    taken: Sequence[str] | None = None,
    reason: str = "",
) -> Response:
    found = await service.store.get_many(STRUCTURES, [first, second])
    one, other = found.get(first), found.get(second)
    if one is None or other is None or first == second:
        raise HTTPException(404)
    for own, its in ((one, other), (other, one)):
        if own["merged_into"] == its["key"] and not failed:
            return RedirectResponse(f"/directory/structures/{its['key']}", 303)
    behind = {document["key"]: await standing(service, document) for document in (one, other)}
    if kept == second or (kept != first and not better_kept(one, other, behind)):
        one, other = other, one
    duplicates = duplicates_of(service)
    likeness, why = (await duplicates.likeness()).compare(named(one), named(other))
    pages: Pages = request.app.state.pages
    lang = language(request)
    sides = [side for side in side_by_side(one, other, FACTS) if side.first or side.second]
    words = {
        side.name: [_said(side.name, value, pages.lexicon, lang) for value in (side.first, side.second)]
        for side in sides
    }
    pairs = await _listed(service, query)
    return render(
        service,
        request,
        "compare.html",
        status=status,
        kept=one,
        other=other,
        sides=sides,
        words=words,
        lists=LISTS,
        choice={side.name: takeable(side) for side in sides},
        behind=behind,
        both=await both_members(service, UUID(one["key"]), UUID(other["key"])),
        why=why,
        at=at,
        taken={side.name for side in sides if (side.take_second if taken is None else side.name in taken)},
        sure=sure(Pair(first, second, likeness, why)),
        command_id=new_command_id(),
        command_ids=new_command_id,
        names={},
        failed=failed,
        reason=reason,
        place=place_of,
        query=_filters(query),
        total=len(pairs),
        swapped=_compare_at(str(one["key"]), str(other["key"]), at, query, kept=other["key"]),
        following=_compare_at(pairs[at + 1].first, pairs[at + 1].second, at + 1, query)
        if at + 1 < len(pairs)
        else None,
        version=one["version"],
        other_version=other["version"],
    )


async def _next_one(service: Views, seq: int, at: int, query: Mapping[str, Any], done: str) -> Response:
    """The pair that now stands where the last one was; the list where there is none."""
    pairs = await _listed(service, query)
    if pairs:
        place = min(at, len(pairs) - 1)
        where = _compare_at(pairs[place].first, pairs[place].second, place, query)
        return RedirectResponse(f"{where}&done={seq}&{done}", 303)
    return RedirectResponse(f"{HERE}?done={seq}&{done}", 303)


async def _do(service: Desk, request: Request, form: FormData, command: Command, version: int | None = None) -> Outcome:
    """Executes a command once. Raises Refused, Stale, Conflict, 400 where the form names no command."""
    try:
        id = UUID(str(form.get("command_id", "")))
    except ValueError:
        raise HTTPException(400) from None
    outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version)
    await service.runner.wait_for(outcome.seq)
    return outcome


def _sentence(service: Premises, request: Request, error: Refused | Stale | Conflict) -> str:
    pages: Pages = request.app.state.pages
    lang = language(request)
    if isinstance(error, Refused):
        return pages.lexicon.say(f"refused.{error.code}", lang, **error.values)
    return f"{pages.lexicon.say('problem.409', lang)}. {pages.lexicon.say('problem.409.hint', lang)}"


async def _undone(service: Desk, request: Request, form: FormData, command: Command) -> Response:
    outcome = await _do(service, request, form, command)
    where = local(form.get("back")) or HERE
    return RedirectResponse(f"{where}{'&' if '?' in where else '?'}{in_address(outcome)}", 303)


def _made(model: type[C], **answers: Any) -> C:
    """A command from the answers of a form. Raises 422 where they are none that our own pages send."""
    try:
        return model.model_validate(answers)
    except ValidationError:
        raise HTTPException(422) from None


def _said(name: str, value: Any, lexicon: Lexicon, lang: Lang) -> str | None:
    """A value in words, on one line: a text without its marks."""
    said = in_words(name, value, lexicon, lang)
    return as_plain(said, 2000) if said and name == "summary" else said


def _query(request: Request) -> dict[str, Any]:
    given = request.query_params
    return {"q": given.get("q", "")[:200], "sure": given.getlist("sure"), "reason": given.getlist("reason")}


def _query_of(form: FormData) -> dict[str, Any]:
    texts = {name: [str(one)[:200] for one in form.getlist(name)] for name in FILTERS}
    return {"q": (texts["q"] or [""])[0], "sure": texts["sure"], "reason": texts["reason"]}


def _filters(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The filters of the list, as pairs for an address or hidden answers."""
    several = [(name, one) for name in ("sure", "reason") for one in query[name]]
    return ([("q", query["q"])] if query["q"] else []) + several


def _compare_at(first: str, second: str, at: int, query: Mapping[str, Any], **more: str) -> str:
    return f"{HERE}/compare?" + urlencode(
        [("first", first), ("second", second), ("at", at), *more.items(), *_filters(query)]
    )


def _number(form: FormData, name: str) -> int:
    text = str(form.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
