"""What was noted of one thing, fact by fact, in the order of its line; and the corrections of facts: noted by mistake,
on another day, restored. `/<service>/history/<kind>/<id>`, for every kind whose facts are of days."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from shared.base.translations import Lang
from shared.contract.corrections import EventStruck
from shared.contract.fields import day_typed
from shared.kernel.command_handler import Instead, Stale, new_command_id, told_of
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents, Told, beside, together
from shared.kernel.decider import Decider, Place, Refused
from shared.kernel.eventlog.event_log import Conflict, History, Unavailable
from shared.kernel.line import Correction, Fact, standing
from shared.notions.references import AFTER, NAMED, NAMED_HERE, Resting, begun
from shared.notions.sayings import sentence
from shared.notions.vocabularies.view import as_of
from shared.runtime.faces import Commands, Reception
from shared.web.counted.counted import of_facts, sorts_of
from shared.web.facts.again import said_once, struck_with, taken_place_of
from shared.web.facts.obstacles import AGAINST, BEFORE, Obstacle, obstacle
from shared.web.facts.outcomes import held_until, in_address
from shared.web.forms.forms import id_after, refusal, sentences
from shared.web.here import Here, ThesePages
from shared.web.history.lines import Line, dependents, lines_of
from shared.web.history.parts import called, with_parts
from shared.web.history.saying_again import sayable
from shared.web.security.authorization import access, who_of
from shared.web.security.local_paths import local
from shared.web.templating import Pages, language

ACTS: Mapping[str, type[CorrectingCommand]] = {"strike": StrikeEvents, "lift": LiftStrikes, "redate": RedateEvents}
histories = APIRouter(prefix="/history", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A fact of another record, as the page names it."""

    of: Resting
    text: str


LONG = 100  # facts on a page; a gathering has as many as people who registered


@dataclass(frozen=True, slots=True)
class Named:
    """A fact that a page names: by its id, by its sequence, or as the latest of a type, and of a part of the record
    such as a registration."""

    fact: str = ""
    of: str = ""
    part: str = ""
    seq: str = ""

    def among(self, lines: Sequence[Line], do: str) -> Line | None:
        found = [
            one
            for one in lines
            if do in one.may
            and (
                one.fact.id == self.fact
                if self.fact
                else str(one.fact.seq) == self.seq
                if self.seq
                else one.event.type == self.of and self.part in ("", *map(str, dict(one.fact.event).values()))
            )
        ]
        return max(found, key=lambda one: one.fact.seq, default=None)


async def _read(service: Commands, kind: str, key: UUID) -> tuple[Decider[Any], History, Told]:
    """Raises HTTPException for a kind or a thing that there is not, CannotRead, Unavailable."""
    if kind not in service.execute.correctable:
        raise HTTPException(404)
    history = await service.execute.history(kind, key)
    if not history.events:
        raise HTTPException(404)
    return service.execute.deciders[kind], history, told_of(history)


async def _there(service: Commands, decider: Decider[Any], chosen: Line, told: Told, lang: Lang) -> list[Line]:
    """What the command of a fact said in records beside: it is corrected with it."""
    found: list[Line] = []
    for one in beside(decider, [UUID(chosen.fact.id)], told):
        place = one if isinstance(one, Place) else Place(decider.entity, one)
        other, history = service.execute.deciders[place.kind], await service.execute.history(place.kind, place.id)
        theirs = told_of(history)
        ids = {fact.id for fact in together(decider, [chosen.fact], theirs.facts, other)}
        name = called(theirs, [], lang)
        lines = [line for line in lines_of(other, history, theirs, lang) if line.fact.id in ids]
        found += [replace(line, text=f"{line.text} ({name})" if name else line.text) for line in lines]
    return found


@histories.get("/{kind}/{key}")
@access("reader")
async def history(
    service: Here[Reception],
    pages: ThesePages,
    request: Request,
    kind: str,
    key: UUID,
    fact: UUID | None = None,
    do: str = "",
) -> Response:
    asked = request.query_params
    named = Named(str(fact or ""), asked.get("of", ""), asked.get("part", ""), asked.get("seq", ""))
    read = await _read(service, kind, key)
    lang = language(request)
    typed = {"reason": pages.lexicon.say("reason.undo", lang)} if asked.get("because") == "undo" else {}
    return await _shown(service, pages, request, kind, key, read, named=named, do=do, typed=typed)


async def _elsewhere(
    service: Reception, decider: Decider[Any], key: UUID, told: Told, struck: Sequence[Line], lang: Lang
) -> list[Elsewhere]:
    """What rests on these facts in other records, or as of now in their own. None of it is known while the log, or the
    views, can't be asked: the page is shown without, and what stands in the way is refused."""
    words = [EventStruck(event=UUID(one.fact.id), kind=one.event.type, reason=one.fact.id) for one in struck]
    without = told.and_then([(one.reason, date.max, one) for one in words], "")
    try:
        found = await service.references.resting(decider, key, told, without)
    except Unavailable:
        return []
    return [Elsewhere(one, _text_of(one, lang)) for one in found]


