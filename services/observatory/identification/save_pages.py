"""Saving an identification of actors: its name, its purpose, who asked; the answer is found by the service itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.observatory.event_table.moment import AsOf, KnownAt, Moment, day_of, today
from services.observatory.figures.observatory import Observatory, current, of
from services.observatory.identification.criteria import Actor, Answer, answer, criteria_of, ids, named
from services.observatory.identification.domain import Criteria, SaveIdentification
from services.observatory.identification.shown import in_words, kept, when_in_words
from shared.kernel.command_digest import fields_sent
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.runtime.faces import Chronicle, Desk, Premises
from shared.web.facts.of_days import no_day_of_now
from shared.web.facts.outcomes import in_address
from shared.web.formatting import number
from shared.web.forms.forms import HAPPENED, answer_of, id_after, sentences
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

ASKERS = ("structure", "organisation", "person")
MATCHES = 12  # structures that a name may mean and a form still lists
FIELDS = 60  # of a form


saving = APIRouter()
"""The routes under /identification/save."""


async def form(
    service: Premises,
    request: Request,
    criteria: Criteria,
    moment: Moment,
    *,
    status: int = 200,
    id: UUID | None = None,
    **more: Any,
) -> Response:
    """The form, with what it is about to keep."""
    observatory = of(service)
    found: Answer = await observatory.table.work(answer, observatory.table, criteria, moment.as_of, moment.known)
    given = {"errors": {}, "values": {}, "matches": [], **more}
    request.state.personal = True  # a name that was just written may be a person's
    pages: Pages = request.app.state.pages
    back = urlencode(kept(request.query_params, criteria, moment))
    return pages.render(
        request,
        "identification_save.html",
        status=status,
        sequence=moment.known,
        criteria=in_words(criteria, request),
        when=when_in_words(moment, request),
        total=len(found.found),
        asked=moment,
        askers=ASKERS,
        today=today(),
        command_id=id or new_command_id(),
        carried=back,
        asked_for=request.query_params.get("request", ""),
        **given,
    )


@saving.get("/save")
@access("editor")
async def ask(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory = await current(service)
    criteria = criteria_of(request.query_params)
    if not criteria.chosen():
        raise Refused("no-criteria")
    moment = await observatory.moment(as_of, known_at, today())
    return await form(service, request, criteria, moment)


@saving.post("/save")
@access("editor")
async def save(service: Here[Desk], request: Request) -> Response:
    data = await request.form(max_fields=FIELDS, max_files=0)
    criteria, observatory = criteria_of(request.query_params), await current(service)
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    try:
        id, upto = UUID(text(data, "command_id")), int(text(data, "upto"))
    except ValueError:
        raise HTTPException(400) from None
    as_of, known_at = day_of(text(data, "as_of")), day_of(request.query_params.get("known_at"))
    if as_of is None or not 0 <= upto <= observatory.table.position:
        raise HTTPException(400)
    moment = Moment(as_of, known_at, upto)
    errors: dict[str, str] = {}
    matches: list[Actor] = []
    status = 422
    try:
        asker, matches = await _asker(observatory, data)
        found: Answer = await observatory.table.work(answer, observatory.table, criteria, as_of, upto)
        said = {
            "title": text(data, "title"),
            "purpose": text(data, "purpose"),
            "request": request.query_params.get("request"),
        }
        command = SaveIdentification.model_validate(
            {
                **{name: value for name, value in said.items() if value},
                **asker,
                "criteria": criteria,
                "as_of": as_of,
                "known_at": known_at,
                "upto": upto,
                "found": ids(found.found),
            }
        )
        no_day_of_now(service, SaveIdentification, data.get(HAPPENED))
        # Whom the criteria find is computed: what is found of the same place in the log by a later release may differ.
        sent = {**fields_sent(command), "found": None}
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, sent=sent)
    except ValidationError as error:
        errors = {
            {"structure": "who", "organisation": "who", "person": "who"}.get(name, name): sentence
            for name, sentence in sentences(error, SaveIdentification, pages.lexicon, lang).items()
        }
    except WhichStructure as which:
        matches = which.matches
        errors = {"who": say(f"identification.{'which' if matches else 'no-such'}-structure", lang)}
    except Refused as no:
        values = {**no.values, "most": number(no.values["most"], lang)} if "most" in no.values else no.values
        errors = {"who" if no.code == "who-asked" else answer_of(no): say(f"refused.{no.code}", lang, **values)}
        id = id_after(no, id)
    except (Stale, Conflict):
        errors, status = {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    else:
        await service.runner.wait_for(outcome.seq)
        return RedirectResponse(f"/observatory/identification/saved/{outcome.entity_id}?{in_address(outcome)}", 303)
    values = {name: text(data, name) for name in ("title", "purpose", "asker", "who", "structure")}
    return await form(
        service, request, criteria, moment, status=status, id=id, errors=errors, values=values, matches=matches
    )


class WhichStructure(Exception):
    """A name that means several structures of the directory, or none."""

    def __init__(self, matches: list[Actor]) -> None:
        super().__init__("which structure")
        self.matches = matches


async def _asker(observatory: Observatory, data: FormData) -> tuple[dict[str, Any], list[Actor]]:
    """Who asked, as the command has it. Raises WhichStructure where a name means no single structure."""
    asker, who = text(data, "asker"), text(data, "who")
    if asker != "structure":
        return ({asker: who or None} if asker in ASKERS else {}), []
    matches: list[Actor] = await observatory.table.work(named, observatory.table, who, today(), MATCHES)
    chosen = text(data, "structure")
    exact = [one for one in matches if one.name == who]
    if chosen and chosen in {one.key for one in matches}:
        return {"structure": chosen}, matches
    if len(exact) == 1 or len(matches) == 1:
        return {"structure": (exact or matches)[0].key}, matches
    raise WhichStructure(matches)


def text(data: FormData, name: str) -> str:
    """What a form says under a name, cut where no field is longer."""
    value = data.get(name)
    return value.strip()[:2000] if isinstance(value, str) else ""
