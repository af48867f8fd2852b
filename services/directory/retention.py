"""What the directory keeps about persons, put together from its capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.directory.claims.retention import CLAIMS_HELD
from services.directory.claims.retention import PURPOSE as CLAIM
from services.directory.imports.retention import PURPOSE as UPLOAD
from services.directory.publications.picture_retention import PURPOSE as PICTURE
from services.directory.sign_in.retention import ACCOUNTS_HELD, close_account, forget_sign_in
from services.directory.sign_in.retention import PURPOSE as ACCOUNT
from services.directory.structures import retention as contacts
from services.directory.structures.retention import CONTACTS_HELD, STRUCTURES_HELD
from services.directory.structures.retention import PURPOSE as CONTACT
from shared.contract.persons import PersonForgottenByDirectory
from shared.kernel.decider import Command
from shared.kernel.views.projection import Document, View
from shared.notions.terms import ever_told
from shared.persons.data_subjects import PersonalData
from shared.runtime.faces import Commands, Views
from shared.runtime.service import Service

PURPOSES = (CONTACT, CLAIM, ACCOUNT, UPLOAD, PICTURE)

HELD = View(
    name="held",
    version=3,
    on={**CONTACTS_HELD, **CLAIMS_HELD, **ACCOUNTS_HELD, **STRUCTURES_HELD},
    fields=("person",),
    asks="administrator",
)
"""Records about persons, by their ids; and the structures that were ever closed or merged, since contacts follow
them."""
TOLD = ever_told(HELD, contacts.structure_struck)


async def ended(service: Views, records: Sequence[Document]) -> Mapping[str, str | None]:
    """When each record came to be needed no more, None while it is."""
    return await contacts.ended(service.store, HELD, TOLD, records)


async def before(service: Commands, person: UUID) -> None:
    """The last administrator is not forgotten: nobody could name another one."""
    await close_account(service, person)


async def follows(service: Commands, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
    """The account is closed, its password dropped; mails with links to sign in are erased. Contacts stay, unnamed."""
    await forget_sign_in(service, person)
    return ()


def page(record: Document) -> str:
    pages = {"contact": f"/directory/structures/{record['of']}", "account": f"/directory/accounts/{record['key']}"}
    return pages.get(record["purpose"], "/directory/claims")


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByDirectory,
    purposes=PURPOSES,
    held=HELD,
    told=TOLD,
    ended=ended,
    before=before,
    follows=follows,
    page=page,
)
