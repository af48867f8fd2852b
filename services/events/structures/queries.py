"""Which structures a form offers: schools for a school, else members; none that is closed."""

from __future__ import annotations

from services.events.structures.views import MEMBER_STRUCTURES, STRUCTURES
from shared.kernel.views.projection import Page
from shared.runtime.faces import Views


async def likely_structures(service: Views, field: str, *, text: str = "", limit: int) -> Page:
    """The structures that this field is offered, in the order of their names, by their ids in the directory."""
    open_ones = {"closed": False}
    if field == "school":
        schools = {**open_ones, "kind": "school"}
        return await service.store.find(STRUCTURES, schools, text=text, sort=["name"], limit=limit)
    members = {**open_ones, "member": True}
    found = await service.store.find(MEMBER_STRUCTURES, members, text=text, sort=["name"], limit=limit)
    return Page([{**one, "key": one["structure"]} for one in found.documents], found.total)


async def structures_offered(service: Views, field: str) -> list[tuple[str, str]]:
    """The same for a form to choose from: (id, name)."""
    found = await likely_structures(service, field, limit=1000)
    return [(one["key"], one["name"]) for one in found.documents]