def _text_of(one: Resting, lang: Lang) -> str:
    with as_of(one.fact.day):
        said = sentence(one.fact.event.type_name(), one.fact.event.model_dump(mode="json"), lang)
    name = called(one.told, [], lang)
    return f"{said} ({name})" if name else said


async def _said_again(
    service: Reception, request: Request, read: tuple[Decider[Any], History, Told], lines: Sequence[Line]
) -> set[str]:
    """The facts among these that can be said again with other content, by whoever asks."""
    decider, events, told = read
    if not who_of(request).may(service.name, "editor"):
        return set()
    by_id = {event.id: event for event in events.events}
    found = [said_once(service.definition, decider, told, by_id, one.fact) for one in lines if not one.struck]
    return {one.fact for one in found if one is not None and await sayable(service, one, language(request))}


def _until(told: Told, chosen: Line | None) -> date | None:
    """The last day on which all holds that a fact sets, None where it holds on, or does not stand."""
    at = next((n for n, one in enumerate(told.line) if chosen is not None and one.id == chosen.fact.id), None)
    return None if at is None else held_until(told.line, at)[0]


def _with(told: Told, restored: Sequence[str]) -> list[Fact]:
    """The line of an entity, with struck facts that are restored."""
    lifted = [Correction(sys.maxsize, one, "lifted") for one in restored]
    return standing(told.facts, [*told.corrections, *lifted])


@dataclass
class Beside:
    """What a correction is about beside the fact that it names.

    `with_it`: of the same command; `there`: in other records, by the same command; `resting`: what rests on it;
    `replaced`: what it took the place of; `lifted`: what the same gesture struck; `elsewhere`: what other records say
    that rests on it."""

    with_it: list[Line] = field(default_factory=list)
    there: list[Line] = field(default_factory=list)
    resting: list[Line] = field(default_factory=list)
    replaced: list[Line] = field(default_factory=list)
    lifted: list[Line] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)

    @property
    def own(self) -> list[Line]:
        """The facts of the record itself."""
        return [*self.with_it, *self.resting, *self.replaced, *self.lifted]


async def _beside(
    service: Reception,
    read: tuple[Decider[Any], History, Told],
    key: UUID,
    lines: Sequence[Line],
    chosen: Line,
    do: str,
    restoring: Sequence[str] | None,
    lang: str,
) -> Beside:
    decider, events, told = read
    ids = {one.id for one in together(decider, [chosen.fact], told.facts)}
    found = Beside(
        with_it=[one for one in lines if one.fact.id in ids and one is not chosen],
        there=await _there(service, decider, chosen, told, lang),
    )
    if do == "lift":
        same = struck_with(told, events.events, chosen.fact)
        found.lifted = [one for one in lines if one.struck and one.fact.id in same and one.fact.id not in ids]
    else:
        struck = [one for one in lines if one.fact.id in ids]
        found.elsewhere = await _elsewhere(service, decider, key, told, struck, lang)
    if do == "strike":
        old = taken_place_of(told, events.events, chosen.fact)
        found.replaced = [one for one in lines if one.fact.id in old]
        rest = {one.id for one in dependents(decider, _with(told, old if restoring is None else restoring), ids)}
        found.resting = [one for one in lines if one.fact.id in rest]
    return found


