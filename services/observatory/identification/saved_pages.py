"""Saved identifications of actors: keeping one, their list, one with its answers as they were given, the same again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from services.observatory.event_table.moment import AsOf, KnownAt, Moment, day_of, today
from services.observatory.figures.observatory import Observatory, current, of
from services.observatory.identification.criteria import (
    Actor,
    Answer,
    answer,
    as_given,
    called,
    compared,
    criteria_in,
    ids,
    query_of,
)
from services.observatory.identification.domain import RepeatIdentification
from services.observatory.identification.exports import TYPES
from services.observatory.identification.save_pages import FIELDS, saving, text
from services.observatory.identification.shown import answered, in_words, travelling, when_as_facts, when_in_words
from services.observatory.identification.views import IDENTIFICATIONS
from services.observatory.pages.time_travel import asked, document_then, documents_then, heard, in_the_head, not_yet
from shared.contract.envelope import Recorded
from shared.contract.observatory.identification import IdentificationRepeated, IdentificationSaved
from shared.kernel.command_digest import fields_sent
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict, History
from shared.kernel.views.projection import Document, Page, folded
from shared.runtime.faces import Commands, Desk, Keys, Office
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import id_after
from shared.web.here import Here, position
from shared.web.lists import PAGE, Chosen, PageNumber, Words, newest_first, pages_total
from shared.web.security.authorization import access, who_of
from shared.web.security.redaction import revealed
from shared.web.templating import Pages, language

STATES = ("kept", "withdrawn")
Seq = Annotated[int | None, Query(ge=1, le=2**53)]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of a saved identification: the event, and what it says."""

    event: Recorded
    answer: Answer
    known_at: date | None

    @property
    def moment(self) -> Moment:
        return Moment(self.answer.as_of, self.known_at, self.answer.upto)


def answers_of(history: History) -> list[Given]:
    """The answers to an identification, the latest first."""
    found = []
    for event in reversed(history.events):
        if event.type in (IdentificationSaved.__name__, IdentificationRepeated.__name__):
            data = event.data
            assert isinstance(data, IdentificationSaved | IdentificationRepeated)
            given = Answer(data.as_of, data.upto, tuple(map(str, data.found)))
            found.append(Given(event, given, data.known_at))
    return found


routes = APIRouter(include_in_schema=False)
"""The routes under /identification/save and /identification/saved."""

routes.include_router(saving)


@routes.get("/saved")
async def saved(
    service: Here[Office],
    request: Request,
    q: Words = "",
    state: Chosen = None,
    asked_for: Annotated[UUID | None, Query(alias="request")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    page: PageNumber = 1,
) -> Response:
    observatory, moment = await current(service), await asked(service, as_of, known_at)
    states = [one for one in state or [] if one in STATES] or ["kept"]
    where: dict[str, Any] = {"state": states, **({"request": str(asked_for)} if asked_for else {})}
    if moment is None:
        found = await service.store.find(
            IDENTIFICATIONS, where, text=q, sort=["-given"], limit=PAGE, offset=(page - 1) * PAGE
        )
        counts: Mapping[str, int] = await service.store.count_by(
            IDENTIFICATIONS, "state", {k: v for k, v in where.items() if k != "state"}, text=q
        )
    else:
        then = [
            one
            for one in await documents_then(service, IDENTIFICATIONS, "identification", moment, ["-given"])
            if (not asked_for or one["request"] == str(asked_for)) and _holds(one, q)
        ]
        counts = Counter(one["state"] for one in then)
        fitting = [one for one in then if one["state"] in states]
        found = Page(fitting[(page - 1) * PAGE : page * PAGE], len(fitting))
    names = await _names(observatory, found.documents)
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        "identifications.html",
        sequence=position(request),
        q=q,
        found=found,
        page=page,
        states=states,
        counts=counts,
        pages_total=pages_total(page, found.total),
        asked_for=asked_for,
        askers={one["key"]: _who(request, service, one, names) for one in found.documents},
        criteria={one["key"]: in_words(criteria_in(one), request) for one in found.documents},
        **in_the_head(moment),
    )


def _holds(document: Document, words: str) -> bool:
    """Whether a document of before holds the words that are looked for."""
    text = folded(IDENTIFICATIONS.text(document)) if IDENTIFICATIONS.text else ""
    return all(word in text for word in folded(words).split())


async def _names(observatory: Observatory, documents: list[Document]) -> dict[str, str]:
    keys = [document["structure"] for document in documents if document["structure"]]
    names: dict[str, str] = await observatory.table.work(called, observatory.table, keys)
    return names


def _who(request: Request, service: Keys, document: Document, names: dict[str, str]) -> str | None:
    """Who asked, in words: a person's name for those who may see it; None for somebody who was forgotten."""
    if document["structure"]:
        return names.get(document["structure"], document["structure"])
    return document["organisation"] or revealed(request, service, document["person"])


async def _document(service: Desk, key: UUID, moment: Moment | None = None) -> Document:
    """An identification at a moment, without one now. Raises 404."""
    document = await service.store.get(IDENTIFICATIONS, str(key))
    if document is not None and moment is not None:
        document = await document_then(service, IDENTIFICATIONS, "identification", str(key), moment)
    if document is None:
        raise HTTPException(404)
    return document


async def _answers(
    service: Commands, key: UUID, seq: int | None, moment: Moment | None = None
) -> tuple[list[Given], Given, History]:
    """All answers, and the one that is asked for by its event, or the latest. Raises 404."""
    history = await service.execute.history("identification", key)
    if moment is not None:
        history = replace(history, events=[event for event in history.events if heard(event, moment)])
    answers = answers_of(history)
    wanted = next((one for one in answers if seq in (None, one.event.seq)), None)
    if wanted is None:
        raise HTTPException(404)
    return answers, wanted, history


