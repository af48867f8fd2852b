"""A form for every command, without a template of its own: `GET` and `POST /<service>/do/<Command>`.

A form carries its command's id, so that sending it twice is one command, and the entity's version as its writer saw
it, so that a stale form is refused instead of overwriting what others did.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from shared.base.paris_days import PARIS
from shared.contract.fields import day_typed, stored
from shared.kernel.command_handler import Stale, id_after, new_command_id, version_after
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.runtime.service import Service
from shared.web.forms.field_shapes import shapes
from shared.web.forms.forms import HAPPENED, Form, parse, refusal, sentences
from shared.web.here import ThesePages, ThisService
from shared.web.security.authorization import access, demand, who_of
from shared.web.security.local_paths import local
from shared.web.security.redaction import revealed
from shared.web.security.request_limits import SUGGESTING
from shared.web.templating import Pages, language

COMMAND_ID, VERSION, BACK = "command_id", "version", "back"


class BadDay(ValueError):
    """The day that a form gives is none."""


def happened_on(text: str | None) -> date | None:
    """The day that a form gives, as one types it, None for none. Raises BadDay."""
    try:
        return day_typed(text) if text else None
    except ValueError:
        raise BadDay(text) from None


commands = APIRouter(include_in_schema=False)
"""The routes of all commands of a service."""


def _model_of(service: Service, request: Request, name: str) -> type[Command]:
    found = service.execute.commands.get(name)
    if found is None or found.internal:
        raise HTTPException(404)
    demand(request, found.asks)
    return found


async def _show(
    service: Service,
    pages: Pages,
    request: Request,
    model: type[Command],
    *,
    values: Any,
    hidden: dict[str, Any],
    errors: dict[str, str],
    status: int,
) -> Response:
    lang = language(request)
    request.state.personal = True  # what is chosen from, or was just written, may name persons
    choices = dict(await service.definition.choices(service, model, lang))
    # What the link already says is not asked again, but shown.
    fixed = {name: value for name, value in hidden.items() if name in model.model_fields}
    form = Form.of(
        model,
        pages.lexicon,
        lang,
        values=values,
        errors=errors,
        choices=choices,
        hidden=hidden,
        suggestions=service.definition.suggestions,
    )
    named = [
        (
            pages.lexicon.say(f"field.{name}", lang),
            dict(choices.get(name, ())).get(str(value)) or await _named(service, value),
        )
        for name, value in fixed.items()
    ]
    response = pages.render(
        request,
        "command.html",
        status=status,
        form=form,
        command=model.__name__,
        about=[(label, text) for label, text in named if text],
        happened=values.get(HAPPENED, "") if values else "",
        happened_error=errors.get(HAPPENED),
        back=_local(hidden.get(BACK), service),
        today=datetime.now(PARIS).date().isoformat(),
    )
    response.headers.update(SUGGESTING if form.suggests else {})
    return response


@commands.get("/do/{name}")
@access("public")  # the command says who may send it
async def form(service: ThisService, pages: ThesePages, request: Request, name: str) -> Response:
    model = _model_of(service, request, name)
    given = dict(request.query_params)
    version = given.get(VERSION)
    prefilled = {f: v for f, v in given.items() if f in model.model_fields}
    several = {one.name for one in shapes(model) if one.several}
    uuids = {f: v for f, v in prefilled.items() if f not in several and _is_uuid(v)}
    hidden = {**uuids, COMMAND_ID: str(new_command_id()), VERSION: version, BACK: _back(request)}
    values = {
        **await _current(request, service, model, uuids),
        **{f: request.query_params.getlist(f) if f in several else v for f, v in prefilled.items() if f not in uuids},
    }
    values[HAPPENED] = given.get(HAPPENED, "")
    return await _show(service, pages, request, model, values=values, hidden=hidden, errors={}, status=200)


@commands.post("/do/{name}")
@access("public")
async def send(service: ThisService, pages: ThesePages, request: Request, name: str) -> Response:
    model, lang = _model_of(service, request, name), language(request)
    data: FormData = await request.form(max_fields=500, max_files=0)
    errors: dict[str, str] = {}
    status = 422
    single = {one.name for one in shapes(model) if not one.several}
    hidden = {
        key: value
        for key, value in data.items()
        if isinstance(value, str) and (key in (COMMAND_ID, VERSION, BACK) or (key in single and _is_uuid(value)))
    }
    try:
        id = UUID(str(data.get(COMMAND_ID, "")))
        version = int(str(data[VERSION])) if data.get(VERSION) else None
    except ValueError:
        raise HTTPException(400) from None
    try:
        command = model.model_validate(parse(model, data), context=await _stored(request, service, model, hidden))
        outcome = await service.execute(
            command,
            id=id,
            actor=who_of(request).actor,
            at=happened_on(str(data.get(HAPPENED) or "")),
            version=version,
        )
    except ValidationError as error:
        errors = sentences(error, model, pages.lexicon, lang)
    except BadDay:
        errors = {HAPPENED: pages.lexicon.say("invalid.date", lang, value=data.get(HAPPENED))}
    except Refused as refused:
        errors = refusal(refused, pages.lexicon, lang)
        hidden |= {COMMAND_ID: str(id_after(refused, id)), VERSION: version_after(refused, hidden.get(VERSION))}
    except (Stale, Conflict):
        say = pages.lexicon.say
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        await service.runner.wait_for(outcome.seq)
        where = service.definition.page_of(command, outcome) or _local(data.get(BACK), service)
        return RedirectResponse(f"{where}{'&' if '?' in where else '?'}done={outcome.seq}", 303)
    return await _show(service, pages, request, model, values=data, hidden=hidden, errors=errors, status=status)


async def _current(request: Request, service: Service, model: type[Command], uuids: dict[str, str]) -> dict[str, Any]:
    """The answers as they stand, for a command that changes an entity: those of the view that shows it. Personal ones
    only for who may see them; a field that stays empty stays as it was."""
    key = uuids.get(model.entity.replace("-", "_"))
    if model.creates or key is None:
        return {}
    sees = who_of(request).sees_persons(service.name)
    for view in service.definition.views:
        document = await service.store.get(view, key)
        if document is not None:
            shown = {name: document[name] for name in model.model_fields if name in document and name not in uuids}
            return {
                name: revealed(request, service, value) if _sealed(value) else value
                for name, value in shown.items()
                if sees or not _sealed(value)
            }
    return {}


async def _stored(request: Request, service: Service, model: type[Command], hidden: dict[str, Any]) -> dict[str, Any]:
    """What stands there of what the form asks: the answers of the entity, or of the part of it that the form's link
    names, and the names of what that link names."""
    ids = {name: value for name, value in hidden.items() if name in model.model_fields}
    names = {
        f"{name}_name": await _named(service, value)
        for name, value in ids.items()
        if f"{name}_name" in model.model_fields
    }
    return stored(await _current(request, service, model, ids), names, *await _parts(service, model, ids))


async def _parts(service: Service, model: type[Command], uuids: dict[str, str]) -> list[dict[str, Any]]:
    """The parts of an entity, such as an item of an issue, that bear one of these ids."""
    key = uuids.get(model.entity.replace("-", "_"))
    if model.creates or key is None:
        return []
    wanted = set(uuids.values()) - {key}
    if not wanted:
        return []
    documents = [await service.store.get(view, key) or {} for view in service.definition.views]
    lists = [value for document in documents for value in document.values() if isinstance(value, list)]
    return [
        one
        for some in lists
        for one in some
        if isinstance(one, dict) and wanted & {value for value in one.values() if isinstance(value, str)}
    ]


async def _named(service: Service, key: Any) -> str:
    """What the views call the thing with this id, if that is no personal value; "" where none knows it."""
    for view in service.definition.views:
        document = await service.store.get(view, str(key)) or {}
        name = document.get("name") or document.get("title")
        if isinstance(name, str):
            return name
    return ""


def _sealed(value: Any) -> bool:
    return isinstance(value, dict) and "sealed" in value


def _back(request: Request) -> str:
    return request.query_params.get(BACK, "")


def _local(where: Any, service: Service) -> str:
    """A path of this installation, never another site."""
    return local(where) or f"/{service.name}/"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == 36
