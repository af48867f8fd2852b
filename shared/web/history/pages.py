"""What was noted of one thing, fact by fact, in the order of its line; and the corrections of facts: noted by mistake,
on another day, restored. `/<service>/history/<kind>/<id>`, for every kind whose facts are of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from shared.base.paris_days import day_of
from shared.contract.corrections import Correcting, EventRedated
from shared.contract.envelope import Recorded
from shared.contract.fields import day_typed
from shared.contract.labels import sentence
from shared.kernel.command_handler import Outcome, Stale, id_after, new_command_id, told_of
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents, Told, together
from shared.kernel.decider import Decider, Refused
from shared.kernel.eventlog.event_log import Conflict, History
from shared.kernel.line import Fact
from shared.runtime.service import Service
from shared.web.counting.counted import of_facts
from shared.web.forms.forms import refusal, sentences
from shared.web.here import ThesePages, ThisService
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

ACTS: Mapping[str, type[CorrectingCommand]] = {"strike": StrikeEvents, "lift": LiftStrikes, "redate": RedateEvents}
histories = APIRouter(prefix="/history", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A fact as the page shows it. `day`: the day that it counts for; `noted`: the one it was first noted for, where
    that is another; `learnt`: when, where that was another day; `word`: what was said last of whether it stands."""

    fact: Fact
    event: Recorded
    text: str
    day: date
    noted: date | None
    learnt: date | None
    struck: bool
    word: Recorded | None
    may: Sequence[str]


async def _read(service: Service, kind: str, key: UUID) -> tuple[Decider[Any], History, Told]:
    """Raises HTTPException for a kind or a thing that there is not, CannotRead, Unavailable."""
    if kind not in service.execute.correctable:
        raise HTTPException(404)
    history = await service.execute.history(kind, key)
    if not history.events:
        raise HTTPException(404)
    return service.execute.deciders[kind], history, told_of(history)


def _lines(decider: Decider[Any], history: History, told: Told, lang: str) -> list[Line]:
    """All facts, those that were struck among them, in the order of the line."""
    events = {event.id: event for event in history.events}
    stand = {fact.id: fact for fact in told.line}
    days = {one.about: one.day for one in told.corrections if one.day is not None}
    words: dict[str, Recorded] = {}
    for event in history.events:
        if isinstance(event.data, Correcting) and not isinstance(event.data, EventRedated):
            words[str(event.data.event)] = event
    found = []
    for fact in told.facts:
        event, day = events[fact.id], days.get(fact.id) or fact.day
        struck, own = fact.id not in stand, decider.strikable(fact.event)
        may = () if not own else ("lift",) if struck else ("strike", "redate")
        learnt = day_of(event.recorded)
        found.append(
            Line(
                fact,
                event,
                sentence(event.type, orjson.loads(event.content), lang),
                day,
                fact.day if day != fact.day else None,
                learnt if learnt != day else None,
                struck,
                words.get(fact.id),
                may,
            )
        )
    return sorted(found, key=lambda one: (date.min if one.fact.timeless else one.day, one.fact.seq))


@histories.get("/{kind}/{key}")
@access("reader")
async def history(
    service: ThisService,
    pages: ThesePages,
    request: Request,
    kind: str,
    key: UUID,
    fact: UUID | None = None,
    do: str = "",
) -> Response:
    decider, told_events, told = await _read(service, kind, key)
    return await _shown(service, pages, request, kind, key, decider, told_events, told, fact=fact, do=do)


async def _shown(
    service: Service,
    pages: Pages,
    request: Request,
    kind: str,
    key: UUID,
    decider: Decider[Any],
    events: History,
    told: Told,
    *,
    fact: UUID | None,
    do: str,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    id: UUID | None = None,
    status: int = 200,
) -> Response:
    lang = language(request)
    lines = _lines(decider, events, told, lang)
    chosen = next((one for one in lines if one.fact.id == str(fact) and do in one.may), None)
    beside: list[Line] = []
    resting: list[Line] = []
    if chosen is not None:
        ids = {one.id for one in together(decider, [chosen.fact], told.facts)}
        beside = [one for one in lines if one.fact.id in ids and one is not chosen]
        if do == "strike":
            rest = {one.id for one in decider.resting_on(told.line, ids)}
            resting = [one for one in lines if one.fact.id in rest]
    things = type(events.events[0].data).thing.words
    return pages.render(
        request,
        "history.html",
        status=status,
        thing=things,
        lines=lines,
        chosen=chosen,
        do=do,
        beside=beside,
        resting=resting,
        counted=await of_facts(service, at_stake(lines, chosen, beside, resting), lang),
        kind=kind,
        key=str(key),
        errors=errors or {},
        typed=typed or {},
        command_id=str(id or new_command_id()),
        version=events.version,
    )


def at_stake(
    lines: Sequence[Line], chosen: Line | None, beside: Sequence[Line], resting: Sequence[Line]
) -> list[tuple[str, date]]:
    """The facts of which a page says what counts them: those that are about to be corrected, with what goes with them;
    else those that were, on each day that they count or counted for."""
    if chosen is not None:
        return [(one.event.type, one.day) for one in (chosen, *beside, *resting)]
    corrected = [one for one in lines if one.struck or one.noted]
    return [(one.event.type, day) for one in corrected for day in (one.day, one.noted) if day is not None]


@histories.post("/{kind}/{key}")
@access("editor")
async def correct(service: ThisService, pages: ThesePages, request: Request, kind: str, key: UUID) -> Response:
    lang = language(request)
    data: FormData = await request.form(max_fields=300, max_files=0)
    do = str(data.get("do") or "")
    try:
        model, id, version = ACTS[do], UUID(str(data["command_id"])), int(str(data["version"]))
        fact = UUID(str(data["fact"]))
    except (KeyError, ValueError):
        raise HTTPException(400) from None
    decider, events, told = await _read(service, kind, key)
    typed = {"reason": str(data.get("reason") or ""), "day": str(data.get("day") or "")}
    errors: dict[str, str] = {}
    status = 422
    try:
        given: dict[str, Any] = {"day": day_typed(typed["day"])} if model is RedateEvents and typed["day"] else {}
        named = [str(fact), *(str(one) for one in data.getlist("also"))]
        command = model.model_validate(
            {"kind": kind, "about": str(key), "events": named, "reason": typed["reason"].strip(), **given}
        )
        outcome: Outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version)
    except ValidationError as error:
        errors = sentences(error, model, pages.lexicon, lang)
    except ValueError:
        errors = {"day": pages.lexicon.say("invalid.date", lang, value=typed["day"])}
    except Refused as refused:
        errors, id = refusal(refused, pages.lexicon, lang), id_after(refused, id)
    except (Stale, Conflict):
        say = pages.lexicon.say
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        await service.runner.wait_for(outcome.seq)
        done = f"?done={outcome.seq}" if outcome.changed else "?unchanged=1"
        return RedirectResponse(f"/{service.name}/history/{kind}/{key}{done}", 303)
    return await _shown(
        service,
        pages,
        request,
        kind,
        key,
        decider,
        events,
        told,
        fact=fact,
        do=do,
        errors=errors,
        typed=typed,
        id=id,
        status=status,
    )
