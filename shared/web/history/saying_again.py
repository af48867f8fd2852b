"""Saying a fact again, "Corriger": the form of the command that said it, filled with what it was given then, on its
day. Saving notes the old one by mistake and says the new one, in one batch:
`/<service>/again/<kind>/<key>/<event>`."""

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
from shared.contract import EVENTS
from shared.contract.fields import stored
from shared.kernel.command_handler import Instead, Stale, new_command_id, told_of
from shared.kernel.decider import Command, Context, Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.notions.sayings import sentence
from shared.notions.vocabularies.view import as_of
from shared.persons.readings.noting import nobody_reads
from shared.runtime.faces import Reception
from shared.runtime.service import Choices
from shared.web.counted.counted import of_facts
from shared.web.facts.again import SaidOnce, said_once
from shared.web.facts.obstacles import AGAINST, BEFORE, WHY, NoReason, Obstacle, obstacle, struck_in, why
from shared.web.facts.of_days import BadDay, day_in, happened_on
from shared.web.facts.outcomes import after, held_until
from shared.web.facts.records import on_its_day
from shared.web.forms.command_forms import COMMAND_ID, VERSION, current_answers, name_of
from shared.web.forms.controls import word
from shared.web.forms.field_shapes import shapes
from shared.web.forms.forms import HAPPENED, Form, id_after, parse, refusal, sentences, version_after
from shared.web.here import Here, ThesePages
from shared.web.security.authorization import access, who_of
from shared.web.security.request_limits import SUGGESTING
from shared.web.templating import Pages, language

