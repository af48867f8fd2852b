"""What is asked of members, of the charter and of the colleges, by their own pages and by those of others."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.membership.base.queries import CURRENT, everything
from services.membership.base.rendering import label
from services.membership.members.views import CHARTER, COLLEGES, MEMBERS, STRUCTURES
from shared.kernel.views.projection import Document, folded
from shared.notions.membership import CHARTER_ID
from shared.notions.one_membership import doubles
from shared.notions.structure_on_record import member_of
from shared.notions.vocabularies import PERSONS
from shared.runtime.faces import OpenViews, Views


async def members_named(service: Views, keys: Iterable[str | None]) -> dict[str, Document]:
    """The members with these keys."""
    return await service.store.get_many(MEMBERS, sorted({key for key in keys if key}))


async def doubled(service: Views) -> list[Document]:
    """The memberships that run beside another one of the same structure, and count through that
    (shared/notions/one_membership.py)."""
    merged = await everything(service, MEMBERS, {**CURRENT, "merged": [True]})
    into = {one["structure"]: await kept_instead(service, one["structure"]) for one in merged}
    kept = await members_named(service, [str(member_of(UUID(one))) for one in into.values()])
    running = {one["key"]: one for one in [*merged, *kept.values()] if one["status"] == "current"}
    once = doubles({key: one["structure"] for key, one in running.items()}, into)
    return [running[key] for key in sorted(once)]


async def kept_instead(service: Views, structure: str) -> str:
    """The record that the directory keeps instead of this one, however often that went on; itself, if none."""
    seen: set[str] = set()
    while structure not in seen:
        seen.add(structure)
        record = await service.store.get(STRUCTURES, structure)
        structure = (record or {}).get("merged_into") or structure
    return structure


async def current_by(service: Views, field: str) -> dict[str, int]:
    """How many members there are today by a field, each structure once."""
    counts = dict(await service.store.count_by(MEMBERS, field, CURRENT))
    for one in await doubled(service):
        counts[str(one[field])] -= 1
    return {value: number for value, number in counts.items() if number}


async def members_offered(service: OpenViews, *, present: bool = False) -> list[tuple[str, str]]:
    """Members for a form to choose from, former ones too unless only `present` ones make sense: (key, name)."""
    members = await everything(service, MEMBERS, CURRENT if present else None, sort="sort")
    offered = [(one["key"], label(one, service.keyring.reveal)) for one in members]
    return sorted(offered, key=lambda one: folded(one[1]))


async def persons_reached(service: OpenViews, address: str) -> list[Document]:
    """The members, former ones too, of whom somebody said that this is their address. It is found by the keyed index,
    so nothing is opened for that."""
    keys = await service.outside.in_thread(service.keyring.persons_at, address)
    persons = (
        await everything(service, MEMBERS, {"college": (await service.lists.now()).marked("college", PERSONS)})
        if keys
        else []
    )
    return [one for one in persons if one.get("person") and UUID(one["person"]["person"]) in keys]


async def hosts_offered(service: OpenViews) -> list[tuple[str, str]]:
    """Structures that are members now, for a form to choose from: (the structure's id, name)."""
    members = await everything(service, MEMBERS, CURRENT, sort="sort")
    return [(one["structure"], label(one, service.keyring.reveal)) for one in members if one.get("structure")]


async def charter_versions(service: Views) -> list[Document]:
    """All versions of the charter, the one in force first."""
    charter = await service.store.get(CHARTER, str(CHARTER_ID))
    return list(reversed(charter["versions"])) if charter else []


async def colleges_by_code(service: Views) -> dict[str, Document]:
    """The colleges that ever opened."""
    return {one["college"]: one for one in await everything(service, COLLEGES)}
