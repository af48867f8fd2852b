"""Merges, as their list reads them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contract.directory import StructuresMerged, StructuresUnmerged
from shared.contract.envelope import Recorded
from shared.kernel.projection import Document, View


def _of_the_merged(event: Recorded) -> Sequence[str]:
    data = event.data
    assert isinstance(data, StructuresMerged | StructuresUnmerged)
    return (str(data.merged),)


def _merged(document: Document | None, data: StructuresMerged, event: Recorded) -> Document:
    said = {"kept": event.entity_id, "taken": data.taken, "followers": [str(one) for one in data.followers]}
    return {**said, "at": event.cloud.time, "actor": event.actor, "holds": True, "undone": None, "reason": None}


def _undone(document: Document | None, data: StructuresUnmerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    return {**document, "holds": False, "undone": event.cloud.time, "reason": data.reason}


MERGES = View(
    name="merges",
    version=1,
    on={StructuresMerged: _merged, StructuresUnmerged: _undone},
    keys=_of_the_merged,
    fields=("kept", "holds", "at"),
)
"""By the record that was merged into another: its last merge, and whether that holds."""
