"""What several of membership's pages ask of its views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from services.membership.members.domain.charter import CHARTER_ID
from services.membership.members.views import MEMBERS
from services.membership.network.views import CHARTER, COLLEGES
from services.membership.status_history import UNBEGUN
from shared.contract.membership import CollegeCode
from shared.kernel.projection import Document, View, Where
from shared.runtime.service import Service

ALL = 2000  # of what a network has few of: seats, groups, posts, members to choose from
COLLEGE_CODES: Sequence[CollegeCode] = get_args(CollegeCode)
CURRENT: Where = {"status": "current"}


def label(member: Document, reveal: Callable[[dict[str, str] | None], str | None], forgotten: str = "—") -> str:
    """A member's name. A person's is opened by `reveal`, for staff who must tell one from another; `forgotten` stands
    for one that can't be opened any more."""
    return member.get("name") or reveal(member.get("person")) or forgotten


async def everything(service: Service, view: View, where: Where | None = None, *, sort: str = "") -> list[Document]:
    """All documents of a view that match, but of what never began."""
    found = await service.store.find(view, where, sort=[sort] if sort else [], limit=ALL)
    return [one for one in found.documents if one.get("status") != UNBEGUN]


async def count(service: Service, view: View, where: Where) -> int:
    """How many documents of a view match."""
    return (await service.store.find(view, where, limit=1)).total


async def members_named(service: Service, keys: Iterable[str | None]) -> dict[str, Document]:
    """The members with these keys."""
    return await service.store.get_many(MEMBERS, sorted({key for key in keys if key}))


async def charter_versions(service: Service) -> list[Document]:
    """All versions of the charter, the one in force first."""
    charter = await service.store.get(CHARTER, str(CHARTER_ID))
    return list(reversed(charter["versions"])) if charter else []


async def colleges_by_code(service: Service) -> dict[str, Document]:
    """The colleges that ever opened."""
    return {one["college"]: one for one in await everything(service, COLLEGES)}