@routes.get("/saved/{key}")
async def one(
    service: Here[Office],
    request: Request,
    key: UUID,
    shown: Annotated[int | None, Query(alias="answer", ge=1, le=2**53)] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    page: PageNumber = 1,
) -> Response:
    observatory, moment = await current(service), await asked(service, as_of, known_at)
    if moment and await document_then(service, IDENTIFICATIONS, "identification", str(key), moment) is None:
        await _document(service, key)
        return not_yet(request, moment)
    document = await _document(service, key, moment)
    answers, wanted, history = await _answers(service, key, shown, moment)
    criteria = criteria_in(document)
    actors: list[Actor] = await observatory.table.work(as_given, observatory.table, wanted.answer)
    names = await _names(observatory, [document])
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        "identification_saved.html",
        sequence=position(request),
        saved=document,
        answers=answers,
        given=wanted,
        actors=actors[(page - 1) * PAGE : page * PAGE],
        total=len(wanted.answer.found),
        page=page,
        pages_total=pages_total(page, len(actors)),
        asker=_who(request, service, document, names),
        criteria=in_words(criteria, request),
        query=urlencode(query_of(criteria)),
        history=newest_first(history),
        files=[
            (one.upper(), f"/observatory/identification/saved/{key}/export.{one}?answer={wanted.event.seq}")
            for one in TYPES
        ],
        **in_the_head(moment),
    )


@routes.get("/saved/{key}/export.{ending}")
async def export(service: Here[Desk], request: Request, key: UUID, ending: str, answer: Seq = None) -> Response:
    if ending not in TYPES:
        raise HTTPException(404)
    observatory = await current(service)
    document = await _document(service, key)
    _, wanted, _ = await _answers(service, key, answer)
    criteria, pages = criteria_in(document), request.app.state.pages
    actors = await observatory.table.work(as_given, observatory.table, wanted.answer)
    names = await _names(observatory, [document])
    # A person who asked is not named in a file that is passed on.
    asker = names.get(document["structure"] or "") or document["organisation"] or ""
    said = [("title", document["title"]), ("who", asker), ("purpose", document["purpose"] or "")]
    about = [(pages.lexicon.say(f"identification.{name}", language(request)), text) for name, text in said if text]
    facts = {
        "title": document["title"],
        "purpose": document["purpose"],
        "asked_by": asker or None,
        "event": wanted.event.seq,
        "criteria": criteria.model_dump(),
        **when_as_facts(wanted.moment),
    }
    about += [*in_words(criteria, request), *when_in_words(wanted.moment, request)]
    name = f"identification_{str(key)[:8]}_{wanted.answer.as_of}"
    return await answered(service, request, ending, actors, about, facts, name)


async def _comparison(
    service: Desk,
    request: Request,
    key: UUID,
    since: int | None,
    moment: Moment,
    travels: dict[str, Any],
    *,
    status: int = 200,
    id: UUID | None = None,
    error: str | None = None,
) -> Response:
    observatory = of(service)
    document = await _document(service, key)
    answers, before, _ = await _answers(service, key, since)
    criteria = criteria_in(document)
    now: Answer = await observatory.table.work(answer, observatory.table, criteria, moment.as_of, moment.known)
    found = await observatory.table.work(compared, observatory.table, criteria, before.answer, now)
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        "identification_again.html",
        status=status,
        sequence=moment.known,
        saved=document,
        answers=answers,
        before=before,
        asked=moment,
        total=len(now.found),
        found=found,
        criteria=in_words(criteria, request),
        command_id=id or new_command_id(),
        error=error,
        query=urlencode(query_of(criteria)),
        **travels,
    )


@routes.get("/saved/{key}/again")
async def again(
    service: Here[Desk], request: Request, key: UUID, as_of: AsOf = None, known_at: KnownAt = None, since: Seq = None
) -> Response:
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, today())
    return await _comparison(service, request, key, since, moment, travelling(moment, as_of, known_at))


@routes.post("/saved/{key}/again")
@access("editor")
async def keep(service: Here[Desk], request: Request, key: UUID) -> Response:
    data = await request.form(max_fields=FIELDS, max_files=0)
    observatory, document = await current(service), await _document(service, key)
    try:
        id, upto, version = UUID(text(data, "command_id")), int(text(data, "upto")), int(text(data, "version"))
    except ValueError:
        raise HTTPException(400) from None
    as_of, known_at = day_of(text(data, "as_of")), day_of(text(data, "known_at"))
    if as_of is None or not 0 <= upto <= observatory.table.position:
        raise HTTPException(400)
    criteria = criteria_in(document)
    now: Answer = await observatory.table.work(answer, observatory.table, criteria, as_of, upto)
    command = RepeatIdentification(identification=key, as_of=as_of, known_at=known_at, upto=upto, found=ids(now.found))
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    try:
        sent = {**fields_sent(command), "found": None}
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version, sent=sent)
    except Refused as no:
        id = id_after(no, id)
        status, error = 422, say(f"refused.{no.code}", lang, **no.values)
    except (Stale, Conflict):
        status, error = 409, f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"
    else:
        await service.runner.wait_for(outcome.seq)
        return RedirectResponse(f"/observatory/identification/saved/{key}?{in_address(outcome)}", 303)
    moment = Moment(as_of, known_at, upto)
    return await _comparison(
        service, request, key, None, moment, {"as_of": None, "known_at": known_at}, status=status, id=id, error=error
    )
