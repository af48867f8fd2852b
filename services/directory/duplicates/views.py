"""Merges, as their list reads them, and records that were told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contract.corrections import EventStruck, StrikeLifted
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.structures import StructureAbsorbed, StructuresMerged, StructuresUnmerged
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View


def _of_the_merged(event: Recorded) -> Sequence[str]:
    match event.data:
        case StructuresMerged() | StructuresUnmerged() as data:
            return (str(data.merged),)
        case StructureAbsorbed():
            return (event.entity_id,)
        case EventStruck() | StrikeLifted() as word if word.kind == StructureAbsorbed.type_name():
            return (event.entity_id,)
    return ()


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document:
    return {**(document or {}), "absorbed": event.id}


def _merged(document: Document | None, data: StructuresMerged, event: Recorded) -> Document:
    said: Document = {"kept": event.entity_id, "taken": data.taken, "followers": [str(one) for one in data.followers]}
    said["absorbed"] = (document or {}).get("absorbed")
    return {**said, "at": event.cloud.time, "actor": event.actor, "holds": True, "undone": None, "reason": None}


def _undone(document: Document | None, data: StructuresUnmerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    return {**document, "holds": False, "undone": event.cloud.time, "reason": data.reason}


def _word(document: Document | None, data: EventStruck | StrikeLifted, event: Recorded) -> Document | None:
    if document is None or document.get("absorbed") != str(data.event):
        return document
    if isinstance(data, StrikeLifted):
        return {**document, "holds": True, "undone": None, "reason": None}
    return {**document, "holds": False, "undone": event.cloud.time, "reason": data.reason}


MERGES = View(
    name="merges",
    version=2,
    on={
        StructureAbsorbed: _absorbed,
        StructuresMerged: _merged,
        StructuresUnmerged: _undone,
        EventStruck: _word,
        StrikeLifted: _word,
    },
    keys=_of_the_merged,
    of_log=True,
    fields=("kept", "holds", "at"),
)
"""By the record that was merged into another: its last merge, and whether that holds."""


def _pair(apart: bool) -> Any:
    def evolve(document: Document | None, data: NamesakesToldApart | NamesakesDoubted, event: Recorded) -> Document:
        pair = {"structures": [str(data.first), str(data.second)], "apart": apart, "at": event.cloud.time}
        return {**pair, "reason": getattr(data, "reason", None), "version": event.version}

    return evolve


NAMESAKES = View(
    name="namesakes",
    version=1,
    on={NamesakesToldApart: _pair(True), NamesakesDoubted: _pair(False)},
    fields=("structures", "apart"),
)
"""By pair (`pair_id`)."""
