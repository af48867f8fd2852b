"""Publishing the review of a period: its form, and the page that says how far it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import RedirectResponse, Response, StreamingResponse

from services.observatory.event_table.moment import today
from services.observatory.figures.observatory import current
from services.observatory.review.documents.chapters import Chapter, chapters, dates
from services.observatory.review.domain import PublishReview
from services.observatory.review.period_pages import SAID, Query_, Wanted, asked, reader, rendered
from services.observatory.review.publication.publishing import Order, publishing_of
from services.observatory.review.views import REVIEWS
from shared.contract.fields import EMPTIED, Reason, Title
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict
from shared.runtime.faces import Undertakings, Views
from shared.web.formatting import language_name
from shared.web.forms.forms import parse, refusal, sentences
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

FIELDS = 40  # of a form


class Publication(BaseModel):
    """What the form of a publication asks."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    title: Title
    whole: bool = False
    replaces: Annotated[UUID | None, EMPTIED] = None
    reason: Annotated[Reason | None, EMPTIED] = None


routes = APIRouter(prefix="/reviews", include_in_schema=False)
"""The routes under /reviews/publish."""


@routes.get("/publish")
@access("editor")
async def form(service: Here[Undertakings], request: Request, want: Query_) -> Response:
    return await _form(service, request, want, {}, {}, 200)


@routes.post("/publish")
async def publish(service: Here[Undertakings], request: Request) -> Response:
    """Publishes, and says on a page that does not end before it is done how far it is."""
    data = await request.form(max_fields=FIELDS, max_files=0)
    given = {name: str(data.get(name) or "")[:100] or None for name in SAID}
    want = Wanted(**given)
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    try:
        id = UUID(str(data.get("command_id") or ""))
    except ValueError:
        raise HTTPException(400) from None
    key, answers, actor = derived_id(id, "review"), parse(Publication, data), who_of(request).actor
    sent = {**given, **answers}
    try:
        # Sent twice, or loaded again.
        if await service.execute.before(PublishReview, key, id=id, actor=actor, sent=sent) is not None:
            return RedirectResponse(f"/observatory/reviews/{key}", 303)
        wish = Publication.model_validate(answers)
        observatory = await current(service)
        head = await asked(observatory, want, wish.title, lang)
        await _replaceable(service, wish)
        limited(request, "document", actor)
        order = Order(head, wish.whole, wish.replaces, wish.reason, id, sent)
        work = await publishing_of(service).begin(order, actor)
    except ValidationError as wrong:
        return await _form(service, request, want, answers, sentences(wrong, Publication, pages.lexicon, lang), 422)
    except Refused as no:
        return await _form(service, request, want, answers, refusal(no, pages.lexicon, lang), 422)
    whole = rendered(request, "publishing.html", want, head)
    begin, end = bytes(whole.body).decode().split("<!-- steps -->")

    async def stream() -> AsyncIterator[str]:
        yield begin
        async for step in work.steps():
            made_in, _, name = step.rpartition(".")  # "fr.pdf": a file of one language
            words = say(f"publishing.{name}", lang, language=language_name(made_in, lang))
            yield f'<li><span aria-hidden="true">✓ </span>{words}</li>\n'
        told = _said(request, work.failed) if work.failed else None
        made = None if work.failed else key
        last = pages.render(request, "publishing_end.html", failed=told, key=made, again=want.address())
        yield bytes(last.body).decode() + end

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Language": lang}
    return StreamingResponse(stream(), media_type="text/html; charset=utf-8", headers=headers)


def _said(request: Request, error: Exception) -> str:
    """Why a publication failed, in a sentence."""
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    if isinstance(error, Refused):
        return say(f"refused.{error.code}", lang, **error.values)
    status = "409" if isinstance(error, Stale | Conflict) else "503"
    return f"{say(f'problem.{status}', lang)}. {say(f'problem.{status}.hint', lang)}"


async def _replaceable(service: Views, wish: Publication) -> None:
    """Raises Refused where what is to be replaced is no published review, or no reason is given."""
    if wish.replaces is None:
        return
    document = await service.store.get(REVIEWS, str(wish.replaces))
    if document is None:
        raise Refused("unknown-review", field="replaces")
    if document["state"] != "published":
        raise Refused("review-gone", field="replaces")
    if wish.reason is None:
        raise Refused("replaced-without-reason", field="reason")


async def _form(
    service: Undertakings,
    request: Request,
    want: Wanted,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    status: int,
) -> Response:
    observatory, who = await current(service), reader(request)
    head = await asked(observatory, want, lang=who.lang)
    leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
    shown, masked = await publishing_of(service).looked_at(leaves, head)
    left: list[Chapter] = chapters(masked, head, who)
    found = await service.store.find(REVIEWS, {"state": "published"}, sort=["-at"], limit=200)
    pages: Pages = request.app.state.pages
    context = {
        "answers": {"title": head.title, "whole": False, "replaces": "", "reason": "", **answers},
        "errors": errors,
        "shown": shown,
        "command_id": new_command_id(),
        "masked": [line for one in left for line in (*one.lines, *one.recalled)],
        "published": found.documents,
    }
    return pages.render(
        request,
        "publish.html",
        status=status,
        sequence=head.upto,
        want=want,
        head=head,
        dates=dates(head, who, today()),
        **context,
    )
