"""A form for every command, without a template of its own: `GET` and `POST /<service>/do/<Command>`.

A form carries its command's id, so that sending it twice is one command, and the entity's version as its writer saw
it, so that a stale form is refused instead of overwriting what others did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from shared.base.paris_days import PARIS
from shared.contract.fields import stored
from shared.contract.fields.codes import vocabularies_in
from shared.kernel.command_digest import fields_sent
from shared.kernel.command_handler import Stale, new_command_id, told_of
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.themes import THEME
from shared.runtime.faces import Forms, Premises, Reception
from shared.web.counted.before_saving import facts_of_form
from shared.web.counted.counted import Counted, of_facts, said_by, sorts_of
from shared.web.facts.obstacles import WHY, NoReason, Obstacle, instead_of, named_in, obstacle
from shared.web.facts.of_days import BadDay, day_in, happened_on, no_day_of_now, takes_day
from shared.web.facts.outcomes import after, taken_up_on
from shared.web.facts.records import SEEN, SHOW, on_its_day, record_on
from shared.web.forms.field_shapes import THEMED, shapes
from shared.web.forms.forms import HAPPENED, Form, id_after, parse, refusal, sentences, version_after
from shared.web.forms.parsing import titles_in
from shared.web.here import Here, ThesePages
from shared.web.security.authorization import access, demand, who_of
from shared.web.security.local_paths import local
from shared.web.security.permits import permitted
from shared.web.security.redaction import revealed
from shared.web.security.request_limits import SUGGESTING
from shared.web.templating import Pages, language

COMMAND_ID, VERSION, BACK = "command_id", "version", "back"


commands = APIRouter(include_in_schema=False)
"""The routes of all commands of a service."""


def _model_of(service: Reception, request: Request, name: str) -> type[Command]:
    if name in service.definition.retired:
        demand(request, "editor")
        raise HTTPException(410, "command-retired")
    found = service.execute.commands.get(name)
    if found is None or found.internal:
        raise HTTPException(404)
    demand(request, found.asks)
    return found


async def _show(
    service: Reception,
    pages: Pages,
    request: Request,
    model: type[Command],
    *,
    values: Any,
    hidden: dict[str, Any],
    errors: dict[str, str],
    status: int,
    in_the_way: Obstacle | None = None,
) -> Response:
    lang = language(request)
    request.state.personal = True  # what is chosen from, or was just written, may name persons
    choices = dict(await service.choices(model, lang, _day_of(model, values)))
    choices |= {
        field: [*choices[field], *more]
        for field, of in vocabularies_in(model).items()
        if field in choices and (more := await _kept(service, of, _given(values, field), choices[field], lang))
    }
    for field in choices.keys() & {*THEMED}:
        choices[field] = [
            *choices[field],
            *await _kept(service, THEME, _given(values, field), choices[field], lang),
        ]
    if (narrow := service.definition.narrowing.get(model)) is not None:
        choices = dict(narrow(choices, partial(_given, values), lang))
    # What the link already says is not asked again, but shown.
    fixed = {name: value for name, value in hidden.items() if name in model.model_fields}
    form = Form.of(
        model,
        pages.lexicon,
        lang,
        values=values,
        errors={name: said for name, said in errors.items() if name or in_the_way is None},
        choices=choices,
        hidden=hidden,
        skip=[name for name, offered in choices.items() if not offered and model in service.definition.narrowing],
        suggestions=service.definition.suggestions,
    )
    named = [
        (
            pages.lexicon.say(f"field.{name}", lang),
            dict(choices.get(name, ())).get(str(value)) or await name_of(service, value),
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
        dated=takes_day(service, model) or bool(errors.get(HAPPENED)),
        of_now=not takes_day(service, model),
        whole=model in service.definition.whole and takes_day(service, model) and bool(hidden.get(VERSION)),
        period=_is_past(model),
        seen=hidden.get(SEEN),
        in_the_way=in_the_way,
        refused=errors.get("", ""),
        why=str(values.get(WHY) or "") if values else "",
        why_error=errors.get(WHY),
        counted=(await _counted(service, model, values, fixed, in_the_way, lang)).telling(
            " ".join(text for _, text in named), await sorts_of(service, await _records(service, fixed.values()))
        ),
        taken_up=await _taken_up(service, model, hidden, day_in(values.get(HAPPENED)) if values else None),
        form_at=_address(service, model, values, hidden),
    )
    response.headers.update(SUGGESTING if form.suggests else {})
    return response


def _given(values: Any, field: str) -> list[str]:
    """What a form shows as the answers of a field."""
    if isinstance(values, FormData):
        return [one for one in values.getlist(field) if isinstance(one, str)]
    said = (values or {}).get(field)
    return [str(one) for one in (said if isinstance(said, list) else [said]) if one]


async def _kept(
    service: Forms, vocabulary: str, given: Sequence[str], offered: Sequence[tuple[str, str]], lang: str
) -> list[tuple[str, str]]:
    """What stands as an answer and is offered no more: a term that was closed may stay."""
    there, known = {code for code, _ in offered}, await service.lists.now()
    return [(one, known.title(vocabulary, one, lang)) for one in given if one not in there]


async def _records(service: Forms, keys: Iterable[Any]) -> list[Document | None]:
    """The things that a form is about, as views show them."""
    return [await service.store.get(view, str(key)) for key in keys for view in service.definition.views]


async def _taken_up(
    service: Reception, model: type[Command], hidden: Mapping[str, Any], day: date | None
) -> date | None:
    """From which day on a fact that is noted takes the place of what is said now of an earlier day."""
    key = hidden.get(model.entity.replace("-", "_"))
    if day is None or model.creates or not isinstance(key, str) or not takes_day(service, model):
        return None
    try:
        line = told_of(await service.execute.history(model.entity, UUID(key))).line
    except Unavailable:  # the form is shown without it
        return None
    return taken_up_on(line, said_by(service.name, model), day)


def _address(service: Premises, model: type[Command], values: Any, hidden: Mapping[str, Any]) -> str:
    """The address of this form with what was answered so far, but for what is typed freely: that may be personal."""
    kinds = ("choice", "flag", "integer", "decimal", "date", "moment")
    free = {one.name for one in shapes(model) if one.kind not in kinds}
    asked = {name: values.get(name) for name in model.model_fields if name not in free} if values else {}
    named = {name: hidden.get(name) for name in (*model.model_fields, BACK) if hidden.get(name)}
    given = {**asked, **named, HAPPENED: values.get(HAPPENED) if values else None}
    query = urlencode({name: value for name, value in given.items() if isinstance(value, str) and value})
    return f"/{service.name}/do/{model.__name__}?{query}"


def _is_past(model: type[Command]) -> bool:
    """Whether a command tells of a past period."""
    return {"since", "until"} <= model.model_fields.keys()


def _day_of(model: type[Command], values: Any) -> date | None:
    """The day that a form is about, today where it says none. Of a past period it is the first, None until it is
    said."""
    past = _is_past(model)
    return day_in((values or {}).get("since" if past else HAPPENED)) or (None if past else datetime.now(PARIS).date())


async def _counted(
    service: Reception,
    model: type[Command],
    values: Any,
    fixed: Mapping[str, Any],
    in_the_way: Obstacle | None,
    lang: str,
) -> Counted:
    """What counts what a form is about to say, on the days on which its facts will be."""
    if _is_past(model):
        days = [day for name in ("since", "until") if (day := day_in((values or {}).get(name)))]
        # Until it says its days, all that its facts may move is named, whatever days these will be.
        of = [(one, day) for one in said_by(service.name, model) for day in days or [datetime.now(PARIS).date()]]
        counted = await of_facts(service, of, lang, supposed=not days)
        return counted if days else counted.undated()
    form = isinstance(values, FormData)
    filled = {name: one for name, one in ({} if form else values or {}).items() if one not in (None, "", [])}
    given = parse(model, values) if form else {name: filled[name] for name in filled.keys() & model.model_fields.keys()}
    at = day_in((values or {}).get(HAPPENED)) if takes_day(service, model) else None
    facts = await facts_of_form(service, model, {**given, **fixed}, at, in_the_way)
    return await of_facts(service, facts, lang, supposed=_may_be_earlier(service, model, values))


def _may_be_earlier(service: Reception, model: type[Command], values: Any) -> bool:
    """Whether a form is about a day that nobody gave yet."""
    return takes_day(service, model) and not (values or {}).get(HAPPENED)


@commands.get("/do/{name}")
@access("public")  # the command says who may send it
async def form(service: Here[Reception], pages: ThesePages, request: Request, name: str) -> Response:
    if (gone := service.definition.retired.get(name)) is not None:
        demand(request, "editor")
        about = request.query_params.get(gone.entity.replace("-", "_"), "")
        back = f"/{service.name}/history/{gone.entity}/{about}" if _is_uuid(about) else None
        return pages.problem(request, 410, back=back)
    model = _model_of(service, request, name)
    given = dict(request.query_params)
    version = given.get(VERSION)
    prefilled = {f: v for f, v in given.items() if f in model.model_fields}
    several = {one.name for one in shapes(model) if one.several}
    uuids = {f: v for f, v in prefilled.items() if f not in several and _is_uuid(v)}
    hidden = {**uuids, COMMAND_ID: str(new_command_id()), VERSION: version, BACK: _back(request)}
    dated = takes_day(service, model)
    day = day_in(given.get(HAPPENED)) if dated else None
    answers = await current_answers(request, service, model, uuids, day)
    early = bool(day) and not answers  # there is no record of a day before its beginning: today's is shown
    values = {
        **(await current_answers(request, service, model, uuids) if early else answers),
        **{f: request.query_params.getlist(f) if f in several else v for f, v in prefilled.items() if f not in uuids},
        **{one.name: titles_in(given, one.name) for one in shapes(model) if one.kind == "titles"},
    }
    values[HAPPENED] = given.get(HAPPENED, "") if dated else ""
    if model in service.definition.whole and (key := uuids.get(model.entity.replace("-", "_"))):
        hidden[SEEN] = "" if early else values[HAPPENED]
        hidden[VERSION] = version or (await record_on(service, model.entity, key, None) or {}).get("version")
    return await _show(service, pages, request, model, values=values, hidden=hidden, errors={}, status=200)


@commands.post("/do/{name}")
@access("public")
async def send(service: Here[Reception], pages: ThesePages, request: Request, name: str) -> Response:
    model, lang = _model_of(service, request, name), language(request)
    data: FormData = await request.form(max_fields=500, max_files=0)
    errors: dict[str, str] = {}
    status, in_the_way = 422, None
    at: date | None = None
    single = {one.name for one in shapes(model) if not one.several}
    hidden = {
        key: value
        for key, value in data.items()
        if isinstance(value, str) and (key in (COMMAND_ID, VERSION, BACK, SEEN) or (key in single and _is_uuid(value)))
    }
    try:
        id = UUID(str(data.get(COMMAND_ID, "")))
        version = int(str(data[VERSION])) if data.get(VERSION) else None
    except ValueError:
        raise HTTPException(400) from None
    if SHOW in data and model not in service.definition.whole:  # only what it may change is asked
        return await _show(service, pages, request, model, values=data, hidden=hidden, errors={}, status=200)
    if SHOW in data:
        return await _filled_again(service, pages, request, model, data, hidden)
    try:
        typed = parse(model, data)
        given, then = await _answers(request, service, model, typed, day_in(data.get(HAPPENED)), hidden)
        context = await _stored(request, service, model, hidden, then)
        command = model.model_validate(given, context=context)
        await permitted(request, command)
        # What stood when it was sent first may be another by the second time; what was typed is not.
        said = model.model_validate(typed, context=context) if given is not typed else None
        no_day_of_now(service, model, data.get(HAPPENED))
        at = happened_on(str(data.get(HAPPENED) or ""))
        outcome = await service.execute(
            command,
            id=id,
            actor=who_of(request).actor,
            at=at,
            version=version,
            sent={**fields_sent(said), SEEN: hidden[SEEN]} if said else None,
            instead=instead_of(data, command, at),
        )
    except ValidationError as error:
        errors = sentences(error, model, pages.lexicon, lang)
    except BadDay:
        errors = {HAPPENED: pages.lexicon.say("invalid.date", lang, value=data.get(HAPPENED))}
    except NoReason:
        errors = {WHY: pages.lexicon.say("invalid.missing", lang)}
        in_the_way = await obstacle(service, command, named_in(data), at, lang)
    except Refused as refused:
        errors = refusal(refused, pages.lexicon, lang)
        in_the_way = await obstacle(service, command, refused, at, lang)
        hidden |= {COMMAND_ID: str(id_after(refused, id)), VERSION: version_after(refused, hidden.get(VERSION))}
    except (Stale, Conflict):
        say = pages.lexicon.say
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        where = service.definition.page_of(command, outcome) or _local(data.get(BACK), service)
        return await after(service, where, command, outcome, at)
    return await _show(
        service,
        pages,
        request,
        model,
        values=data,
        hidden=hidden,
        errors=errors,
        status=status,
        in_the_way=in_the_way,
    )


async def _answers(
    request: Request,
    service: Reception,
    model: type[Command],
    given: dict[str, Any],
    day: date | None,
    hidden: dict[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a form gives; of a whole record, as it is to be on the command's day (shared/web/facts/records.py), and how
    it was on that day."""
    if model not in service.definition.whole or SEEN not in hidden:
        return given, {}
    seen = day_in(hidden[SEEN])
    only_changes = not any(field.is_required() for name, field in model.model_fields.items() if name not in hidden)
    if seen == day and not only_changes:
        return given, {}
    shown = await current_answers(request, service, model, hidden, seen)
    then = {} if only_changes else await current_answers(request, service, model, hidden, day, begun=True)
    asked = [name for name in model.model_fields if name not in hidden]
    return on_its_day(given, shown, None if only_changes else then, asked), then


