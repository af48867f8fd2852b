"""What stands of merges on the page of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.directory.duplicates.views import MERGES
from services.directory.structures.views import STRUCTURES
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views


async def merged_records(service: Views, structure: Document) -> Mapping[str, Any]:
    """The records that were merged into it."""
    found = await service.store.find(MERGES, {"kept": structure["key"], "holds": True}, sort=["-at"], limit=50)
    names = await service.store.get_many(STRUCTURES, [one["key"] for one in found.documents])
    return {"merges": found.documents, "merged_names": names, "command_ids": service.outside.new_id}
