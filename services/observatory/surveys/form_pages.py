"""The form by which an editor builds a survey. It is sent as a whole by every button of it (ADR 15): one adds a
question, moves one up or down, takes one out, or saves; what was written comes back as it stood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData
from starlette.responses import Response

from services.observatory.surveys.domain.questions import KINDS, MOST_QUESTIONS, SCALE, Question
from services.observatory.surveys.domain.state import SurveyCommand
from services.observatory.surveys.domain.survey import DraftSurvey, ReviseSurvey
from services.observatory.surveys.stage import survey_of
from shared.base.translations import Lang, Lexicon
from shared.contract.fields import stored
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.views.projection import Document
from shared.runtime.faces import Desk, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form, FormField, Problem, id_after, refusal, version_after
from shared.web.forms.guarded_form import command_id, version_of
from shared.web.forms.validation_messages import said_of
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

LOOKING = {"do": "look"}  # what gives the form back without saving
FIELDS = 1200  # of a form: 60 questions of at most a dozen each
ID = re.compile(r"q[0-9]{1,4}").fullmatch
PARTS = ("kind", "text", "hint", "required", "options", "unit", "least", "most", "low", "high")


@dataclass(frozen=True)
class Draft:
    """A form as it was written so far: its questions in their order, each by the names of its parts."""

    title: str = ""
    intro: str = ""
    asks_who: bool = False
    questions: tuple[Mapping[str, str], ...] = field(default=())

    @classmethod
    def of_survey(cls, survey: Document) -> Draft:
        return cls(
            survey["title"], survey["intro"] or "", survey["asks_who"], tuple(map(_written, survey["questions"]))
        )

    @classmethod
    def of_form(cls, form: FormData) -> Draft:
        ids = [id for id in form.getlist("question") if isinstance(id, str)][: MOST_QUESTIONS + 1]
        found = ({"id": id, **{part: _sent(form, f"{id}-{part}") for part in PARTS}} for id in dict.fromkeys(ids))
        questions = tuple(one for one in found if one["kind"] in KINDS and ID(one["id"]))
        return cls(_sent(form, "title"), _sent(form, "intro"), bool(_sent(form, "asks_who")), questions)

    def given(self) -> dict[str, Any]:
        """What the command takes."""
        return {
            "title": self.title,
            "intro": self.intro or None,
            "asks_who": self.asks_who,
            "questions": [_given(one) for one in self.questions],
        }

    def done(self, what: str) -> tuple[Draft, str]:
        """The form after a button, and the anchor where one was."""
        verb, _, id = what.partition(":")
        at = next((n for n, one in enumerate(self.questions) if one["id"] == id), None)
        some = list(self.questions)
        if verb == "add" and id in KINDS and len(some) < MOST_QUESTIONS:
            some.append({"id": self._new_id(), **dict.fromkeys(PARTS, ""), "kind": id})
            return replace(self, questions=tuple(some)), some[-1]["id"]
        if at is None:
            return self, "questions"
        if verb == "remove":
            del some[at]
            return replace(self, questions=tuple(some)), "questions"
        to = at + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= to < len(some):
            some[at], some[to] = some[to], some[at]
        return replace(self, questions=tuple(some)), id

    def _new_id(self) -> str:
        numbers = [int(one["id"][1:]) for one in self.questions if one["id"][1:].isdigit()]
        return f"q{max(numbers, default=0) + 1}"


def _sent(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.replace("\r\n", "\n")[:20_000] if isinstance(value, str) else ""


def _written(one: Mapping[str, Any]) -> dict[str, str]:
    plain = {part: "" if one.get(part) is None else _plain(one[part]) for part in PARTS}
    return {
        **plain,
        "id": one["id"],
        "options": "\n".join(one.get("options", ())),
        "required": "yes" if one.get("required") else "",
    }


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _given(one: Mapping[str, str]) -> dict[str, Any]:
    numbers = {part: one[part].strip().replace(",", ".").replace("−", "-") for part in ("least", "most")}
    options = [line for line in (piece.strip() for piece in one["options"].split("\n")) if line]
    return {**one, **numbers, "options": options, "required": bool(one["required"])}


def wrong(error: ValidationError, draft: Draft, lexicon: Lexicon, lang: Lang) -> dict[str, str]:
    """What is wrong: `title`, `intro`, or `<question>-<part>` → a sentence."""
    errors: dict[str, str] = {}
    by_question: dict[int, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        where = detail["loc"]
        if where[:1] == ("questions",) and len(where) > 1 and isinstance(where[1], int):
            rest = where[2:] or (_part_of(str(detail.get("ctx", {}).get("error", ""))),)
            by_question.setdefault(where[1], []).append({**detail, "loc": rest})
        else:
            errors |= said_of([detail], DraftSurvey, lexicon, lang)
    for n, details in by_question.items():
        for part, sentence in said_of(details, Question, lexicon, lang).items():
            errors[f"{draft.questions[n]['id']}-{part}"] = sentence
    return errors


def _part_of(code: str) -> str:
    parts = {
        "options-too-few": "options",
        "options-twice": "options",
        "bounds-turned": "most",
        "scale-too-long": "most",
    }
    return parts.get(code, "text")


routes = APIRouter(prefix="/surveys", include_in_schema=False)
"""The routes of the form."""


def page(
    service: Views,
    request: Request,
    draft: Draft,
    *,
    key: UUID | None,
    version: int | None,
    id: UUID,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    pages: Pages = request.app.state.pages
    lang, errors = language(request), errors or {}
    shown = [_asked(n, one, errors, pages.lexicon, lang) for n, one in enumerate(draft.questions, 1)]
    top = _top(draft, errors, pages.lexicon, lang)
    marked = [Problem(one.label, one.error, one.anchor) for one in top.values() if one.error]
    marked += [
        Problem(f"Question {n}, {one.label[:1].lower()}{one.label[1:]}", one.error, one.anchor)
        for n, some in enumerate(shown, 1)
        for one in some.values()
        if one.error
    ]
    asked = {*top, *(f"{one['id']}-{part}" for one, some in zip(draft.questions, shown, strict=True) for part in some)}
    others = [Problem(None, sentence, None) for name, sentence in errors.items() if name not in asked]
    hidden = (("command_id", str(id)), *((("version", str(version)),) if version is not None else ()))
    return render(
        service,
        request,
        "survey_form.html",
        status=status,
        key=str(key) if key else None,
        top=top,
        draft=draft,
        shown=list(zip(draft.questions, shown, strict=True)),
        kinds=KINDS,
        most=MOST_QUESTIONS,
        form=Form((), hidden, (*marked, *others)),
    )


@routes.get("/new")
@access("editor")
async def new(service: Here[Desk], request: Request, after: UUID | None = None) -> Response:
    """An empty form, or one that begins as another survey is (`after`)."""
    draft = Draft.of_survey(await survey_of(service, after)) if after else Draft()
    return page(service, request, draft, key=None, version=None, id=new_command_id())


@routes.post("/new")
@access("editor", again=LOOKING)
async def begin(service: Here[Desk], request: Request) -> Response:
    return await sent(service, request, None)


@routes.get("/{key}/form")
@access("editor")
async def change(service: Here[Desk], request: Request, key: UUID) -> Response:
    document = await survey_of(service, key)
    if document["state"] != "draft":
        raise Refused("survey-opened")
    return page(service, request, Draft.of_survey(document), key=key, version=document["version"], id=new_command_id())


@routes.post("/{key}/form")
@access("editor", again=LOOKING)
async def changed(service: Here[Desk], request: Request, key: UUID) -> Response:
    await survey_of(service, key)
    return await sent(service, request, key)


async def sent(service: Desk, request: Request, key: UUID | None) -> Response:
    form = await request.form(max_fields=FIELDS, max_files=0)
    id, version = command_id(form), version_of(form)
    draft, what = Draft.of_form(form), str(form.get("do") or "save")
    if what == "add":
        what = f"add:{form.get('new_kind')}"
    if what != "save":
        draft, _ = draft.done(what)
        return page(service, request, draft, key=key, version=version, id=id)
    return await save(service, request, draft, key, version, id)


async def save(
    service: Desk, request: Request, draft: Draft, key: UUID | None, version: int | None, id: UUID
) -> Response:
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    errors, status = {}, 422
    try:
        given = draft.given()
        if key:
            before = await survey_of(service, key)
            kept = stored(before, *before["questions"])
            command: SurveyCommand = ReviseSurvey.model_validate({**given, "survey": key}, context=kept)
        else:
            command = DraftSurvey.model_validate(given)
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version)
    except ValidationError as error:
        errors = wrong(error, draft, pages.lexicon, lang)
    except Refused as no:
        errors = refusal(no, pages.lexicon, lang)
        id, version = id_after(no, id), version_after(no, version)
    except (Stale, Conflict):
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        await service.runner.wait_for(outcome.seq)
        return RedirectResponse(f"/observatory/surveys/{outcome.entity_id}?{in_address(outcome)}", 303)
    return page(service, request, draft, key=key, version=version, id=id, errors=errors, status=status)


def _top(draft: Draft, errors: Mapping[str, str], lexicon: Lexicon, lang: Lang) -> dict[str, FormField]:
    def one(name: str, widget: Any, values: Sequence[str], attrs: Mapping[str, str], *, required: bool) -> FormField:
        hint = f"field.{name}.hint"
        return FormField(
            name,
            lexicon.say(f"field.{name}", lang),
            lexicon.say(hint, lang) if lexicon.has(hint) else None,
            widget,
            tuple(values),
            (),
            required,
            not required and widget != "checkbox",
            errors.get(name),
            attrs,
            f"f-{name}",
        )

    return {
        "title": one("title", "text", [draft.title], {"maxlength": "200"}, required=True),
        "intro": one("intro", "textarea", [draft.intro], {"rows": "6", "maxlength": "10000"}, required=False),
        "asks_who": one("asks_who", "checkbox", ["true"] if draft.asks_who else [], {}, required=False),
    }


ASKED: Mapping[str, Sequence[str]] = {
    "one": ("options",),
    "several": ("options",),
    "number": ("unit", "least", "most"),
    "scale": ("least", "most", "low", "high"),
}
"""Kind → what is asked of it beside its text, its hint, and whether it must be answered"""


def _asked(
    n: int, one: Mapping[str, str], errors: Mapping[str, str], lexicon: Lexicon, lang: Lang
) -> dict[str, FormField]:
    """The fields of one question of the form."""

    def made(part: str) -> FormField:
        widget: Any = {"options": "lines", "required": "checkbox"}.get(part, "text")
        code = f"question.{one['kind']}.{part}" if lexicon.has(f"question.{one['kind']}.{part}") else f"question.{part}"
        hint = f"question.{part}.hint"
        value = one[part] or (
            str(SCALE[part == "most"]) if one["kind"] == "scale" and part in ("least", "most") else ""
        )
        attrs = (
            {"inputmode": "decimal"}
            if part in ("least", "most")
            else {}
            if widget == "checkbox"
            else {"maxlength": "9000" if part == "options" else "500"}
        )
        name = f"{one['id']}-{part}"
        values = (("true",) if value else ()) if part == "required" else (value,)
        return FormField(
            name,
            lexicon.say(code, lang),
            lexicon.say(hint, lang) if lexicon.has(hint) else None,
            widget,
            values,
            (),
            part in ("text", "options"),
            part not in ("text", "options", "required"),
            errors.get(name),
            attrs,
            f"f-{name}",
        )

    return {part: made(part) for part in ("text", "hint", *ASKED.get(one["kind"], ()), "required")}
