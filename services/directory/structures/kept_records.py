"""What follows a merged record: the one that stands for it, and the ids by which it is still known."""

from __future__ import annotations

from collections.abc import Sequence

from services.directory.structures.views import STRUCTURES
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views


async def kept_record(service: Views, key: str) -> Document | None:
    """The record that stands for a structure: its own, or the one that it was merged into; None where there is none."""
    seen: set[str] = set()
    document = await service.store.get(STRUCTURES, key)
    while document is not None and document["merged_into"] and key not in seen:
        seen.add(key)
        key = document["merged_into"]
        document = await service.store.get(STRUCTURES, key)
    return document


def known_as(document: Document) -> Sequence[str]:
    """All ids by which other views may know a structure: `find(SUPPORTS, {"structure": known_as(document)})`."""
    return [document["key"], *document["absorbed"]]
