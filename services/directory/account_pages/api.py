"""Accounts for programs and for the command line: what needs more than a command of its own. Level: administrator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel, Field

from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.forms import AccountWanted, TokenWanted
from services.directory.accounts.views import ACCOUNTS
from services.directory.sign_in.bootstrap_link import first_link
from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.handing_over import link_at, link_for
from services.directory.sign_in.notices import tell_of_token
from shared.contract.fields import AddressSought
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import derived_id
from shared.runtime.faces import OpenViews, Premises, Views
from shared.web.api import IDEMPOTENCY_KEY, PROBLEMS, Done
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.templating import language

Key = Annotated[UUID | None, Header(alias="Idempotency-Key", description=IDEMPOTENCY_KEY)]


class WhoseAddress(BaseModel):
    """An address; in a body, so that it stands in no address of a page and in no log."""

    email: AddressSought


class Opened(Done):
    """An account that is open now; `link` where there is no mail server that could bring it."""

    link: str | None = None


class LinkFor(BaseModel):
    """A link that lets somebody in, once, for a quarter of an hour."""

    link: str


class Found(BaseModel):
    """The account of an address."""

    account: UUID
    label: str
    open: bool


class Issued(Done):
    """A token's secret, told this once; null where the command was a repetition."""

    token: UUID
    secret: str | None


class Rotation(BaseModel):
    """`at_once`: what the old key signed ends now, and everybody signs in again."""

    at_once: bool = Field(False)


class Rotated(BaseModel):
    """The id of the key that signs from now on."""

    signing_key: UUID


routes = APIRouter(prefix="/api", responses=PROBLEMS, tags=["accounts"], include_in_schema=False)
"""Routes under `/directory/api`."""


@routes.post("/accounts", operation_id="directory_open_account")
@access("administrator")
async def open_account(service: Here[Views], request: Request, wanted: AccountWanted, key: Key = None) -> Opened:
    """Opens an account, and sends its holder a link."""
    id, who, entry, lang = key or new_command_id(), who_of(request), entry_of(service), language(request)
    outcome = await entry.invite(wanted, id=id, who=who, lang=lang)
    handed = outcome.new and entry.mail.to_files
    link = await link_for(entry, outcome.entity_id, who, lang) if handed else None
    return Opened(
        entity=outcome.entity_id,
        sequence=outcome.seq,
        events=list(outcome.events),
        repeated=outcome.repeated,
        changed=outcome.changed,
        link=link,
    )


@routes.post("/accounts/find", operation_id="directory_find_account")
@access("administrator")
async def find(service: Here[OpenViews], whose: WhoseAddress) -> Found:
    """The account of a mail address."""
    person = service.keyring.find(whose.email.clear.strip())
    document = await service.store.get(ACCOUNTS, str(account_id(person))) if person else None
    if document is None:
        raise HTTPException(404, "not-found")
    return Found(account=UUID(document["key"]), label=document["label"], open=document["open"])


@routes.post("/accounts/link", operation_id="directory_sign_in_link")
@access("administrator")
async def link(service: Here[Premises], request: Request, whose: WhoseAddress) -> LinkFor:
    """A sign-in link to hand over, for whoever may come in by mail."""
    found = await link_at(entry_of(service), whose.email.clear.strip(), who_of(request), language(request))
    if found is None:
        raise HTTPException(404, "not-found")
    return LinkFor(link=found)


@routes.post("/accounts/first-link", operation_id="directory_first_link")
@access("administrator")
async def first(service: Here[Views]) -> LinkFor:
    """The link for the first administrator, as long as there is none."""
    found = await first_link(service)
    if found is None:
        raise HTTPException(404, "not-found")
    return LinkFor(link=found)


@routes.post("/accounts/{account}/tokens", operation_id="directory_issue_token")
@access("administrator")
async def issue(service: Here[Views], request: Request, account: UUID, wanted: TokenWanted, key: Key = None) -> Issued:
    """A token for a program that acts for an account."""
    secret, outcome = await entry_of(service).issue_token(
        account,
        wanted.name,
        wanted.scopes,
        wanted.days,
        id=(id := key or new_command_id()),
        who=who_of(request),
    )
    if outcome.new:
        await tell_of_token(entry_of(service), account, who_of(request).account, language(request))
    await service.runner.wait_for(outcome.seq)
    return Issued(
        entity=outcome.entity_id,
        sequence=outcome.seq,
        events=list(outcome.events),
        repeated=outcome.repeated,
        changed=outcome.changed,
        token=derived_id(id, "token"),
        secret=secret,
    )


@routes.post("/signing-key/rotate", operation_id="directory_rotate_signing_key")
@access("administrator")
async def rotate(service: Here[Premises], request: Request, rotation: Rotation) -> Rotated:
    """A new key for sessions."""
    key = await entry_of(service).keys.rotate(who_of(request).actor, at_once=rotation.at_once)
    return Rotated(signing_key=key)
