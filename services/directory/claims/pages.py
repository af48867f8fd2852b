"""Somebody asks to look after a record: the form for everybody, the link that confirms it, the team's work list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.claims.domain import AcceptClaim, ClaimListing, ConfirmClaim, RefuseClaim
from services.directory.claims.mail import ask_to_confirm, confirmation_link, tell_refusal
from services.directory.claims.views import CLAIMS
from services.directory.public import visibility as public
from services.directory.search.finder import finder_of
from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.handing_over import link_at
from services.directory.sign_in.signed_links import INVITATION, BadLink, OldLink
from services.directory.structures.contacts import contacts_at
from services.directory.structures.domain.structure import RegisterStructure
from services.directory.structures.kept_records import kept_record
from services.directory.structures.record_fields import place_of
from services.directory.structures.views import STRUCTURES
from shared.base.translations import Lang, Lexicon
from shared.contract.fields import stored
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused, derived_id
from shared.kernel.views.projection import Document
from shared.runtime.faces import Desk, Forms, Keys, Office, OpenViews, Premises, Reception, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form, FormField, answer_of, parse, sentences
from shared.web.forms.guarded_form import Wrong, carried_out, command_id
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.security.rate_limits import limited
from shared.web.security.redaction import revealed
from shared.web.templating import Pages, language

CLAIM = f"{public.PUBLIC}/claim"
CLAIMS_PAGE = "/directory/claims"
ABOUT_SELF = ("name", "email", "role", "message")
ABOUT_IT = ("structure_name", "kind", "department", "website")
STATES = ("open", "unconfirmed", "accepted", "refused")
NEW = "new"  # in place of a record's id: there is none yet


asking_routes = APIRouter(include_in_schema=False)
"""A claim, made and confirmed by anybody."""


@asking_routes.get("/public/claim")
@access("public")
async def ask(service: Here[Forms], request: Request, structure: str = "") -> Response:
    return await _form_page(service, request, await _claimed(service, structure))


@asking_routes.post("/public/claim")
@access("public")
async def send(service: Here[Reception], request: Request) -> Response:
    limited(request, "form")
    data: FormData = await request.form(max_fields=30, max_files=0)
    id = command_id(data)
    structure = await _claimed(service, str(data.get("structure") or ""))
    read = parse(ClaimListing, data)
    if structure is not None:
        read |= {"structure": structure["key"], "structure_name": structure["name"]}
    try:
        named = {"structure_name": structure["name"]} if structure is not None else {}
        command = ClaimListing.model_validate(read, context=stored(named))
    except ValidationError as wrong:
        pages: Pages = request.app.state.pages
        errors = sentences(wrong, ClaimListing, pages.lexicon, language(request))
        return await _form_page(service, request, structure, 422, data, errors, id)
    limited(request, "mail-link-account", entry_of(service).links.mark(command.email.clear).hex())
    try:
        outcome = await service.execute(command, id=id, actor="public")
    except Refused as no:
        errors = {answer_of(no): _words(service, request, f"refused.{no.code}", **no.values)}
        return await _form_page(service, request, structure, 422, data, errors)
    await service.runner.wait_for(outcome.seq)
    claim = await service.store.get(CLAIMS, str(outcome.entity_id))
    if claim is not None and outcome.new:
        ask_to_confirm(service, claim, language(request))
    return RedirectResponse(f"{CLAIM}/sent", 303)


@asking_routes.get("/public/claim/sent")
@access("public")
async def sent(service: Here[Views], request: Request) -> Response:
    return render(service, request, "claim_said.html", what="sent")


@asking_routes.get("/public/claim/confirmed")
@access("public")
async def confirmed(service: Here[Views], request: Request) -> Response:
    return render(service, request, "claim_said.html", what="confirmed")


@asking_routes.get("/public/claim/confirm/{token}")
@access("public")
async def confirm(service: Here[Views], request: Request, token: str) -> Response:
    """A GET changes nothing, since mail programs follow links by themselves; the button does."""
    claim = _claim_of(service, request, token)
    return claim if isinstance(claim, Response) else render(service, request, "claim_said.html", what="confirm")


@asking_routes.post("/public/claim/confirm/{token}")
@access("public")
async def confirm_it(service: Here[Desk], request: Request, token: str) -> Response:
    claim = _claim_of(service, request, token)
    if isinstance(claim, Response):
        return claim
    try:
        outcome = await service.execute(
            ConfirmClaim(claim=claim), id=derived_id(claim, "confirm"), actor="public", derived=True
        )
    except Refused:
        return render(service, request, "claim_said.html", status=404, what="bad")
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"{CLAIM}/confirmed", 303)


team_routes = APIRouter(include_in_schema=False)
"""The list of claims, and their answers, for the team."""


@team_routes.get("/claims")
@access("editor")
async def claims(service: Here[OpenViews], request: Request, state: str = "open", page: PageNumber = 1) -> Response:
    if state not in STATES:
        raise HTTPException(404)
    found = await service.store.find(CLAIMS, {"state": state}, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        service,
        request,
        "claims.html",
        claims=[_opened(service, request, one, ("name", "email")) for one in found.documents],
        chosen=state,
        states=STATES,
        counts=await service.store.count_by(CLAIMS, "state"),
        page=page,
        pages_total=pages_total(page, found.total),
        wished=await wishes(service),
    )


@team_routes.get("/claims/{key}")
@access("editor")
async def claim(service: Here[OpenViews], request: Request, key: UUID) -> Response:
    return await _claim_page(service, request, str(key))


@team_routes.post("/claims/{key}/accept")
@access("editor")
async def accept(service: Here[Office], request: Request, key: UUID) -> Response:
    document = await _known(service, str(key))
    data = await request.form(max_fields=10, max_files=0)
    wanted = str(data.get("structure") or "")

    async def make() -> Command:
        if document["state"] != "open":
            raise Refused("claim-unconfirmed" if document["state"] == "unconfirmed" else "claim-answered")
        structure = await _registered(service, document, request) if wanted == NEW else await _open(service, wanted)
        return AcceptClaim(claim=key, structure=structure)

    outcome = await carried_out(service, request, data, AcceptClaim, make, {"structure": wanted}, key)
    if isinstance(outcome, Wrong):
        return await _claim_page(service, request, str(key), outcome.status, failed=outcome.sentence, chosen=wanted)
    address = service.keyring.inside(document["email"])
    if address is not None and outcome.new:
        person = UUID(document["email"]["person"])
        entry_of(service).mail.send(person, address.strip(), language(request), invitation=True)
    return RedirectResponse(f"{CLAIMS_PAGE}/{key}?{in_address(outcome)}", 303)


@team_routes.post("/claims/{key}/refuse")
@access("editor")
async def refuse(service: Here[Office], request: Request, key: UUID) -> Response:
    document = await _known(service, str(key))
    data = await request.form(max_fields=10, max_files=0)
    reason = str(data.get("reason") or "")[:1000]

    async def make() -> Command:
        return RefuseClaim(claim=key, reason=reason)

    outcome = await carried_out(service, request, data, RefuseClaim, make)
    if isinstance(outcome, Wrong):
        return await _claim_page(service, request, str(key), outcome.status, failed=outcome.sentence, reason=reason)
    if document["state"] == "open" and outcome.new:
        tell_refusal(service, document, " ".join(reason.split()), language(request))
    return RedirectResponse(f"{CLAIMS_PAGE}/{key}?{in_address(outcome)}", 303)


@team_routes.post("/claims/{key}/link")
@access("editor")
async def link(service: Here[OpenViews], request: Request, key: UUID) -> Response:
    """Where no mail server is set, the link that a mail would bring, to be handed over."""
    document, mail = await _known(service, str(key)), entry_of(service).mail
    if not mail.to_files or document["state"] not in ("unconfirmed", "accepted"):
        raise HTTPException(404)
    if document["state"] == "unconfirmed":
        return await _claim_page(service, request, str(key), link=confirmation_link(service, key))
    if not await _is_contact(service, document):
        raise HTTPException(404)
    entry, address = entry_of(service), service.keyring.inside(document["email"])
    try:  # who typed an address need not be who reads its mail: a link of one of the team is for administrators
        found = await link_at(
            entry, (address or "").strip(), who_of(request), language(request), good_for=INVITATION, kind="contact"
        )
    except Refused as no:
        failed = _words(service, request, f"refused.{no.code}", **no.values)
        return await _claim_page(service, request, str(key), 422, failed=failed)
    if found is None:
        raise HTTPException(404)
    return await _claim_page(service, request, str(key), link=found)


def _words(service: Premises, request: Request, code: str, **values: Any) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(code, language(request), **values)


async def _form_page(
    service: Forms,
    request: Request,
    structure: Document | None,
    status: int = 200,
    values: Any = None,
    errors: dict[str, str] | None = None,
    id: UUID | None = None,
) -> Response:
    pages: Pages = request.app.state.pages
    choices = await service.choices(ClaimListing, language(request))
    form = Form.of(
        ClaimListing,
        pages.lexicon,
        language(request),
        values=values,
        errors=errors,
        choices={name: choices[name] for name in ("department", "kind") if name in choices},
        only=ABOUT_SELF if structure else (*ABOUT_IT, *ABOUT_SELF),
        hidden={"command_id": id or new_command_id(), "structure": structure["key"] if structure else None},
    )
    by_name = {one.name: _of_claim(one, pages.lexicon, language(request)) for one in form.fields}
    fields = tuple(by_name[name] for name in (*ABOUT_IT, *ABOUT_SELF) if name in by_name)
    asked = {one.anchor: one.label for one in fields}
    problems = tuple(replace(one, label=asked.get(one.anchor or "", one.label)) for one in form.problems)
    request.state.personal = values is not None
    return render(
        service,
        request,
        "claim.html",
        status=status,
        form=replace(form, fields=fields, problems=problems),
        structure=structure,
    )


async def _claimed(service: Views, key: str) -> Document | None:
    """The public record that a form is about; nothing of one that is not public is told."""
    if not key:
        return None
    try:
        return await public.listed_structure(service, key)
    except public.Elsewhere as kept:
        return await public.listed_structure(service, kept.key)


def _claim_of(service: Views, request: Request, token: str) -> UUID | Response:
    limited(request, "sign-in")
    try:
        return entry_of(service).links.read_claim(token, service.now())
    except OldLink:
        return render(service, request, "claim_said.html", status=410, what="old")
    except BadLink:
        return render(service, request, "claim_said.html", status=404, what="bad")


async def _known(service: Views, key: str) -> Document:
    document = await service.store.get(CLAIMS, key)
    if document is None:
        raise HTTPException(404)
    return document


def _opened(
    service: Keys, request: Request, claim: Document, fields: Sequence[str] = ("name", "email", "message")
) -> Document:
    return {**claim, **{n: revealed(request, service, claim[n]) for n in fields}}


async def _claim_page(service: OpenViews, request: Request, key: str, status: int = 200, **context: Any) -> Response:
    claim = _opened(service, request, await _known(service, key))
    asked = await kept_record(service, claim["structure"]) if claim["structure"] else None
    alike = [] if asked else (await finder_of(service).find(claim["structure_name"], limit=6, count=())).documents
    given = {"failed": None, "link": None, "chosen": None, "reason": "", **context}
    return render(
        service,
        request,
        "claim_record.html",
        status=status,
        claim=claim,
        asked=asked,
        alike=alike,
        new=NEW,
        place=place_of,
        same_domain=_same_domain(claim, asked),
        to_files=entry_of(service).mail.to_files,
        contact=await _is_contact(service, claim),
        new_id=new_command_id,
        **given,
    )


def _of_claim(field: FormField, lexicon: Lexicon, lang: Lang) -> FormField:
    """A question as the public is asked it: whose name is meant, and room for a message."""
    if field.name in ABOUT_SELF:
        field = replace(field, label=lexicon.say(f"claim.field.{field.name}", lang))
    return replace(field, widget="textarea", attrs={**field.attrs, "rows": "4"}) if field.name == "message" else field


async def wishes(service: Views) -> int:
    """How many structures wait for a word on their wish to be listed."""
    return (await service.store.find(STRUCTURES, {"wished": True, "closed": False}, limit=1)).total


async def _registered(service: Desk, claim: Document, request: Request) -> UUID:
    """A new record of what a claim says, one however often it is asked for."""
    command = RegisterStructure(
        name=claim["structure_name"],
        kind=claim["kind"] or "other",
        department=claim["department"],
        website=claim["website"],
        source="Demande sur la page publique",
    )
    id = derived_id(UUID(claim["key"]), "register")
    outcome = await service.execute(command, id=id, actor=who_of(request).actor, derived=True)
    await service.runner.wait_for(outcome.seq)
    return outcome.entity_id


async def _open(service: Views, key: str) -> UUID:
    """The open record that a choice stands for. Raises Refused."""
    record = await kept_record(service, key) if key else None
    if record is None:
        raise Refused("claim-for-which")
    if record["closed"]:
        raise Refused("structure-closed")
    return UUID(record["key"])


async def _is_contact(service: OpenViews, claim: Document) -> bool:
    """Whether who claimed is a contact of the structure by now: the reaction to the acceptance has come to it."""
    if claim["state"] != "accepted":
        return False
    stored = await service.store.get(CLAIMS, claim["key"])
    address = service.keyring.inside(stored["email"]) if stored else None
    found = await contacts_at(service, address) if address else []
    return any(one["structure"] == claim["structure"] for one in found)


def _same_domain(claim: Document, asked: Document | None) -> str | None:
    """The domain that the address and the structure's site share: a sign of who somebody is, not a proof."""
    site = (asked or {}).get("website") or claim["website"] or ""
    host = site.partition("://")[2].partition("/")[0].partition(":")[0].casefold().removeprefix("www.")
    domain = str(claim["email"] or "").rpartition("@")[2].strip().casefold()
    return domain if domain and (domain == host or domain.endswith(f".{host}")) and host else None
