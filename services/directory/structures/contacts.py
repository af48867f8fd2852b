"""The contacts who are reached under an address: an account of theirs speaks for the structures that named them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.directory.structures.contact_views import CONTACT_ADDRESSES
from shared.kernel.views.projection import Document
from shared.runtime.faces import OpenViews

MOST = 200  # structures that one person is a contact of


async def contacts_at(service: OpenViews, address: str) -> Sequence[Document]:
    """The contacts that stand in the directory under this very address (`CONTACT_ADDRESSES`)."""
    persons = await asyncio.to_thread(service.keyring.persons_at, address)
    if not persons:
        return []
    found = await service.store.find(CONTACT_ADDRESSES, {"person": sorted(map(str, persons))}, limit=MOST)
    # An address may have changed since: an event said it once, the view says what holds now.
    return [one for one in found.documents if _same(service.keyring.inside(one["email"]), address)]


async def addresses_reaching(service: OpenViews, person: str) -> list[str]:
    """The addresses under which a person is a contact."""
    found = await service.store.find(CONTACT_ADDRESSES, {"person": person}, limit=MOST)
    return [a for one in found.documents if (a := service.keyring.inside(one["email"])) is not None]


async def address_of(service: OpenViews, person: str) -> str | None:
    """The first of them."""
    return next(iter(await addresses_reaching(service, person)), None)


async def addresses_of(service: OpenViews, structures: Sequence[str]) -> list[str]:
    """The addresses of the contacts of a structure, known by these ids, in clear: each once."""
    found = await service.store.find(CONTACT_ADDRESSES, {"structure": list(structures)}, limit=MOST)
    clear = (service.keyring.inside(one["email"]) for one in found.documents)
    return list(dict.fromkeys(address for address in clear if address))


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.strip().casefold() == other.strip().casefold()
