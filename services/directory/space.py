"""What holds for a structure that acts for itself: who may publish, and what follows a merged record."""

from __future__ import annotations

from collections.abc import Sequence

from services.directory.finding import finder_of
from services.directory.views import STRUCTURES
from shared.decider import Refused
from shared.service import Service
from shared.views import Document


async def kept_record(service: Service, key: str) -> Document | None:
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


async def may_publish(service: Service, key: str) -> None:
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
