"""What holds for a structure that acts for itself: who speaks for it, who may publish."""

from __future__ import annotations

from uuid import UUID

from fastapi import HTTPException, Request

from services.directory.accounts.views import ACCOUNTS
from services.directory.search.finder import finder_of
from services.directory.structures.contacts import contacts_at
from services.directory.structures.kept_records import kept_record
from shared.identity.principal import Who
from shared.kernel.decider import Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import OpenViews, Views
from shared.web.security.authorization import who_of

SPACE_PAGE = "/directory/space"


async def may_publish(service: Views, key: str) -> None:
    """Returns for a member of the network, whose record is open. Raises Refused for any other."""
    document = await kept_record(service, key)
    if document is None:
        raise Refused("unknown-structure")
    if document["closed"]:
        raise Refused("structure-closed")
    finder = finder_of(service)
    await finder.current()
    if finder.college(document["key"]) is None:
        raise Refused("members-only")


async def own_structures(service: OpenViews, account: UUID) -> list[Document]:
    """The open records that an account speaks for, by name: where its address is a contact's, merged records
    followed."""
    document = await service.store.get(ACCOUNTS, str(account))
    address = service.keyring.inside(document["email"]) if document else None
    if address is None:
        return []
    keys = sorted({one["structure"] for one in await contacts_at(service, address)})
    found = [record for key in keys if (record := await kept_record(service, key)) is not None]
    once = {record["key"]: record for record in found if not record["closed"]}
    return sorted(once.values(), key=lambda one: str(one["sort"]))


async def own_structure(service: OpenViews, who: Who, key: str) -> Document | None:
    """The open record that `key` stands for, if who asks speaks for it, or looks after the directory; None for whatever
    else, so that nobody learns by asking what others have."""
    record = await kept_record(service, key)
    if record is None or record["closed"]:
        return None
    if who.may(service.name, "editor"):
        return record
    if who.kind != "contact" or who.account is None:
        return None
    return next((one for one in await own_structures(service, who.account) if one["key"] == record["key"]), None)


async def mine(service: OpenViews, request: Request, key: str) -> Document:
    """A record that who asks speaks for. Raises 404 for every other."""
    found = await own_structure(service, who_of(request), key)
    if found is None:
        raise HTTPException(404)
    return found


async def why_not_publish(service: Views, key: str) -> str | None:
    """The code of why a structure may not publish; None where it may."""
    try:
        await may_publish(service, key)
    except Refused as no:
        return no.code
    return None
