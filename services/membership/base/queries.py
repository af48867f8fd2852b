"""What all of membership's pages may ask of a view."""

from __future__ import annotations

from services.membership.base.status_history import UNBEGUN
from shared.kernel.views.projection import Document, View, Where
from shared.runtime.faces import Views

ALL = 2000  # of what a network has few of: seats, groups, posts, members to choose from
CURRENT: Where = {"status": "current"}


async def everything(service: Views, view: View, where: Where | None = None, *, sort: str = "") -> list[Document]:
    """All documents of a view that match, but of what never began."""
    found = await service.store.find(view, where, sort=[sort] if sort else [], limit=ALL)
    return [one for one in found.documents if one.get("status") != UNBEGUN]


async def count(service: Views, view: View, where: Where) -> int:
    """How many documents of a view match."""
    return (await service.store.find(view, where, limit=1)).total