async def _filled_again(
    service: Reception,
    pages: Pages,
    request: Request,
    model: type[Command],
    data: FormData,
    hidden: dict[str, Any],
) -> Response:
    """The form of a whole record with the record of another day, and with what was changed in it so far."""
    day = day_in(data.get(HAPPENED))
    shown = await current_answers(request, service, model, hidden, day_in(hidden.get(SEEN)))
    then = await current_answers(request, service, model, hidden, day)
    values: dict[str, Any] = on_its_day(parse(model, data), shown, then, then.keys() | shown.keys())
    values[HAPPENED] = str(data.get(HAPPENED) or "")
    errors = {}
    if values[HAPPENED] and day is None:
        errors[HAPPENED] = pages.lexicon.say("invalid.date", language(request), value=values[HAPPENED])
    elif day is not None and not then:
        errors[HAPPENED] = pages.lexicon.say("record.not-yet", language(request))
    else:
        hidden = {**hidden, SEEN: values[HAPPENED]}
    status = 422 if errors else 200
    return await _show(service, pages, request, model, values=values, hidden=hidden, errors=errors, status=status)


async def current_answers(
    request: Request,
    service: Reception,
    model: type[Command],
    uuids: dict[str, Any],
    day: date | None = None,
    *,
    begun: bool = False,
) -> dict[str, Any]:
    """The answers as they stand, today or as of a day (`begun`: `record_on`), for a command that changes an entity:
    those of the view that shows it. Personal ones only for who may see them; a field that stays empty stays as it was.
    """
    key = uuids.get(model.entity.replace("-", "_"))
    if model.creates or key is None:
        return {}
    sees = who_of(request).sees_persons(service.name)
    document = await record_on(service, model.entity, key, day, begun=begun) or {}
    shown = {name: document[name] for name in model.model_fields if name in document and name not in uuids}
    return {
        name: revealed(request, service, value) if _sealed(value) else value
        for name, value in shown.items()
        if sees or not _sealed(value)
    }


async def _stored(
    request: Request, service: Reception, model: type[Command], hidden: dict[str, Any], then: dict[str, Any]
) -> dict[str, Any]:
    """What stands there of what the form asks: the answers of the entity, or of the part of it that the form's link
    names, and the names of what that link names."""
    ids = {name: value for name, value in hidden.items() if name in model.model_fields}
    names = {
        f"{name}_name": await name_of(service, value)
        for name, value in ids.items()
        if f"{name}_name" in model.model_fields
    }
    return stored(await current_answers(request, service, model, ids), then, names, *await _parts(service, model, ids))


async def _parts(service: Forms, model: type[Command], uuids: dict[str, str]) -> list[dict[str, Any]]:
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


async def name_of(service: Forms, key: Any) -> str:
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


def _local(where: Any, service: Premises) -> str:
    """A path of this installation, never another site."""
    return local(where) or f"/{service.name}/"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == 36
