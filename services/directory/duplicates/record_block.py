"""What stands of merges on the page of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.directory.duplicates.views import MERGES
from services.directory.structures.history import in_order, timeline
from services.directory.structures.views import STRUCTURES
from shared.contract.directory.structures import StructuresMerged
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views


async def merged_records(service: Views, structure: Document) -> Mapping[str, Any]:
    """The records that were merged into it, each with the fields whose value came from it (`taken`)."""
    found = (await service.store.find(MERGES, {"kept": structure["key"]}, sort=["-at"], limit=50)).documents
    names = await service.store.get_many(STRUCTURES, [one["key"] for one in found])
    line = in_order(await timeline(service.store, structure["key"])) if found else []
    took = {
        one["data"]["merged"]: one["data"].get("taken", [])
        for one in line
        if one["type"] == StructuresMerged.type_name()
    }
    merges = [{**one, "taken": took.get(one["key"], [])} for one in found]
    return {"merges": merges, "merged_names": names, "command_ids": service.outside.new_id}