async def _shown(
    service: Reception,
    pages: Pages,
    request: Request,
    kind: str,
    key: UUID,
    read: tuple[Decider[Any], History, Told],
    *,
    named: Named,
    do: str,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    id: UUID | None = None,
    status: int = 200,
    in_the_way: Obstacle | None = None,
    restoring: Sequence[str] | None = None,
    also: Sequence[str] | None = None,
) -> Response:
    """`also`: the facts that are restored beside it, None where nobody has chosen yet: all of its gesture. `restoring`:
    the facts that are restored with it, None where nobody has chosen yet: all whose place it took."""
    decider, events, told = read
    lang = language(request)
    lines = lines_of(decider, events, told, lang)
    chosen = named.among(lines, do)
    more = Beside() if chosen is None else await _beside(service, read, key, lines, chosen, do, restoring, lang)
    thing = type(events.events[0].data).thing
    records = [await service.store.get(view, str(key)) for view in service.definition.views]
    name = called(told, records, lang)
    stands = begun(decider, told.line)
    upto = max(1, -(-len(lines) // LONG))
    page = min(max(1, int(said) if (said := request.query_params.get("page", "")).isdecimal() else 1), upto)
    listed = lines[(page - 1) * LONG : page * LONG]
    told_of_whom = await with_parts(service, [*listed, *([chosen] if chosen else []), *more.own], lang, name)
    listed, with_it, resting, replaced, lifted = (
        [told_of_whom[one.fact.id] for one in some]
        for some in (listed, more.with_it, more.resting, more.replaced, more.lifted)
    )
    return pages.render(
        request,
        "history.html",
        status=status,
        thing=thing.words,
        name=name,
        record=thing.page.format(key) if thing.page and stands else "",
        stands=stands,
        lines=listed,
        again=await _said_again(service, request, read, listed),
        total=len(lines),
        page=page,
        pages_total=upto,
        chosen=told_of_whom[chosen.fact.id] if chosen else None,
        do=do,
        sought=bool(do) and chosen is None,
        beside=[*with_it, *more.there],
        resting=resting,
        replaced=replaced,
        lifted=lifted,
        also=also,
        elsewhere=more.elsewhere,
        until=_until(told, chosen),
        restoring=restoring,
        counted=(
            await of_facts(
                service,
                at_stake(lines, chosen, [*with_it, *more.there], [*resting, *lifted, *replaced]),
                lang,
                supposed=do == "redate",
            )
        ).telling(f"{name} {chosen.text}" if chosen else name, await sorts_of(service, records)),
        kind=kind,
        key=str(key),
        back=local(request.query_params.get("back")) or "",
        errors=errors or {},
        typed=typed or {},
        command_id=str(id or new_command_id()),
        version=events.version,
        in_the_way=in_the_way,
    )


def at_stake(
    lines: Sequence[Line], chosen: Line | None, beside: Sequence[Line], resting: Sequence[Line]
) -> list[tuple[str, date]]:
    """The facts of which a page says what counts them: those that are about to be corrected, with what goes with them
    and what stands again instead; else those that were, on each day that they count or counted for."""
    if chosen is not None:
        return [(one.event.type, one.day) for one in (chosen, *beside, *resting)]
    corrected = [one for one in lines if one.struck or one.noted]
    return [(one.event.type, day) for one in corrected for day in (one.day, one.noted) if day is not None]


@histories.post("/{kind}/{key}")
@access("editor")
async def correct(service: Here[Reception], pages: ThesePages, request: Request, kind: str, key: UUID) -> Response:
    lang = language(request)
    data: FormData = await request.form(max_fields=300, max_files=0)
    do = str(data.get("do") or "")
    named = Named(*(str(data.get(name) or "") for name in ("fact", "of", "part")))
    try:
        model, id = ACTS[do], UUID(str(data["command_id"]))
        version = int(str(data["version"])) if data.get("version") else None
        if not named.of:
            UUID(named.fact)
    except (KeyError, ValueError):
        raise HTTPException(400) from None
    read = await _read(service, kind, key)
    typed = {"reason": str(data.get("reason") or ""), "day": str(data.get("day") or "")}
    errors: dict[str, str] = {}
    restore = [str(one) for one in data.getlist("restore")]
    status, in_the_way = 422, None
    try:
        given: dict[str, Any] = {"day": day_typed(typed["day"])} if model is RedateEvents and typed["day"] else {}
        fact = named.fact or _latest(read, named, do, lang)
        about = {"kind": kind, "about": str(key), "events": [fact, *map(str, data.getlist("also"))]}
        command = model.model_validate({**about, "reason": typed["reason"].strip(), **given})
        instead = None
        if restore and model is StrikeEvents:  # what it took the place of is so again, in the same batch
            instead = Instead(tuple(command.events), command.reason)
            command = LiftStrikes.model_validate({**about, "events": restore, "reason": command.reason})
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version, instead=instead)
    except ValidationError as error:
        errors = sentences(error, model, pages.lexicon, lang)
    except ValueError:
        errors = {"day": pages.lexicon.say("invalid.date", lang, value=typed["day"])}
    except Refused as refused:
        errors, id = refusal(refused, pages.lexicon, lang), id_after(refused, id)
        if (refused.code in (AGAINST, BEFORE, NAMED, NAMED_HERE, AFTER) or "earlier" in refused.values) and named.fact:
            in_the_way = await obstacle(service, command, refused, None, lang)
    except (Stale, Conflict):
        say = pages.lexicon.say
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        where = local(data.get("back")) or f"/{service.name}/history/{kind}/{key}"
        await service.runner.wait_for(outcome.seq)
        return RedirectResponse(f"{where}{'&' if '?' in where else '?'}{in_address(outcome)}", 303)
    return await _shown(
        service,
        pages,
        request,
        kind,
        key,
        read,
        named=named,
        do=do,
        errors=errors,
        typed=typed,
        id=id,
        status=status,
        in_the_way=in_the_way,
        restoring=restore if model is StrikeEvents else None,
        also=[str(one) for one in data.getlist("also")] if model is LiftStrikes else None,
    )


def _latest(read: tuple[Decider[Any], History, Told], named: Named, do: str, lang: str) -> str:
    """The id of the latest fact of a type. Raises Refused where there is none, or it was corrected meanwhile."""
    decider, events, told = read
    found = named.among(lines_of(decider, events, told, lang), do)
    if found is None:
        raise Refused("no-such-fact")
    return found.fact.id