sayings = APIRouter(prefix="/again", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Saying:
    """A fact that is to be said again, of a record. `given`: the answers that its form is filled with, in clear;
    `asked`: those that it asks; `record`: whether it gives a whole record, as of the fact's day; `text`: what the fact
    says; `until`: the last day on which all of that holds."""

    kind: str
    key: UUID
    version: int
    seq: int
    once: SaidOnce
    text: str
    given: Mapping[str, Any]
    asked: Sequence[str]
    choices: Choices
    record: bool
    until: date | None

    @property
    def model(self) -> type[Command]:
        return self.once.command

    @property
    def kept(self) -> dict[str, Any]:
        """The answers that are not asked: as they were said."""
        return {name: value for name, value in self.given.items() if name not in self.asked}


def asks_of(service: Reception, once: SaidOnce, choices: Choices) -> list[str]:
    """The fields that are asked when a fact is said again: all that its command has, but for what names its record, and
    for an id that nothing is offered for. Of a command that leaves what is not given as it is: what was said."""
    model = once.command
    own = model.entity.replace("-", "_")
    required = any(field.is_required() for name, field in model.model_fields.items() if name != own)
    only_changes = model.partial or (model in service.definition.whole and not required)
    return [
        one.name
        for one in shapes(model)
        if one.name != own
        and (one.kind != "id" or one.name in choices)
        and (once.asks is None or one.name in once.asks)
        and (not only_changes or one.name in once.answers)
    ]


def opened(service: Reception, once: SaidOnce) -> dict[str, Any] | None:
    """What a fact was told by, in clear; None where a person of it was forgotten: nobody can say that again."""
    clear = {name: service.keyring.reveal(dict(value)) for name, value in once.sealed.items()}
    return None if None in clear.values() else {**once.answers, **clear}


async def sayable(service: Reception, once: SaidOnce | None, lang: str) -> bool:
    """Whether a fact can be said again, with something to say."""
    with nobody_reads():
        if once is None or opened(service, once) is None:
            return False
        return bool(asks_of(service, once, await service.choices(once.command, lang)))


async def _saying(
    service: Reception, pages: Pages, request: Request, kind: str, key: UUID, fact: UUID
) -> Saying | None:
    """Raises HTTPException for a kind or a thing that there is not, CannotRead, Unavailable."""
    if kind not in service.execute.correctable:
        raise HTTPException(404)
    history, lang = await service.execute.history(kind, key), language(request)
    told, events = told_of(history), {event.id: event for event in history.events}
    found = next((one for one in told.facts if one.id == str(fact)), None)
    if found is None:
        raise HTTPException(404)
    decider = service.execute.deciders[kind]
    once = said_once(service.definition, decider, told, events, found)
    if once is None or (given := opened(service, once)) is None:
        return None
    request.state.personal = True
    choices = dict(await service.choices(once.command, lang))
    asked = asks_of(service, once, choices)
    for name in set(asked) & choices.keys() & given.keys():  # what was chosen then may be offered no more
        many = given[name] if isinstance(given[name], list) else [given[name]]
        offered = {str(value) for value, _ in choices[name]}
        more = [str(one) for one in many if str(one) not in offered]
        said = [(one, await name_of(service, one) or word(pages.lexicon, f"{name}.{one}", lang)) for one in more]
        choices[name] = [*choices[name], *said]
    record = any("cleared" in EVENTS[one].model_fields for one in once.types)
    if record:
        given = {**await current_answers(request, service, once.command, _own(once.command, key), once.day), **given}
    with as_of(once.day):
        text = sentence(events[once.fact].type, orjson.loads(events[once.fact].content), lang)
    until, _ = held_until(told.line, next(n for n, one in enumerate(told.line) if one.id == found.id))
    return (
        Saying(kind, key, history.version, found.seq, once, text, given, asked, choices, record, until)
        if asked
        else None
    )


def _own(model: type[Command], key: UUID) -> dict[str, Any]:
    """The answer that names the record, where a command has one."""
    own = model.entity.replace("-", "_")
    return {own: str(key)} if own in model.model_fields else {}


@sayings.get("/{kind}/{key}/{fact}")
@access("editor")
async def form(
    service: Here[Reception], pages: ThesePages, request: Request, kind: str, key: UUID, fact: UUID
) -> Response:
    saying = await _saying(service, pages, request, kind, key, fact)
    if saying is None:
        return RedirectResponse(f"/{service.name}/history/{kind}/{key}?fact={fact}&do=again", 303)
    values = {**saying.given, HAPPENED: saying.once.day.isoformat()}
    hidden = {COMMAND_ID: str(new_command_id()), VERSION: saying.version}
    return await _shown(service, pages, request, saying, values=values, hidden=hidden)


async def _shown(
    service: Reception,
    pages: Pages,
    request: Request,
    saying: Saying,
    *,
    values: Any,
    hidden: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    in_the_way: Obstacle | None = None,
) -> Response:
    lang, errors = language(request), errors or {}
    form = Form.of(
        saying.model,
        pages.lexicon,
        lang,
        values=values,
        errors={name: said for name, said in errors.items() if name or in_the_way is None},
        choices=saying.choices,
        hidden=hidden,
        only=saying.asked,
        suggestions=service.definition.suggestions,
    )
    kept = [
        (pages.lexicon.say(f"field.{name}", lang), await name_of(service, value))
        for name, value in saying.kept.items()
        if isinstance(value, str) and pages.lexicon.has(f"field.{name}")
    ]
    days = {saying.once.day, day_in(values.get(HAPPENED)) or day_of(service.now())}
    response = pages.render(
        request,
        "said_again.html",
        status=status,
        form=form,
        saying=saying,
        command=saying.model.__name__,
        thing=EVENTS[saying.once.types[0]].thing.words,
        about=[(label, text) for label, text in kept if text],
        happened=values.get(HAPPENED, ""),
        happened_error=errors.get(HAPPENED),
        today=day_of(service.now()).isoformat(),
        in_the_way=in_the_way,
        refused=errors.get("", ""),
        why=str(values.get(WHY) or ""),
        why_error=errors.get(WHY),
        counted=await of_facts(service, [(one, day) for one in saying.once.types for day in days], lang),
    )
    response.headers.update(SUGGESTING if form.suggests else {})
    return response


@sayings.post("/{kind}/{key}/{fact}")
@access("editor")
async def say(
    service: Here[Reception], pages: ThesePages, request: Request, kind: str, key: UUID, fact: UUID
) -> Response:
    data: FormData = await request.form(max_fields=500, max_files=0)
    try:
        id = UUID(str(data.get(COMMAND_ID, "")))
        version = int(str(data[VERSION])) if data.get(VERSION) else None
    except ValueError:
        raise HTTPException(400) from None
    where = f"/{service.name}/history/{kind}/{key}"
    saying = await _saying(service, pages, request, kind, key, fact)
    if saying is None:
        if (done := await _done(service, kind, key, id)) is not None:
            return RedirectResponse(f"{where}?done={done}&again=1", 303)
        return RedirectResponse(f"{where}?fact={fact}&do=again", 303)
    lang, model = language(request), saying.model
    hidden: dict[str, Any] = {COMMAND_ID: str(id), VERSION: data.get(VERSION)}
    errors: dict[str, str] = {}
    status, in_the_way, at = 422, None, None
    try:
        at = happened_on(str(data.get(HAPPENED) or ""))
        day = at or day_of(service.now())
        given = await _answers(service, request, saying, parse(model, data), day)
        command = model.model_validate(given, context=stored(saying.given))
        if not model.creates and command.target(_context(service, id)) != key:
            raise Refused("other-record")
        if day == saying.once.day and command == _as_said(saying):
            return RedirectResponse(f"{where}?unchanged={saying.seq}&of={kind}/{key}", 303)
        instead = Instead((*saying.once.events, *struck_in(data)), why(data), of=key)
        outcome = await service.execute(
            command, id=id, actor=who_of(request).actor, at=at, version=version, instead=instead
        )
    except ValidationError as error:
        errors = sentences(error, model, pages.lexicon, lang)
    except BadDay:
        errors = {HAPPENED: pages.lexicon.say("invalid.date", lang, value=data.get(HAPPENED))}
    except NoReason:
        errors = {WHY: pages.lexicon.say("invalid.missing", lang)}
    except Refused as refused:
        refused = await _naming(service, saying, refused, at or day_of(service.now()))
        errors = refusal(refused, pages.lexicon, lang)
        in_the_way = await obstacle(service, command, refused, None, lang, of=key)
        hidden |= {COMMAND_ID: str(id_after(refused, id)), VERSION: version_after(refused, hidden[VERSION])}
    except (Stale, Conflict):
        told = pages.lexicon.say
        errors, status = {"": f"{told('problem.409', lang)}. {told('problem.409.hint', lang)}"}, 409
    else:
        return await after(service, where, command, outcome, at)
    return await _shown(
        service,
        pages,
        request,
        saying,
        values=data,
        hidden=hidden,
        errors=errors,
        status=status,
        in_the_way=in_the_way,
    )


async def _done(service: Reception, kind: str, key: UUID, id: UUID) -> int | None:
    """The last sequence of what this very form came to when it was sent before."""
    events = (await service.execute.history(kind, key)).events
    return max((event.seq for event in events if event.cloud.commandid == str(id)), default=None)


async def _naming(service: Reception, saying: Saying, no: Refused, day: date) -> Refused:
    """A refusal of a beginning, where facts of the same day stand after it: they can't, since what is said now comes
    last in its day. Then it names the first of them."""
    if no.code in (AGAINST, BEFORE):
        return no
    births = {kind.type_name() for kind in service.execute.deciders[saying.kind].births if not kind.timeless}
    line = told_of(await service.execute.history(saying.kind, saying.key)).line
    struck = set(map(str, saying.once.events))
    own = [one for one in line if one.day == day and one.id not in struck and not (one.event.live or one.timeless)]
    if not own or not births.intersection(saying.once.types):
        return no
    first = own[0]
    return Refused(AGAINST, of=first.event.type_name(), day=f"{first.day:%d/%m/%Y}", seq=first.seq, event=first.id)


def _context(service: Reception, id: UUID) -> Context:
    now = service.now()
    return Context(at=now, now=now, command=id, actor="")


async def _answers(
    service: Reception, request: Request, saying: Saying, typed: Mapping[str, Any], day: date
) -> dict[str, Any]:
    """The answers of the command: those that were asked, the others as they were said. Of a whole record, what the fact
    did not say is told as it was on the command's day (shared/web/facts/records.py)."""
    own = _own(saying.model, saying.key)
    answers = {**saying.kept, **{name: typed[name] for name in saying.asked if name in typed}}
    if saying.record and day != saying.once.day:
        then = await current_answers(request, service, saying.model, own, day, begun=True)
        others = [n for n in saying.model.model_fields if n not in (*own, *saying.once.answers)]
        answers = on_its_day(answers, saying.given, then, others)
    return {**answers, **own}


def _as_said(saying: Saying) -> Command | None:
    """The command as it was given then; None where today's rules take it no more."""
    try:
        own = _own(saying.model, saying.key)
        return saying.model.model_validate({**saying.given, **own}, context=stored(saying.given))
    except ValidationError:
        return None
